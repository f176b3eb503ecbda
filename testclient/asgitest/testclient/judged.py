"""A call of the app whose findings lead to something: what both the test clients and the middleware do with findings.

Depends on: application, policy, errors, ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from asgitest.testclient.application import WrapASGI2
from asgitest.testclient.errors import ProtocolViolation, ProtocolWarning, explain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from asgitest.testclient.asgi import Finding, Scope
    from asgitest.testclient.policy import Policy

__all__ = ["NOT_GIVEN", "JudgedCall"]

NOT_GIVEN: Any = object()
"""What ``send()`` was called with if it was called without a message."""


class JudgedCall:
    """One call of the app, and what was found in it.

    Args:
        app: The ASGI 3 app.
        exchange: The conversation.
        scope: What the app is called with.
        policy: What findings lead to.
    """

    # What a call begins with stands in the class: most of it stays so to the end.
    violation: ProtocolViolation | None = None
    warned: Sequence[Finding] = ()
    concluded = False

    def __init__(self, app: Any, exchange: Any, *, scope: Scope, policy: Policy) -> None:
        self.app = app
        self.exchange = exchange
        self.scope = scope
        self.policy = policy

    def call_app(self, receive: Any, send: Any) -> Awaitable[Any]:
        """Call the app, and see whether it is one async callable."""
        if type(self.app) is WrapASGI2:
            self.keep(self.exchange.app_is_not("a callable in two steps, as in ASGI 2"))
        called = self.app(self.scope, receive, send)
        if not hasattr(called, "__await__"):
            self.keep(self.exchange.app_is_not("a function that is not async"))
        return called  # type: ignore[no-any-return]  # awaiting anything else raises, as it does in servers

    def find_message(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """Find the message in a call of ``send()`` that is not ``send(message)``, and say what is odd about it.

        Raises:
            TypeError: If there is none, or more than one.
        """
        given = tuple(each for each in given if each is not NOT_GIVEN)
        self.judge(self.exchange.app_sent_oddly(len(given), named))
        messages = [*given, *named.values()]
        if len(messages) != 1:
            raise TypeError(f"send() takes one message, not {len(messages)}")
        return messages[0]

    def judge(self, findings: Sequence[Finding], message: Any = None) -> None:  # noqa: ARG002 - for those who look at it
        """Raise, or remember, what the last message of the app did wrong.

        Raises:
            ProtocolViolation: For the first finding that the policy says to raise.
        """
        __tracebackhide__ = True
        violation = self.keep(findings) if findings else None
        if violation is not None:
            raise violation

    def keep(self, findings: Sequence[Finding], sentence: str | None = None) -> ProtocolViolation | None:
        """Sort findings into warnings and violations.

        Args:
            findings: Of one message, or of the end of the call.
            sentence: What Starlette's client says of the message, where one is to blame.

        Returns:
            The first violation among them.
        """
        raised, warned = self.policy.sort(findings, self.scope)
        self.warned = [*self.warned, *warned]
        first: ProtocolViolation | None = None
        if raised is not None and (sentence is not None or self.policy.mode != "starlette"):
            first = ProtocolViolation(raised, self.exchange.trace, sentence or "")
        if first is not None and self.concluded:
            self.policy.ledger.late.append(first)
        elif self.violation is None:
            self.violation = first
        if self.concluded:
            self.warn(stacklevel=4)
        return first

    def warn(self, *, stacklevel: int) -> None:
        """Warn of what was found, each cause on each route once for a client."""
        warned, self.warned = self.warned, ()
        for finding in warned:
            warnings.warn(ProtocolWarning(explain(finding, self.exchange.trace)), stacklevel=stacklevel + 1)

    def tell_late(self) -> None:
        """Raise the oldest violation that came too late for its own call, if there is one."""
        late = self.policy.ledger.take_late()
        if late is not None:
            raise late
