"""Apps of Quart.

Source: Quart ``signals.py`` (``got_request_exception``, ``got_websocket_exception``).
Depends on: the test client's routes.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters.generic import GenericAdapter
from asgitest.testclient.routes import unwrap_app

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

__all__ = ["QuartAdapter"]


class QuartAdapter(GenericAdapter):
    """Knows instances of ``quart.Quart`` and its subclasses."""

    name = "quart"

    def matches(self, app: Any) -> bool:
        """Whether *app*, taken out of its middleware, is a Quart app."""
        return any(base.__module__ == "quart.app" for base in type(unwrap_app(app)).__mro__)

    @contextlib.contextmanager
    def observe_errors(self, app: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]) -> Generator[None]:
        """By the signals that Quart sends before it answers 500."""
        signals = importlib.import_module("quart.signals")
        owner = unwrap_app(app)

        async def caught(_app: Any, *, exception: BaseException, **_context: Any) -> None:
            seen(exception, {})

        with contextlib.ExitStack() as stack:
            for signal in (signals.got_request_exception, signals.got_websocket_exception):
                stack.enter_context(signal.connected_to(caught, sender=owner))
            yield
