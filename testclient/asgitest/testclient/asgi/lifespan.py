"""The lifespan of an app, as a table of states.

Source: ASGI ``lifespan``; what servers do where it is silent: uvicorn, hypercorn, granian.
Depends on: exchange, findings, profiles, shapes, trace.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.exchange import Exchange, late
from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.http import Step
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.shapes import read_message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["LIFESPAN_TABLE", "LifespanExchange", "LifespanInput", "LifespanState"]


class LifespanState(StrEnum):
    """How far a lifespan has come."""

    IDLE = "idle"
    STARTING = "starting"
    UP = "up"
    STOPPING = "stopping"
    DOWN = "down"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    BROKEN = "broken"


class LifespanInput(StrEnum):
    """What can happen to a lifespan."""

    STARTUP = "startup received"
    SHUTDOWN = "shutdown received"
    STARTUP_COMPLETE = "startup complete"
    STARTUP_FAILED = "startup failed"
    SHUTDOWN_COMPLETE = "shutdown complete"
    SHUTDOWN_FAILED = "shutdown failed"
    RETURNED = "returned"
    RAISED = "raised"


_S = LifespanState


def _row(
    state: LifespanState, **outcomes: LifespanState | str | Step
) -> dict[tuple[LifespanState, LifespanInput], Step]:
    row: dict[tuple[LifespanState, LifespanInput], Step] = {}
    for item in LifespanInput:
        outcome = outcomes[item.name.lower()]
        step = (
            Step(outcome)
            if isinstance(outcome, LifespanState)
            else Step(state, outcome)
            if isinstance(outcome, str)
            else outcome
        )
        row[state, item] = step
    return row


_BROKEN = LifespanState.BROKEN

# Everything that moves a lifespan from one state to another is in this table. Not in the table: messages after the app has
# returned, and what the app does with its state.
LIFESPAN_TABLE: Mapping[tuple[LifespanState, LifespanInput], Step] = {
    **_row(
        _S.IDLE,
        startup=_S.STARTING, shutdown=_S.STOPPING, startup_complete="ASGI-LS-002", startup_failed="ASGI-LS-002",
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004",
        returned=Step(_BROKEN, "ASGI-LS-001"), raised=_S.UNSUPPORTED,
    ),
    **_row(
        _S.STARTING,
        startup=_S.STARTING, shutdown=_S.STOPPING, startup_complete=_S.UP, startup_failed=_S.FAILED,
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004",
        returned=Step(_BROKEN, "ASGI-LS-001"), raised=Step(_BROKEN, "ASGI-LS-014"),
    ),
    **_row(
        _S.UP,
        startup=_S.UP, shutdown=_S.STOPPING, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004",
        returned=Step(_BROKEN, "ASGI-LS-009"), raised=Step(_BROKEN, "ASGI-LS-008"),
    ),
    **_row(
        _S.STOPPING,
        startup=_S.STOPPING, shutdown=_S.STOPPING, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete=_S.DOWN, shutdown_failed=_S.DOWN,
        returned=Step(_BROKEN, "ASGI-LS-004"), raised=Step(_BROKEN, "ASGI-LS-004"),
    ),
    **_row(
        _S.DOWN,
        startup=_S.DOWN, shutdown=_S.DOWN, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004", returned=_S.DOWN, raised=_S.DOWN,
    ),
    **_row(
        _S.FAILED,
        startup=_S.FAILED, shutdown=_S.FAILED, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete="ASGI-LS-006", shutdown_failed="ASGI-LS-006", returned=_S.FAILED, raised=_S.FAILED,
    ),
    **_row(
        _S.UNSUPPORTED,
        startup=_S.UNSUPPORTED, shutdown=_S.UNSUPPORTED, startup_complete=_S.UNSUPPORTED, startup_failed=_S.UNSUPPORTED,
        shutdown_complete=_S.UNSUPPORTED, shutdown_failed=_S.UNSUPPORTED, returned=_S.UNSUPPORTED, raised=_S.UNSUPPORTED,
    ),
    **_row(
        _BROKEN,
        startup=_BROKEN, shutdown=_BROKEN, startup_complete=_BROKEN, startup_failed=_BROKEN,
        shutdown_complete=_BROKEN, shutdown_failed=_BROKEN, returned=_BROKEN, raised=_BROKEN,
    ),
}  # fmt: skip

_CANCELLATIONS = frozenset({"CancelledError", "Cancelled", "GeneratorExit"})


class LifespanExchange(Exchange):
    """The lifespan of an app, as the server sees it.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    __slots__ = (
        "_asked", "_state_before", "_waiting", "message", "shutdown_complete", "shutdown_failed", "startup_complete", "startup_failed",
        "state", "unsupported",
    )  # fmt: skip

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        super().__init__(scope, profile=profile, checks=checks)
        self.state = LifespanState.IDLE
        self.startup_complete = False
        self.startup_failed = False
        self.shutdown_complete = False
        self.shutdown_failed = False
        self.unsupported = False
        self.message = ""
        self._waiting: deque[str] = deque()
        self._state_before = scope.get("state")
        self._asked = False

    # The server's side --------------------------------------------------------------------------------------------

    def client_startup(self) -> None:
        """Ask the app to start."""
        self._waiting.append("startup")

    def client_shutdown(self) -> None:
        """Ask the app to shut down."""
        self._waiting.append("shutdown")

    def next_message(self) -> Message | None:
        """What ``receive()`` returns now.

        Returns:
            A message; ``None`` if the app has to wait.
        """
        if not self._waiting:
            if self.state is LifespanState.FAILED and not self._asked:
                self._asked = True
                self.trace.add("--", "the app calls receive again")
                detail = "the app goes on after lifespan.startup.failed: it calls receive, and no message will come"
                self._pending.append(Problem("ASGI-LS-006", detail, "receive"))
            return None
        word = self._waiting.popleft()
        self.state = LIFESPAN_TABLE[self.state, LifespanInput[word.upper()]].state
        message: Message = {"type": f"lifespan.{word}"}
        self.trace.add("->", message.copy())
        return message

    # The app's side -----------------------------------------------------------------------------------------------

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        problems: list[Problem] = []
        index = self.trace.count + 1
        try:
            plain = read_message(message, "lifespan", problems)
            self.trace.add("<-", message if plain is None else plain.copy())
            if plain is not None:
                self._read(plain, problems)
        except Exception as error:  # noqa: BLE001 - values of the app may do anything when they are looked at
            if self.trace.count < index:
                self.trace.add("<-", show(message))
            detail = f"the message cannot be read: looking at it raises {type(error).__name__}"
            problems.append(Problem("ASGI-MSG-004", detail, "message"))
        if any((problem.level or RULES[problem.rule_id].level) is Level.ERROR for problem in problems):
            self._refused = True
        return self._place(problems, index) if problems else ()

    def _read(self, message: Message, problems: list[Problem]) -> None:
        index = self.trace.count
        if self._ended:
            problems.append(late(message, index))
            return
        word = message["type"].removeprefix("lifespan.").replace(".", "_")
        text = message.get("message", "")
        if not isinstance(text, str):
            problems.append(Problem("ASGI-LS-005", f"message is a str, but this is {show(text)}", "message"))
            text = show(text)
        step = LIFESPAN_TABLE[self.state, LifespanInput[word.upper()]]
        if step.rule is not None:
            detail = (
                f"{RULES[step.rule].title}, but message {index} is {message['type']} while the lifespan is {self.state}"
            )
            problems.append(Problem(step.rule, detail, message["type"]))
            return
        self.state = step.state
        setattr(self, word, True)
        if text:
            self.message = text

    # The end ------------------------------------------------------------------------------------------------------

    def app_returned(self, value: Any = None) -> Sequence[Finding]:
        """Record that the app call has ended.

        Args:
            value: What it returned.
        """
        return self._finish(LifespanInput.RETURNED, "returned", value)

    def app_raised(self, error: BaseException) -> Sequence[Finding]:
        """Record that the app call has ended with an exception.

        Args:
            error: Which. One that only says that the task was cancelled is no fault of the app.
        """
        return self._finish(LifespanInput.RAISED, f"raised {type(error).__name__}", None, error)

    def _finish(
        self, item: LifespanInput, event: str, value: Any, error: BaseException | None = None
    ) -> Sequence[Finding]:
        if self._ended:
            return ()
        problems: list[Problem] = []
        self.trace.add("--", f"the app {event}")
        cancelled = error is not None and type(error).__name__ in _CANCELLATIONS
        step = LIFESPAN_TABLE[self.state, item]
        if step.rule is not None and not self._refused and not cancelled:
            level = Level.WARNING if step.rule == "ASGI-LS-004" else None
            detail = f"{RULES[step.rule].title}, but the app {event} while the lifespan was {self.state}"
            problems.append(Problem(step.rule, detail, "return", level))
        self.state = step.state
        self.unsupported = self.state is LifespanState.UNSUPPORTED
        self._check_state(problems)
        if error is None:
            self._end(value, problems)
        else:
            self._raised(error, problems)
        return self._place(problems, None) if problems else ()

    def _check_state(self, problems: list[Problem]) -> None:
        """See whether the state is still the server's object, and can be a namespace."""
        state = self._state_before
        if state is None:
            return
        if self.scope.get("state") is not state:
            problems.append(
                Problem(
                    "ASGI-LS-010", "the app replaced scope['state'], so the server does not see what is in it", "state"
                )
            )
        if isinstance(state, dict):
            for key in state:
                if not isinstance(key, str):
                    problems.append(Problem("ASGI-LS-010", f"keys of the state are str, but one is {show(key)}", "key"))
