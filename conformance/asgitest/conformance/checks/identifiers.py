"""What an app calls the things it keeps: found in its answers by the usual names, or by ``Location``.

Depends on: the records.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from asgitest.conformance.records import Exchange

__all__ = ["folded", "identified_items", "identifier_of", "items_of", "json_of", "names_itself"]

_NAMES = ("id", "uuid", "key", "slug", "name", "code", "number")


def json_of(exchange: Exchange | None) -> Any:
    """Parse the body of a response; None when it is no JSON."""
    if exchange is None or exchange.response is None:
        return None
    try:
        return json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return None


def items_of(exchange: Exchange) -> list[Any] | None:
    """Take the items out of a list response, also out of an envelope with one list."""
    value = json_of(exchange)
    if is_object(value):
        lists = [item for item in value.values() if is_array(item)]
        value = lists[0] if len(lists) == 1 else None
    return value if is_array(value) else None


def identified_items(exchange: Exchange, parameter: str) -> dict[str, Any]:
    """Take the items out of a list response, each under its identifier; those without are left out."""
    found: dict[str, Any] = {}
    for item in items_of(exchange) or ():
        name = _named_identifier(item, folded(parameter)) if is_object(item) else None
        if name is not None:
            found[str(name)] = item
        elif _is_identifier(item):
            found[str(item)] = item
    return found


def identifier_of(exchange: Exchange, parameter: str) -> str | int | None:
    """Find the identifier in the answer to a creation: by the parameter's name, by usual names, by ``Location``."""
    value = json_of(exchange)
    if is_object(value):
        for holder in (value, *(item for item in value.values() if is_object(item))):
            found = _named_identifier(holder, folded(parameter))
            if found is not None:
                return found
    elif _is_identifier(value):
        return value  # type: ignore[no-any-return]  # text or a number
    location = exchange.response.header(b"location") if exchange.response is not None else None
    if location:
        return location.decode("latin-1").rstrip("/").rpartition("/")[2] or None
    return None


def names_itself(exchange: Exchange, parameter: str, identifier: str | int) -> bool:
    """Whether the client had sent the identifier, by its name or as a text.

    Args:
        exchange: The creation.
        parameter: What identifiers are called in paths.
        identifier: What was created is called.
    """
    try:
        sent = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return isinstance(identifier, str) and identifier.encode() in exchange.request.body
    if not is_object(sent):
        return False
    return _named_identifier(sent, folded(parameter)) == identifier or (
        isinstance(identifier, str) and identifier in [value for value in sent.values() if isinstance(value, str)]
    )


def _named_identifier(holder: dict[str, Any], wanted: str) -> str | int | None:
    """Find an identifier in one object: under the parameter's name, then under a usual one."""
    for name, item in holder.items():
        if folded(name) == wanted and _is_identifier(item):
            return item  # type: ignore[no-any-return]  # text or a number
    for name in _NAMES:
        if (wanted.endswith(name) or name in {"id", "uuid"}) and _is_identifier(holder.get(name)):
            return holder[name]  # type: ignore[no-any-return]  # text or a number
    return None


def folded(name: str) -> str:
    """A name without what distinguishes spellings."""
    return name.lower().replace("_", "").replace("-", "")


def _is_identifier(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""
