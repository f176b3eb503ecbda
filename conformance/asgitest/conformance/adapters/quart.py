"""Apps of Quart: routes of its URL map, and its signals for exceptions.

Source: Quart ``app.py`` (``url_map``, ``view_functions``), ``signals.py``. Depends on: the test client's routes.
"""

from __future__ import annotations

import contextlib
import re
import sys
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters.generic import GenericAdapter
from asgitest.testclient.routes import Route, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

__all__ = ["QuartAdapter"]

_RULE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_IMPLIED = frozenset({"HEAD", "OPTIONS"})


class QuartAdapter(GenericAdapter):
    """Knows instances of ``quart.Quart`` and its subclasses."""

    name = "quart"

    def matches(self, app: Any) -> bool:
        """Whether a class of *app* is Quart's."""
        return any(base.__module__ == "quart.app" for base in type(app).__mro__)

    def routes(self, app: Any) -> tuple[Route, ...]:
        """The rules of the URL map, but for that of the static files."""
        return tuple(_routes(app))

    @contextlib.contextmanager
    def observe_errors(self, app: Any, seen: Callable[[BaseException, Mapping[str, Any]], None]) -> Generator[None]:
        """By the signals Quart has for it."""

        async def told(_sender: Any, *, exception: BaseException, **_more: Any) -> None:
            seen(exception, {})

        module = sys.modules.get("quart.signals")
        signals = [getattr(module, f"got_{kind}_exception", None) for kind in ("request", "websocket")]
        for signal in signals:
            if signal is not None:
                signal.connect(told, app)
        try:
            yield
        finally:
            for signal in signals:
                if signal is not None:
                    signal.disconnect(told, app)


def _routes(app: Any) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        endpoint = app.view_functions.get(rule.endpoint)
        if rule.endpoint == "static" or endpoint is None:
            continue
        websocket = bool(getattr(rule, "websocket", False))
        yield Route(
            kind="websocket" if websocket else "http",
            methods=() if websocket else tuple(sorted(set(rule.methods or ()) - _IMPLIED)),
            path=_RULE.sub(_placeholder, rule.rule),
            endpoint=endpoint,
            app=app,
            name=rule.endpoint,
            source=source_of(endpoint),
            qualname=getattr(endpoint, "__qualname__", ""),
        )


def _placeholder(match: re.Match[str]) -> str:
    """Write ``<int:number>`` as Starlette does."""
    kind, name = match[1], match[2]
    return f"{{{name}:{kind}}}" if kind in {"int", "float", "uuid", "path"} else f"{{{name}}}"
