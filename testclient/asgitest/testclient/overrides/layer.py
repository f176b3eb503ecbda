"""A layer of replacements over an app: what one test, module, session or client wants its dependencies to be.

Depends on: the adapters, ``errors``.
"""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Any, Self

from asgitest.testclient.errors import OverrideError
from asgitest.testclient.overrides import replacement as make
from asgitest.testclient.overrides.adapter import adapter_of_key, survey
from asgitest.testclient.overrides.graph import name_of
from asgitest.testclient.overrides.replacement import Entry, Replacement
from asgitest.testclient.overrides.suggestions import explain_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from asgitest.testclient.overrides.adapter import Adapter
    from asgitest.testclient.overrides.adapters.containers import ContainerAdapter
    from asgitest.testclient.overrides.graph import Survey
    from asgitest.testclient.overrides.point import Point

__all__ = ["Layer"]

_GIVEN: Any = object()

# pytest leaves the frames of this module out, so that a traceback ends at the line of the test.
__tracebackhide__ = True


class Layer:
    """Replacements of dependencies, as long as the layer is open.

    Args:
        app: The app; what is mounted in it is meant as well.
        strict: Whether a dependency that no route has is refused.
        rank: Of two layers the one with the higher rank counts; of equal ones the one opened last.
        shared: Whether every client sees the layer, or only calls that carry it in their context.
    """

    def __init__(self, app: Any, *, strict: bool = True, rank: int = 0, shared: bool = True) -> None:
        # A client's view of an app is no app of its own.
        self.app = getattr(app, "overridden_app", app)
        self.strict = strict
        self.rank = rank
        self.shared = shared
        self.table: dict[Any, Entry] = {}
        self.inner: list[Layer] = []
        """The layers of nested blocks, also those that have ended."""
        self._points: list[Point] = []
        self._held: list[Point] = []
        self._open = False

    # Setting ------------------------------------------------------------------------------------------------------

    def value(self, dependency: Any, value: Any) -> None:
        """Give *value* in place of *dependency*. It is neither called nor inspected, so a mock is safe."""
        self.set(dependency, make.value(value))

    def call(self, dependency: Any, function: Callable[..., Any]) -> None:
        """Call *function* in place of *dependency*, with the parameters it declares.

        Args:
            dependency: What stands in ``Depends(...)``.
            function: A function, a generator function, a coroutine function, an async generator function, or a class.
        """
        self.set(dependency, make.call(function))

    def error(self, dependency: Any, exception: BaseException | type[BaseException]) -> None:
        """Raise *exception* where *dependency* would have given something."""
        self.set(dependency, make.error(exception))

    def wrap(self, dependency: Any, function: Callable[[Any], Any]) -> None:
        """Give ``function(original)``, where *original* is what *dependency* would have given without this layer."""
        self.set(dependency, make.wrap(function))

    def __setitem__(self, dependency: Any, function: Callable[..., Any]) -> None:
        """Call *function* in place of *dependency*, as ``app.dependency_overrides`` does."""
        self.call(dependency, function)

    def update(self, overrides: Mapping[Any, Replacement]) -> None:
        """Set several replacements: ``{get_user: value(alice), get_db: call(fake_db)}``."""
        for dependency, replacement in overrides.items():
            self.set(dependency, replacement)

    def set(self, dependency: Any, replacement: Replacement) -> None:
        """Set one replacement; the ways above end here.

        Raises:
            OverrideError: If no route has the dependency (when strict), or the framework would not do what is meant.
        """
        if not isinstance(replacement, Replacement):  # pyright: ignore[reportUnnecessaryIsInstance]  # of untyped tests
            raise OverrideError(
                f"{name_of(dependency)} is to be overridden by {replacement!r:.80}, which does not say how\n"
                "  do:    write value(...), call(...), error(...) or wrap(...) around it"
            )
        entry = Entry(dependency, replacement, _place())
        container = adapter_of_key(dependency)
        if container is not None:
            self._check_capable(container, entry)
            container.prepare(entry, None, None)
            self._hold([container.point(dependency)])
        else:
            found = survey(self.app)
            adapter = self._adapter(found, dependency)
            self._check_capable(adapter, entry)
            self._points = found.points
            self._hold(found.points)
            below = next((lower for point in found.points if (lower := point.below(self, dependency))), None)
            adapter.prepare(entry, found.nodes.get(dependency), below)
        self.table[dependency] = entry

    def _adapter(self, found: Survey, dependency: Any) -> Adapter:
        """The adapter of the framework that has the dependency."""
        if not found.frameworks:
            framework = self.app.__class__
            raise OverrideError(
                f"{framework.__module__}.{framework.__qualname__} has no dependencies that could be overridden\n"
                "  do:    replace what the app uses in app.state, or patch its settings (asgi_settings)"
            )
        if self.strict and dependency not in found.nodes:
            raise OverrideError(explain_unknown(dependency, found.nodes.values()))
        adapter: Adapter = found.adapters.get(dependency, found.adapters[None])
        return adapter

    def _check_capable(self, adapter: Adapter | ContainerAdapter, entry: Entry) -> None:
        """Refuse what the framework cannot do."""
        needed = {entry.replacement.kind, *(() if self.shared else ("per_client",))}
        missing = ", ".join(sorted(needed - adapter.capabilities))
        if missing:
            raise OverrideError(f"{adapter.name} cannot override {name_of(entry.key)} in this way ({missing})")

    # Nested blocks ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def __call__(
        self,
        dependency: Any,
        *,
        value: Any = _GIVEN,
        call: Any = _GIVEN,
        error: Any = _GIVEN,
        wrap: Any = _GIVEN,
    ) -> Generator[Layer]:
        """Override *dependency* as long as the block lasts, over what is overridden already.

        Args:
            dependency: What stands in ``Depends(...)``.
            value: As for `value`.
            call: As for `call`.
            error: As for `error`.
            wrap: As for `wrap`.

        Raises:
            OverrideError: If not exactly one of them is given.
        """
        given = {"value": value, "call": call, "error": error, "wrap": wrap}
        chosen = {kind: payload for kind, payload in given.items() if payload is not _GIVEN}
        if len(chosen) != 1:
            raise OverrideError(f"give exactly one of value=, call=, error= and wrap=, not {len(chosen)}")
        with self.nested() as layer:
            for kind, payload in chosen.items():
                layer.set(dependency, Replacement(kind=kind, payload=payload))  # type: ignore[arg-type]  # one of them
            yield layer

    def nested(self) -> Layer:
        """Make a layer over this one, not yet open."""
        layer = Layer(self.app, strict=self.strict, rank=self.rank, shared=self.shared)
        self.inner.append(layer)
        return layer

    # What was used ------------------------------------------------------------------------------------------------

    def calls(self, dependency: Any) -> int:
        """How often the app has asked for *dependency* and got its replacement.

        Raises:
            OverrideError: If it is not replaced in this layer.
        """
        counts = [entry.calls for entry in self.entries() if entry.key == dependency]
        if not counts:
            raise OverrideError(f"{name_of(dependency)} is not overridden here, so its calls are not counted")
        return sum(counts)

    def entries(self) -> Iterator[Entry]:
        """Every replacement of this layer, and of the blocks in it."""
        yield from self.table.values()
        for layer in self.inner:
            yield from layer.entries()

    # Life ---------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Let the layer count from now on.

        Raises:
            OverrideError: If it is open already.
        """
        if self._open:
            raise OverrideError("this layer of overrides is open already")
        self._open = True
        self._points = survey(self.app).points
        self._hold(self._points)

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Hold the points of the app for one call; such layers are not opened."""
        points = self._points
        for point in points:
            point.hold(self, shared=False)
        try:
            yield
        finally:
            for point in points:
                point.release(self)

    def _hold(self, points: list[Point]) -> None:
        """Hold the points of the app, also of parts that have been mounted since."""
        for point in points if self._open else ():
            if not any(point is held for held in self._held):
                point.hold(self, shared=self.shared)
                self._held.append(point)

    def close(self) -> None:
        """Let the layer count no more. What was there before is there again."""
        self._open = False
        while self._held:
            self._held.pop().release(self)
        for entry in self.table.values():
            entry.forget()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _place() -> str:
    """The line outside of this package that sets an override."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("asgitest."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
