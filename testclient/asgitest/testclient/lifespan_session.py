"""Startup and shutdown of an app, as one conversation that spans the life of a client.

Source: ASGI ``lifespan``.
Depends on: call, errors.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import LifespanExchange, build_lifespan_scope
from asgitest.testclient.call import LifespanCall
from asgitest.testclient.errors import LifespanFailed

if TYPE_CHECKING:
    from asgitest.testclient.asgi import Profile
    from asgitest.testclient.driver import Driver
    from asgitest.testclient.policy import Policy

__all__ = ["LifespanSession", "has_framework_lifespan", "has_own_lifespan"]

_MISSING = object()


class LifespanSession:
    """One run of an app's lifespan.

    Args:
        app: The ASGI 3 app.
        state: What the scope's ``state`` is; the app fills it at startup.
        driver: An open driver.
        policy: What findings lead to.
        profile: The server to be.
        timeout: Seconds that startup and shutdown may take each; ``None`` for no deadline.
    """

    def __init__(
        self,
        app: Any,
        *,
        state: dict[str, Any],
        driver: Driver,
        policy: Policy,
        profile: Profile,
        timeout: float | None,
    ) -> None:
        scope = build_lifespan_scope(state=state, profile=profile)
        self.exchange = LifespanExchange(scope, profile=profile)
        self.call = LifespanCall(app, self.exchange, scope=scope, driver=driver, policy=policy)
        self.timeout = timeout
        self._before = contextvars.copy_context()
        self._context = self._before.copy()
        self.changes: list[tuple[contextvars.ContextVar[Any], Any]] = []

    @property
    def supported(self) -> bool:
        """Whether the app takes part in the lifespan; an app that raises before its first ``receive()`` does not.

        Of an app whose framework shows a lifespan (Starlette's router does) such an exception is a bug, not an answer,
        and so is an interrupt of any app.

        Source: ASGI ``lifespan``, "If an exception is raised ... the server must continue but not send any lifespan
        events."
        """
        interrupted = self.call.error is not None and not isinstance(self.call.error, Exception)
        return not self.exchange.unsupported or interrupted or has_framework_lifespan(self.call.app)

    async def startup(self) -> None:
        """Start the app.

        Raises:
            LifespanFailed: If the app said so, without raising.
            ProtocolViolation: If it broke the lifespan protocol.
            DeadlineExceeded: If it did not answer in time.
            BaseException: What the app raised, the same object.
        """
        call = self.call
        self.exchange.client_startup()
        call.start(self._context, timeout=self.timeout)
        try:
            await call.until(self._started, self.timeout, "the app's startup to complete")
        except TimeoutError:
            self._release()
            raise
        if self.exchange.startup_complete and not call.finished:
            self._note_changes()
            return
        await self._explain_startup()

    def _started(self) -> bool:
        return self.exchange.startup_complete or self.exchange.startup_failed

    async def _explain_startup(self) -> None:
        """Raise what went wrong at startup; return if the app has no lifespan."""
        call = self.call
        if not call.finished:
            await call.end()
        failed = self.exchange.startup_failed
        self._release()
        if not self.supported:
            return
        if failed and (call.error is None or call.cancel_requested):
            call.conclude(stacklevel=5, failure=LifespanFailed("startup", self.exchange.message))
        call.conclude(stacklevel=5)
        if self.exchange.startup_complete:
            self._note_changes()

    def _note_changes(self) -> None:
        """Remember which context variables the startup has set, so that requests see them."""
        before = self._before
        self.changes = [
            (variable, value)
            for variable, value in self._context.items()
            if before.get(variable, _MISSING) is not value and variable.name not in _LIBRARY_VARIABLES
        ]

    def context(self) -> contextvars.Context | None:
        """The context for a request: the test's, with what the lifespan has set; ``None`` if it has set nothing."""
        if not self.changes:
            return None
        context = contextvars.copy_context()
        for variable, value in self.changes:
            context.run(variable.set, value)
        return context

    async def shutdown(self) -> None:
        """Shut the app down.

        Raises:
            LifespanFailed: If the app said that its shutdown failed, without raising.
            ProtocolViolation: If it broke the lifespan protocol.
            DeadlineExceeded: If it did not end in time.
            BaseException: What the app raised, the same object.
        """
        call = self.call
        if call.task is None or not self.supported:
            call.tell_late()
            return
        if not call.finished:
            await call.driver.poke(self._finish)
            await call.until(self._stopped, self.timeout, "the app's shutdown to complete")
        if not call.finished:
            await call.end()
        self._release()
        if self.exchange.shutdown_failed and (call.error is None or call.cancel_requested):
            call.conclude(stacklevel=5, failure=LifespanFailed("shutdown", self.exchange.message))
        call.conclude(stacklevel=5)

    def _finish(self) -> None:
        self.exchange.client_shutdown()
        self.call.wake_app()

    def _stopped(self) -> bool:
        return self.exchange.shutdown_complete or self.exchange.shutdown_failed

    def _release(self) -> None:
        self.changes = []


def has_framework_lifespan(app: Any) -> bool:
    """Whether the framework of *app* takes part in the lifespan for it."""
    return hasattr(getattr(app, "router", None), "lifespan_context")


def has_own_lifespan(app: Any) -> bool:
    """Whether *app* shows startup or shutdown code of its user, as apps of Starlette and FastAPI do."""
    router = getattr(app, "router", None)
    if getattr(router, "on_startup", None) or getattr(router, "on_shutdown", None):
        return True
    return _is_users(getattr(router, "lifespan_context", None))


def _is_users(context: Any) -> bool:
    """Whether a lifespan context is a user's, not the framework's default, nor a merger of nothing but defaults."""
    if context is None or type(context).__name__ in _DEFAULT_LIFESPANS:
        return False
    if getattr(context, "__name__", "") == "merged_lifespan":
        return any(_is_users(cell.cell_contents) for cell in context.__closure__ or ())
    return callable(context)


_DEFAULT_LIFESPANS = frozenset({"AsyncLifespan", "_DefaultLifespan"})
"""The classes of Lilya and Starlette for a lifespan that only calls the startup and shutdown handlers."""

_LIBRARY_VARIABLES = frozenset({"current_async_library_cvar", "sniffio_library"})
"""Variables that say which library runs a task; they belong to the task."""
