"""What both clients share of the short path: whether to take it, the request, its redirects and its cookies.

What comes before and after the app call is written here once; the clients differ only in how they run the call.

Depends on: short_path, preparation, cookies, http_library.
"""

# ruff: noqa: SLF001 - this is a part of the clients, which inherit these members from the HTTP library

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

from asgitest.testclient.cookies import CookieHeaders
from asgitest.testclient.header_templates import Headers, key_of
from asgitest.testclient.http_library import LIBRARY_NAME, adopt, httpx
from asgitest.testclient.preparation import prepare, prepare_absolute
from asgitest.testclient.short_path import REDIRECT_STATUSES, ShortPath, ShortRequest, finish_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.testclient.header_templates import ClientHeaders
    from asgitest.testclient.http_call import HTTPCall
    from asgitest.testclient.preparation import Preparation
    from asgitest.testclient.response import Response

__all__ = ["ShortPathClient"]

DEFAULT: Any = httpx.USE_CLIENT_DEFAULT
_PLAIN = frozenset({str, int})  # 1 is no True: that would be another parameter
_REPLACEABLE = frozenset({"send", "build_request", "_send_single_request"})
_logger = logging.getLogger(LIBRARY_NAME)

# What the HTTP library makes of the headers of a client, by them: it merges its own into them, for each client anew.
_client_headers: dict[tuple[tuple[bytes, bytes], ...], httpx.Headers] = {}
_MAX_CLIENT_HEADERS = 256
_set_headers: Any = httpx.Client.headers.fset  # type: ignore[attr-defined]  # a property


class ShortPathClient:
    """Mixed into a client of the HTTP library, gives it a short path for usual requests."""

    _server: Any
    _transport: Any
    _headers: httpx.Headers
    _short_methods: tuple[Any, ...]
    _own_handler: tuple[Any, str]
    """What the transport answers with, as it was when our module was loaded, and its name."""
    _open_state: Any = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Remember, for each of our clients, the methods that the short path stands in for."""
        super().__init_subclass__(**options)
        if ShortPathClient in cls.__bases__:
            client: Any = cls
            cls._short_methods = (client.send, client.build_request, client._send_single_request)

    def _start_short_path(self) -> None:
        self._short = ShortPath()
        self._cookie_headers = CookieHeaders()

    @property
    def headers(self) -> httpx.Headers:
        """The headers of every request."""
        return self._headers

    @headers.setter
    def headers(self, headers: Any) -> None:
        key = tuple(headers.raw) if isinstance(headers, httpx.Headers) else None
        merged = None if key is None else _client_headers.get(key)
        if merged is None:
            _set_headers(self, headers)
            merged = self._headers
            if key is not None and len(_client_headers) < _MAX_CLIENT_HEADERS:
                _client_headers[key] = httpx.Headers(merged)
        self._headers = Headers(merged)

    def _takes_short_path(self) -> bool:
        """Whether nothing of this client is out of the ordinary: no auth, hooks, mounts, or replaced methods."""
        client: Any = self
        cls: Any = type(self)
        own = client.__dict__
        hooks = client._event_hooks
        transport = client._transport
        send, build_request, send_single = self._short_methods
        handler, handler_kind = self._own_handler
        transport_class: Any = transport.__class__
        return (
            transport is self._server
            and client._auth is None
            and not client._mounts
            and not hooks["request"]
            and not hooks["response"]
            and cls.send is send
            and cls.build_request is build_request
            and cls._send_single_request is send_single
            and getattr(transport_class, handler_kind) is handler
            and own.keys().isdisjoint(_REPLACEABLE)
            and handler_kind not in transport.__dict__
            and (client._state is self._open_state or self._is_open())
        )

    def _is_open(self) -> bool:
        """Whether the client is not closed; its state is remembered then, since to ask for it takes long."""
        client: Any = self
        if client.is_closed:
            return False
        self._open_state = client._state
        return True

    def _build_short(
        self, method: str, url: str, *, content: Any, json: Any, params: Any, headers: Any
    ) -> ShortRequest | None:
        """Build a request of the short path; ``None`` if it is not for that."""
        client: Any = self
        prepared = self._prepare_short(url, params)
        if prepared is None:
            return None
        return self._short.build(
            method,
            prepared,
            client._headers,
            extra=None if headers is None else adopt(headers),
            cookie=self._cookie_headers.header(client._cookies, prepared),
            content=content,
            json=json,
            timeout=client._timeout,
        )

    def _prepare_short(self, url: str, params: Any, *, websocket: bool = False) -> Preparation | None:
        """Look up, or make, the preparation of a URL; ``None`` if it is not for the short path."""
        client: Any = self
        short = self._short
        if client._base_url is not short.base:
            short.rebase(client._base_url)
        key = None if client._params else _key_of_url(url, params, websocket=websocket)
        found = short.prepared.get(key)
        if found is not None:
            return found
        merged: Any = None
        if params is not None or client._params:
            merged = client._merge_queryparams(adopt(params))
            if not isinstance(merged, httpx.QueryParams) or not merged:
                return None
        found = prepare(short.base_text, url, merged, merge=client._merge_url, websocket=websocket)
        if found is not None:
            short.keep(key, found)
        return found

    def _build_handshake(
        self, url: str, subprotocols: Sequence[str] | None, *, headers: Any, params: Any
    ) -> tuple[Preparation, ClientHeaders, list[str]] | None:
        """Build the handshake of a WebSocket; ``None`` if it is not for the short path.

        Returns:
            The URL, the headers, and the subprotocols that are offered.
        """
        client: Any = self
        prepared = self._prepare_short(url, params, websocket=True)
        if prepared is None:
            return None
        offered = subprotocols if subprotocols is None or isinstance(subprotocols, str) else tuple(subprotocols)
        cookie = self._cookie_headers.header(client._cookies, prepared)
        raw = self._short.handshake(prepared, self._headers, extra=adopt(headers), offered=offered, cookie=cookie)
        return None if raw is None else (prepared, raw, list(offered or ()))

    def _receive_short(
        self, call: HTTPCall, sent: ShortRequest, *, started: float, history: list[httpx.Response]
    ) -> Response:
        """Make the response of a call that has ended, and keep its cookies."""
        client: Any = self
        request = sent.request
        response, names = finish_response(call, request, started=started, default_encoding=client._default_encoding)
        if _logger.isEnabledFor(logging.INFO):
            _log(request, response)
        if b"set-cookie" in names:
            client._cookies.extract_cookies(response)
        if history:
            response.history = list(history)
        return response

    def _redirect_short(
        self, response: Response, *, follow: bool, history: list[httpx.Response]
    ) -> ShortRequest | None:
        """Build the request that a response asks for; ``None`` if it is the last one.

        Raises:
            TooManyRedirects: If there were too many before.
            MisuseError: If it leads to another scheme than http and https.
        """
        client: Any = self
        if response.status_code not in REDIRECT_STATUSES or "location" not in response.headers:
            return None
        if not follow:
            with contextlib.suppress(httpx.RemoteProtocolError):
                response.next_request = client._build_redirect_request(response.request, response)
            return None
        request = client._build_redirect_request(response.request, response)
        history.append(response)
        sent = ShortRequest(request, prepare_absolute(request.url), request.read())
        if len(history) > client.max_redirects:
            raise httpx.TooManyRedirects("Exceeded maximum allowed redirects.", request=request)
        return sent


def _key_of_url(url: str, params: Any, *, websocket: bool) -> Any:
    """By what a URL is remembered; ``None`` if its parameters have no key."""
    if params is None:
        return (url,) if websocket else url
    pairs = key_of(params, _PLAIN)
    return None if pairs is None else (url, websocket, pairs)


def _log(request: httpx.Request, response: Response) -> None:
    status = f"{response.http_version} {response.status_code} {response.reason_phrase}"
    _logger.info('HTTP Request: %s %s "%s"', request.method, request.url, status)
