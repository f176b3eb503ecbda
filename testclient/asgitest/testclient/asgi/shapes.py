"""The shape of messages: which there are, which keys they have, and of which types.

Each ``read_*`` function takes a message of the app, adds what is wrong with it to a list of problems, and returns its
values, repaired where a server could make sense of them.

Source: ASGI, Events; ASGI ``www`` and ``lifespan``, each event; ASGI extensions.
Depends on: findings, headers, rules.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.headers import Fields, check_fields
from asgitest.testclient.asgi.kinds import class_of, is_array, is_buffer, is_dict
from asgitest.testclient.asgi.rules import Level

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from asgitest.testclient.asgi.trace import Message

__all__ = ["KEYS", "check_offered", "is_multiplexed", "read_body", "read_message", "read_more", "read_start"]

_INT64 = 2**63
_DEPTH = 16
_MAX_VALUES = 10_000
_PLAIN = frozenset({bytes, str, bool, type(None)})

KEYS: dict[str, dict[str, frozenset[str]]] = {
    "http": {
        "http.response.start": frozenset({"type", "status", "headers", "trailers"}),
        "http.response.body": frozenset({"type", "body", "more_body"}),
        "http.response.trailers": frozenset({"type", "headers", "more_trailers"}),
        "http.response.push": frozenset({"type", "path", "headers"}),
        "http.response.zerocopysend": frozenset({"type", "file", "offset", "count", "more_body"}),
        "http.response.pathsend": frozenset({"type", "path"}),
        "http.response.early_hint": frozenset({"type", "links"}),
        "http.response.debug": frozenset({"type", "info"}),
    },
    "websocket": {
        "websocket.accept": frozenset({"type", "subprotocol", "headers"}),
        "websocket.send": frozenset({"type", "bytes", "text"}),
        "websocket.close": frozenset({"type", "code", "reason"}),
        "websocket.http.response.start": frozenset({"type", "status", "headers"}),
        "websocket.http.response.body": frozenset({"type", "body", "more_body"}),
    },
    "lifespan": {
        "lifespan.startup.complete": frozenset({"type"}),
        "lifespan.startup.failed": frozenset({"type", "message"}),
        "lifespan.shutdown.complete": frozenset({"type"}),
        "lifespan.shutdown.failed": frozenset({"type", "message"}),
    },
}
"""Protocol, then message type, to the keys the specification defines for it."""

EXTENSIONS: dict[str, str] = {
    "http.response.trailers": "http.response.trailers",
    "http.response.push": "http.response.push",
    "http.response.zerocopysend": "http.response.zerocopysend",
    "http.response.pathsend": "http.response.pathsend",
    "http.response.early_hint": "http.response.early_hint",
    "http.response.debug": "http.response.debug",
    "websocket.http.response.start": "websocket.http.response",
    "websocket.http.response.body": "websocket.http.response",
}
"""Message type to the extension that it belongs to."""


def read_message(given: Any, protocol: str, problems: list[Problem]) -> Message | None:
    """Read what every message has: it is a dict with a known type, and its values are of the types of ASGI.

    Args:
        given: What the app sent, of any type.
        protocol: ``"http"``, ``"websocket"`` or ``"lifespan"``.
        problems: Where to add what is wrong.

    Returns:
        The message as a plain dict; ``None`` if there is no telling what it is.
    """
    form = class_of(given)
    if not is_dict(given):
        problems.append(Problem("ASGI-MSG-001", f"a message is a dict, but this is {show(given)}", "message"))
        return None
    message: Message = given if form is dict else dict(given)
    kind = message.get("type")
    if type(kind) is not str:
        if not isinstance(kind, str):
            what = f"its type is {show(kind)}" if "type" in message else "this one has no type"
            problems.append(Problem("ASGI-MSG-002", f"a message has a type, a str, but {what}", "type"))
            return None
        message = message | {"type": str.__str__(kind)}
        kind = message["type"]
    known = KEYS[protocol].get(kind)
    if known is None:
        problems.append(_unknown(kind, protocol))
        return None
    if not message.keys() <= known:
        check_extra(message, known, problems)
    return message


def _unknown(kind: str, protocol: str) -> Problem:
    if protocol == "websocket" and kind.startswith("http."):
        return Problem("ASGI-WS-018", f"{show(kind)} belongs to HTTP, but this is a WebSocket", kind)
    return Problem("ASGI-MSG-003", f"{show(kind)} is no message that an app sends in the protocol {protocol}", kind)


def check_extra(message: Mapping[Any, Any], known: Container[str], problems: list[Problem]) -> None:
    """Check the values of keys that the specification does not define; that they are there is fine."""
    for key in list(message):
        if not isinstance(key, str):
            problems.append(Problem("ASGI-MSG-007", f"keys of a message are str, but one is {show(key)}", "key"))
        elif key not in known:
            try:
                _check_value(message[key], key, problems)
            except Exception as error:  # noqa: BLE001 - values of the app may do anything when they are looked at
                detail = f"the value at {key!r} cannot be read: looking at it raises {type(error).__name__}"
                problems.append(Problem("ASGI-MSG-004", detail, key))


def _check_value(value: Any, where: str, problems: list[Problem]) -> None:
    """Check a value and all that is in it, as deep and as far as anybody would send."""
    todo: list[tuple[Any, int]] = [(value, 0)]
    looked_at = 0
    while todo and looked_at < _MAX_VALUES:
        looked_at += 1
        value, depth = todo.pop()
        if is_dict(value):
            problems += [
                Problem("ASGI-MSG-007", f"a key inside {where!r} is {show(key)}, not a str", where)
                for key in value
                if not isinstance(key, str)
            ]
            value = list(value.values())
        if is_array(value):
            if depth < _DEPTH:
                todo += [(inner, depth + 1) for inner in value[:_MAX_VALUES]]
        elif type(value) not in _PLAIN:
            _check_plain(value, where, problems)


def _check_plain(value: Any, where: str, problems: list[Problem]) -> None:
    """Check a value that holds no others."""
    if isinstance(value, bool | str | bytes):
        return
    if isinstance(value, int):
        if not -_INT64 <= value < _INT64:
            problems.append(Problem("ASGI-MSG-005", f"the int at {where!r} does not fit in 64 bits", where))
    elif isinstance(value, float):
        if not math.isfinite(value):
            problems.append(Problem("ASGI-MSG-006", f"the float at {where!r} is {value}", where))
    else:
        detail = f"the value at {where!r} is {show(value)}, which no message can carry"
        problems.append(Problem("ASGI-MSG-004", detail, where))


def check_offered(kind: str, offered: Mapping[str, Any], problems: list[Problem]) -> bool:
    """Check that an extension's message is sent only if the scope offers the extension.

    Returns:
        Whether the message may be sent.
    """
    extension = EXTENSIONS.get(kind)
    if extension is None or extension in offered:
        return True
    problems.append(
        Problem("ASGI-EXT-001", f"{kind} needs the extension {extension}, which the scope does not offer", extension)
    )
    return False


def read_start(message: Message, problems: list[Problem], *, multiplexed: bool = False) -> tuple[int | None, Fields]:
    """Read the status and the header fields of a response.

    Args:
        message: ``http.response.start`` or ``websocket.http.response.start``.
        problems: Where to add what is wrong.
        multiplexed: Whether the connection is HTTP/2 or HTTP/3.

    Returns:
        ``(status, fields)``; the status is ``None`` if none can be meant.
    """
    status = message.get("status")
    if type(status) is not int or not 200 <= status <= 599:  # noqa: PLR2004 - final statuses
        status = _check_status(message, problems)
    headers = message.get("headers", ())
    fields = check_fields(headers, problems, multiplexed=multiplexed)
    if status == 204 and any(name == b"content-length" for name, _ in fields.special):  # noqa: PLR2004 - No Content
        problems.append(Problem("ASGI-HTTP-030", "a 204 has no content-length, but this one does", "content-length"))
    return status, fields


def is_multiplexed(scope: Mapping[str, Any]) -> bool:
    """Whether the connection is HTTP/2 or HTTP/3."""
    version = scope.get("http_version")
    return version != "1.1" and isinstance(version, str) and version.startswith(("2", "3"))


def _check_status(message: Message, problems: list[Problem]) -> int | None:
    """Judge a status that is not simply right, and make an int of it if that can be done."""
    if "status" not in message:
        problems.append(Problem("ASGI-HTTP-007", f"{message['type']} has no status", "status"))
        return None
    status: Any = message["status"]
    if isinstance(status, int) and not isinstance(status, bool):
        if not _is_final(status):
            detail = f"status is between 200 and 599, but this is {show(status)}"
            problems.append(Problem("ASGI-HTTP-009", detail, "status"))
        return int(status) if 100 <= status <= 999 else None  # noqa: PLR2004 - three digits
    detail = f"status is an int, but this is {show(status)}, a {type(status).__name__}"
    problems.append(Problem("ASGI-HTTP-008", detail, "status"))
    text = str(status).removesuffix(".0") if isinstance(status, str | float) else ""
    return int(text) if text.isdecimal() and len(text) == 3 and _is_final(int(text)) else None  # noqa: PLR2004


def _is_final(status: int) -> bool:
    return 200 <= status <= 599  # noqa: PLR2004 - 1xx are interim


def read_body(message: Message, problems: list[Problem]) -> tuple[bytes, bool]:
    """Read the body and the end mark of ``http.response.body`` or its WebSocket twin.

    Returns:
        ``(body, more_body)``.
    """
    body = message.get("body", b"")
    if type(body) is not bytes:
        body = _check_body(body, problems)
    return body, read_more(message, "more_body", "ASGI-HTTP-022", problems=problems)


def _check_body(body: Any, problems: list[Problem]) -> bytes:
    if isinstance(body, bytes):
        return bytes(body)
    name = type(body).__name__
    if is_buffer(body):
        detail = f"body is bytes, but this is a {name}, which some servers refuse"
        problems.append(Problem("ASGI-HTTP-021", detail, name, Level.WARNING))
        return bytes(body)
    problems.append(Problem("ASGI-HTTP-021", f"body is bytes, but this is {show(body)}", name))
    return str.encode(body, "utf-8", "replace") if isinstance(body, str) else b""


def read_more(message: Message, key: str, rule_id: str, *, problems: list[Problem]) -> bool:
    """Read a flag, which servers take for true or false whatever it is."""
    more = message.get(key, False)
    if type(more) is bool:
        return more
    problems.append(Problem(rule_id, f"{key} is a bool, but this is {show(more)}, which counts as {bool(more)}", key))
    return bool(more)
