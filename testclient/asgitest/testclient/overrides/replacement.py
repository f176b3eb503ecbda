"""What a dependency is replaced by, as a value: made by a test, told to a layer, carried by a marker.

Depends on: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Entry", "Kind", "Replacement", "call", "error", "value", "wrap"]

Kind = Literal["value", "call", "error", "wrap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One replacement of a dependency.

    Args:
        kind: ``value`` is given as it is, ``call`` is called, ``error`` is raised, ``wrap`` is called with what the
            dependency would have given.
        payload: The value, the callable, or the exception.
    """

    kind: Kind
    payload: Any


def value(payload: Any) -> Replacement:
    """Give *payload* in place of the dependency. It is neither called nor inspected, so a mock is safe."""
    return Replacement(kind="value", payload=payload)


def call(function: Callable[..., Any]) -> Replacement:
    """Call *function* in place of the dependency: a function, a generator function, or the async kinds of both."""
    return Replacement(kind="call", payload=function)


def error(exception: BaseException | type[BaseException]) -> Replacement:
    """Raise *exception* where the dependency would have given something."""
    return Replacement(kind="error", payload=exception)


def wrap(function: Callable[[Any], Any]) -> Replacement:
    """Give ``function(original)``, where *original* is what the dependency would have given."""
    return Replacement(kind="wrap", payload=function)


class Entry:
    """A replacement that has been set.

    Args:
        key: The dependency.
        replacement: What it is replaced by.
        place: Where the test has set it, as ``file:line``.
    """

    __slots__ = ("calls", "key", "place", "provider", "replacement")

    def __init__(self, key: Any, replacement: Replacement, place: str = "") -> None:
        self.key = key
        self.replacement = replacement
        self.place = place
        self.calls = 0
        """How often the app has asked for it."""
        self.provider: Any = None
        """What the framework is given; made by the adapter."""

    @property
    def payload(self) -> Any:
        """The value, the callable, or the exception."""
        return self.replacement.payload

    def called(self) -> None:
        """Count one use."""
        self.calls += 1

    def raised(self) -> BaseException:
        """The exception of an ``error``, without the traceback of the last time."""
        exception: BaseException = self.payload() if isinstance(self.payload, type) else self.payload
        return exception.with_traceback(None)

    def forget(self) -> None:
        """Let go of what the test has given: frameworks keep providers in caches of their own."""
        self.replacement = Replacement(kind=self.replacement.kind, payload=None)
