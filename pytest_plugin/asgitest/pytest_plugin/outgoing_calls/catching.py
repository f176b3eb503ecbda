"""Where calls are caught: at the network end of each HTTP library that is loaded, or loaded later.

What is replaced is the last step before the network, so that everything a library does before (redirects, cookies,
authentication, retries) still happens. Clients with a transport of their own, such as the `TestClient`, never get
there.

Source: httpx ``HTTPTransport`` and ``AsyncHTTPTransport``; requests ``HTTPAdapter.send``; aiohttp ``TCPConnector``.
Depends on: ``call``, ``answering``, ``aiohttp_wire``.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import sys
from typing import TYPE_CHECKING, Any

from asgitest.pytest_plugin.outgoing_calls.call import Answer, Failure, OutgoingCall

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from asgitest.pytest_plugin.outgoing_calls.answering import Outgoing

__all__ = ["catching"]

# pytest leaves these frames out, as those of a network would not be there.
__tracebackhide__ = True


@contextlib.contextmanager
def catching(outgoing: Outgoing) -> Generator[None]:
    """Hand the calls of all libraries to *outgoing* while the block lasts.

    A library that is installed and not loaded is loaded now: the app may load it while the block lasts.
    """
    with contextlib.ExitStack() as stack:
        for name, catch in _LIBRARIES.items():
            if name in sys.modules or importlib.util.find_spec(name) is not None:
                stack.enter_context(catch(importlib.import_module(name), outgoing))
        yield


@contextlib.contextmanager
def _replaced(owner: Any, name: str, make: Callable[[Any], Any]) -> Generator[None]:
    """Replace a method of a class while the block lasts."""
    original = owner.__dict__[name]
    setattr(owner, name, make(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


# httpx and httpx2 -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _catch_httpx(module: Any, outgoing: Outgoing) -> Generator[None]:
    def make_sync(original: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            if not outgoing.catches(str(request.url)):
                return original(self, request)
            request.read()
            return _httpx_response(module, request, outgoing.take)

        return handle_request

    def make_async(original: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            if not outgoing.catches(str(request.url)):
                return await original(self, request)
            await request.aread()
            return await _in_thread(_httpx_response, module, request, outgoing.take)

        return handle_async_request

    with (
        _replaced(module.HTTPTransport, "handle_request", make_sync),
        _replaced(module.AsyncHTTPTransport, "handle_async_request", make_async),
    ):
        yield


def _httpx_response(module: Any, request: Any, take: Callable[[OutgoingCall], Answer]) -> Any:
    """Answer a request of httpx."""
    call = OutgoingCall(
        method=request.method,
        url=str(request.url),
        headers=tuple((name.lower(), value) for name, value in request.headers.multi_items()),
        content=request.content,
        library=module.__name__,
    )
    try:
        answer = take(call)
    except Failure as failure:
        kind = module.ConnectError if failure.kind == "connect" else module.ReadTimeout
        raise kind(str(failure), request=request) from None
    return module.Response(answer.status, headers=list(answer.headers), content=answer.content, request=request)


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run what may block beside the loop, whichever loop it is."""
    import anyio.to_thread  # noqa: PLC0415  the base of every asynchronous httpx

    return await anyio.to_thread.run_sync(function, *arguments)


# requests -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _catch_requests(module: Any, outgoing: Outgoing) -> Generator[None]:
    def make(original: Any) -> Any:
        def send(self: Any, request: Any, *arguments: Any, **options: Any) -> Any:
            if not outgoing.catches(request.url):
                return original(self, request, *arguments, **options)
            return _requests_response(module, self, request, take=outgoing.take)

        return send

    with _replaced(module.adapters.HTTPAdapter, "send", make):
        yield


def _requests_response(module: Any, adapter: Any, request: Any, *, take: Callable[[OutgoingCall], Answer]) -> Any:
    """Answer a prepared request of requests."""
    call = OutgoingCall(
        method=request.method,
        url=request.url,
        headers=tuple((name.lower(), _text(value)) for name, value in request.headers.items()),
        content=_content(request.body),
        library="requests",
    )
    try:
        answer = take(call)
    except Failure as failure:
        kind = module.exceptions.ConnectionError if failure.kind == "connect" else module.exceptions.ReadTimeout
        raise kind(str(failure), request=request) from None
    urllib3: Any = importlib.import_module("urllib3")
    raw = urllib3.HTTPResponse(
        body=io.BytesIO(answer.content),
        headers=urllib3.HTTPHeaderDict(answer.headers),
        status=answer.status,
        preload_content=False,
        decode_content=False,
    )
    response = adapter.build_response(request, raw)
    response.connection = adapter
    return response


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _content(body: Any) -> bytes:
    """The bytes of a body: text, bytes, a file, or an iterator."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    read = getattr(body, "read", None)
    return _content(read()) if read is not None else b"".join(_content(part) for part in body)


# aiohttp --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _catch_aiohttp(module: Any, outgoing: Outgoing) -> Generator[None]:
    from asgitest.pytest_plugin.outgoing_calls.aiohttp_wire import Wire  # noqa: PLC0415  only with aiohttp

    def make(original: Any) -> Any:
        async def create_connection(self: Any, request: Any, *how: Any) -> Any:
            if not outgoing.catches(str(request.url)):
                return await original(self, request, *how)
            protocol = self._factory()
            protocol.connection_made(Wire(protocol, request.url, outgoing.take, timed_out=module.ServerTimeoutError))
            return protocol

        return create_connection

    with _replaced(module.TCPConnector, "_create_connection", make):
        yield


_LIBRARIES: dict[str, Callable[[Any, Outgoing], contextlib.AbstractContextManager[None]]] = {
    "httpx": _catch_httpx,
    "httpx2": _catch_httpx,
    "requests": _catch_requests,
    "aiohttp": _catch_aiohttp,
}
