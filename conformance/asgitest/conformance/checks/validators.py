"""JSON Schema validators, compiled once for each schema.

Source: JSON Schema 2020-12. Depends on: jsonschema-rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Validator", "validator_of"]

_CACHE: dict[int, tuple[Any, Validator]] = {}


class Validator:
    """Tells whether a value is valid. A schema that cannot be compiled forbids nothing.

    Args:
        schema: Self-contained.
    """

    __slots__ = ("_compiled", "is_valid")

    def __init__(self, schema: dict[str, Any] | bool) -> None:
        self._compiled: Any = None
        self.is_valid: Callable[[Any], bool] = _anything
        try:
            self._compiled = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True, formats={"uuid": _is_uuid}
            )
            self.is_valid = self._compiled.is_valid
        except Exception:  # noqa: BLE001  whatever it cannot compile, the schema family reports
            self._compiled = None

    def first_error(self, value: Any) -> tuple[str, tuple[str | int, ...], tuple[str | int, ...]] | None:
        """Return message, path of the keyword and path in the value of the deepest error; None when valid."""
        if self._compiled is None:
            return None
        errors = list(self._compiled.iter_errors(value))
        if not errors:
            return None
        error = max(errors, key=lambda found: len(found.instance_path))
        message = str(error.message)
        return message, tuple(error.schema_path), tuple(error.instance_path)


def _anything(_value: Any) -> bool:
    return True


def _is_uuid(text: str) -> bool:
    """Take every form of a UUID that libraries write."""
    return len(text.replace("-", "")) == 32 and all(c in "0123456789abcdefABCDEF-" for c in text)  # noqa: PLR2004  digits of a UUID


def validator_of(schema: dict[str, Any]) -> Validator:
    """Return the compiled validator of a schema; compiled when it is first asked for."""
    known = _CACHE.get(id(schema))
    if known is None:
        known = _CACHE[id(schema)] = (schema, Validator(schema))
    return known[1]
