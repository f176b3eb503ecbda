"""Apps of Starlette, and what FastAPI has from it.

Errors are observed innermost: a middleware after all others sees what no handler caught, and each handler for a class
of exceptions is wrapped. Both need the middleware stack to be built anew.

Source: Starlette ``applications.py`` (``user_middleware``, ``exception_handlers``, ``middleware_stack``).
Depends on: the test client's routes.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters.generic import GenericAdapter
from asgitest.testclient.routes import iter_routes, unwrap_app

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

__all__ = ["StarletteAdapter"]

# Exceptions that are answers, by the name of their class.
_ANSWERS = frozenset(
    {"HTTPException", "WebSocketException", "RequestValidationError", "WebSocketRequestValidationError"}
)


class StarletteAdapter(GenericAdapter):
    """Knows apps that have Starlette's middleware stack, and bare routers."""

    name = "starlette"

    def matches(self, app: Any) -> bool:
        """Whether *app*, taken out of its middleware, is of a class of Starlette."""
        return _has_base(unwrap_app(app), "starlette.")

    @contextlib.contextmanager
    def observe_errors(self, app: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]) -> Generator[None]:
        """See :class:`~asgitest.conformance.adapters.adapter.Adapter`; mounted apps are observed as well."""
        middleware = getattr(sys.modules.get("starlette.middleware"), "Middleware", None)
        owners = {id(owner): owner for owner in _owners(app)} if middleware is not None else {}
        observed = [owner for owner in owners.values() if hasattr(owner, "user_middleware")]
        before = [(owner, list(owner.user_middleware), dict(owner.exception_handlers)) for owner in observed]
        for owner in observed:
            owner.user_middleware.append(middleware(_Observe, seen=seen))  # type: ignore[misc]  # it is there, or nothing is observed
            owner.exception_handlers.update(_observing(owner.exception_handlers, seen))
            owner.middleware_stack = None
        try:
            yield
        finally:
            for owner, stack, handlers in before:
                owner.user_middleware[:] = stack
                owner.exception_handlers.clear()
                owner.exception_handlers.update(handlers)
                owner.middleware_stack = None


class _Observe:
    """Middleware that tells what passes it.

    Args:
        app: The app below.
        seen: Called with the exception and the scope.
    """

    def __init__(self, app: Any, *, seen: Callable[[BaseException, Mapping[str, Any]], None]) -> None:
        self.app = app
        self.seen = seen

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the app below."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            self.seen(error, scope)
            raise


def _owners(app: Any) -> Iterator[Any]:
    """The app and all apps mounted below it."""
    yield unwrap_app(app)
    for route in iter_routes(app):
        yield route.app
        if route.kind == "mount":
            yield unwrap_app(route.mounted)


def _observing(
    handlers: Mapping[Any, Any], seen: Callable[[BaseException, Mapping[str, Any]], None]
) -> Iterator[tuple[Any, Any]]:
    """Wrap the handlers of exceptions that are no answers."""
    for key, handler in handlers.items():
        if inspect.isclass(key) and not _ANSWERS.intersection(base.__name__ for base in key.__mro__):
            yield key, _told(handler, seen)


def _told(handler: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]) -> Any:
    """Wrap one handler, async or not, which decides where it runs."""
    if inspect.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def observed_async(request: Any, error: Any) -> Any:
            seen(error, request.scope)
            return await handler(request, error)

        return observed_async

    @functools.wraps(handler)
    def observed(request: Any, error: Any) -> Any:
        seen(error, request.scope)
        return handler(request, error)

    return observed


def _has_base(app: Any, prefix: str) -> bool:
    """Whether a class of *app* was defined in a module with that prefix."""
    return any(base.__module__.startswith(prefix) for base in type(app).__mro__)
