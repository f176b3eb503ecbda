"""The shop's old page for gift vouchers, a WSGI app, mounted under ``/legacy``.

Guide: Including WSGI.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

MAX_VOUCHER_BYTES = 10_000
THREADS = 2


def voucher_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Print a voucher: ``GET /vouchers`` explains itself, ``POST /vouchers`` prints what it is sent in capitals.

    The body is read to its end and not by ``CONTENT_LENGTH``, which a chunked request does not have.
    """
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    headers: list[tuple[str, str]] = []
    if path != "/vouchers":
        status, text = "404 Not Found", b"There is no such page\n"
    elif method in {"GET", "HEAD"}:
        status, text = "200 OK", b"Send the text of a voucher\n"
    elif method == "POST":
        wanted = environ["wsgi.input"].read(MAX_VOUCHER_BYTES + 1)
        too_large = len(wanted) > MAX_VOUCHER_BYTES
        status, text = ("413 Content Too Large", b"Shorter, please\n") if too_large else ("200 OK", wanted.upper())
    else:
        status, text = "405 Method Not Allowed", b"GET, HEAD or POST\n"
        headers = [("Allow", "GET, HEAD, POST")]
    headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    start_response(status, headers)
    return [] if method == "HEAD" else [text]


class LegacyMount:
    """The WSGI app as an ASGI app. Its threads live as long as the lifespan, and it can be started again."""

    def __init__(self) -> None:
        # a2wsgi has types of its own for ASGI, which are not those of Starlette.
        self._bridge: Any = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep threads for the WSGI app."""
        bridge = self._bridge = WSGIMiddleware(cast("Any", voucher_app), workers=THREADS)
        try:
            yield
        finally:
            self._bridge = None
            bridge.executor.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._bridge is None:
            raise RuntimeError("The lifespan of the bookshop has not started")
        if scope["type"] == "http" and not scope["query_string"].isascii():
            # WSGI has the query as ASCII text.
            await PlainTextResponse("The query must be percent-encoded", 400)(scope, receive, send)
            return
        await self._bridge(scope, receive, send)
