"""One call of the app: the async shell between an app and an exchange.

``receive()`` and ``send()`` are written once, for every driver and both clients. The exchange says which message comes
next and what was wrong with the last one; the shell waits and raises.

Depends on: driver, policy, observing, standing_in, stuck, errors, ``asgitest.testclient.asgi``. Never on: the HTTP
library, threads, the clock.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asgitest.testclient.asgi import HTTPExchange, LifespanExchange, WebSocketExchange
from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.driver import LoopBlocked, Outcome, abandon_workers, thread_hint
from asgitest.testclient.errors import (
    ClientDisconnected,
    DeadlineExceeded,
    DeadlockDetected,
    ProtocolViolation,
    timeout_class,
)
from asgitest.testclient.judged import NOT_GIVEN, JudgedCall
from asgitest.testclient.observing import observers, record_call
from asgitest.testclient.standing_in import starlettes_sentence
from asgitest.testclient.stuck import describe_blocked, describe_stuck

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextvars import Context

    from asgitest.testclient.asgi import Finding, Message, Scope
    from asgitest.testclient.driver import Driver, Signal, Task
    from asgitest.testclient.policy import Policy

__all__ = ["GRACE_SECONDS", "ASGIApp", "AppCall", "LifespanCall", "SocketCall"]

ASGIApp = Any
"""Any ASGI 3 callable: ``await app(scope, receive, send)``."""

GRACE_SECONDS = 1.0
"""How long an app may go on after the client has left, before it is cancelled."""

ExchangeT = TypeVar("ExchangeT", HTTPExchange, WebSocketExchange, LifespanExchange)


class AppCall(JudgedCall, Generic[ExchangeT]):
    """Run one app call against one exchange.

    Args:
        app: The ASGI 3 app.
        exchange: The conversation.
        scope: What the app is called with.
        driver: Who runs the loop.
        policy: What findings lead to.
    """

    # What a call begins with stands in the class: most of it stays so to the end.
    task: Task | None = None
    error: BaseException | None = None
    finished = False
    cancel_requested = False
    recorded = False
    begun = 0.0
    ignored_disconnect = False
    _gone: ClientDisconnected | None = None
    _wake: Signal | None = None
    _arrived: Signal | None = None

    def __init__(self, app: ASGIApp, exchange: ExchangeT, *, scope: Scope, driver: Driver, policy: Policy) -> None:
        # Not by the constructor of the base class: this one runs for each request.
        self.app = app
        self.exchange: ExchangeT = exchange
        self.scope = scope
        self.policy = policy
        self.driver = driver
        if observers:
            self.begun = time.perf_counter()

    # What the app is given ----------------------------------------------------------------------------------------

    async def receive(self) -> Message:
        """Give the app its next message, when there is one."""
        if self.finished:
            self.judge(self.exchange.app_asked_late())
        next_message = self.exchange.next_message
        while True:
            message = next_message()
            if message is not None:
                return message
            if self._wake is None:
                self._wake = self.driver.signal()
            await self._wake.wait()

    async def send(self, message: Any = NOT_GIVEN, /, *more: Any, **named: Any) -> None:
        """Take a message of the app.

        Raises:
            ProtocolViolation: If the message breaks a MUST rule and the policy is strict.
        """
        __tracebackhide__ = True
        if more or named or message is NOT_GIVEN:
            message = self.find_message((message, *more), named)
        findings = self.exchange.app_sent(message)
        if findings:
            self.judge(findings, message)
        self.notify_front()

    # The call -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Call the app and keep what comes of it; only a cancellation is raised."""
        __tracebackhide__ = True
        try:
            value = await self.call_app(self.receive, self.send)
        except BaseException as error:
            self.error = error
            self.settle_trace()
            self.keep(self.exchange.app_raised(error))
            if _is_cancellation(error):
                raise
        else:
            self.settle_trace()
            findings = self.exchange.app_returned(value)
            if findings:
                self.keep(findings)
        finally:
            self.finished = True
            if self._arrived is not None:
                self.notify_front()

    def settle_trace(self) -> None:
        """Have all that was sent in the trace, for whoever looks at it while the app goes on."""

    def judge(self, findings: Sequence[Finding], message: Any = None) -> None:
        """Raise, or remember, what the last message of the app did wrong.

        Raises:
            ProtocolViolation: For the first finding that the policy says to raise.
        """
        __tracebackhide__ = True
        violation = self.keep(findings, starlettes_sentence(self.exchange, message))
        if violation is not None:
            raise violation

    def gone(self, text: str) -> ClientDisconnected:
        """The error for a ``send()`` to nobody: always the same one, to be known again when it comes out of the app."""
        if self._gone is None:
            self._gone = ClientDisconnected(text)
        return self._gone

    # Waking each other --------------------------------------------------------------------------------------------

    def wake_app(self) -> None:
        """Let a waiting ``receive()`` look again. On the loop side only."""
        wake, self._wake = self._wake, None
        if wake is not None:
            wake.set()

    def notify_front(self) -> None:
        """Let a waiting front look again. On the loop side only."""
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            arrived.set()

    def arm_front(self) -> Signal:
        """Give the front a signal that is set at the app's next step. On the loop side only."""
        if self._arrived is None:
            self._arrived = self.driver.signal()
        if self.finished:
            self._arrived.set()
        return self._arrived

    # What the fronts do -------------------------------------------------------------------------------------------

    def start(self, context: Context | None = None, *, timeout: float | None = None) -> Task:
        """Begin the call, and let it run as far as it gets by itself.

        Args:
            context: The context the app runs in; a copy of the caller's if not given.
            timeout: Seconds that code of the app may keep the loop for itself.
        """
        self.driver.limit = timeout
        self.task = task = self.driver.start(self.run, context=context, name=_task_name(self.scope))
        return task

    async def until(self, reached: Callable[[], bool], timeout: float | None, waiting_for: str) -> None:
        """Wait until *reached* holds or the app has ended.

        Args:
            reached: Looked at each time the app has made a step.
            timeout: Seconds; ``None`` waits without a deadline.
            waiting_for: What is waited for, as a noun phrase, for the error.

        Raises:
            DeadlineExceeded: If neither happened in time.
        """
        if reached() and not self.finished:
            # Nobody waits on the loop now: the driver has to be told that something of the app may be due by itself.
            await self.driver.settle()
            return
        while not reached() and not self.finished:
            signal = await self.driver.poke(self.arm_front)
            if reached() or self.finished:
                return
            await self.wait(signal, timeout, waiting_for)

    async def wait(self, signal: Signal, timeout: float | None, waiting_for: str) -> None:
        """Wait for *signal*; if it cannot come, or the test is interrupted, end the app and say where it was stuck.

        Raises:
            DeadlineExceeded: If the signal was not set in time.
            DeadlockDetected: If nothing can ever set it.
        """
        try:
            outcome = await self.driver.wait(signal, timeout)
        except BaseException:
            with contextlib.suppress(Exception):
                await self.driver.poke(self._drop)
            raise
        if outcome is Outcome.READY:
            return
        self.settle_trace()
        report = describe_stuck(self.driver, self.task, self.exchange.trace)
        await self.end(grace=0.0)
        abandon_workers()
        kind = timeout_class(DeadlockDetected if outcome is Outcome.DEADLOCK else DeadlineExceeded)
        error = kind(waiting_for, timeout, report)
        if self.error is not None and not _is_cancellation(self.error):
            raise error from self.error
        raise error

    async def until_finished(self, timeout: float | None, waiting_for: str) -> None:
        """Wait until the app call has ended."""
        task = self.task
        if task is not None and not task.is_done:
            await self.wait(task.done, timeout, waiting_for)

    async def end(self, *, grace: float = GRACE_SECONDS) -> bool:
        """End the call: give it *grace* seconds, then cancel it and give it as long again.

        Returns:
            Whether the app ended by itself.
        """
        task = self.task
        if task is None or task.is_done:
            return True
        if grace:
            await self.driver.settle()
            if task.is_done or await self.driver.wait(task.done, grace) is Outcome.READY:
                return True
        self.cancel_requested = True
        await self.driver.poke(task.cancel)
        if not task.is_done:
            await self.driver.wait(task.done, GRACE_SECONDS)
        return False

    def _drop(self) -> None:
        """Disconnect and cancel, without waiting: the test has been interrupted."""
        self.cancel_requested = True
        if self.task is not None:
            self.task.cancel()

    def conclude(
        self, *, raise_app_error: bool = True, stacklevel: int = 2, failure: BaseException | None = None
    ) -> None:
        """Tell the test what the call came to: its violation, its warnings, its exception.

        Args:
            raise_app_error: Whether an exception of the app reaches the test.
            stacklevel: Of the warnings.
            failure: What the app has said instead of raising.

        Raises:
            ProtocolViolation: If the app broke a MUST rule, even when it swallowed the error.
            BaseException: What the app raised, the same object, if *raise_app_error*.
        """
        __tracebackhide__ = True
        if observers:
            record_call(self)
        self.concluded = True
        if self.violation is self.error is failure is None and not self.warned and not self.policy.ledger.late:
            return  # as most calls end
        failure = self.violation or failure or self._app_error(raise_app_error=raise_app_error)
        if failure is None:
            failure = self.policy.ledger.take_late()
        if failure is None:
            self.warn(stacklevel=stacklevel + 1)
            return
        with contextlib.suppress(Warning):  # where warnings are errors, the failure is the one that matters
            self.warn(stacklevel=stacklevel + 1)
        raise failure

    def _app_error(self, *, raise_app_error: bool) -> BaseException | None:
        """What the app raised, if the test has to be told."""
        error = self.error
        blocked = _blocked_in(error)
        if blocked is not None:
            return self._blocked(blocked)
        if error is not None and ((self.cancel_requested and _is_cancellation(error)) or self._comes_of_leaving(error)):
            error = None
        if error is None or not (raise_app_error or not isinstance(error, Exception)):
            return None
        if not isinstance(error, ProtocolViolation):
            _add_note(error, self)
        return error

    def _blocked(self, error: LoopBlocked) -> DeadlineExceeded:
        """Say which line of the app kept the loop for itself until the alarm rang there."""
        report = describe_blocked(error, self.exchange.trace)
        late = timeout_class(DeadlineExceeded)(
            f"{_task_name(self.scope)}, whose code does not let the loop turn", self.driver.limit, report
        )
        late.__cause__ = error
        return late

    def _comes_of_leaving(self, error: BaseException) -> bool:
        """Whether *error* is what became of the ``ClientDisconnected`` that the app was given. No server minds it."""
        seen: BaseException | None = error
        while seen is not None and self._gone is not None:
            if seen is self._gone:
                return True
            seen = seen.__cause__ or seen.__context__
        return False


class SocketCall(AppCall[WebSocketExchange]):
    """An app call for one WebSocket session."""

    async def send(self, message: Any = NOT_GIVEN, /, *more: Any, **named: Any) -> None:
        """Take a message of the app.

        Raises:
            ProtocolViolation: If the message breaks a MUST rule and the policy is strict.
            ClientDisconnected: If the client has left and the profile's servers raise then.
        """
        __tracebackhide__ = True
        if more or named or message is NOT_GIVEN:
            message = self.find_message((message, *more), named)
        exchange = self.exchange
        gone = exchange.disconnected
        findings = exchange.app_sent(message)
        if findings:
            self.judge(findings, message)
        if gone and exchange.profile.ws_after_disconnect == "raise":
            raise self.gone("the client has closed the WebSocket; nobody reads what is sent from here on")
        self.notify_front()


class LifespanCall(AppCall[LifespanExchange]):
    """An app call for the lifespan."""


def _is_cancellation(error: BaseException) -> bool:
    """Whether *error* ends a task because somebody cancelled it."""
    return isinstance(error, GeneratorExit) or type(error).__name__ in {"CancelledError", "Cancelled"}


_GROUPS = frozenset({BaseExceptionGroup, ExceptionGroup})


def _blocked_in(error: BaseException | None) -> LoopBlocked | None:
    """What broke into the app, also where a task group of the app has wrapped it."""
    if isinstance(error, LoopBlocked):
        return error
    inner: Sequence[BaseException] = getattr(error, "exceptions", ()) if class_of(error) in _GROUPS else ()
    return next((found for each in inner if (found := _blocked_in(each)) is not None), None)


def _task_name(scope: Scope) -> str:
    """Name a call the way its user thinks of it: ``GET /items/3``, ``websocket /ws``, ``lifespan``."""
    kind = scope["type"]
    if kind == "http":
        return f"{scope['method']} {scope['path']}"
    return f"{kind} {scope['path']}" if "path" in scope else str(kind)


def _add_note(error: BaseException, call: AppCall[Any]) -> None:
    """Attach the conversation to an exception of the app, once."""
    note = f"asgitest: raised by the app in {_task_name(call.scope)}\n{call.exchange.trace.render(last=6)}".rstrip()
    hint = thread_hint(error, call.driver.name)
    note = f"{note}\n{hint}" if hint else note
    if note not in getattr(error, "__notes__", ()):
        with contextlib.suppress(Exception):
            error.add_note(note)
