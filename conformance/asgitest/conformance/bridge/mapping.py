"""From what Schemathesis tells to findings of ours.

The objects of Schemathesis are looked at by attribute only, so that a release that has more of them changes nothing.

Depends on: the catalogue, the models, reproductions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asgitest.conformance.bridge.recording import MARK
from asgitest.conformance.catalogue import CHECKS, check_of_schemathesis
from asgitest.conformance.engine.exceptions import describe_exception, relative_file
from asgitest.conformance.engine.findings import body_of
from asgitest.conformance.fingerprint import fingerprint, fingerprint_of_exception, innermost_app_frame
from asgitest.conformance.model import (
    Evidence,
    Finding,
    HTTPStep,
    Location,
    Scenario,
    SeenResponse,
    SentRequest,
    SpecReference,
)
from asgitest.conformance.reproduce import build_reproduction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from asgitest.conformance.catalogue import Check
    from asgitest.conformance.model import ExceptionRecord
    from asgitest.conformance.operation import Handler
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.selection import Selection

__all__ = ["Mapper"]

_OTHER = "schemathesis.other"
_CRASH = "http.unhandled-exception"
# What of the requests that Schemathesis made is no part of the case.
_OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"})
_SERVER_ERROR = 500
_REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapper:
    """Builds findings for one target.

    Args:
        options: Of the run.
        selection: What the options choose.
        roots: Folders of the app's own code.
        target: Import string of the app.
        factory: Whether it is a factory.
        handlers: Where the code of each operation stands.
        prefix: Path of the mount whose document is tested.
        exceptions: What the app raised, by number.
    """

    options: RunOptions
    selection: Selection
    roots: tuple[Path, ...]
    target: str
    factory: bool = False
    handlers: Mapping[str, Handler] = field(default_factory=dict[str, "Handler"])
    prefix: str = ""
    exceptions: Sequence[BaseException] = ()

    def findings(self, recorder: Any) -> Iterator[Finding]:
        """Read the findings of one scenario that Schemathesis played."""
        for case_id, checks in recorder.checks.items():
            for node in checks:
                if node.failure_info is not None:
                    finding = self._finding(recorder, case_id, node.failure_info.failure)
                    if finding is not None:
                        yield finding

    def _finding(self, recorder: Any, case_id: str, failure: Any) -> Finding | None:
        """Build one finding; None when its check is not selected."""
        code = str(failure.code)
        interaction = recorder.interactions.get(case_id)
        exception = self._exception(interaction)
        check = CHECKS[_CRASH] if exception is not None else _check_of(code)
        operation = self._label(failure.operation or recorder.label)
        if not self.selection.check(check.id, operation):
            return None
        mark = (
            fingerprint_of_exception(check.id, exception, fallback=operation)
            if exception is not None
            else fingerprint(check.id, operation, code)
        )
        steps = [step for step in self._steps(recorder, case_id) if step is not None]
        status = interaction.response.status_code if interaction is not None and interaction.response else 0
        return Finding(
            check=check.id,
            operation=operation,
            severity=self.selection.severity(check.id, check.severity, operation),
            confidence="firm",
            origin=check.origin,
            title=check.title if check.id != _OTHER else str(failure.title),
            message=f"{failure.title}. {' '.join(str(failure.message).split())}",
            fingerprint=mark,
            location=self._location(operation, exception),
            spec=tuple(SpecReference(document=s.document, section=s.section, url=s.url) for s in check.spec),
            exception=exception,
            evidence=_evidence(interaction),
            reproduction=build_reproduction(
                self._scenario(steps), mark, assertions=_assertions(code, status, crash=exception is not None)
            ),
            subjects=(operation,),
            schemathesis=code,
        )

    def _label(self, label: str) -> str:
        """The operation as we call it: under the path of its mount."""
        method, space, path = label.partition(" ")
        return f"{method} {self.prefix}{path}" if space and path.startswith("/") else label

    def _exception(self, interaction: Any) -> ExceptionRecord | None:
        """What the app raised, if the response stands for an exception."""
        if interaction is None or interaction.response is None:
            return None
        number = interaction.response.headers.get(MARK.decode())
        return describe_exception(self.exceptions[int(number[0])], self.roots) if number else None

    def _location(self, operation: str, exception: ExceptionRecord | None) -> Location | None:
        frame = innermost_app_frame(exception) if exception is not None else None
        if frame is not None and frame.app:
            return Location(file=frame.file, line=frame.line, qualname=frame.qualname)
        handler = self.handlers.get(operation)
        if handler is None:
            return None
        return Location(file=relative_file(handler.file), line=max(1, handler.line), qualname=handler.qualname)

    def _steps(self, recorder: Any, case_id: str) -> Iterator[HTTPStep | None]:
        """The requests that led to a case, and its own."""
        chain: list[str] = []
        current: str | None = case_id
        while current is not None and current not in chain:
            chain.insert(0, current)
            node = recorder.cases.get(current)
            current = node.parent_id if node is not None else None
        for one in chain:
            yield _step(recorder.interactions.get(one))

    def _scenario(self, steps: Sequence[HTTPStep]) -> Scenario:
        return Scenario(
            target=self.target,
            factory=self.factory,
            app_dir=str(self.options.app_dir),
            root_path=self.options.root_path,
            base_url=self.options.base_url,
            steps=tuple(steps),
        )


def _check_of(code: str) -> Check:
    """The check that stands for a failure code."""
    return check_of_schemathesis(code) or CHECKS[_OTHER]


def _step(interaction: Any) -> HTTPStep | None:
    if interaction is None:
        return None
    request = interaction.request
    return HTTPStep(
        method=request.method, target=_target(request.uri), headers=_headers(request), body=request.body or b""
    )


def _target(uri: str) -> str:
    parts = urlsplit(uri)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(request: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.lower(), str(value))
        for name, values in request.headers.items()
        if name.lower() not in _OWN_HEADERS
        for value in values
        if (name.lower(), value) != ("accept", "*/*")
    )


def _evidence(interaction: Any) -> tuple[Evidence, ...]:
    if interaction is None:
        return ()
    request, response = interaction.request, interaction.response
    target = _target(request.uri)
    seen = None
    if response is not None:
        headers = [(name, str(value)) for name, values in response.headers.items() for value in values]
        seen = SeenResponse(
            status=response.status_code,
            headers=tuple((name, value) for name, value in headers if name != MARK.decode()),
            body=body_of(response.content or b""),
        )
    sent = SentRequest(
        method=request.method, target=target, headers=_headers(request), body=body_of(request.body or b"")
    )
    return (Evidence(kind="http", title=f"{request.method} {target[:200]}", request=sent, response=seen),)


def _assertions(code: str, status: int, *, crash: bool) -> tuple[str, ...]:
    """What the snippet asserts; nothing when the app raises, which fails by itself."""
    if crash:
        return ()
    if status >= _SERVER_ERROR:
        return (f"assert response.status_code < {_SERVER_ERROR}",)
    if code in {"ST201", "ST203", "ST401", "ST402"}:
        return (f"assert response.status_code >= {_REFUSED}",)
    return (f"assert response.status_code != {status}",)
