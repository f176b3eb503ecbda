"""Makes a request smaller while it still shows what it showed: structural delta debugging.

Works on the request as it goes over the wire: query pairs, headers, the members of a JSON body, scalars. Each step is
one execution; the number of executions is bounded.

Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (TSE 2002), the idea of one-minimal
inputs. Depends on: the records.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from asgitest.conformance.records import Request

__all__ = ["EXECUTIONS", "shrink", "shrink_sequence"]

EXECUTIONS = 150
"""At most so many for one finding."""
_KEPT_HEADERS = frozenset({b"content-type", b"host", b"authorization", b"cookie"})


async def shrink(
    request: Request, shows: Callable[[Request], Awaitable[bool]], *, executions: int = EXECUTIONS
) -> Request:
    """Make a request smaller.

    Args:
        request: Shows the fault.
        shows: Executes a request and tells whether it shows the same fault.
        executions: At most so many.

    Returns:
        A request that shows it, at most as large.
    """
    best = request
    left = executions
    changed = True
    while changed and left > 0:
        changed = False
        for smaller in _smaller(best):
            if left <= 0:
                break
            left -= 1
            if await shows(smaller):
                best = smaller
                changed = True
                break
    return best


async def shrink_sequence(
    items: list[Any], shows: Callable[[list[Any]], Awaitable[bool]], *, executions: int = EXECUTIONS
) -> list[Any]:
    """Drop items of a sequence, the last one never, while it still shows the fault.

    Args:
        items: Shows the fault.
        shows: Executes a sequence and tells whether it shows the same fault.
        executions: At most so many.
    """
    best = list(items)
    size = max(1, (len(best) - 1) // 2)
    left = executions
    while size >= 1 and left > 0 and len(best) > 1:
        start = 0
        while start < len(best) - 1 and left > 0:
            shorter = best[:start] + best[min(start + size, len(best) - 1) :]
            left -= 1
            if await shows(shorter):
                best = shorter
            else:
                start += size
        if size == 1:
            break
        size = max(1, size // 2)
    return best


def _smaller(request: Request) -> Iterator[Request]:
    """List the next smaller requests, the boldest first."""
    yield from _fewer_headers(request)
    yield from _fewer_pairs(request)
    yield from _smaller_body(request)


def _fewer_headers(request: Request) -> Iterator[Request]:
    for index, (name, _) in enumerate(request.headers):
        if name not in _KEPT_HEADERS:
            headers = request.headers[:index] + request.headers[index + 1 :]
            yield replace(request, headers=headers)


def _fewer_pairs(request: Request) -> Iterator[Request]:
    path, mark, query = request.target.partition(b"?")
    if not mark:
        return
    pairs = query.split(b"&")
    for index in range(len(pairs)):
        rest = b"&".join(pairs[:index] + pairs[index + 1 :])
        yield replace(request, target=path + b"?" + rest if rest else path)
    for index, pair in enumerate(pairs):
        name, equals, value = pair.partition(b"=")
        if equals and len(value) > 8 and b"%" not in value:  # noqa: PLR2004  short values are left alone
            shorter = [*pairs[:index], name + b"=" + value[: len(value) // 2], *pairs[index + 1 :]]
            yield replace(request, target=path + b"?" + b"&".join(shorter))


def _smaller_body(request: Request) -> Iterator[Request]:
    if not request.body:
        return
    if request.chunks:
        yield replace(request, chunks=())
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        if len(request.body) > 16:  # noqa: PLR2004  short bodies are left alone
            yield replace(request, body=request.body[: len(request.body) // 2], chunks=())
        return
    for smaller in _smaller_values(value):
        body = json.dumps(smaller, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        if body != request.body and len(body) <= len(request.body):
            headers = tuple(
                (name, str(len(body)).encode() if name == b"content-length" else old) for name, old in request.headers
            )
            yield replace(request, body=body, chunks=(), headers=headers)


def _smaller_values(value: Any) -> Iterator[Any]:
    """List simpler values, the boldest first."""
    if is_object(value):
        yield from _smaller_objects(value)
    elif is_array(value):
        yield from _smaller_arrays(value)
    elif isinstance(value, str):
        yield from _smaller_texts(value)
    elif isinstance(value, int | float) and not isinstance(value, bool) and value not in {0, 1}:
        yield from _smaller_numbers(value)


def _smaller_arrays(value: list[Any]) -> Iterator[Any]:
    if len(value) > 1:
        yield value[: len(value) // 2]
    for index in range(len(value)):
        yield value[:index] + value[index + 1 :]
    for index, item in enumerate(value):
        for smaller in _smaller_values(item):
            yield [*value[:index], smaller, *value[index + 1 :]]


def _smaller_texts(value: str) -> Iterator[str]:
    if value:
        yield ""
    if len(value) > 1:
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]


def _smaller_numbers(value: float) -> Iterator[int]:
    yield 0
    yield 1
    if math.isfinite(value) and abs(value) > 3:  # noqa: PLR2004  halves of smaller numbers are 0 and 1
        yield int(value / 2) if isinstance(value, float) else value // 2


def _smaller_objects(value: dict[str, Any]) -> Iterator[Any]:
    for key in value:
        yield {name: item for name, item in value.items() if name != key}
    for key, item in value.items():
        for smaller in _smaller_values(item):
            yield {**value, key: smaller}
