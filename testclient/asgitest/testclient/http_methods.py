"""The clients of the HTTP library, as type checkers shall see them: their methods return our responses.

At run time these are the classes of the HTTP library themselves. The methods are those of ``httpx.Client`` and
``httpx.AsyncClient``, with the same arguments; only what they return is narrowed, so that ``client.get("/").asgi`` is
known to mypy, pyright and editors.

Depends on: response, http_library.
"""

# ruff: noqa: D102 - signatures only; the HTTP library documents its methods

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.http_library import httpx

__all__ = ["AsyncHTTPMethods", "HTTPMethods"]

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from contextlib import asynccontextmanager, contextmanager
    from typing import TypedDict, Unpack

    from httpx2._client import UseClientDefault
    from httpx2._types import (
        AuthTypes,
        CookieTypes,
        HeaderTypes,
        QueryParamTypes,
        RequestContent,
        RequestData,
        RequestExtensions,
        RequestFiles,
        TimeoutTypes,
    )

    from asgitest.testclient.response import Response

    class _Sending(TypedDict, total=False):
        auth: AuthTypes | UseClientDefault | None
        follow_redirects: bool | UseClientDefault

    class _Asking(_Sending, total=False):
        params: QueryParamTypes | None
        headers: HeaderTypes | None
        cookies: CookieTypes | None
        timeout: TimeoutTypes | UseClientDefault
        extensions: RequestExtensions | None

    class _Giving(_Asking, total=False):
        content: RequestContent | None
        data: RequestData | None
        files: RequestFiles | None
        json: Any

    class HTTPMethods(httpx.Client):
        """``httpx.Client`` with our responses."""

        def request(self, method: str, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        def get(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        def options(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        def head(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        def post(self, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        def put(self, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        def patch(self, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        def delete(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        @contextmanager
        def stream(self, method: str, url: httpx.URL | str, **options: Unpack[_Giving]) -> Generator[Response]: ...

    class AsyncHTTPMethods(httpx.AsyncClient):
        """``httpx.AsyncClient`` with our responses."""

        async def request(self, method: str, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        async def get(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        async def options(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        async def head(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        async def post(self, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        async def put(self, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        async def patch(self, url: httpx.URL | str, **options: Unpack[_Giving]) -> Response: ...
        async def delete(self, url: httpx.URL | str, **options: Unpack[_Asking]) -> Response: ...
        @asynccontextmanager
        def stream(self, method: str, url: httpx.URL | str, **options: Unpack[_Giving]) -> AsyncGenerator[Response]: ...

else:
    HTTPMethods = httpx.Client
    AsyncHTTPMethods = httpx.AsyncClient
