"""The short path of a request through the HTTP library, for the requests that tests are made of.

The HTTP library spends a quarter of a millisecond on a request before it reaches the transport, and most of that on
work whose result is the same each time. This module builds the same ``Request`` and ``Response`` objects with less
work, and gives up (returns ``None``) for anything unusual, so that the library's own path remains the one definition of
what a request means: a differential test drives both with the same requests and compares what the app saw and what the
test got.

Depends on: http_library, server, response.
"""

from __future__ import annotations

import datetime as dt
import json as jsonlib
import time
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import HTTPExchange
from asgitest.testclient.header_templates import (
    BODY_METHODS,
    Headers,
    Template,
    extended_template,
    has_forbidden,
    template_of,
)
from asgitest.testclient.http_call import HTTPCall
from asgitest.testclient.http_library import httpx
from asgitest.testclient.response import Conversation, Response, add_debug
from asgitest.testclient.upgrade import upgrade_headers

if TYPE_CHECKING:
    from asgitest.testclient.driver import Driver
    from asgitest.testclient.header_templates import ClientHeaders
    from asgitest.testclient.preparation import Preparation
    from asgitest.testclient.server import InProcessServer

__all__ = [
    "REDIRECT_STATUSES",
    "ShortPath",
    "ShortRequest",
    "conclude_whole",
    "finish_response",
    "make_call",
    "wait_whole",
]

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_MAX_URLS = 256


async def wait_whole(call: HTTPCall, timeout: float | None) -> None:
    """Wait until a call that was started has ended.

    Raises:
        DeadlineExceeded: If it did not end in time.
    """
    __tracebackhide__ = True
    await call.until_finished(timeout, f"the response to {call.scope['method']} {call.scope['path']}")


def conclude_whole(server: InProcessServer, call: HTTPCall) -> None:
    """Tell what a call that has ended came to.

    Raises:
        BaseException: What the app raised, if the server raises exceptions.
        ProtocolViolation: If it broke a MUST rule, or gave no response.
    """
    __tracebackhide__ = True
    call.conclude(raise_app_error=server.raise_server_exceptions, stacklevel=5)
    if call.exchange.status is None and call.error is None and server.raise_server_exceptions:
        raise AssertionError("TestClient did not receive any response.")


class Request(httpx.Request):
    """The HTTP library's request, made of parts that are ready.

    It has the attributes that the library's constructor would have set after much work: a differential test compares.

    Args:
        method: In upper case.
        url: Absolute.
        headers: All of them; taken as they are.
        body: The whole body.
        extensions: Of the request.
    """

    def __init__(
        self, method: str, url: httpx.URL, *, headers: httpx.Headers, body: bytes, extensions: dict[str, Any]
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.extensions = extensions
        self.stream = httpx.ByteStream(body)
        self._content = body


class ShortRequest:
    """A request on the short path.

    Args:
        request: As the test will see it.
        prepared: Its URL.
        body: All of it.
        scope_headers: Its headers as a scope has them; ``None`` if they are still to be worked out.
    """

    __slots__ = ("body", "prepared", "request", "scope_headers")

    def __init__(
        self, request: httpx.Request, prepared: Preparation, body: bytes, *, scope_headers: ClientHeaders | None = None
    ) -> None:
        self.request = request
        self.prepared = prepared
        self.body = body
        self.scope_headers = scope_headers


class ShortPath:
    """Builds requests for one client, and remembers what does not change between them."""

    # Nothing is remembered at first.
    base: httpx.URL | None = None
    """The base URL that the URLs are remembered for."""
    base_text = ""
    prepared: dict[Any, Preparation]
    """By what the test wrote."""
    _template: Template
    _template_from: Any = None
    _shaken: ClientHeaders
    _shaken_from: ClientHeaders | None = None
    _timeout: Any = None
    _timeout_extension: dict[str, Any]

    def rebase(self, base_url: httpx.URL) -> None:
        """Begin anew with another base URL."""
        self.base, self.base_text, self.prepared = base_url, str(base_url), {}

    def keep(self, key: Any, prepared: Preparation) -> None:
        """Remember a URL, unless it has no key."""
        if key is not None and len(self.prepared) < _MAX_URLS:
            self.prepared[key] = prepared

    def _template_for(self, front: tuple[bytes, bytes], headers: httpx.Headers, extra: Any) -> Template:
        """The template of a request; the last one again, if nothing has changed."""
        last = self._template_from
        if type(headers) is not Headers:
            template = template_of(front, headers.raw)
        elif last is not None and last[0] is front and last[1] is headers and last[2] == headers.changes:
            template = self._template
        else:
            self._template_from = (front, headers, headers.changes)
            template = self._template = template_of(front, headers.raw)
        return template if extra is None else extended_template(template, headers, extra, front=front)

    def build(
        self,
        method: str,
        prepared: Preparation,
        headers: httpx.Headers,
        *,
        extra: Any,
        cookie: str | None,
        content: Any,
        json: Any,
        timeout: httpx.Timeout,
    ) -> ShortRequest | None:
        """Build the request that ``client.build_request`` would build.

        Args:
            method: As the test wrote it.
            prepared: The URL.
            headers: The client's.
            extra: The request's own headers, or ``None``.
            cookie: The ``Cookie`` header, or ``None``.
            content: Bytes, text or ``None``.
            json: A JSON document, if *content* is ``None``.
            timeout: The client's.

        Returns:
            The request, or ``None`` if it is not for the short path.
        """
        front = prepared.host_header
        template = self._template_for(front, headers, extra)
        body, kind = encode_body(content, json)
        if body is None or not template.is_usual or (cookie is not None and b"cookie" in template.names):
            return None
        method = method.upper()
        if cookie is None and not body and kind is None and method not in BODY_METHODS:
            merged, scope_headers = httpx.Headers(template.headers), template.scope_headers[:]
        else:
            merged, scope_headers = template.with_body(method, body, kind, cookie=cookie), None
        if timeout is not self._timeout:
            self._timeout, self._timeout_extension = timeout, timeout.as_dict()
        extensions = {"timeout": self._timeout_extension.copy()}
        request = Request(method, prepared.url, headers=merged, body=body, extensions=extensions)
        return ShortRequest(request, prepared, body, scope_headers=scope_headers)

    def handshake(
        self,
        prepared: Preparation,
        headers: httpx.Headers,
        *,
        extra: Any,
        offered: tuple[str, ...] | str | None,
        cookie: str | None,
    ) -> ClientHeaders | None:
        """The headers of a WebSocket handshake, as the long path would send them.

        Args:
            prepared: The URL.
            headers: The client's.
            extra: The request's own headers, or ``None``.
            offered: Subprotocols.
            cookie: The ``Cookie`` header, or ``None``.

        Returns:
            The headers, or ``None`` if they are not for the short path.
        """
        raw = headers.raw
        if extra is not None or offered is not None or raw != self._shaken_from:
            merged = httpx.Headers(headers)
            merged.update(upgrade_headers(extra, offered))
            merged_raw = merged.raw
            if has_forbidden(merged_raw) or {"host", "cookie"} & set(merged):
                return None
            if extra is None and offered is None:
                self._shaken_from, self._shaken = raw, merged_raw
        else:
            merged_raw = self._shaken
        back = [] if cookie is None else [(b"Cookie", cookie.encode("utf-8"))]
        return [prepared.host_header, *merged_raw, *back]


def encode_body(content: Any, json: Any) -> tuple[bytes | None, str | None]:
    """Encode a body as the HTTP library does.

    Returns:
        ``(body, content_type)``; ``(None, None)`` if the body is not for the short path.
    """
    if content is not None:
        if type(content) is bytes:
            return (content, None) if content else (None, None)
        return (None, None)
    if json is None:
        return b"", None
    text = jsonlib.dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8"), "application/json"


def make_call(server: InProcessServer, sent: ShortRequest, driver: Driver) -> HTTPCall:
    """Make the app call of a request that the short path has built."""
    request = sent.request
    headers = sent.scope_headers
    if headers is None:
        headers = [(name.lower(), value) for name, value in request.headers.raw]
    scope = server.prepared_http_scope(sent.prepared, request.method, headers)
    policy = server.policy
    exchange = HTTPExchange(scope, profile=server.profile, checks=policy.mode != "off")
    exchange.client_sent(sent.body, more=False)
    return HTTPCall(server.app, exchange, scope=scope, driver=driver, policy=policy)


def finish_response(
    call: HTTPCall, request: httpx.Request, *, started: float, default_encoding: Any
) -> tuple[Response, frozenset[bytes]]:
    """Build the whole response of a call that has ended, read and closed.

    Args:
        call: The app call, concluded.
        request: What it answers.
        started: When the request was sent, of ``time.perf_counter``.
        default_encoding: The client's.

    Returns:
        The response, and the names of its header fields in lower case.
    """
    exchange = call.exchange
    chunks = call.chunks
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    chunks.clear()
    status = exchange.status
    headers, names = _response_fields(exchange)
    response = Response.build_whole(
        500 if status is None else status,
        body,
        headers=httpx.Headers(headers),
        request=request,
        default_encoding=default_encoding,
    )
    response.belong_to(Conversation(call))
    if exchange.trailers_expected:
        response.extensions["http.response.trailers"] = list(exchange.trailers)
    if exchange.debug is not None:
        add_debug(response, exchange.debug)
    if b"content-encoding" in names:
        response.read()
    else:
        response.hold_body(body)
    response.elapsed = dt.timedelta(seconds=time.perf_counter() - started)
    return response, names


def _response_fields(exchange: HTTPExchange) -> tuple[httpx.Headers, frozenset[bytes]]:
    """The header fields of a response, and their names in lower case; remembered for fields without a fault."""
    known = exchange.faultless
    if known is not None and known.front is not None:
        return known.front  # type: ignore[no-any-return]  # made below
    fields = httpx.Headers(list(exchange.headers)), frozenset(name.lower() for name, _ in exchange.headers)
    if known is not None:
        known.front = fields
    return fields
