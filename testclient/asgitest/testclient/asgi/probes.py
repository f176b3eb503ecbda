"""Rules that only further calls of the app can show broken: which calls to make, and what their outcomes tell.

A probe is two pure functions. Whoever has a loop makes the calls; nothing here does.

Source: ``rules.http_probed`` and the rules that are judged by probes.
Depends on: findings, kinds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.kinds import is_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asgitest.testclient.asgi.trace import Message

__all__ = ["Call", "Outcome", "Probe", "differs", "fails", "steady"]

_SERVER_ERROR = 500
_DISCONNECTS = ("disconnect", "aborted", "closed", "brokenresource", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the app, and what the client does in it.

    Args:
        scope: What the app is called with.
        gives: The messages that ``receive()`` returns, in their order; after them it waits.
        leaves_after: The client leaves when the app has sent so many messages; ``None`` if it stays.
        gone: What ``send()`` does once the client has left.
        cancelled: Whether the task is cancelled as soon as the app waits.
        shared: Whether the call shares its context variables with the other calls that do.
        note: What is special about it, for the report.
    """

    scope: Mapping[str, Any]
    gives: tuple[Message, ...] = ()
    leaves_after: int | None = None
    gone: Literal["raise", "noop"] = "noop"
    cancelled: bool = False
    shared: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a call.

    Args:
        call: Which.
        sent: What the app sent, in its order.
        error: What it raised.
        ended: Whether it ended in time; after its client has left or its task was cancelled, if that happened.
        taken: How many messages it received.
        own_error: Whether *error* is the very ``OSError`` that ``send()`` raised, or comes of it.
        tasks: How many tasks it has left behind.
    """

    call: Call
    sent: tuple[Any, ...] = ()
    error: BaseException | None = None
    ended: bool = True
    taken: int = 0
    own_error: bool = False
    tasks: int = 0

    def _values(self, kind: str, key: str) -> list[Any]:
        return [each.get(key) for each in self.sent if is_dict(each) and each.get("type") == kind]

    @property
    def status(self) -> Any:
        """The status of the response; ``None`` if it was not started."""
        statuses = self._values("http.response.start", "status")
        return statuses[0] if statuses else None

    @property
    def body(self) -> bytes:
        """The body of the response, as far as it came."""
        return b"".join(part for part in self._values("http.response.body", "body") if isinstance(part, bytes))

    @property
    def succeeded(self) -> bool:
        """Whether the response tells of success."""
        return isinstance(self.status, int) and 200 <= self.status < 300  # noqa: PLR2004 - the class of success

    @property
    def failed(self) -> bool:
        """Whether the app raised, did not end, or answered with an error of its own."""
        erred = isinstance(self.status, int) and self.status >= _SERVER_ERROR
        return erred or not self.ended or self.error is not None

    @property
    def tells_of_disconnect(self) -> bool:
        """Whether what the app raised says, by its name, no more than that the client has left."""
        name = type(self.error).__name__.lower()
        return isinstance(self.error, OSError) or any(word in name for word in _DISCONNECTS)

    def __str__(self) -> str:
        if not self.ended:
            return "it does not end"
        if self.error is not None:
            return f"it raises {type(self.error).__name__}: {self.error}"
        return f"it answers {show(self.status)}" if self.call.scope.get("type") == "http" else "it ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How one rule is put to the test.

    Args:
        rule_id: As in ``RULES``.
        protocol: Of the call that it starts from.
        plan: From a call that works, the calls to make, in their order.
        judge: From their outcomes, in the same order, what is wrong.
        repeats: Whether the app must answer two like calls alike; else nothing can be told.
    """

    rule_id: str
    protocol: Literal["http", "websocket", "lifespan"]
    plan: Callable[[Call], Sequence[Call]]
    judge: Callable[[Sequence[Outcome]], Iterable[str]] = field(default=lambda _: ())

    def problems(self, outcomes: Sequence[Outcome]) -> Iterator[Problem]:
        """Make problems of what the judge says.

        Args:
            outcomes: Of the planned calls.
        """
        for detail in self.judge(outcomes):
            yield Problem(self.rule_id, detail, "probe")


def changed(base: Call, note: str = "", /, **scope: Any) -> Call:
    """Change some of the scope; a key that is ``...`` is left out."""
    kept = {key: value for key, value in {**base.scope, **scope}.items() if value is not ...}
    return replace(base, scope=kept, note=note)


def steady(outcomes: Sequence[Outcome]) -> bool:
    """Whether the first two outcomes, of the same call, are alike, and nothing went wrong in them."""
    first, second = outcomes[0], outcomes[1]
    return not first.failed and not second.failed and answer(first) == answer(second)


def answer(outcome: Outcome) -> tuple[Any, ...]:
    """What a client can see of an outcome."""
    if outcome.call.scope.get("type") == "http":
        return (outcome.status, outcome.body)
    return tuple(repr(message) for message in outcome.sent)


def differs(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say which outcome after the first two, of like calls, is another than theirs."""
    if steady(outcomes):
        for outcome in outcomes[2:]:
            if outcome.failed or answer(outcome) != answer(outcomes[0]):
                yield f"the app answers differently {outcome.call.note}: {_difference(outcomes[0], outcome)}"
                return


def _difference(usual: Outcome, outcome: Outcome) -> str:
    if outcome.failed or usual.status != outcome.status:
        return f"{outcome}, where it answers {show(usual.status)} otherwise"
    return f"{show(outcome.body)} instead of {show(usual.body)}"


def fails(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say which outcome after the first is a failure, where the first is none."""
    if not outcomes[0].failed:
        for outcome in outcomes[1:]:
            if outcome.failed:
                yield f"the app fails {outcome.call.note}: {outcome}"
                return
