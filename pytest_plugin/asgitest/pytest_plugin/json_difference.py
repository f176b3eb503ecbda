"""Where two JSON documents differ, as JSON pointers.

Source: RFC 6901. Depends on: the JSON values of `asgitest.conformance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["differences", "holds"]

_SHOWN = 120


def differences(got: Any, wanted: Any, pointer: str = "") -> Iterator[str]:
    """Yield a line for each place at which *got* is not what is *wanted*.

    Args:
        got: Of the response.
        wanted: By the test; may hold objects that are equal to many values, such as ``unittest.mock.ANY``.
        pointer: To both.
    """
    if _equal(got, wanted):
        return
    if is_object(got) and is_object(wanted):
        yield from _of_objects(got, wanted, pointer)
    elif is_array(got) and is_array(wanted):
        yield from _of_arrays(got, wanted, pointer)
    else:
        yield f"{pointer or '(the whole)'}: {_show(got)}, not {_show(wanted)}"


def holds(document: Any, value: Any) -> bool:
    """Whether *value* is *document* itself or somewhere in it, the same object and not an equal one."""
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if part is value:
            return True
        if is_object(part):
            waiting.extend(part.values())
        elif is_array(part):
            waiting.extend(part)
    return False


def _of_objects(got: Mapping[str, Any], wanted: Mapping[str, Any], pointer: str) -> Iterator[str]:
    for name, value in got.items():
        below = f"{pointer}/{_escape(name)}"
        if name in wanted:
            yield from differences(value, wanted[name], below)
        else:
            yield f"{below}: {_show(value)} is only in the response"
    for name, value in wanted.items():
        if name not in got:
            yield f"{pointer}/{_escape(name)}: {_show(value)} is missing in the response"


def _of_arrays(got: Sequence[Any], wanted: Sequence[Any], pointer: str) -> Iterator[str]:
    for index, (one, other) in enumerate(zip(got, wanted, strict=False)):
        yield from differences(one, other, f"{pointer}/{index}")
    for index in range(len(wanted), len(got)):
        yield f"{pointer}/{index}: {_show(got[index])} is only in the response"
    for index in range(len(got), len(wanted)):
        yield f"{pointer}/{index}: {_show(wanted[index])} is missing in the response"


def _equal(got: Any, wanted: Any) -> bool:
    """Whether both are equal; what cannot be compared is not."""
    try:
        return bool(got == wanted)
    except Exception:  # noqa: BLE001  an object of the test may raise anything when it is compared
        return False


def _escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _show(value: Any) -> str:
    """A value as JSON would have it where that is the same, cut when it is long."""
    text = (
        {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else repr(value)
    )
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
