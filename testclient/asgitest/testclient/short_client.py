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
from asgitest.testclient.http_library import LIBRARY_NAME, adopt, httpx
from asgitest.testclient.preparation import prepare, prepare_absolute
from asgitest.testclient.short_path import REDIRECT_STATUSES, ShortPath, ShortRequest, finish_response

if TYPE_CHECKING:
    from asgitest.testclient.http_call import HTTPCall
    from asgitest.testclient.response import Response

__all__ = ["ShortPathClient"]

DEFAULT: Any = httpx.USE_CLIENT_DEFAULT
_logger = logging.getLogger(LIBRARY_NAME)


class ShortPathClient:
    """Mixed into a client of the HTTP library, gives it a short path for usual requests."""

    _server: Any
    _transport: Any
    _short_methods: tuple[Any, ...]
    _own_handler: tuple[Any, str]
    """What the transport answers with, as it was when our module was loaded, and its name."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Remember, for each of our clients, the methods that the short path stands in for."""
        super().__init_subclass__(**options)
        if ShortPathClient in cls.__bases__:
            client: Any = cls
            cls._short_methods = (client.send, client.build_request, client._send_single_request)

    def _start_short_path(self) -> None:
        self._short = ShortPath()
        self._cookie_headers = CookieHeaders()

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
            and "send" not in own
            and "build_request" not in own
            and "_send_single_request" not in own
            and handler_kind not in transport.__dict__
            and not client.is_closed
        )

    def _build_short(
        self, method: str, url: str, *, content: Any, json: Any, params: Any, headers: Any
    ) -> ShortRequest | None:
        """Build a request of the short path; ``None`` if it is not for that."""
        client: Any = self
        merged_params: Any = None
        if params is not None or client._params:
            merged_params = client._merge_queryparams(adopt(params))
            if not isinstance(merged_params, httpx.QueryParams) or not merged_params:
                return None
        prepared = prepare(self._short.base_text(client._base_url), url, merged_params, merge=client._merge_url)
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
        request.read()
        history.append(response)
        sent = ShortRequest(request, prepare_absolute(request.url), None)
        if len(history) > client.max_redirects:
            raise httpx.TooManyRedirects("Exceeded maximum allowed redirects.", request=request)
        return sent


def _log(request: httpx.Request, response: Response) -> None:
    status = f"{response.http_version} {response.status_code} {response.reason_phrase}"
    _logger.info('HTTP Request: %s %s "%s"', request.method, request.url, status)
