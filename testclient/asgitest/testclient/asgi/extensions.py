"""The messages of ASGI's extensions to HTTP: their shapes.

Each ``read_*`` function adds what is wrong with a message to a list of problems, and returns its values.

Source: ASGI extensions.
Depends on: findings, headers, rules, shapes.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.headers import check_fields, check_trailer_fields
from asgitest.testclient.asgi.kinds import is_dict
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.shapes import read_more

if TYPE_CHECKING:
    from asgitest.testclient.asgi.trace import Message

__all__ = ["is_open", "read_debug", "read_hint", "read_path", "read_push", "read_trailers", "read_zerocopy"]

Pairs = list[tuple[bytes, bytes]]


def read_zerocopy(message: Message, problems: list[Problem]) -> tuple[bool, bool]:
    """Read ``http.response.zerocopysend``.

    Returns:
        ``(readable, more_body)``: whether the system can read the file, and whether more follows.
    """
    found: list[Problem] = []
    if not _has_descriptor(message.get("file")):
        detail = f"file is opened by the system, but this is {show(message.get('file'))}"
        found.append(Problem("ASGI-EXT-003", detail, "file"))
    for key in ("offset", "count"):
        value = message.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            found.append(Problem("ASGI-EXT-003", f"{key} is an int from 0, but this is {show(value)}", key))
    problems += found
    return not found, read_more(message, "more_body", "ASGI-HTTP-022", problems=problems)


def _has_descriptor(file: Any) -> bool:
    """Whether the system can read *file*: an open file does, a ``BytesIO`` does not."""
    try:
        return isinstance(file.fileno(), int)
    except Exception:  # noqa: BLE001 - UnsupportedOperation, ValueError for a closed file, or whatever the object raises
        return False


def is_open(file: Any) -> bool:
    """Whether *file* says that it has not been closed; what says nothing may be."""
    return getattr(file, "closed", True) is False


def read_path(message: Message, problems: list[Problem]) -> bool:
    """Read ``http.response.pathsend``.

    Returns:
        Whether the path can be opened, as far as its text tells.
    """
    path = message.get("path")
    if isinstance(path, str) and PurePath(path).is_absolute():
        return True
    problems.append(Problem("ASGI-EXT-004", f"path is an absolute str, but this is {show(path)}", "path"))
    return False


def read_trailers(message: Message, problems: list[Problem]) -> tuple[Pairs, bool]:
    """Read ``http.response.trailers``.

    Returns:
        ``(fields, more_trailers)``.
    """
    found: list[Problem] = []
    fields = check_fields(message.get("headers", ()), found)
    unfit = check_trailer_fields(fields.pairs, problems)
    problems += [problem for problem in found if problem.subject not in unfit]
    return fields.pairs, read_more(message, "more_trailers", "ASGI-HTTP-020", problems=problems)


def read_push(message: Message, problems: list[Problem]) -> Pairs:
    """Read ``http.response.push``: a faulty header field of it breaks the rule about pushes.

    Returns:
        The fields of the request that the server is to push.
    """
    found: list[Problem] = []
    fields = check_fields(message.get("headers", ()), found)
    problems += [
        problem._replace(rule_id="ASGI-EXT-002", level=problem.level or RULES[problem.rule_id].level)
        for problem in found
    ]
    if not isinstance(message.get("path"), str):
        problems.append(Problem("ASGI-EXT-002", f"path is a str, but this is {show(message.get('path'))}", "path"))
    return fields.pairs


def read_hint(message: Message, problems: list[Problem]) -> list[bytes]:
    """Read ``http.response.early_hint``.

    Returns:
        Its links, without those that are no bytes.
    """
    given = message.get("links")
    iterable = hasattr(given, "__iter__") and not isinstance(given, str | bytes | bytearray | dict)
    links: list[Any] = list(given) if iterable else []  # type: ignore[arg-type]  # seen on the line before
    if not iterable or not all(isinstance(link, bytes) for link in links):
        detail = f"links are an iterable of bytes, but these are {show(given)}"
        problems.append(Problem("ASGI-EXT-005", detail, "links"))
    broken = [link for link in links if isinstance(link, bytes) and any(byte in link for byte in b"\r\n\0")]
    if broken:
        detail = f"a link is the value of a header field, but one holds a line break or NUL: {show(broken[0])}"
        problems.append(Problem("ASGI-EXT-005", detail, "break", Level.ERROR))
    return [link for link in links if isinstance(link, bytes)]


def read_debug(message: Message, problems: list[Problem]) -> dict[str, Any]:
    """Read ``http.response.debug``.

    Returns:
        Its information; empty if it has none.
    """
    info = message.get("info")
    if is_dict(info):
        return info
    problems.append(Problem("ASGI-EXT-007", f"info is a dict, but this is {show(info)}", "info"))
    return {}
