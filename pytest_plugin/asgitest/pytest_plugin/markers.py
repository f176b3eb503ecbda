"""The markers of the plugin. A marker is a function here: its signature is the marker's, its docstring the help.

Depends on: pytest, ``options``, ``leftovers``.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.leftovers import KINDS
from asgitest.pytest_plugin.options import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["MARKERS", "check", "declare", "read_marker"]


def asgi_app(app: str) -> str:
    """Use another app in this test: ``module:attribute`` or ``module:factory()``."""
    return app


def asgi_root_path(root_path: str) -> str:
    """Send requests as a proxy does that has stripped this prefix."""
    return root_path


def asgi_client(**options: Any) -> dict[str, Any]:
    """Make ``asgi_client`` and ``asgi_async_client`` of this test with these arguments of ``TestClient``."""
    return options


def dependency_overrides(overrides: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Override dependencies in this test: from dependency to ``value(...)``, ``call(...)``, ``error(...)``."""
    return overrides


def asgi_allow_leaks(*kinds: str) -> tuple[str, ...]:
    """Do not report what this test leaves behind: all of it, or only these kinds."""
    for kind in kinds:
        if kind not in KINDS:
            raise TypeError(f"there is no kind {kind!r}.{nearest(kind, KINDS)}")
    return kinds


def asgi_conformance() -> None:
    """Stands on the items that ``--asgi-conformance`` adds: ``-m "not asgi_conformance"`` leaves them out."""


MARKERS: dict[str, Callable[..., Any]] = {
    marker.__name__: marker
    for marker in (asgi_app, asgi_root_path, asgi_client, dependency_overrides, asgi_allow_leaks, asgi_conformance)
}


def declare(config: pytest.Config) -> None:
    """Register all markers with pytest, for ``--markers`` and ``--strict-markers``."""
    for name, marker in MARKERS.items():
        config.addinivalue_line("markers", f"{_signature(name)}: {' '.join((marker.__doc__ or '').split())}")


def _signature(name: str) -> str:
    """The marker as a test writes it: parameters without their types."""
    parameters = inspect.signature(MARKERS[name]).parameters.values()
    return f"{name}({', '.join(str(one.replace(annotation=one.empty)) for one in parameters)})"


def check(items: Iterable[pytest.Item]) -> None:
    """Read the markers of all tests once, so that a wrong one is an error before the first test runs.

    Raises:
        pytest.UsageError: If the arguments do not fit the signature.
    """
    seen: set[int] = set()
    for item in items:
        for mark in item.iter_markers():
            if mark.name in MARKERS and id(mark) not in seen:
                seen.add(id(mark))
                _apply(mark, item)


def read_marker(item: pytest.Item, name: str) -> Any:
    """What the nearest marker of this name says; ``None`` if the test has none."""
    mark = item.get_closest_marker(name)
    return None if mark is None else _apply(mark, item)


def _apply(mark: pytest.Mark, item: pytest.Item) -> Any:
    """Call the function of a marker with the arguments that the test gave it."""
    marker = MARKERS[mark.name]
    try:
        return marker(*mark.args, **mark.kwargs)
    except TypeError as error:
        problem = str(error).removesuffix("?").removesuffix(".")
        end = "?" if str(error).endswith("?") else "."
        raise pytest.UsageError(f"{item.nodeid}: the marker is {_signature(mark.name)}, but {problem}{end}") from None
