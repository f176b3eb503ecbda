"""The server's side of the rules: scopes and the messages that apps receive.

What the test clients build is held against this, and so is what real servers were recorded to send.

Source: ASGI ``www``, connection scopes and receive events.
Depends on: findings, kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.kinds import is_array, is_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["check_received", "check_scope"]

_MISSING: Any = object()
_PAIR = 2


def check_scope(scope: Mapping[str, Any]) -> list[Problem]:
    """Judge a scope as a server made it; optional keys may be missing.

    Args:
        scope: Of any protocol.

    Returns:
        One problem for each rule that is broken.
    """
    checks = _CHECKS.get(scope.get("type", ""), ())
    return [Problem(rule_id, detail, key) for rule_id, key, check in checks for detail in check(scope, key)]


def _say(key: str, wanted: str, value: Any) -> str:
    return f"scope[{key!r}] is {wanted}, but this is {'missing' if value is _MISSING else show(value)}"


def _versions(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key, _MISSING)
    if not is_dict(value) or not isinstance(value.get("version"), str):
        yield _say(key, "a dict with a version", value)
    elif not isinstance(value.get("spec_version", ""), str):
        yield _say(key, "a dict whose spec_version is a str", value)


def _method(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key, _MISSING)
    if not isinstance(value, str) or value != value.upper():
        yield _say(key, "a str in upper case", value)


def _path(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key, _MISSING)
    if not isinstance(value, str):
        yield _say(key, "decoded text", value)


def _raw_path(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key)
    if value is not None and (not isinstance(value, bytes) or b"?" in value):
        yield _say(key, "bytes without the query, or None", value)


def _query_string(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key, b"")
    if not isinstance(value, bytes):
        yield _say(key, "bytes", value)


def _root_path(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    root, path = scope.get(key, ""), scope.get("path")
    if not isinstance(root, str):
        yield _say(key, "a str", root)
    elif isinstance(path, str) and not path.startswith(root):
        yield f"scope['path'] begins with the root path {show(root)}, but this is {show(path)}"


def _headers(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key, _MISSING)
    if not hasattr(value, "__iter__") or is_dict(value) or isinstance(value, str | bytes):
        yield _say(key, "an iterable of pairs", value)
        return
    for pair in value:
        if not is_array(pair) or len(pair) != _PAIR or not all(isinstance(part, bytes) for part in pair):
            yield f"a header is a pair of bytes, but one is {show(pair)}"
        elif pair[0].startswith(b":") or pair[0] != pair[0].lower():
            yield f"a header name is in lower case and of no pseudo header, but one is {show(pair[0])}"


def _address(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key)
    if value is None:
        return
    port_fits = (
        is_array(value) and len(value) == _PAIR and (isinstance(value[1], int) or (key == "server" and not value[1]))
    )
    if not port_fits or not isinstance(value[0], str) or isinstance(value[1], bool):
        yield _say(key, "an address and a port, or None", value)


def _state(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    if not is_dict(scope.get(key, {})):
        yield _say(key, "a dict", scope[key])


def _extensions(scope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = scope.get(key)
    if value is not None and (not is_dict(value) or not all(is_dict(offer) for offer in value.values())):
        yield _say(key, "a dict of dicts", value)


_Check = tuple[str, str, "Callable[[Mapping[str, Any], str], Iterator[str]]"]

_BOTH: tuple[_Check, ...] = (
    ("ASGI-SRV-001", "asgi", _versions),
    ("ASGI-SRV-003", "path", _path),
    ("ASGI-SRV-004", "raw_path", _raw_path),
    ("ASGI-SRV-005", "query_string", _query_string),
    ("ASGI-SRV-006", "root_path", _root_path),
    ("ASGI-SRV-007", "headers", _headers),
    ("ASGI-SRV-008", "client", _address),
    ("ASGI-SRV-008", "server", _address),
    ("ASGI-SRV-009", "state", _state),
    ("ASGI-SRV-010", "extensions", _extensions),
)
_CHECKS: Mapping[Any, tuple[_Check, ...]] = {
    "http": (*_BOTH, ("ASGI-SRV-002", "method", _method)),
    "websocket": _BOTH,
    "lifespan": (("ASGI-SRV-001", "asgi", _versions), ("ASGI-SRV-009", "state", _state)),
}


def check_received(protocol: str, messages: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Judge what an app received in one conversation, in its order.

    Args:
        protocol: ``"http"``, ``"websocket"`` or ``"lifespan"``.
        messages: As the server gave them.
    """
    check = {"http": _check_http, "websocket": _check_socket}.get(protocol, _check_lifespan)
    return list(check(list(messages)))


def _check_http(messages: list[Mapping[str, Any]]) -> Iterator[Problem]:
    ended = gone = False
    for message in messages:
        if message.get("type") == "http.disconnect":
            gone = True
        elif message.get("type") != "http.request":
            yield Problem("ASGI-SRV-011", f"an app receives no {show(message.get('type'))}", "type")
        elif ended or gone:
            yield Problem("ASGI-SRV-012", "receive gives http.disconnect after the end of the body, not more", "order")
        else:
            ended = message.get("more_body", False) is False
            if not isinstance(message.get("body", b""), bytes) or not isinstance(message.get("more_body", False), bool):
                yield Problem("ASGI-SRV-011", f"a part of a body is bytes, but this is {show(message)}", "body")


def _check_socket(messages: list[Mapping[str, Any]]) -> Iterator[Problem]:
    for number, message in enumerate(messages):
        kind = message.get("type")
        if (kind == "websocket.connect") != (number == 0):
            yield Problem(
                "ASGI-SRV-019", f"websocket.connect comes first and once, but message {number + 1} is {kind}", "order"
            )
        elif kind == "websocket.disconnect" and not isinstance(message.get("code", 1005), int):
            yield Problem("ASGI-SRV-020", f"code is an int, but this is {show(message['code'])}", "code")
        elif kind == "websocket.receive" and not _has_one_payload(message):
            yield Problem(
                "ASGI-SRV-021", f"exactly one of bytes and text is given, but not in {show(message)}", "payload"
            )


def _has_one_payload(message: Mapping[str, Any]) -> bool:
    text, data = message.get("text"), message.get("bytes")
    return (isinstance(text, str) and data is None) or (isinstance(data, bytes) and text is None)


def _check_lifespan(messages: list[Mapping[str, Any]]) -> Iterator[Problem]:
    kinds = [message.get("type") for message in messages]
    if kinds not in ([], ["lifespan.startup"], ["lifespan.startup", "lifespan.shutdown"]):
        yield Problem("ASGI-SRV-018", f"a lifespan is asked to start, then to stop, but this is {show(kinds)}", "order")
