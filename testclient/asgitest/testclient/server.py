"""The server that is not there: what an app is served with when a test calls it in process.

It knows the app, the profile of the server it stands for, the state, the address of the client and the limits; it
builds scopes from requests and makes app calls of them. Both clients and both transports are fronts of it.

Source: ASGI ``www``, HTTP and WebSocket connection scope.
Depends on: call, lifespan_session, driver, policy, errors, http_library.
"""

from __future__ import annotations

import contextlib
import dataclasses
import warnings
from operator import methodcaller
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from asgitest.testclient.asgi import (
    PROFILES,
    HTTPExchange,
    Profile,
    WebSocketExchange,
    build_http_scope,
    build_websocket_scope,
)
from asgitest.testclient.call import SocketCall
from asgitest.testclient.driver import give_back, make_driver, take
from asgitest.testclient.errors import LifespanWarning, MisuseError
from asgitest.testclient.http_call import HTTPCall, Upload
from asgitest.testclient.http_library import httpx
from asgitest.testclient.lifespan_session import has_own_lifespan
from asgitest.testclient.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from contextvars import Context

    from asgitest.testclient.driver import Driver, LeakReport
    from asgitest.testclient.lifespan_session import LifespanSession
    from asgitest.testclient.preparation import Preparation

__all__ = ["DEFAULT_TIMEOUT", "InProcessServer"]

DEFAULT_TIMEOUT = 30.0
"""Seconds that one wait may take, if nothing else is said."""

HTTP_EXTENSIONS: dict[str, dict[str, Any]] = {"http.response.debug": {}, "http.response.trailers": {}}
SOCKET_EXTENSIONS: dict[str, dict[str, Any]] = {"websocket.http.response": {}}

Templates = dict[tuple["Preparation", str], dict[str, Any]]
"""Scopes of one server without what differs from one request to the next, by URL and method."""

# The same for all clients of a process that are alike. What is known by its identity is kept beside them, or another
# object might take its place.
_templates: dict[tuple[Any, ...], tuple[Templates, Any]] = {}
_MAX_TEMPLATES = 512

_copy = methodcaller("copy")

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class InProcessServer:
    """Serve one app in process.

    Args:
        app: The ASGI 3 app.
        raise_server_exceptions: Whether an exception of the app reaches the test, or becomes a 500.
        root_path: The prefix that a proxy has stripped, or the mount point.
        client: Address and port of the client, as the scope shows it; ``None`` hides it.
        app_state: The lifespan's state; each request sees a shallow copy.
        profile: The server to be, by name.
        policy: What findings lead to.
        extensions: Extensions to offer beside the usual ones; a value of ``None`` takes a usual one away.
        http_version: What HTTP scopes say.
    """

    lifespan: LifespanSession | None = None
    lifespan_has_run = False
    driver: Driver | None = None
    _served: Any = None
    _templates: Templates

    def __init__(
        self,
        app: Any,
        *,
        raise_server_exceptions: bool = True,
        root_path: str = "",
        client: tuple[str, int] | None = ("testclient", 50000),
        app_state: dict[str, Any],
        profile: str | Profile = "uvicorn",
        policy: Policy | None = None,
        extensions: Mapping[str, dict[str, Any] | None] | None = None,
        http_version: str = "1.1",
        driver_kind: str = "auto",
        backend: str = "asyncio",
        backend_options: dict[str, Any] | None = None,
        clock: str = "real",
    ) -> None:
        self.app = app
        self.raise_server_exceptions = raise_server_exceptions
        self.root_path = root_path
        self.client = client
        self.app_state = app_state
        self.policy = policy or Policy()
        self.profile = _find_profile(profile)
        if self.policy.mode == "starlette" and root_path:  # whose client leaves the path as it is
            self.profile = dataclasses.replace(self.profile, root_path_mode="full")
        self.http_version = http_version
        self.http_extensions = _merged(HTTP_EXTENSIONS, extensions, "http.")
        self.socket_extensions = _merged(SOCKET_EXTENSIONS, extensions, "websocket.")
        self._driver_options: dict[str, Any] = {"kind": driver_kind, "clock": clock}
        self._driver_options |= {"backend": backend, "backend_options": backend_options}
        # Where Starlette's client is replaced, each call without a block has a loop of its own: suites count on it.
        usual = driver_kind in {"auto", "baton"} and backend == "asyncio" and not backend_options and clock == "real"
        self._shares_loops = usual and self.policy.mode != "starlette"

    # Drivers ------------------------------------------------------------------------------------------------------

    def make_driver(self) -> Driver:
        """Make the driver that was asked for, not yet open."""
        return make_driver(**self._driver_options)

    def take_driver(self) -> Driver:
        """Take the driver that was asked for, open: one that another client has left, or a new one."""
        if self._shares_loops:
            return take(self.make_driver)
        driver = self.make_driver()
        driver.open()
        return driver

    def give_back(self, driver: Driver) -> LeakReport:
        """End what is left on a driver that was taken, and keep it for the next client or close it."""
        return give_back(driver) if self._shares_loops else driver.close()

    @contextlib.contextmanager
    def lease(self) -> Generator[Driver]:
        """Use the driver of the entered client, or one for this use alone."""
        if self.driver is not None:
            yield self.driver
        else:
            driver = self.take_driver()
            try:
                yield driver
            finally:
                self.give_back(driver)

    def context(self) -> Context | None:
        """The context for an app call; ``None`` where a copy of the caller's is right."""
        if self.lifespan is not None:
            return self.lifespan.context()
        if not self.lifespan_has_run:
            self._warn_of_lifespan()
        return None

    def _warn_of_lifespan(self) -> None:
        """Say, once for each client, that the app's startup code has not run."""
        self.lifespan_has_run = True
        if self.policy.mode != "starlette" and has_own_lifespan(self.app) and not self.app_state:
            text = (
                "a request reached an app whose lifespan never ran: its startup code is skipped; "
                "use the client in a with block: with TestClient(app) as client"
            )
            warnings.warn(LifespanWarning(text), stacklevel=2)

    # Calls --------------------------------------------------------------------------------------------------------

    def http_scope(self, request: httpx.Request) -> dict[str, Any]:
        """Build the scope of a request, as the profile's server would.

        Raises:
            MisuseError: If the scheme is not http or https, or a header could not be sent.
        """
        return build_http_scope(
            method=request.method,
            http_version=self.http_version,
            extensions=self.http_extensions,
            **self._connection(request, ("http", "https")),
        )

    def socket_scope(self, request: httpx.Request) -> dict[str, Any]:
        """Build the scope of a WebSocket handshake.

        Raises:
            MisuseError: If the scheme is not ws or wss, or a header could not be sent.
        """
        offered = request.headers.get("sec-websocket-protocol")
        return build_websocket_scope(
            http_version=self.http_version,
            extensions=self.socket_extensions,
            subprotocols=[] if offered is None else [name.strip() for name in offered.split(",")],
            **self._connection(request, ("ws", "wss")),
        )

    def _connection(self, request: httpx.Request, schemes: tuple[str, str]) -> dict[str, Any]:
        """What HTTP and WebSocket scopes have in common."""
        url = request.url
        scheme = url.scheme
        if scheme not in schemes:
            raise MisuseError(
                f"the scheme of {str(url)!r} is {scheme!r}; this call takes {schemes[0]}:// or {schemes[1]}://"
            )
        raw_path, _, query = url.raw_path.partition(b"?")
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        check_header_values(headers)
        return {
            "scheme": scheme,
            "host": url.raw_host.decode("ascii"),
            "port": _PORTS[scheme] if url.port is None else url.port,
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "headers": headers,
            "client": self.client,
            "root_path": self.root_path,
            "state": self.app_state,
            "profile": self.profile,
        }

    def http_call(self, request: httpx.Request, driver: Driver, *, streaming: bool) -> HTTPCall:
        """Make the app call for a request; its body is pulled lazily if it is an iterator."""
        scope = self.http_scope(request)
        exchange = HTTPExchange(scope, profile=self.profile, checks=self.policy.mode != "off")
        call = HTTPCall(self.app, exchange, scope=scope, driver=driver, policy=self.policy, streaming=streaming)
        if "transfer-encoding" in request.headers and not isinstance(request.stream, httpx.ByteStream):
            call.upload = Upload(request.stream)
        else:
            exchange.client_sent(request.read(), more=False)
        return call

    def prepared_http_scope(
        self, prepared: Preparation, method: str, headers: list[tuple[bytes, bytes]]
    ) -> dict[str, Any]:
        """Build the scope of a request from a prepared URL.

        Args:
            prepared: The URL.
            method: In upper case.
            headers: Names in lower case; the scope takes the list itself.
        """
        served = (self.root_path, self.http_version, self.profile, self.http_extensions, self.client)
        if served != self._served:
            self._served, self._templates = served, _templates_of(served)
        template = self._templates.get((prepared, method))
        if template is None:
            template = self._templates[prepared, method] = self._scope_template(prepared, method)
        # Every container in a scope is fresh.
        scope = template.copy()
        scope["asgi"] = template["asgi"].copy()
        offered = template["extensions"]
        scope["extensions"] = dict(zip(offered, map(_copy, offered.values()), strict=True))
        scope["headers"] = headers
        scope["state"] = self.app_state.copy()
        return scope

    def _scope_template(self, prepared: Preparation, method: str) -> dict[str, Any]:
        """What the scopes of all requests to one URL have in common."""
        if len(self._templates) >= _MAX_TEMPLATES:
            self._templates.clear()
        return build_http_scope(
            method=method,
            http_version=self.http_version,
            extensions=self.http_extensions,
            scheme=prepared.scheme,
            host=prepared.host,
            port=prepared.port,
            path=prepared.path,
            raw_path=prepared.raw_path,
            query_string=prepared.query_string,
            client=self.client,
            root_path=self.root_path,
            state={},
            profile=self.profile,
        )

    def prepared_socket_scope(
        self, prepared: Preparation, headers: list[tuple[bytes, bytes]], subprotocols: list[str]
    ) -> dict[str, Any]:
        """Build the scope of a handshake from a prepared URL."""
        return build_websocket_scope(
            http_version=self.http_version,
            extensions=self.socket_extensions,
            subprotocols=subprotocols,
            scheme=prepared.scheme,
            host=prepared.host,
            port=prepared.port,
            path=prepared.path,
            raw_path=prepared.raw_path,
            query_string=prepared.query_string,
            headers=headers,
            client=self.client,
            root_path=self.root_path,
            state=self.app_state,
            profile=self.profile,
        )

    def socket_call(self, scope: dict[str, Any], driver: Driver) -> SocketCall:
        """Make the app call for a WebSocket handshake."""
        exchange = WebSocketExchange(scope, profile=self.profile)
        return SocketCall(self.app, exchange, scope=scope, driver=driver, policy=self.policy)


def _templates_of(served: tuple[str, str, Profile, Any, Any]) -> Templates:
    """The templates of all servers that are alike."""
    root_path, http_version, *kept = served
    key = (root_path, http_version, *map(id, kept))
    found = _templates.get(key)
    if found is None:
        if len(_templates) >= _MAX_TEMPLATES:
            _templates.clear()
        found = _templates[key] = ({}, kept)
    return found[0]


def check_header_values(headers: list[tuple[bytes, bytes]]) -> None:
    """Refuse what no HTTP client could send.

    Raises:
        MisuseError: If a name or value holds a line break or a NUL.
    """
    for name, value in headers:
        if b"\n" in value or b"\r" in value or b"\0" in value or b"\n" in name or b"\r" in name:
            raise MisuseError(
                f"the request header {name!r} holds a line break or NUL: {value!r}; no server would get it"
            )


def _find_profile(profile: str | Profile) -> Profile:
    """Look a profile up by its name.

    Raises:
        ValueError: If there is none of that name.
    """
    if isinstance(profile, Profile):
        return profile
    found = PROFILES.get(profile)
    if found is None:
        raise ValueError(f"profile={profile!r} does not exist; choose one of {', '.join(PROFILES)}")
    return found


def _merged(
    usual: dict[str, dict[str, Any]], wanted: Mapping[str, dict[str, Any] | None] | None, prefix: str
) -> dict[str, dict[str, Any]]:
    """Merge wanted extensions into the usual ones, which are not copied; ``tls`` belongs to both protocols."""
    if wanted is None:
        return usual
    merged = dict(usual)
    for name, value in (wanted or {}).items():
        if not (name.startswith(prefix) or name == "tls"):
            continue
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged
