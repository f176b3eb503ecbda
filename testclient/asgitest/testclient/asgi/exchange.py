"""What the three exchanges share: the scope, the trace, and the findings made so far.

Depends on: findings, profiles, rules, trace.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.findings import Finding, Problem, show
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["Exchange"]

_CORE_KEYS = (
    "type",
    "method",
    "path",
    "root_path",
    "raw_path",
    "query_string",
    "scheme",
    "client",
    "server",
    "http_version",
)
_WARNED_KEYS = frozenset({"type", "method", "headers"})


class Exchange:
    """One conversation between a server and an app.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    __slots__ = (
        "_before",
        "_counts",
        "_ended",
        "_fields_before",
        "_pending",
        "_refused",
        "_seen",
        "_sent_fields",
        "checks",
        "findings",
        "profile",
        "scope",
        "trace",
    )

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        self.scope = scope
        self.profile = profile
        self.checks = checks
        self.findings: list[Finding] = []
        self.trace = Trace(scope)
        self._before = scope.copy()
        fields = scope.get("headers")
        self._fields_before = fields[:] if type(fields) is list else None
        self._seen: dict[tuple[str, str], Finding] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._pending: list[Problem] = []
        self._refused = False
        self._ended = False
        self._sent_fields: tuple[list[Any], list[Any]] | None = None

    @property
    def counts(self) -> dict[Finding, int]:
        """How often each finding was made."""
        return {finding: self._counts[key] for key, finding in self._seen.items()}

    def app_sent_by_name(self, names: Iterable[str]) -> Sequence[Finding]:
        """Record that the app called ``send`` with keyword arguments.

        Args:
            names: Of the keywords.
        """
        detail = f"the app called send({', '.join(f'{name}=...' for name in names)}); servers name that parameter as they like"
        return self._place([Problem("ASGI-MSG-009", detail, "send")], None)

    def _place(self, problems: Sequence[Problem], index: int | None) -> Sequence[Finding]:
        """Make findings of problems; one that was made before is returned again only if it is an error."""
        placed: list[Finding] = []
        for problem in problems:
            rule = RULES[problem.rule_id]
            key = (problem.rule_id, problem.subject)
            level = problem.level or rule.level
            finding = self._seen.get(key)
            if finding is None:
                self._seen[key] = finding = Finding(rule=rule, detail=problem.detail, level=level, index=index)
                self._counts[key] = 1
                self.findings.append(finding)
                placed.append(finding)
            else:
                self._counts[key] += 1
                if level is Level.ERROR:
                    placed.append(finding)
        return placed

    def _end(self, value: Any, problems: list[Problem]) -> None:
        """Collect what can only be judged when the call has ended."""
        self._ended = True
        if self._pending:
            problems += self._pending
            self._pending = []
        if value is not None:
            problems.append(Problem("ASGI-APP-002", f"the app returned {show(value)} instead of None", "return"))
        if self.checks:
            with suppress(Exception):  # values of the app may do anything when they are compared
                self._compare_scope(problems)
                if self._sent_fields is not None and self._sent_fields[0] != self._sent_fields[1]:
                    problems.append(
                        Problem("ASGI-MSG-010", "the list of headers was changed after it had been sent", "headers")
                    )

    def _compare_scope(self, problems: list[Problem]) -> None:
        """See whether the app changed what the specification says is in the scope; its own keys are its own business."""
        before, scope = self._before, self.scope
        for key in _CORE_KEYS:
            if before.get(key) is not scope.get(key) and not _equal(before.get(key), scope.get(key)):
                problems.append(_changed(key, before.get(key), scope.get(key)))
        fields = scope.get("headers")
        # Starlette puts an equal list in the place of the headers; only other contents are a change.
        if self._fields_before is not None and not _equal(self._fields_before, fields):
            problems.append(_changed("headers", self._fields_before, fields))

    def _raised(self, error: BaseException, problems: list[Problem]) -> None:
        self._end(None, problems)
        kind = type(error)
        if not isinstance(error, Exception) and kind.__name__ not in {"CancelledError", "Cancelled", "GeneratorExit"}:
            problems.append(Problem("ASGI-APP-010", f"{kind.__name__} escaped from the app", kind.__name__))


def _equal(before: Any, after: Any) -> bool:
    """Whether two values are equal; values of an app may raise when they are compared, and are not equal then."""
    try:
        return bool(before == after)
    except Exception:  # noqa: BLE001 - whatever the app's values do
        return False


def _changed(key: str, before: Any, after: Any) -> Problem:
    """Say that a key of the scope was changed in place; adapting a path on the way into a mount is common, the rest is not."""
    level = Level.WARNING if key in _WARNED_KEYS else Level.INFO
    if key == "path" and isinstance(before, str) and isinstance(after, str):
        kept = after.strip("/")
        adapted = before.strip("/").endswith(kept) or kept == "/".join(filter(None, before.split("/")))
        level = Level.INFO if adapted else Level.WARNING
    detail = f"the app changed scope[{key!r}] in place, from {show(before)} to {show(after)}"
    return Problem("ASGI-APP-004", detail, key, level)


def late(message: Message, index: int) -> Problem:
    """Say that a message came after the app call had ended."""
    kind = message.get("type")
    detail = f"send is not used after the app has returned, but message {index} is {show(kind)}"
    return Problem("ASGI-APP-005", detail, "send")
