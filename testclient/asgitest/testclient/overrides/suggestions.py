"""Why an override would reach nothing, and which dependency is meant instead.

Depends on: ``graph``.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from asgitest.testclient.overrides.graph import name_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.testclient.overrides.graph import Node

__all__ = ["explain_unknown"]

_MOST = 3


def explain_unknown(key: Any, nodes: Iterable[Node]) -> str:
    """Say that no route depends on *key*, and what may be meant.

    Args:
        key: What was to be overridden.
        nodes: What the routes depend on.
    """
    known = list(nodes)
    lines = [f"no route depends on {name_of(key)}{place_of(key)}, so overriding it would change nothing"]
    for node, reason in list(_candidates(key, known))[:_MOST]:
        lines += [f"  did you mean {name_of(node.key)}{place_of(node.key)}: {reason}", f"    used by {_users(node)}"]
    if len(lines) == 1:
        lines.append(
            "  a lifespan, a middleware and a direct call are never overridden; what they use has to be patched"
            if known
            else "  the app has no route with a dependency"
        )
    lines.append("  do:    override the very object that stands in Depends(...)")
    return "\n".join(lines)


def _users(node: Node) -> str:
    labels = list(dict.fromkeys(use.label for use in node.uses))
    more = f" and {len(labels) - _MOST} more" if len(labels) > _MOST else ""
    return ", ".join(labels[:_MOST]) + more


def _candidates(key: Any, nodes: list[Node]) -> Iterator[tuple[Node, str]]:
    """Dependencies that may be meant, each with the reason, the most telling first."""
    told: set[int] = set()
    for reason_for in (_relation, _same_name):
        for node in nodes:
            reason = reason_for(key, node.key)
            if reason and id(node) not in told:
                told.add(id(node))
                yield node, reason
    import difflib  # noqa: PLC0415 - only an error needs it

    by_name = {_short(node.key): node for node in nodes if id(node) not in told}
    for near in difflib.get_close_matches(_short(key), by_name, n=_MOST, cutoff=0.7):
        yield by_name[near], "a similar name"


def _relation(key: Any, other: Any) -> str:
    """How two objects belong together although they are not the same."""
    if isinstance(key, str) or isinstance(other, str):
        return ""
    return next((reason for holds, reason in _RELATIONS if holds(key, other)), "")


def _are_relatives(key: Any, other: Any) -> bool:
    return inspect.isclass(key) and inspect.isclass(other) and (issubclass(key, other) or issubclass(other, key))


def _is_instance(key: Any, other: Any) -> bool:
    return inspect.isclass(key) and isinstance(other, key)


def _are_instances_of_one(key: Any, other: Any) -> bool:
    return not inspect.isclass(other) and not inspect.isroutine(other) and type(key) is type(other)


def _is_partial_of(key: Any, other: Any) -> bool:
    return isinstance(other, functools.partial) and other.func is key  # pyright: ignore[reportUnknownMemberType]  # of anything


def _wraps(key: Any, other: Any) -> bool:
    return any(inner is key for inner in _chain(other))


def _is_wrapped_by(key: Any, other: Any) -> bool:
    return _wraps(other, key)


_RELATIONS = (
    (_wraps, "it wraps what you gave; the wrapper is the dependency"),
    (_is_wrapped_by, "what you gave wraps it; the function inside is the dependency"),
    (_is_partial_of, "the dependency is a partial of what you gave, and every partial is a key of its own"),
    (_is_instance, "the dependency is an instance of this class, not the class"),
    (_are_relatives, "a relative of this class; an override reaches only the very class"),
    (_are_instances_of_one, "another instance of the same class"),
)


def _same_name(key: Any, other: Any) -> str:
    """Why another object may have the same name."""
    if isinstance(key, str) or _short(key) != _short(other) or not _short(key):
        return ""
    if place_of(key) and place_of(key) == place_of(other):
        if key.__module__ == other.__module__:
            if "<locals>" in key.__qualname__:
                return "each call of the function that makes it makes another one"
            return "the same source line, but another object: the module was loaded twice"
        return f"the same source line, imported as {other.__module__}"
    if getattr(key, "__module__", None) == getattr(other, "__module__", None):
        return "the same name in the same module, but another object"
    return "the same name in another module"


def _short(key: Any) -> str:
    return key if isinstance(key, str) else str(getattr(key, "__name__", ""))


def _chain(function: Any) -> list[Any]:
    """What *function* wraps, by ``__wrapped__``, from outside in."""
    chain: list[Any] = []
    while (function := getattr(function, "__wrapped__", None)) is not None and len(chain) < 100:  # noqa: PLR2004
        chain.append(function)
    return chain
