"""What knows a framework: its routes, its schema, and where its errors go.

An adapter is a small object; those of the entry-point group ``asgitest.adapters`` are asked before the five that come
with asgitest. None of them imports a framework: they look at what is loaded.

Depends on: the test client's routes.
"""

from __future__ import annotations

import functools
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from asgitest.conformance.adapters.adapter import Adapter, Coercion
from asgitest.conformance.adapters.fastapi import FastAPIAdapter
from asgitest.conformance.adapters.generic import GenericAdapter
from asgitest.conformance.adapters.litestar import LitestarAdapter
from asgitest.conformance.adapters.quart import QuartAdapter
from asgitest.conformance.adapters.starlette import StarletteAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Adapter",
    "Coercion",
    "FastAPIAdapter",
    "GenericAdapter",
    "LitestarAdapter",
    "QuartAdapter",
    "StarletteAdapter",
    "find_adapter",
]


def find_adapter(app: Any) -> Adapter:
    """Return the adapter for *app*; those of other packages are asked first, the generic one knows every app."""
    return next(adapter for adapter in _adapters() if adapter.matches(app))


@functools.cache
def _adapters() -> Sequence[Adapter]:
    """All adapters, the most specific first."""
    others: list[Adapter] = [entry.load()() for entry in entry_points(group="asgitest.adapters")]
    return (*others, FastAPIAdapter(), LitestarAdapter(), StarletteAdapter(), QuartAdapter(), GenericAdapter())
