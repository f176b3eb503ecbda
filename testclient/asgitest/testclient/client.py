"""`TestClient`: a synchronous client for an ASGI app, to be swapped in for ``starlette.testclient.TestClient``.

It is an ``httpx.Client`` (or ``httpx2.Client``) whose transport is the app, with WebSockets and the app's lifespan
beside it.

Depends on: transport, websocket_session, lifespan_session, driver, policy, errors, http_library.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Literal, Self

from asgitest.testclient.application import as_asgi3
from asgitest.testclient.construction import library_arguments
from asgitest.testclient.driver import Driver, complete, driver_of
from asgitest.testclient.errors import MisuseError
from asgitest.testclient.http_library import adopt, httpx
from asgitest.testclient.http_methods import HTTPMethods
from asgitest.testclient.lifespan_session import LifespanSession
from asgitest.testclient.overrides import with_overrides
from asgitest.testclient.policy import build_policy
from asgitest.testclient.server import DEFAULT_TIMEOUT
from asgitest.testclient.short_client import ShortPathClient
from asgitest.testclient.short_path import conclude_whole, make_call, wait_whole
from asgitest.testclient.standing_in import default_mode, warn_where_starlette_would
from asgitest.testclient.transport import WIRE, SyncTransport
from asgitest.testclient.upgrade import Upgrade, cookie_keeper, upgrade_headers, websocket_url
from asgitest.testclient.wire import wire_options

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from types import TracebackType

    from anyio.from_thread import BlockingPortal

    from asgitest.testclient.asgi import Profile
    from asgitest.testclient.driver import LeakReport
    from asgitest.testclient.ledger import RouteFinding
    from asgitest.testclient.overrides import Replacement
    from asgitest.testclient.policy import ValidateMode
    from asgitest.testclient.response import Response
    from asgitest.testclient.short_path import ShortRequest
    from asgitest.testclient.websocket_session import WebSocketTestSession
    from asgitest.testclient.wire import WireOptions

__all__ = ["TestClient"]

DEFAULT: Any = httpx.USE_CLIENT_DEFAULT
_SHORT_HANDSHAKE = frozenset({"headers", "params", "timeout"})


class TestClient(ShortPathClient, HTTPMethods):
    """A synchronous client for an ASGI app.

    The arguments up to *client* are those of ``starlette.testclient.TestClient``, in their order.

    Args:
        app: The app.
        base_url: What relative URLs are appended to; also for WebSockets.
        raise_server_exceptions: Whether an exception of the app reaches the test, or becomes a 500.
        root_path: The scope's ``root_path``.
        backend: ``"asyncio"`` or ``"trio"``.
        backend_options: Options of the backend, as ``anyio.run`` takes them.
        cookies: Cookies to begin with.
        headers: Headers of every request.
        follow_redirects: Whether redirects are followed.
        client: Address and port of the client, as the scope shows it; ``None`` hides it.
        timeout: Seconds that one wait may take: for the response to start, for its next chunk, for a WebSocket
            message, for startup and shutdown. ``None`` waits without a deadline.
        validate: ``"strict"`` raises where the app breaks a MUST rule of ASGI and warns for SHOULD rules, ``"warn"``
            warns for both, ``"off"`` checks nothing.
        select: Prefixes of rule ids to check; all if empty.
        ignore: Prefixes of rule ids not to check.
        ignore_routes: For a path prefix, prefixes of rule ids not to check there.
        profile: The server to be: ``"uvicorn"``, ``"hypercorn"``, ``"daphne"``, ``"granian"`` or ``"spec"``.
        driver: Who runs the loop: ``"auto"``, ``"baton"``, ``"public"`` or ``"thread"``.
        clock: ``"virtual"`` lets time jump to the next timer when nothing else is left to do.
        extensions: ASGI extensions to offer beside the usual ones; ``None`` as a value takes one away.
        http_version: What HTTP scopes say.
        overrides: Replacements of dependencies that only this client has: ``{get_user: value(alice)}``.
        options: Whatever else the HTTP library's client takes: ``auth``, ``params``, ``event_hooks``, ``mounts``, ...

    Raises:
        MisuseError: If *app* is no ASGI app.
        ValueError: If a mode, profile or rule id does not exist; the nearest match is named.
    """

    __test__ = False

    _own_handler = (SyncTransport.handle_request, "handle_request")

    task: Any
    exit_stack: contextlib.ExitStack
    leaks: LeakReport | None = None
    """What the app had left behind when the client was last left."""
    _portal: BlockingPortal | None = None

    def __init__(
        self,
        app: Any,
        base_url: str = "http://testserver",
        raise_server_exceptions: bool = True,
        root_path: str = "",
        backend: Literal["asyncio", "trio"] = "asyncio",
        backend_options: dict[str, Any] | None = None,
        cookies: Any = None,
        headers: dict[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] | None = ("testclient", 50000),
        *,
        timeout: Any = DEFAULT_TIMEOUT,
        validate: ValidateMode | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        ignore_routes: Mapping[str, Iterable[str]] | None = None,
        profile: str | Profile = "uvicorn",
        driver: Literal["auto", "baton", "public", "thread"] = "auto",
        clock: Literal["real", "virtual"] = "real",
        extensions: Mapping[str, dict[str, Any] | None] | None = None,
        http_version: str = "1.1",
        overrides: Mapping[Any, Replacement] | None = None,
        **options: Any,
    ) -> None:
        self.app = with_overrides(as_asgi3(app), overrides)
        self.app_state: dict[str, Any] = {}
        self.async_backend = {"backend": backend, "backend_options": backend_options or {}}
        policy = build_policy(validate or default_mode(), select=select, ignore=ignore, routes=ignore_routes)
        served: dict[str, Any] = {"root_path": root_path, "client": client, "http_version": http_version}
        served |= {"app_state": self.app_state, "profile": profile, "extensions": extensions, "policy": policy}
        served |= {"driver_kind": driver, "backend": backend, "backend_options": backend_options, "clock": clock}
        self._server = SyncTransport(self.app, self._portal_factory, raise_server_exceptions, **served)
        library: dict[str, Any] = {"base_url": base_url, "headers": headers, "timeout": timeout}
        library |= {"follow_redirects": follow_redirects, "options": options}
        super().__init__(**library_arguments(self._server, **library))
        self._start_short_path()
        if cookies is not None:
            self._cookies.update(adopt(cookies))

    @property
    def findings(self) -> list[RouteFinding]:
        """What is wrong with the app by the rules of ASGI, as far as this client has seen: one entry for each cause."""
        found: list[RouteFinding] = self._server.policy.ledger.findings
        return found

    # HTTP ---------------------------------------------------------------------------------------------------------

    def request(  # type: ignore[override]  # what Starlette's client takes
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
        __tracebackhide__ = True
        if timeout is not DEFAULT:
            warn_where_starlette_would()
        usual = data is None and files is None and cookies is None and extensions is None
        if usual and auth is DEFAULT and timeout is DEFAULT and type(url) is str and self._takes_short_path():
            sent = self._build_short(method, url, content=content, json=json, params=params, headers=headers)
            if sent is not None:
                return self._send_short(
                    sent, self.follow_redirects if follow_redirects is DEFAULT else follow_redirects
                )
        own: dict[str, Any] = {"content": content, "data": data, "files": files, "json": json, "extensions": extensions}
        other = {"params": params, "headers": headers, "cookies": cookies, "auth": auth, "timeout": timeout}
        own |= {name: adopt(value) for name, value in other.items()}
        return super().request(method, self._merge_url(adopt(url)), follow_redirects=follow_redirects, **own)

    def _send_short(self, first: ShortRequest, follow: bool) -> Response:
        """Send a request and follow its redirects, on the driver of the entered client or on a borrowed one."""
        __tracebackhide__ = True
        server = self._server
        driver = server.driver
        if driver is not None:
            return self._exchange_short(first, driver, follow=follow)
        driver = server.take_driver()
        try:
            return self._exchange_short(first, driver, follow=follow)
        finally:
            server.give_back(driver)

    def _exchange_short(self, first: ShortRequest, driver: Driver, *, follow: bool) -> Response:
        """Send a request and follow its redirects."""
        __tracebackhide__ = True
        server = self._server
        history: list[httpx.Response] = []
        sent = first
        while True:
            started = time.perf_counter()
            call = make_call(server, sent, driver)
            if not call.start(server.context(), timeout=self._timeout.read).is_done:
                complete(wait_whole(call, self._timeout.read))
            conclude_whole(server, call)
            response = self._receive_short(call, sent, started=started, history=history)
            redirected = self._redirect_short(response, follow=follow, history=history)
            if redirected is None:
                return response
            sent = redirected

    # WebSocket ----------------------------------------------------------------------------------------------------

    def websocket_connect(
        self, url: str, subprotocols: Sequence[str] | None = None, *, wire: bool | WireOptions = False, **kwargs: Any
    ) -> WebSocketTestSession:
        """Connect a WebSocket, in a ``with`` block.

        Args:
            url: Relative to the base URL, or absolute with ws, wss, http or https.
            subprotocols: What the client offers.
            wire: Whether messages go through real frames, and how (needs the package websockets).
            kwargs: As for ``get``: ``headers``, ``params``, ``cookies``, ``auth``, ``timeout``.

        Raises:
            WebSocketDisconnect: On entering the block, if the app refuses.
        """
        if wire:
            kwargs["extensions"] = {**(kwargs.get("extensions") or {}), WIRE: wire_options(wire)}
        if type(url) is str and kwargs.keys() <= _SHORT_HANDSHAKE and self._takes_short_path():
            session = self._connect_short(url, subprotocols, **kwargs)
            if session is not None:
                return session
        kwargs["headers"] = upgrade_headers(adopt(kwargs.get("headers")), subprotocols)
        absolute = websocket_url(self._merge_url(adopt(url)))
        try:
            super().request("GET", absolute, **kwargs)
        except Upgrade as upgrade:
            upgraded: WebSocketTestSession = upgrade.session
            upgraded.on_accept(cookie_keeper(self.cookies, absolute))
            return upgraded
        raise MisuseError("the request for a WebSocket was answered by another transport; is one mounted for ws://?")

    def _connect_short(
        self,
        url: str,
        subprotocols: Sequence[str] | None,
        *,
        headers: Any = None,
        params: Any = None,
        timeout: Any = DEFAULT,
    ) -> WebSocketTestSession | None:
        """Make the session of a usual handshake; ``None`` if it is not one."""
        shaken = self._build_handshake(url, subprotocols, headers=headers, params=params)
        if shaken is None:
            return None
        prepared, raw, offered = shaken
        seconds = self._timeout.read if timeout is DEFAULT else httpx.Timeout(adopt(timeout)).read
        session: WebSocketTestSession = self._server.session(prepared, raw, offered, timeout=seconds)
        session.on_accept(cookie_keeper(self._cookies, prepared.url))
        return session

    def websocket(self, url: Any, **kwargs: Any) -> Any:
        """Connect a WebSocket; the name that ``httpx2.Client`` has for it."""
        return self.websocket_connect(url, **kwargs)

    # Lifespan -----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        server = self._server
        before = (server.driver, server.lifespan, self._portal)
        driver = server.take_driver()
        lifespan = LifespanSession(
            self.app,
            state=self.app_state,
            driver=driver,
            policy=server.policy,
            profile=server.profile,
            timeout=self.timeout.read,
        )
        server.driver, server.lifespan, self._portal = driver, lifespan, None
        server.lifespan_has_run = True
        try:
            complete(self.wait_startup())
        except BaseException:
            self._let_go(driver, *before)
            raise
        self.task = lifespan.call.task
        self.exit_stack = contextlib.ExitStack()
        self.exit_stack.callback(self._leave, driver, *before)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        try:
            self.exit_stack.close()
        except Exception as shutdown_error:
            # The test's own exception comes first; what went wrong on the way out is noted on it.
            if error is None:
                raise
            if shutdown_error is not error:
                error.add_note(f"asgitest: when the client was left, the app also raised {shutdown_error!r}")

    async def lifespan(self) -> None:
        """Run the app's lifespan to its end: startup, then shutdown."""
        await self.wait_startup()
        await self.wait_shutdown()

    async def wait_startup(self) -> None:
        """Start the app."""
        if self._server.lifespan is not None:
            await self._server.lifespan.startup()

    async def wait_shutdown(self) -> None:
        """Shut the app down."""
        if self._server.lifespan is not None:
            await self._server.lifespan.shutdown()

    def _leave(self, *taken: Any) -> None:
        """Undo what entering has done, each part also if one before it fails."""
        try:
            self._server.close()
        finally:
            try:
                complete(self.wait_shutdown())
            finally:
                self._let_go(*taken)

    def _let_go(self, taken: Driver, *before: Any) -> None:
        """Put back what was there before the client was entered, and give the driver back."""
        self._server.driver, self._server.lifespan, self._portal = before
        self.leaks = self._server.give_back(taken)

    # Portal -------------------------------------------------------------------------------------------------------

    @property
    def portal(self) -> BlockingPortal | None:
        """An anyio blocking portal on the app's loop, for ``portal.call(function)``; ``None`` outside ``with``."""
        if self._portal is not None:
            return self._portal
        return None if self._server.driver is None else self._server.driver.portal()

    @portal.setter
    def portal(self, portal: BlockingPortal | None) -> None:
        self._portal = portal
        self._server.driver = None if portal is None else driver_of(portal)

    @contextlib.contextmanager
    def _portal_factory(self) -> Generator[BlockingPortal]:
        """The portal of the entered client, or one for this use alone."""
        portal = self.portal
        if portal is not None:
            yield portal
        else:
            with self._server.lease() as driver:
                yield driver.portal()

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run an async function on the app's loop and return what it returns.

        Raises:
            MisuseError: Outside ``with``: there is no loop that lasts.
        """
        portal = self.portal
        if portal is None:
            raise MisuseError("run() needs the app's loop; use the client in a with block")
        return portal.call(function, *args)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The requests whose responses have been neither read nor closed, as ``GET /path``."""
        unfinished: tuple[str, ...] = self._server.unfinished
        return unfinished

    def spawn(self, **options: Any) -> TestClient:
        """Make another client of the same app, loop, lifespan and state, with cookies and headers of its own.

        Args:
            options: What the constructor takes.
        """
        other = type(self)(self.app, **options)
        other.app_state = self._server.app_state
        other._server.app_state = self._server.app_state  # noqa: SLF001 - of the same class
        other._server.driver = self._server.driver  # noqa: SLF001 - of the same class
        other._server.lifespan = self._server.lifespan  # noqa: SLF001 - of the same class
        return other
