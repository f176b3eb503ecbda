"""From what a check saw to a finding: words of the catalogue, severity, identity, place, evidence, scenario.

Depends on: the checks, the models, the selection.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.engine.exceptions import describe_exception, relative_file
from asgitest.conformance.fingerprint import (
    fingerprint,
    fingerprint_of_exception,
    fingerprint_of_schema,
    innermost_app_frame,
)
from asgitest.conformance.model import (
    Body,
    Evidence,
    Finding,
    HTTPStep,
    Location,
    Scenario,
    SeenResponse,
    SentRequest,
    SocketMessage,
    SpecReference,
    WebSocketStep,
)
from asgitest.conformance.quirks import apply_quirk
from asgitest.conformance.records import Exchange, LifespanRecord, Request, SocketRecord, SocketRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from asgitest.conformance.checks.violation import Violation
    from asgitest.conformance.model import ExceptionRecord, Step
    from asgitest.conformance.operation import Handler
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.selection import Selection

__all__ = ["Findings", "request_of_step", "socket_request_of_step", "step_of", "step_of_socket"]

_LONGEST_BODY = 4096
_MOST_MESSAGES = 40

Seen = Exchange | SocketRecord | LifespanRecord | None


def _text(pairs: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)


def _bytes(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)


def step_of(request: Request) -> HTTPStep:
    """Write a request as a step of a scenario."""
    return HTTPStep(
        method=request.method,
        target=request.target.decode("latin-1"),
        headers=_text(request.headers),
        body=request.body,
        chunks=request.chunks,
        disconnect_after=request.disconnect_after,
    )


def step_of_socket(request: SocketRequest) -> WebSocketStep:
    """Write a session as a step of a scenario."""
    return WebSocketStep(
        target=request.target.decode("latin-1"),
        headers=_text(request.headers),
        subprotocols=request.subprotocols,
        sends=tuple(_sent(item) for item in request.sends),
        close_code=request.close_code,
    )


def _sent(item: str | bytes | None) -> SocketMessage | None:
    """Write a message of a session as the model has it."""
    if item is None:
        return None
    return SocketMessage(text=item) if isinstance(item, str) else SocketMessage(data=item)


def socket_request_of_step(step: WebSocketStep) -> SocketRequest:
    """Read a session back from a step."""
    return SocketRequest(
        target=step.target.encode("latin-1"),
        headers=_bytes(step.headers),
        subprotocols=step.subprotocols,
        sends=tuple(None if item is None else item.text if item.text is not None else item.data for item in step.sends),
        close_code=step.close_code,
    )


def request_of_step(step: HTTPStep) -> Request:
    """Read a request back from a step."""
    return Request(
        method=step.method,
        target=step.target.encode("latin-1"),
        headers=_bytes(step.headers),
        body=step.body,
        chunks=step.chunks,
        disconnect_after=step.disconnect_after,
    )


def body_of(content: bytes) -> Body | None:
    """Write bytes as a report carries them, cut."""
    if not content:
        return None
    cut = content[:_LONGEST_BODY]
    truncated = len(content) > _LONGEST_BODY
    try:
        return Body(text=cut.decode("utf-8"), size_bytes=len(content), truncated=truncated)
    except UnicodeDecodeError:
        return Body(base64=base64.b64encode(cut).decode(), size_bytes=len(content), truncated=truncated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Builds findings for one target.

    Args:
        options: Of the run.
        selection: What the options choose.
        roots: Folders of the app's own code.
        target: Import string of the app, for reproductions.
        factory: Whether it is a factory.
    """

    options: RunOptions
    selection: Selection
    roots: tuple[Path, ...]
    target: str = ""
    factory: bool = False

    def build(
        self,
        violation: Violation,
        subject: str,
        *,
        handler: Handler | None = None,
        seen: Seen = None,
    ) -> Finding | None:
        """Build the finding of a violation, without a reproduction.

        Args:
            violation: What a check saw.
            subject: The operation, or ``LIFESPAN`` and the like.
            handler: Where its code stands.
            seen: The record it was seen in.

        Returns:
            None when the check is not selected for the subject.
        """
        if not self.selection.check(violation.check, subject):
            return None
        check = CHECKS[violation.check]
        exception = describe_exception(violation.exception, self.roots) if violation.exception is not None else None
        severity = self.selection.severity(violation.check, violation.severity or check.severity, subject)
        finding = Finding(
            check=violation.check,
            operation=subject,
            severity=severity,
            confidence=violation.confidence or check.confidence,
            origin=violation.origin or check.origin,
            title=violation.title or check.title,
            message=violation.message,
            expected=violation.expected,
            actual=violation.actual,
            fingerprint=_identity(violation, subject, exception),
            location=_location(exception, handler),
            spec=tuple(SpecReference(document=s.document, section=s.section, url=s.url) for s in check.spec),
            exception=exception,
            evidence=evidence_of(seen),
            subjects=(subject,),
            rule=violation.rule,
        )
        if violation.quirk is not None and not self.options.strict:
            return apply_quirk(finding, violation.quirk)
        return finding

    def scenario(self, steps: Sequence[Step], *, lifespan: bool = True) -> Scenario:
        """Write steps as a scenario of this target."""
        return Scenario(
            target=self.target,
            factory=self.factory,
            app_dir=str(self.options.app_dir),
            root_path=self.options.root_path,
            lifespan=lifespan,
            base_url=self.options.base_url,
            steps=tuple(steps),
        )


def _identity(violation: Violation, subject: str, exception: ExceptionRecord | None) -> str:
    """Compute what stays the same when lines move and values change."""
    where = "" if violation.app_wide else subject
    if exception is not None:
        if exception.type == "RecursionError":
            own = next((frame for frame in exception.frames if frame.app), None)
            return fingerprint(violation.check, exception.type, own.qualname if own is not None else where)
        if any(frame.app for frame in exception.frames):
            return fingerprint_of_exception(violation.check, exception)
        return fingerprint(violation.check, exception.type, where)
    if violation.keyword_path or violation.instance_path:
        return fingerprint_of_schema(
            violation.check, where, keyword_path=violation.keyword_path, instance_path=violation.instance_path
        )
    return fingerprint(violation.check, where, *violation.cause)


def _location(exception: ExceptionRecord | None, handler: Handler | None) -> Location | None:
    """Find the line to look at: where the app raised, else the handler."""
    if exception is not None:
        frame = innermost_app_frame(exception)
        if frame is not None and frame.app:
            return Location(file=frame.file, line=frame.line, qualname=frame.qualname)
    if handler is None:
        return None
    return Location(file=relative_file(handler.file), line=max(1, handler.line), qualname=handler.qualname)


def evidence_of(seen: Seen) -> tuple[Evidence, ...]:
    """Write a record as evidence."""
    if isinstance(seen, Exchange):
        request = seen.request
        response = seen.response
        return (
            Evidence(
                kind="http",
                title=f"{request.method} {request.target.decode('latin-1')[:200]}",
                request=SentRequest(
                    method=request.method,
                    target=request.target.decode("latin-1"),
                    headers=_text(request.headers),
                    body=body_of(request.body),
                ),
                response=SeenResponse(
                    status=response.status, headers=_text(response.headers), body=body_of(response.body)
                )
                if response is not None
                else None,
                messages=seen.messages[:_MOST_MESSAGES],
            ),
        )
    if isinstance(seen, SocketRecord):
        return (
            Evidence(
                kind="websocket",
                title=f"WS {seen.request.target.decode('latin-1')[:200]}",
                messages=seen.messages[:_MOST_MESSAGES],
            ),
        )
    if isinstance(seen, LifespanRecord):
        ended = f"startup {seen.outcome}" + (f", shutdown {seen.shutdown}" if seen.shutdown else "")
        return (Evidence(kind="lifespan", title=ended, notes=(seen.message,) if seen.message else ()),)
    return ()
