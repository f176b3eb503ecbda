"""The traffic of clients as an HTTP Archive, which browsers and HTTP tools can open.

Source: HAR 1.2; ``_webSocketMessages`` is what Chromium adds to it. Depends on: observing.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import os
from http.client import responses
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from asgitest.testclient.observing import observe

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["HarLog", "record_har"]

_REDACTED = "<redacted>"
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"})
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class HarLog:
    """What has been recorded so far.

    Args:
        redact: Whether values of headers that carry credentials are left out.
    """

    def __init__(self, *, redact: bool = True) -> None:
        self.entries: list[dict[str, Any]] = []
        self._redact = redact

    def add(self, record: ExchangeRecord) -> None:
        """Add an app call that has just ended."""
        ended = dt.datetime.now(dt.UTC)
        self.entries.append(_build_entry(record, ended - dt.timedelta(seconds=record.duration), redact=self._redact))

    def as_dict(self) -> dict[str, Any]:
        """The archive, as HAR 1.2 has it."""
        creator = {"name": "asgitest", "version": "1"}
        return {"log": {"version": "1.2", "creator": creator, "entries": list(self.entries)}}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the archive to a file, whole or not at all."""
        target = Path(path)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        draft.write_text(json.dumps(self.as_dict(), indent=1), encoding="utf-8")
        draft.replace(target)


@contextlib.contextmanager
def record_har(path: str | os.PathLike[str] | None = None, *, redact: bool = True) -> Generator[HarLog]:
    """Record the traffic of every client while the block lasts.

    Args:
        path: Where to write the archive when the block is left, also after a failure; ``None`` writes none.
        redact: Whether values of headers that carry credentials are left out.
    """
    log = HarLog(redact=redact)
    with observe(log.add):
        try:
            yield log
        finally:
            if path is not None:
                log.save(path)


def _build_entry(record: ExchangeRecord, started: dt.datetime, *, redact: bool) -> dict[str, Any]:
    milliseconds = round(record.duration * 1000, 3)
    entry: dict[str, Any] = {
        "startedDateTime": started.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _build_request(record, redact=redact),
        "response": _build_response(record, redact=redact),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    if record.kind == "websocket":
        entry["_webSocketMessages"] = list(_socket_messages(record, started.timestamp()))
    if record.exception is not None:
        entry["comment"] = f"the app raised {record.exception!r}"
    return entry


def _build_request(record: ExchangeRecord, *, redact: bool) -> dict[str, Any]:
    scope = record.scope
    query: bytes = scope.get("query_string", b"")
    headers = _headers(scope["headers"], redact=redact)
    request = {
        "method": scope.get("method", "GET"),
        "url": _url(scope),
        "httpVersion": f"HTTP/{scope.get('http_version', '1.1')}",
        "cookies": [] if redact else _cookies(scope["headers"], b"cookie"),
        "headers": headers,
        "queryString": [
            {"name": name, "value": value} for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len(record.request_body),
    }
    if record.request_body:
        request["postData"] = {"mimeType": _content_type(scope["headers"]), **_text(record.request_body, "_encoding")}
    return request


def _build_response(record: ExchangeRecord, *, redact: bool) -> dict[str, Any]:
    status = record.status if record.status is not None else 101 if record.kind == "websocket" else 0
    content = {"size": len(record.body), "mimeType": _content_type(record.headers), **_text(record.body, "encoding")}
    location = [value.decode("latin-1") for name, value in record.headers if name.lower() == b"location"]
    return {
        "status": status,
        "statusText": responses.get(status, ""),
        "httpVersion": f"HTTP/{record.scope.get('http_version', '1.1')}",
        "cookies": [] if redact else _cookies(record.headers, b"set-cookie"),
        "headers": _headers(record.headers, redact=redact),
        "content": content,
        "redirectURL": location[0] if location else "",
        "headersSize": -1,
        "bodySize": len(record.body),
    }


def _url(scope: dict[str, Any]) -> str:
    """The URL as the client wrote it, as far as the scope tells."""
    scheme = str(scope.get("scheme", "http"))
    host, port = scope.get("server") or ("", None)
    netloc = f"{host}:{port}" if port not in {None, _PORTS.get(scheme)} else str(host)
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    query: bytes = scope.get("query_string", b"")
    return f"{scheme}://{netloc}{raw.decode('latin-1')}" + (f"?{query.decode('latin-1')}" if query else "")


def _headers(pairs: Iterable[tuple[bytes, bytes]], *, redact: bool) -> list[dict[str, str]]:
    named = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in pairs]
    return [
        {"name": name, "value": _REDACTED if redact and name.lower() in _SECRETS else value} for name, value in named
    ]


def _cookies(pairs: Iterable[tuple[bytes, bytes]], header: bytes) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for name, value in pairs:
        if name.lower() == header:
            with contextlib.suppress(CookieError):
                morsels = SimpleCookie(value.decode("latin-1")).values()
                found += [{"name": morsel.key, "value": morsel.value} for morsel in morsels]
    return found


def _content_type(pairs: Iterable[tuple[bytes, bytes]]) -> str:
    return next((value.decode("latin-1") for name, value in pairs if name.lower() == b"content-type"), "")


def _text(body: bytes, encoding_key: str) -> dict[str, str]:
    """A body as text, or in base64 if it is none."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), encoding_key: "base64"}


def _socket_messages(record: ExchangeRecord, started: float) -> Generator[dict[str, Any]]:
    directions = {"websocket.receive": "send", "websocket.send": "receive"}
    whatever: list[Any] = list(record.trace.messages)
    messages: list[dict[str, Any]] = [message for message in whatever if isinstance(message, dict)]
    for message in messages:
        direction = directions.get(message.get("type", ""))
        if direction is None:
            continue
        text = message.get("text")
        data = text if text is not None else base64.b64encode(message.get("bytes") or b"").decode("ascii")
        yield {"type": direction, "time": started, "opcode": 2 if text is None else 1, "data": data}
