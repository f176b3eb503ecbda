"""What was seen: immutable records of one exchange, one WebSocket session, one lifespan.

Checks are pure functions over these. A record holds everything a check may ask for, so that the same check runs on a
case of the engine, on the traffic of somebody's own tests, and on a recorded file.

Depends on: findings of the test client's core, what the white box observed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.conformance.whitebox import Observation
    from asgitest.testclient.asgi import Finding

__all__ = [
    "Exchange",
    "LifespanRecord",
    "Request",
    "Response",
    "RuleBroken",
    "SocketRecord",
    "SocketRequest",
    "broken_rules",
]

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request as it goes over the wire.

    Args:
        method: In upper case.
        target: Origin form, percent-encoded: path and query.
        headers: Names in lower case.
        body: All of it.
        chunks: Sizes of the messages the body is cut into; empty means one.
        disconnect_after: The client leaves after so many response messages.
    """

    method: str
    target: bytes
    headers: Headers = ()
    body: bytes = b""
    chunks: tuple[int, ...] = ()
    disconnect_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back.

    Args:
        status: Of the final response.
        headers: As the app sent them.
        body: All of it, or the first part when *truncated*.
        complete: Whether the app finished it.
        truncated: Whether it was cut because it did not end or grew too large.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    complete: bool = True
    truncated: bool = False

    def header(self, name: bytes) -> bytes | None:
        """Return the first value of a header, None without it; *name* in lower case."""
        for key, value in self.headers:
            if key == name or key.lower() == name:
                return value
        return None

    def values(self, name: bytes) -> list[bytes]:
        """Return all values of a header; *name* in lower case."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty without Content-Type."""
        value = self.header(b"content-type")
        return value.partition(b";")[0].strip().decode("latin-1").lower() if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBroken:
    """A rule of the ASGI specification that a conversation broke.

    Args:
        rule: Its id.
        detail: What was wrong.
        level: ``error``, ``warning`` or ``info``.
        index: Number of the message, from 1.
    """

    rule: str
    detail: str
    level: Literal["error", "warning", "info"]
    index: int | None = None


_LEVELS: dict[str, Literal["error", "warning", "info"]] = {"ERROR": "error", "WARNING": "warning", "INFO": "info"}


def broken_rules(findings: Iterable[Finding]) -> tuple[RuleBroken, ...]:
    """Write findings of the core as values that can be pickled."""
    return tuple(
        RuleBroken(rule=found.rule.id, detail=found.detail, level=_LEVELS[found.level.name], index=found.index)
        for found in findings
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request, and everything that came of it.

    Args:
        request: What was sent.
        response: What came back; None if nothing did.
        messages: The ASGI messages as a trace shows them; empty unless asked for.
        exception: What escaped the app.
        hidden: What handlers around the app caught instead of letting it escape.
        broken: Rules of ASGI that were broken.
        hung: The deadline passed before the response was complete.
        routed: Whether a route was found for it; None when the framework does not tell.
        cpu_seconds: Of the whole process during the exchange; by the clock where no messages are kept.
        observation: What the white box saw.
        stayed: Whether the app went on sending a stream after the client had left.
    """

    request: Request
    response: Response | None
    messages: tuple[str, ...] = ()
    exception: BaseException | None = None
    hidden: tuple[BaseException, ...] = ()
    broken: tuple[RuleBroken, ...] = ()
    hung: bool = False
    routed: bool | None = None
    cpu_seconds: float = 0.0
    observation: Observation | None = None
    stayed: bool = False

    @property
    def status(self) -> int:
        """The status, 0 without a response."""
        return self.response.status if self.response is not None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketRequest:
    """One WebSocket session as the client plays it.

    Args:
        target: Origin form, percent-encoded.
        headers: Names in lower case.
        subprotocols: Offered.
        sends: Text, bytes, or None for "wait for a message of the app".
        close_code: How the client closes in the end; None means it is lost without closing.
    """

    target: bytes
    headers: Headers = ()
    subprotocols: tuple[str, ...] = ()
    sends: tuple[str | bytes | None, ...] = ()
    close_code: int | None = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketRecord:
    """One WebSocket session, and everything that came of it.

    Args:
        request: What the client did.
        accepted: Whether the app accepted.
        subprotocol: What the app chose.
        received: What the app sent.
        close_code: How the app closed; None if it did not.
        close_reason: Its reason.
        denial: The response the app denied with, if it did.
        exception: What escaped the app.
        broken: Rules of ASGI that were broken.
        hung: The app neither accepted nor refused, or did not end after the client had left.
        hung_after_disconnect: Which of the two.
        returned_first: The app returned or raised before the client had left.
        hidden: What a handler around the endpoint was given.
        sent: How many messages of the client the app has taken.
    """

    request: SocketRequest
    accepted: bool = False
    subprotocol: str | None = None
    received: tuple[str | bytes, ...] = ()
    close_code: int | None = None
    close_reason: str | None = None
    denial: Response | None = None
    messages: tuple[str, ...] = ()
    exception: BaseException | None = None
    broken: tuple[RuleBroken, ...] = ()
    hung: bool = False
    hung_after_disconnect: bool = False
    returned_first: bool = False
    sent: int = 0
    hidden: tuple[BaseException, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LifespanRecord:
    """One lifespan: startup, perhaps shutdown.

    Args:
        outcome: How startup ended.
        shutdown: How shutdown ended; None when it was not tried.
        message: Of ``startup.failed`` or ``shutdown.failed``.
        exception: What escaped the app.
        broken: Rules of ASGI that were broken.
        tasks_left: Names of tasks that still ran afterwards.
        state: What the lifespan put into the state.
    """

    outcome: Literal["started", "failed", "unsupported", "silent", "hung"]
    shutdown: Literal["complete", "failed", "hung"] | None = None
    message: str = ""
    exception: BaseException | None = None
    broken: tuple[RuleBroken, ...] = ()
    tasks_left: tuple[str, ...] = ()
    state: dict[str, Any] = field(default_factory=dict[str, Any])
