"""Dependency overrides of Litestar, which has no API for them: each ``Provide`` is made to ask the layers first.

Litestar decides at registration which parameters a provider gets, so what is called in its place may take those and no
others.

Source: Litestar 2.25, ``litestar.di.Provide`` and ``litestar._kwargs.dependencies``.
Depends on: ``errors``, the engine.
"""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Any

from asgitest.testclient.errors import OverrideError
from asgitest.testclient.overrides.following import kind_of
from asgitest.testclient.overrides.graph import Node, Use, name_of
from asgitest.testclient.overrides.point import Point, point_at

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator

    from asgitest.testclient.overrides.replacement import Entry
    from asgitest.testclient.routes import Route

__all__ = ["LitestarAdapter"]

_CHANGED = (
    "dependency",
    "has_async_generator_dependency",
    "has_sync_callable",
    "has_sync_generator_dependency",
    "use_cache",
    "value",
)


class LitestarAdapter:
    """What the engine has to know of Litestar."""

    name = "Litestar"
    capabilities = frozenset({"value", "call", "error", "wrap", "per_client"})

    def matches(self, app: Any, routes: Iterable[Route]) -> bool:  # noqa: ARG002 - the signature is given
        """Whether *app* is one of Litestar."""
        return any(kind.__module__.partition(".")[0] == "litestar" for kind in type(app).__mro__)

    def points(self, app: Any, routes: Iterable[Route]) -> Iterator[Point]:  # noqa: ARG002 - the signature is given
        """Each provider once."""
        seen: dict[int, LitestarPoint] = {}
        for name, provide, _ in _provided(routes):
            if id(provide) not in seen:
                seen[id(provide)] = point_at(LitestarPoint, provide)
            seen[id(provide)].names.add(name)
        yield from seen.values()

    def nodes(self, app: Any, routes: Iterable[Route]) -> Iterator[Node]:  # noqa: ARG002 - the signature is given
        """Each provider by its function, and by the name it has in handlers."""
        for name, provide, route in _provided(routes):
            use = Use(label=f"{'/'.join(route.methods) or 'WS'} {route.template}", path=route.path, dependant=provide)
            yield Node(key=_original_of(provide), uses=[use])
            yield Node(key=name, uses=[use])

    def prepare(self, entry: Entry, node: Node | None, below: Entry | None) -> None:  # noqa: ARG002 - given
        """Check what is to be called.

        Raises:
            OverrideError: If it cannot take the place of the provider.
        """
        if entry.replacement.kind != "call":
            return
        function = entry.payload
        if not callable(function):
            raise OverrideError(
                f"{name_of(entry.key)} cannot be overridden by calling {function!r:.80}\n  do:    use .value(...)"
            )
        for use in node.uses if node is not None else ():
            known = inspect.signature(_original_of(use.dependant)).parameters
            unknown = [name for name in _needed(function) if name not in known]
            if unknown:
                raise OverrideError(
                    f"{name_of(function)} needs {', '.join(unknown)}, but Litestar gives {name_of(entry.key)} only "
                    f"{', '.join(known) or 'nothing'}: the parameters were fixed when {use.label} was registered"
                )


class LitestarPoint(Point):
    """One ``Provide``.

    Args:
        provide: The object that handlers share.
    """

    def __init__(self, provide: Any) -> None:
        super().__init__(provide)
        self.provide = provide
        self.names: set[str] = set()
        self.before: dict[str, Any] = {}

    def install(self) -> None:
        """Let the provider ask the layers first."""
        provide = self.provide
        self.before = {name: getattr(provide, name) for name in _CHANGED}
        # A generator in any case: what takes the place of the provider may have something to do afterwards.
        provide.dependency = self._generate
        provide.has_async_generator_dependency = True
        provide.has_sync_generator_dependency = False
        # An async generator function is called, not awaited.
        provide.has_sync_callable = True
        provide.use_cache = False

    def uninstall(self) -> None:
        """Put back what was there."""
        for name, value in self.before.items():
            setattr(self.provide, name, value)
        self.before = {}

    async def _generate(self, **given: Any) -> AsyncGenerator[Any]:
        async with self._value(given) as value:
            yield value

    @contextlib.asynccontextmanager
    async def _value(self, given: dict[str, Any]) -> AsyncGenerator[Any]:
        """What is given to the handler: the replacement, or what the provider gives."""
        keys = (_unwrapped(self.before["dependency"]), *sorted(self.names))
        entry = next((entry for key in keys if (entry := self.find(key)) is not None), None)
        if entry is None:
            async with self._original(given) as value:
                yield value
            return
        entry.called()
        if entry.replacement.kind == "error":
            raise entry.raised()
        if entry.replacement.kind == "value":
            yield entry.payload
        elif entry.replacement.kind == "call":
            taken = inspect.signature(entry.payload).parameters
            async with _called(entry.payload, {name: value for name, value in given.items() if name in taken}) as value:
                yield value
        else:
            async with self._original(given) as value:
                yield await _settled(entry.payload(value))

    def _original(self, given: dict[str, Any]) -> contextlib.AbstractAsyncContextManager[Any]:
        return _called(self.before["dependency"], given)


@contextlib.asynccontextmanager
async def _called(function: Any, given: dict[str, Any]) -> AsyncGenerator[Any]:
    """What *function* gives, whichever kind it is of, as long as the block lasts."""
    kind = kind_of(function)
    if kind == "asyncgen":
        async with contextlib.asynccontextmanager(function)(**given) as value:
            yield value
    elif kind == "gen":
        with contextlib.contextmanager(function)(**given) as value:
            yield value
    else:
        yield await _settled(function(**given))


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _provided(routes: Iterable[Route]) -> Iterator[tuple[str, Any, Route]]:
    """Every provider of every handler: its name there, itself, and the route."""
    for route in routes:
        handlers = getattr(route.route, "route_handlers", None) or [getattr(route.route, "route_handler", None)]
        for handler in handlers:
            resolve = getattr(handler, "resolve_dependencies", None)
            dependencies: dict[str, Any] = resolve() if resolve is not None else {}
            for name, provide in dependencies.items():
                yield name, provide, route


def _original_of(provide: Any) -> Any:
    return _unwrapped(point_at(LitestarPoint, provide).before.get("dependency", provide.dependency))


def _unwrapped(function: Any) -> Any:
    """The function that a provider was made with; Litestar wraps one that runs in a thread."""
    return getattr(function, "func", function)


def _needed(function: Any) -> Iterator[str]:
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is parameter.empty and parameter.kind not in {
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        }:
            yield parameter.name
