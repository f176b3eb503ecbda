"""The lifespan of an app.

Source: ASGI ``lifespan``; what servers do where it is silent: uvicorn, hypercorn, granian.
Depends on: exchange, findings, lifespan_table, profiles, rules.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from asgitest.testclient.asgi.exchange import Exchange
from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.lifespan_table import LIFESPAN_TABLE, LifespanInput, LifespanState
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES, Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgitest.testclient.asgi.findings import Finding
    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.trace import Message

__all__ = ["LifespanExchange", "LifespanState"]

# By words as messages have them: to look a member of an enum up in its class takes long.
_INPUTS = {item.name.lower(): item for item in LifespanInput}


class LifespanExchange(Exchange):
    """The lifespan of an app, as the server sees it.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    protocol = "lifespan"
    noun = "the lifespan"
    table = LIFESPAN_TABLE

    # What a conversation begins with stands in the class: most of it stays so to the end.
    state: LifespanState = LifespanState.IDLE
    startup_complete = False
    startup_failed = False
    shutdown_complete = False
    shutdown_failed = False
    unsupported = False
    message = ""
    _asked = False

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        super().__init__(scope, profile=profile, checks=checks)
        self._waiting: deque[str] = deque()
        self._state_before = scope.get("state")

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
                self._pending = [*self._pending, _WENT_ON]
            return None
        word = self._waiting.popleft()
        self.state = self.table[self.state, _INPUTS[word]].state
        message: Message = {"type": f"lifespan.{word}"}
        self.trace.add("->", message.copy())
        return message

    def app_asked(self) -> Sequence[Finding]:
        """Record that the app called ``receive``, where a real server answers it.

        Returns:
            What is wrong with that; empty if nothing is.
        """
        if self.state is LifespanState.FAILED and not self._ended:
            self.trace.add("--", "the app calls receive again")
            return self._place([_WENT_ON], None)
        return super().app_asked()

    def _received(self, message: Message) -> None:
        word = str(message.get("type", "")).removeprefix("lifespan.").upper()
        if word in {"STARTUP", "SHUTDOWN"}:
            self.state = self.table[self.state, LifespanInput[word]].state

    # The app's side -----------------------------------------------------------------------------------------------

    def _read_answer(self, message: Message, problems: list[Problem]) -> None:
        word = message["type"].removeprefix("lifespan.").replace(".", "_")
        text = message.get("message", "")
        if not isinstance(text, str):
            problems.append(Problem("ASGI-LS-005", f"message is a str, but this is {show(text)}", "message"))
            text = show(text)
        before = self.state
        if self._move(_INPUTS[word], message, problems) and self.state is not before:
            setattr(self, word, True)
            self.message = text or self.message

    readers: ClassVar[Mapping[str, Any]] = {
        "lifespan.startup.complete": _read_answer,
        "lifespan.startup.failed": _read_answer,
        "lifespan.shutdown.complete": _read_answer,
        "lifespan.shutdown.failed": _read_answer,
    }

    # The end ------------------------------------------------------------------------------------------------------

    def _returned(self, problems: list[Problem]) -> None:
        self._finish(LifespanInput.RETURNED, problems)

    def _raised(self, problems: list[Problem], *, cancelled: bool) -> None:
        self._finish(LifespanInput.RAISED, problems, cancelled=cancelled)

    def _finish(self, item: LifespanInput, problems: list[Problem], *, cancelled: bool = False) -> None:
        step = self.table[self.state, item]
        if step.rule is not None and not self._refused and not cancelled:
            level = Level.WARNING if step.rule == "ASGI-LS-004" else None
            detail = f"{RULES[step.rule].title}, but the app {item} while the lifespan was {self.state}"
            problems.append(Problem(step.rule, detail, "return", level))
        self.state = step.state
        # An app that raises after a message that was refused has not said that it has no lifespan.
        self.unsupported = self.state is LifespanState.UNSUPPORTED and not self._refused
        self._check_state(problems)

    def _check_state(self, problems: list[Problem]) -> None:
        """See whether the state is still the server's object, and can be a namespace."""
        state: Any = self._state_before
        if state is None:
            return
        if self.scope.get("state") is not state:
            detail = "the app replaced scope['state'], so the server does not see what is in it"
            problems.append(Problem("ASGI-LS-010", detail, "state"))
        problems += [
            Problem("ASGI-LS-010", f"keys of the state are str, but one is {show(key)}", "key")
            for key in (state if hasattr(state, "keys") else ())
            if not isinstance(key, str)
        ]


_WENT_ON = Problem(
    "ASGI-LS-006",
    "the app goes on after lifespan.startup.failed: it calls receive, and no message will come",
    "receive",
)
