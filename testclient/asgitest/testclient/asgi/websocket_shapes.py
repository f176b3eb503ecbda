"""The messages of an app on a WebSocket: their shapes.

Each ``read_*`` function adds what is wrong with a message to a list of problems, and returns its values, repaired where
a server could make sense of them.

Source: ASGI ``www``, WebSocket; RFC 6455, sections 4.2.2, 5.5.1 and 7.4.
Depends on: findings, headers, rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.headers import check_fields
from asgitest.testclient.asgi.kinds import is_buffer, is_dict
from asgitest.testclient.asgi.rules import RULES, Level

if TYPE_CHECKING:
    from asgitest.testclient.asgi.trace import Message

__all__ = ["is_close_code", "read_accept", "read_close", "read_send"]

Pairs = list[tuple[bytes, bytes]]

_NORMAL = 1000
_MAX_REASON_BYTES = 123
_RESERVED_CODES = frozenset({1004, 1005, 1006})
_SERVERS_OWN = frozenset(
    {
        b"connection",
        b"content-length",
        b"sec-websocket-accept",
        b"sec-websocket-extensions",
        b"sec-websocket-protocol",
        b"transfer-encoding",
        b"upgrade",
    }
)
_ACCEPT_HEADERS_SINCE = "2.1"
_REASON_SINCE = "2.3"


def is_close_code(code: Any) -> bool:
    """Whether an endpoint may send *code* in a close frame.

    Source: RFC 6455, section 7.4.
    """
    if not isinstance(code, int) or isinstance(code, bool):
        return False
    return 3000 <= code <= 4999 or (1000 <= code <= 1014 and code not in _RESERVED_CODES)  # noqa: PLR2004


def read_accept(message: Message, scope: dict[str, Any], problems: list[Problem]) -> tuple[Pairs, str | None]:
    """Read ``websocket.accept``: a faulty header field of it breaks the rule about headers of an accept.

    Returns:
        ``(fields, subprotocol)``.
    """
    found: list[Problem] = []
    fields = check_fields(message.get("headers", ()), found)
    problems += [_of_accept(problem) for problem in found if problem.subject not in _OWN_SUBJECTS]
    for name in dict.fromkeys(name.lower() for name, _ in fields.pairs):
        if name in _SERVERS_OWN:
            problems.append(Problem("ASGI-WS-010", f"{show(name)} is the server's to send with an accept", repr(name)))
    if fields.pairs and _spec_version(scope) == "2.0":
        detail = "headers of an accept need version 2.1 of the specification, but the scope says 2.0"
        problems.append(Problem("ASGI-WS-010", detail, "version"))
    subprotocol = message.get("subprotocol")
    if subprotocol is None:
        return fields.pairs, None
    _check_subprotocol(subprotocol, scope.get("subprotocols") or (), problems)
    return fields.pairs, str(subprotocol) if isinstance(subprotocol, str) else None


_OWN_SUBJECTS = frozenset(name.decode() for name in _SERVERS_OWN)
"""Fields that are the server's are said to be that, and nothing else."""


def _of_accept(problem: Problem) -> Problem:
    return problem._replace(rule_id="ASGI-WS-010", level=problem.level or RULES[problem.rule_id].level)


def _spec_version(scope: dict[str, Any]) -> Any:
    versions = scope.get("asgi")
    return versions.get("spec_version") if is_dict(versions) else None


def _check_subprotocol(subprotocol: Any, offered: Any, problems: list[Problem]) -> None:
    if not isinstance(subprotocol, str):
        detail = f"subprotocol is a str or None, but this is {show(subprotocol)}"
    elif subprotocol not in offered:
        names = ", ".join(map(repr, offered)) or "no subprotocol"
        detail = f"the client offered {names}, but the app chose {show(subprotocol)}"
    else:
        return
    problems.append(Problem("ASGI-WS-009", detail, "subprotocol"))


def read_send(message: Message, problems: list[Problem]) -> Message | None:
    """Read ``websocket.send``.

    Returns:
        What the client gets; ``None`` if there is nothing that can be sent.
    """
    data, text = message.get("bytes"), message.get("text")
    if (data is None) == (text is None):
        which = "neither is given" if data is None else "both are"
        problems.append(Problem("ASGI-WS-006", f"exactly one of bytes and text is given, but {which}", "payload"))
    if text is not None:
        _check_text(text, problems)
    if data is not None and not isinstance(data, bytes):
        level = Level.WARNING if is_buffer(data) else None
        problems.append(Problem("ASGI-WS-007", f"bytes is bytes, but this is {show(data)}", "bytes", level))
    if isinstance(text, str):
        return {"type": "websocket.send", "text": str(text)}
    if isinstance(data, bytes) or is_buffer(data):
        return {"type": "websocket.send", "bytes": bytes(data)}
    return None


def _check_text(text: Any, problems: list[Problem]) -> None:
    if not isinstance(text, str):
        problems.append(Problem("ASGI-WS-007", f"text is a str, but this is {show(text)}", "text"))
    elif _has_surrogates(text):
        problems.append(Problem("ASGI-WS-008", f"text can be encoded as UTF-8, but this cannot: {show(text)}", "text"))


def _has_surrogates(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def read_close(message: Message, scope: dict[str, Any], problems: list[Problem]) -> tuple[int, str]:
    """Read ``websocket.close``.

    Returns:
        ``(code, reason)`` that the client gets; the reason is empty if there is none.
    """
    code, reason = message.get("code", _NORMAL), message.get("reason")
    if not is_close_code(code):
        problems.append(Problem("ASGI-WS-011", f"an endpoint cannot close with the code {show(code)}", "code"))
    if reason is not None:
        _check_reason(reason, scope, problems)
    plain = isinstance(code, int) and not isinstance(code, bool)
    return int(code) if plain else _NORMAL, str(reason) if isinstance(reason, str) else ""


def _check_reason(reason: Any, scope: dict[str, Any], problems: list[Problem]) -> None:
    level: Level | None = None
    if not isinstance(reason, str):
        detail = f"reason is a str or None, but this is {show(reason)}"
    elif (size := len(reason.encode("utf-8", "surrogatepass"))) > _MAX_REASON_BYTES:
        detail = f"reason has at most 123 bytes in UTF-8, but this has {size}"
    elif _has_surrogates(reason):
        detail = f"reason can be encoded as UTF-8, but this cannot: {show(reason)}"
    elif reason and str(_spec_version(scope) or _REASON_SINCE) < _REASON_SINCE:
        detail = f"reason came with version 2.3 of the specification, but the scope says {_spec_version(scope)}"
        level = Level.INFO
    else:
        return
    problems.append(Problem("ASGI-WS-012", detail, "reason", level))
