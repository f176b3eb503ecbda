"""One exchange as the report of a failed test shows it: how to repeat it, what was said, what the app raised.

Depends on: ``redaction``; the levels of findings.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import sysconfig
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgitest.pytest_plugin.redaction import Redaction
    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["curl", "exchange_lines", "heading", "short_body"]

_BODY_LINES = 30
_BODY_CHARACTERS = 2000
_LINE_CHARACTERS = 400
_MESSAGES = 12
_FRAMES = 8
_USUAL = frozenset({b"host", b"accept", b"accept-encoding", b"connection", b"content-length", b"user-agent"})
_HANDSHAKE = frozenset(
    {b"upgrade", b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions", *_USUAL}
)
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_LIBRARIES = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib"))


def heading(record: ExchangeRecord, redaction: Redaction) -> str:
    """``GET /items/abc?x=1 -> 422 Unprocessable Content``."""
    verb = "WebSocket" if record.kind == "websocket" else record.scope["method"]
    return f"{verb} {redaction.text(_target(record.scope))} -> {_outcome(record)}"


def curl(record: ExchangeRecord, redaction: Redaction) -> str:
    """The request as a curl command; a handshake as one for websocat."""
    if record.kind == "websocket":
        parts = ["websocat"]
        skipped = _HANDSHAKE
    else:
        parts = ["curl", "-X", record.scope["method"]]
        skipped = _USUAL
    for name, value in record.scope["headers"]:
        if name.lower() not in skipped:
            key = name.decode("latin-1")
            parts += ["-H", f"{key}: {redaction.value(key, value.decode('latin-1'))}"]
    if record.request_body:
        parts += ["--data-binary", redaction.text(record.request_body.decode("utf-8", "backslashreplace"))]
    return shlex.join([*parts, redaction.text(_url(record.scope))])


def short_body(record: ExchangeRecord, redaction: Redaction) -> str:
    """The beginning of the response's body on one line; empty if there is none."""
    text = redaction.text(" ".join(record.body.decode("utf-8", "backslashreplace").split()))
    return _printable(text if len(text) <= _LINE_CHARACTERS else f"{text[:_LINE_CHARACTERS]}...")


def exchange_lines(record: ExchangeRecord, redaction: Redaction, *, raised: BaseException | None) -> Iterator[str]:
    """Everything that is known of an exchange.

    Args:
        record: The exchange.
        redaction: What is hidden.
        raised: What the report shows already; its traceback is not repeated.
    """
    yield heading(record, redaction)
    yield f"  {curl(record, redaction)}"
    route = _route(record.scope)
    if route:
        yield f"  route    {route}"
    yield from _block("request", _request(record, redaction))
    yield from _block("response", _response(record, redaction))
    yield from _block(
        "messages", (line.removeprefix("  ") for line in record.trace.render(last=_MESSAGES).splitlines())
    )
    # What is only worth a note is a trait of a framework more often than not, and did not fail the test.
    for finding in (one for one in record.findings if one.level is not Level.INFO):
        yield f"  broken   {finding.rule.id}: {finding.detail}"
    if record.ignored_disconnect:
        yield "  the app went on after the client had left, and was cancelled"
    if record.exception is not None:
        yield from _exception(record.exception, raised)


def _block(title: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines below a title that stands before the first of them."""
    before = f"{title:<8}"
    for line in lines:
        yield f"  {before} {line}".rstrip()
        before = " " * 8


def _outcome(record: ExchangeRecord) -> str:
    if record.status is not None:
        try:
            return f"{record.status} {HTTPStatus(record.status).phrase}"
        except ValueError:
            return str(record.status)
    if record.exception is not None:
        return f"{type(record.exception).__name__}"
    if record.kind == "websocket":
        return "open until the client left" if record.close_code is None else f"closed {record.close_code}"
    return "no response"


def _target(scope: dict[str, Any]) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
    query: bytes = scope.get("query_string", b"")
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def _url(scope: dict[str, Any]) -> str:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    scheme = scope.get("scheme", "http")
    server = scope.get("server") or ("localhost", None)
    port = "" if server[1] in {None, _PORTS.get(scheme)} else f":{server[1]}"
    return f"{scheme}://{hosts[0] if hosts else server[0] + port}{_target(scope)}"


def _route(scope: dict[str, Any]) -> str:
    """The endpoint that the framework chose, if it says."""
    endpoint = scope.get("endpoint") or getattr(scope.get("route_handler"), "fn", None)
    name = getattr(endpoint, "__qualname__", "")
    return f"{endpoint.__module__}:{name}" if name else ""


def _response(record: ExchangeRecord, redaction: Redaction) -> Iterator[str]:
    yield from _headers(record.headers, redaction)
    yield from _body(record.body, record.headers, redaction)


def _request(record: ExchangeRecord, redaction: Redaction) -> Iterator[str]:
    headers = record.scope["headers"]
    usual = _HANDSHAKE if record.kind == "websocket" else _USUAL
    yield from _headers(((name, value) for name, value in headers if name.lower() not in usual), redaction)
    yield from _body(record.request_body, headers, redaction)


def _headers(headers: Iterable[tuple[bytes, bytes]], redaction: Redaction) -> Iterator[str]:
    for name, value in headers:
        key = name.decode("latin-1")
        yield f"{key}: {redaction.value(key, value.decode('latin-1'))}"


def _body(body: bytes, headers: Any, redaction: Redaction) -> Iterator[str]:
    """The beginning of a body: JSON is laid out, other text as it is, and of anything else the size."""
    if not body:
        return
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"").decode("latin-1").lower()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        yield f"({len(body)} bytes of {kind.partition(';')[0] or 'something'})"
        return
    if "json" in kind:
        with contextlib.suppress(ValueError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    # Secrets are hidden before anything is cut, or half of one might be left.
    text = redaction.text(text)
    lines = text[:_BODY_CHARACTERS].splitlines()
    yield from (_printable(line) for line in lines[:_BODY_LINES])
    if len(lines) > _BODY_LINES or len(text) > _BODY_CHARACTERS:
        yield f"... {len(body)} bytes in all"


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() or char == "\t" else ascii(char)[1:-1] for char in line)


def _exception(error: BaseException, raised: BaseException | None) -> Iterator[str]:
    """What the app raised, with the frames of its own code."""
    if error is raised:
        yield f"  raised   {type(error).__name__}, which is shown above"
        return
    shown = traceback.TracebackException.from_exception(error)
    ours = tuple(sys.modules["asgitest.testclient"].__path__)
    frames = [frame for frame in shown.stack if not frame.filename.startswith(ours)]
    own = [frame for frame in frames if not frame.filename.startswith(_LIBRARIES)]
    kept = [frame for frame in frames if frame in own or frame is frames[-1]][-_FRAMES:]
    lines = [line for text in traceback.StackSummary.from_list(kept).format() for line in text.splitlines()]
    yield from _block("raised", iter([*lines, *"".join(shown.format_exception_only()).splitlines()]))
