"""What kind of callable an app is, told before it is called.

Source: ASGI, Applications and Legacy Applications.
Depends on: errors.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.errors import MisuseError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["WrapASGI2", "as_asgi3", "is_asgi3"]


class WrapASGI2:
    """Give a legacy double callable, ``await app(scope)(receive, send)``, the shape of ASGI 3.

    Args:
        app: The legacy app.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the app in its two steps."""
        instance = self.app(scope)
        await instance(receive, send)

    def __getattr__(self, name: str) -> Any:
        """Show the attributes of the app itself."""
        return getattr(self.app, name)


def is_asgi3(app: Any) -> bool:
    """Whether *app* is a single callable of three arguments.

    A class is a double callable (it is made with the scope), as is a function of one argument. Whatever cannot be
    inspected is taken for a single callable.
    """
    if inspect.isclass(app):
        return hasattr(app, "__await__")
    return _required_arguments(app) != 1


def _required_arguments(app: Callable[..., Any]) -> int | None:
    """How many positional arguments *app* needs; ``None`` if it takes any number or cannot be asked."""
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(1 for parameter in parameters if parameter.kind in positional and parameter.default is parameter.empty)


def _call_method(app: Any) -> Any:
    """What runs when the object *app* is called; ``None`` for a class, and for what cannot be called."""
    return None if isinstance(app, type) else getattr(class_of(app), "__call__", None)  # noqa: B004 - the method itself is asked


def as_asgi3(app: Any) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """Return *app*, wrapped if it is a legacy double callable.

    Raises:
        MisuseError: If it cannot be an ASGI app: it is not callable, or takes the two arguments of WSGI.
    """
    # Most apps are objects whose class says it all; asking for a signature takes longer than a request.
    if inspect.iscoroutinefunction(_call_method(app)):
        return app  # type: ignore[no-any-return]  # it is callable, which is all that can be told
    if not callable(app):
        hint = "; this looks like an import string, import the app and pass it" if isinstance(app, str) else ""
        raise MisuseError(f"an ASGI app is a callable, but this is {type(app).__name__}: {app!r:.80}{hint}")
    if not is_asgi3(app):
        return WrapASGI2(app)
    if not inspect.isclass(app) and _required_arguments(app) == 2:  # noqa: PLR2004 - environ, start_response
        raise MisuseError(
            f"{app!r:.80} takes two arguments, which is WSGI; wrap it, for example with a2wsgi.WSGIMiddleware(app)"
        )
    return app  # type: ignore[no-any-return]  # it is callable, which is all that can be told
