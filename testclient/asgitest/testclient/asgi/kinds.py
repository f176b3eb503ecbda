"""Questions about values of which nothing is known yet, in a form that type checkers follow.

Depends on: the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["class_of", "is_array", "is_buffer", "is_dict"]

class_of: Callable[[Any], Any] = type
"""``type`` itself, without what type checkers cannot know about its result."""


def is_dict(value: Any) -> TypeGuard[dict[Any, Any]]:
    """Whether *value* is a dict, with keys and values of any kind."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether *value* is a list or a tuple, with items of any kind."""
    return isinstance(value, list | tuple)


def is_buffer(value: Any) -> TypeGuard[bytearray | memoryview[int]]:
    """Whether *value* holds bytes in another form than ``bytes``."""
    return isinstance(value, bytearray | memoryview)
