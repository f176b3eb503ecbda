"""Functions that do what another one does, of the same kind and with the same signature, and tell when they are called.

Frameworks look at a dependency before they call it: is it async, is it a generator, what are its parameters, in which
module are its annotations to be read. A follower answers all of that as its leader does.

Depends on: nothing.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = ["follow", "kind_of", "not_told"]


def not_told() -> None:
    """Tell nobody."""


def kind_of(function: Any) -> str:
    """``asyncgen``, ``gen``, ``async`` or ``sync``: what calling *function* gives."""
    plain = function
    while isinstance(plain, functools.partial):
        plain = plain.func
    plain = inspect.unwrap(plain)
    candidates = [function, plain] if inspect.isclass(plain) else [function, plain, getattr(plain, "__call__", None)]  # noqa: B004
    for test, kind in (
        (inspect.isasyncgenfunction, "asyncgen"),
        (inspect.isgeneratorfunction, "gen"),
        (inspect.iscoroutinefunction, "async"),
    ):
        if any(test(candidate) for candidate in candidates):
            return kind
    return "sync"


def follow(leader: Callable[..., Any], called: Callable[[], object] = not_told) -> Callable[..., Any]:
    """Make a function that does what *leader* does.

    Args:
        leader: Any callable: a function, a class, a partial, an instance with ``__call__``.
        called: Called first, each time.
    """
    follower = _FOLLOWERS[kind_of(leader)](leader, called)
    # Not the attributes: those of a class would make no sense on a function.
    return functools.wraps(leader, updated=())(follower)


def _sync(leader: Callable[..., Any], called: Callable[[], object]) -> Callable[..., Any]:
    def provide(*args: Any, **kwargs: Any) -> Any:
        called()
        return leader(*args, **kwargs)

    return provide


def _async(leader: Callable[..., Any], called: Callable[[], object]) -> Callable[..., Any]:
    async def provide(*args: Any, **kwargs: Any) -> Any:
        called()
        return await leader(*args, **kwargs)

    return provide


def _gen(leader: Callable[..., Any], called: Callable[[], object]) -> Callable[..., Any]:
    def provide(*args: Any, **kwargs: Any) -> Iterator[Any]:
        called()
        # The context manager carries exceptions of the endpoint into the generator.
        with contextlib.contextmanager(leader)(*args, **kwargs) as given:
            yield given

    return provide


def _asyncgen(leader: Callable[..., Any], called: Callable[[], object]) -> Callable[..., Any]:
    async def provide(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        called()
        async with contextlib.asynccontextmanager(leader)(*args, **kwargs) as given:
            yield given

    return provide


_FOLLOWERS = {"sync": _sync, "async": _async, "gen": _gen, "asyncgen": _asyncgen}
