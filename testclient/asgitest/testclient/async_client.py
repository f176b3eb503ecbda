"""`AsyncTestClient`: the client for asynchronous tests, on the loop of the test itself.

Requests, WebSockets and the lifespan run as tasks of the caller's loop, so objects that belong to a loop may be
shared between test and app. The lifespan has a task of its own, so entering and leaving in different tasks (fixtures
do that) is no problem.

Depends on: transport, websocket_session, lifespan_session, driver, policy, errors, http_library.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

from asgitest.testclient.application import as_asgi3
from asgitest.testclient.construction import library_arguments
from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import adopt, httpx
from asgitest.testclient.http_methods import AsyncHTTPMethods
from asgitest.testclient.lifespan_session import LifespanSession
from asgitest.testclient.overrides import with_overrides
from asgitest.testclient.policy import build_policy
from asgitest.testclient.server import DEFAULT_TIMEOUT
from asgitest.testclient.short_client import ShortPathClient
from asgitest.testclient.short_path import conclude_whole, make_call, wait_whole
from asgitest.testclient.standing_in import default_mode
from asgitest.testclient.transport import AsyncTransport, make_session, own_driver
from asgitest.testclient.upgrade import cookie_keeper, upgrade_headers, websocket_url
from asgitest.testclient.websocket_session import AsyncWebSocketTestSession
from asgitest.testclient.wire import wire_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from asgitest.testclient.asgi import Profile
    from asgitest.testclient.driver import Driver, LeakReport
    from asgitest.testclient.ledger import RouteFinding
    from asgitest.testclient.overrides import Replacement
    from asgitest.testclient.policy import ValidateMode
    from asgitest.testclient.response import Response
    from asgitest.testclient.short_path import ShortRequest
    from asgitest.testclient.wire import WireOptions

__all__ = ["AsyncTestClient"]

DEFAULT: Any = httpx.USE_CLIENT_DEFAULT


class AsyncTestClient(ShortPathClient, AsyncHTTPMethods):
    """An asynchronous client for an ASGI app: ``async with AsyncTestClient(app) as client: await client.get("/")``.

    The arguments are those of `TestClient`, less those that choose a loop: it runs on the caller's, asyncio or trio.

    Args:
        app: The app.
        base_url: What relative URLs are appended to; also for WebSockets.
        raise_server_exceptions: Whether an exception of the app reaches the test, or becomes a 500.
        root_path: The scope's ``root_path``.
        cookies: Cookies to begin with.
        headers: Headers of every request.
        follow_redirects: Whether redirects are followed.
        client: Address and port of the client, as the scope shows it; ``None`` hides it.
        timeout: Seconds that one wait may take; ``None`` waits without a deadline.
        validate: ``"strict"``, ``"warn"`` or ``"off"``.
        select: Prefixes of rule ids to check; all if empty.
        ignore: Prefixes of rule ids not to check.
        ignore_routes: For a path prefix, prefixes of rule ids not to check there.
        profile: The server to be, by name.
        extensions: ASGI extensions to offer beside the usual ones; ``None`` as a value takes one away.
        http_version: What HTTP scopes say.
        overrides: Replacements of dependencies that only this client has.
        options: Whatever else the HTTP library's client takes.

    Raises:
        MisuseError: If *app* is no ASGI app.
        ValueError: If a mode, profile or rule id does not exist; the nearest match is named.
    """

    __test__ = False

    leaks: LeakReport | None = None
    """What the app had left behind when the client was last left."""

    _own_handler = (AsyncTransport.handle_async_request, "handle_async_request")

    def __init__(
        self,
        app: Any,
        base_url: str = "http://testserver",
        *,
        raise_server_exceptions: bool = True,
        root_path: str = "",
        cookies: Any = None,
        headers: dict[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] | None = ("testclient", 50000),
        timeout: Any = DEFAULT_TIMEOUT,
        validate: ValidateMode | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        ignore_routes: Mapping[str, Iterable[str]] | None = None,
        profile: str | Profile = "uvicorn",
        extensions: Mapping[str, dict[str, Any] | None] | None = None,
        http_version: str = "1.1",
        overrides: Mapping[Any, Replacement] | None = None,
        **options: Any,
    ) -> None:
        self.app = with_overrides(as_asgi3(app), overrides)
        self.app_state: dict[str, Any] = {}
        policy = build_policy(validate or default_mode(), select=select, ignore=ignore, routes=ignore_routes)
        served: dict[str, Any] = {"root_path": root_path, "client": client, "http_version": http_version}
        served |= {"app_state": self.app_state, "profile": profile, "extensions": extensions, "policy": policy}
        self._server = AsyncTransport(self.app, raise_server_exceptions=raise_server_exceptions, **served)
        library: dict[str, Any] = {"follow_redirects": follow_redirects, "options": options}
        super().__init__(
            **library_arguments(self._server, base_url=base_url, headers=headers, timeout=timeout, **library)
        )
        self._start_short_path()
        if cookies is not None:
            self._cookies.update(adopt(cookies))

    @property
    def findings(self) -> list[RouteFinding]:
        """What is wrong with the app by the rules of ASGI, as far as this client has seen: one entry for each cause."""
        found: list[RouteFinding] = self._server.policy.ledger.findings
        return found

    async def request(  # type: ignore[override]  # as the synchronous client
        self,
        method: str,
        url: Any,
        *,
        content: Any = None,
        data: Any = None,
        files: Any = None,
        json: Any = None,
        params: Any = None,
        headers: Any = None,
        cookies: Any = None,
        auth: Any = DEFAULT,
        follow_redirects: Any = DEFAULT,
        timeout: Any = DEFAULT,
        extensions: dict[str, Any] | None = None,
    ) -> Response:
        """Send a request to the app; the arguments are those of the HTTP library, objects of the other one included."""
        usual = data is None and files is None and cookies is None and extensions is None
        if usual and auth is DEFAULT and timeout is DEFAULT and type(url) is str and self._takes_short_path():
            sent = self._build_short(method, url, content=content, json=json, params=params, headers=headers)
            if sent is not None:
                follow = self.follow_redirects if follow_redirects is DEFAULT else follow_redirects
                return await self._send_short(sent, follow)
        own: dict[str, Any] = {"content": content, "data": data, "files": files, "json": json, "extensions": extensions}
        other = {"params": params, "headers": headers, "cookies": cookies, "auth": auth, "timeout": timeout}
        own |= {name: adopt(value) for name, value in other.items()}
        return await super().request(method, self._merge_url(adopt(url)), follow_redirects=follow_redirects, **own)

    async def _send_short(self, first: ShortRequest, follow: bool) -> Response:
        """Send a request and follow its redirects, on the caller's loop."""
        server = self._server
        driver = server.driver or own_driver()
        history: list[httpx.Response] = []
        sent = first
        while True:
            started = time.perf_counter()
            call = make_call(server, sent, driver)
            if not call.start(server.context(), timeout=self._timeout.read).is_done:
                await wait_whole(call, self._timeout.read)
            conclude_whole(server, call)
            response = self._receive_short(call, sent, started=started, history=history)
            redirected = self._redirect_short(response, follow=follow, history=history)
            if redirected is None:
                return response
            sent = redirected

    def websocket_connect(
        self,
        url: str,
        subprotocols: Sequence[str] | None = None,
        *,
        headers: Any = None,
        params: Any = None,
        cookies: Any = None,
        timeout: Any = DEFAULT,
        wire: bool | WireOptions = False,
    ) -> AsyncWebSocketTestSession:
        """Connect a WebSocket, in an ``async with`` block.

        Args:
            url: Relative to the base URL, or absolute with ws, wss, http or https.
            subprotocols: What the client offers.
            headers: Headers of the handshake.
            params: Query parameters.
            cookies: Cookies of the handshake.
            timeout: Seconds that each wait may take.
            wire: Whether messages go through real frames, and how (needs the package websockets).
        """
        request = self.build_request(
            "GET",
            websocket_url(self._merge_url(adopt(url))),
            headers=upgrade_headers(adopt(headers), subprotocols),
            params=adopt(params),
            cookies=adopt(cookies),
        )
        seconds = self.timeout.read if timeout is DEFAULT else httpx.Timeout(adopt(timeout)).read
        conversation = make_session(
            self._server,
            self._server.socket_scope(request),
            self._server.driver or own_driver(),
            timeout=seconds,
            url=str(request.url),
            wire=wire_options(wire) if wire else None,
        )
        session = AsyncWebSocketTestSession(conversation)
        session.on_accept(cookie_keeper(self.cookies, request.url))
        return session

    def websocket(self, url: Any, **kwargs: Any) -> Any:
        """Connect a WebSocket; the name that ``httpx2.AsyncClient`` has for it."""
        return self.websocket_connect(url, **kwargs)

    async def __aenter__(self) -> Self:
        if self._server.driver is not None:
            raise MisuseError("this client has been entered already; make another one, or leave it first")
        driver = own_driver()
        driver.open()
        lifespan = LifespanSession(
            self.app,
            state=self.app_state,
            driver=driver,
            policy=self._server.policy,
            profile=self._server.profile,
            timeout=self.timeout.read,
        )
        try:
            await lifespan.startup()
        except BaseException:
            await self._release(driver)
            raise
        self._server.driver = driver
        self._server.lifespan = lifespan
        self._server.lifespan_has_run = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        driver, lifespan = self._server.driver, self._server.lifespan
        if driver is None or lifespan is None:
            return
        try:
            await lifespan.shutdown()
        except Exception as shutdown_error:
            # The test's own exception comes first; what went wrong on the way out is noted on it.
            if error is None:
                raise
            if shutdown_error is not error:
                error.add_note(f"asgitest: when the client was left, the app also raised {shutdown_error!r}")
        finally:
            await self._release(driver)

    async def _release(self, driver: Driver) -> None:
        self._server.driver = None
        self._server.lifespan = None
        self.leaks = await driver.aclose()
