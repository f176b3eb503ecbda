"""JSON Schema validators, compiled once for each schema.

Source: JSON Schema 2020-12. Depends on: jsonschema-rs.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Validator", "lenient_validator_of", "validator_of"]

_LENIENT: dict[int, tuple[Any, Validator]] = {}
_CACHE: dict[int, tuple[Any, Validator]] = {}


class Validator:
    """Tells whether a value is valid. A schema that cannot be compiled forbids nothing.

    Args:
        schema: Self-contained.
        formats: Predicates of formats, in place of the usual ones.
    """

    __slots__ = ("_compiled", "is_valid")

    def __init__(self, schema: dict[str, Any] | bool, formats: dict[str, Callable[[str], bool]] | None = None) -> None:
        self._compiled: Any = None
        self.is_valid: Callable[[Any], bool] = _anything
        try:
            self._compiled = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True, formats={"uuid": _is_uuid, **(formats or {})}
            )
            self.is_valid = self._accepts
        except Exception:  # noqa: BLE001  whatever it cannot compile, the schema family reports
            self._compiled = None

    def _accepts(self, value: Any) -> bool:
        """Whether a value is valid; what is nested too deep to be looked at is taken."""
        try:
            return bool(self._compiled.is_valid(value))
        except (ValueError, RecursionError):
            return True

    def first_error(self, value: Any) -> tuple[str, tuple[str | int, ...], tuple[str | int, ...]] | None:
        """Return message, path of the keyword and path in the value of the deepest error; None when valid."""
        if self._compiled is None:
            return None
        try:
            errors = list(self._compiled.iter_errors(value))
        except (ValueError, RecursionError):
            # An error cannot be written with a value that is nested too deep, though it can be seen.
            return None if self.is_valid(value) else ("a deeply nested value is not valid", (), ())
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


def _is_naive_datetime(text: str) -> bool:
    """Take what ISO 8601 takes, an offset or not."""
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_naive_time(text: str) -> bool:
    """Take what ISO 8601 takes, an offset or not."""
    try:
        dt.time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _begins_a_duration(text: str) -> bool:
    """Take what begins as a duration of ISO 8601 does."""
    return text.lstrip("-+").startswith("P")


def lenient_validator_of(schema: dict[str, Any]) -> Validator:
    """Return a validator that takes times without an offset, and any duration that begins like one."""
    known = _LENIENT.get(id(schema))
    if known is None:
        formats: dict[str, Callable[[str], bool]] = {
            "date-time": _is_naive_datetime,
            "time": _is_naive_time,
            "duration": _begins_a_duration,
        }
        known = _LENIENT[id(schema)] = (schema, Validator(schema, formats))
    return known[1]


def validator_of(schema: dict[str, Any]) -> Validator:
    """Return the compiled validator of a schema; compiled when it is first asked for."""
    known = _CACHE.get(id(schema))
    if known is None:
        known = _CACHE[id(schema)] = (schema, Validator(schema))
    return known[1]
