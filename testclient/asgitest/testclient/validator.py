"""The rules of ASGI for apps behind any server, and behind other people's test clients: plain ASGI middleware.

It stands between the two, tells an exchange what passes, and passes it on as it is. Only what a client of ours would
refuse is refused here too: in strict mode, a message that breaks a MUST rule does not reach the server.

Source: ASGI, Middleware.
Depends on: application, judged, policy, ``asgitest.testclient.asgi``. Never on: an event loop, the HTTP library.
"""

from __future__ import annotations

import itertools
import os
import stat
from typing import TYPE_CHECKING, Any

from asgitest.testclient.application import as_asgi3
from asgitest.testclient.asgi import HTTPExchange, LifespanExchange, WebSocketExchange
from asgitest.testclient.asgi.kinds import is_dict
from asgitest.testclient.judged import JudgedCall
from asgitest.testclient.policy import build_policy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from asgitest.testclient.asgi import Finding, Message, Scope
    from asgitest.testclient.errors import ProtocolViolation
    from asgitest.testclient.ledger import RouteFinding
    from asgitest.testclient.policy import Policy

    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

__all__ = ["ValidatorMiddleware", "validate_app"]

_EXCHANGES: dict[str, type[HTTPExchange | WebSocketExchange | LifespanExchange]] = {
    "http": HTTPExchange,
    "websocket": WebSocketExchange,
    "lifespan": LifespanExchange,
}
_ONE_SHOT_KEYS = ("headers", "links")


class ValidatorMiddleware:
    """Check every message of an app against the ASGI specification, whatever server it runs on.

    Args:
        app: The ASGI app.
        validate: ``"strict"`` raises ``ProtocolViolation`` at the faulty ``send()`` for MUST rules, and again when the
            app has ended if it was swallowed; SHOULD rules warn. ``"warn"`` warns for both. ``"off"`` only takes notes.
        select: Prefixes of rule ids to check; all if empty.
        ignore: Prefixes of rule ids not to check.
        ignore_routes: For a path prefix, prefixes of rule ids not to check there.

    Raises:
        MisuseError: If *app* is no ASGI app.
        ValueError: If a mode or rule id does not exist; the nearest match is named.
    """

    def __init__(
        self,
        app: Any,
        *,
        validate: str = "strict",
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        ignore_routes: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.app = app
        self._asgi3 = as_asgi3(app)
        self._policy = build_policy(validate, select=select, ignore=ignore, routes=ignore_routes)

    @property
    def findings(self) -> list[RouteFinding]:
        """What was found so far, of every level: one entry for each cause on each route, with a count."""
        return self._policy.ledger.findings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; a protocol that has no rules is passed on unseen."""
        if scope["type"] in _EXCHANGES:
            await _Watched(self._asgi3, scope, policy=self._policy, receive=receive, send=send).run()
        else:
            await self._asgi3(scope, receive, send)

    def __getattr__(self, name: str) -> Any:
        """Show the attributes of the app itself, so that a test finds ``dependency_overrides`` and the like."""
        if name == "app":  # not there yet: the object is being copied or unpickled
            raise AttributeError(name)
        return getattr(self.app, name)


def validate_app(app: Any, validate: str = "strict", **options: Any) -> ValidatorMiddleware:
    """Wrap an app for somebody else's test client, so that it is checked there: ``TestClient(validate_app(app))``.

    Args:
        app: The ASGI app; its attributes show through the wrapper.
        validate: As for `ValidatorMiddleware`.
        options: As for `ValidatorMiddleware`: ``select``, ``ignore``, ``ignore_routes``.
    """
    return ValidatorMiddleware(app, validate=validate, **options)


class _Watched(JudgedCall):
    """One call of the app, between it and a server."""

    def __init__(self, app: Any, scope: Scope, *, policy: Policy, receive: Receive, send: Send) -> None:
        super().__init__(app, _EXCHANGES[scope["type"]](scope), scope=scope, policy=policy)
        self.server_receive = receive
        self.server_send = send

    async def run(self) -> None:
        """Call the app; raise what it raised, or the violation that it swallowed."""
        try:
            value = await self.call_app(self.receive, self.send)
        except BaseException as error:
            self.keep(self.exchange.app_raised(error))
            if self.violation is not None and self.violation is not error and isinstance(error, Exception):
                raise self.violation from error
            raise
        else:
            self.keep(self.exchange.app_returned(value))
        if self.violation is not None:
            raise self.violation

    async def receive(self) -> Message:
        """Ask the server, and note what it gives."""
        self.judge(self.exchange.app_asked())
        message = await self.server_receive()
        self.exchange.app_received(message)
        return message

    async def send(self, *messages: Any, **named: Any) -> None:
        """Judge a message, then pass it on; a server that raises ``OSError`` says that the client has left.

        Raises:
            ProtocolViolation: If the message breaks a MUST rule and the policy is strict.
        """
        __tracebackhide__ = True
        if named or len(messages) != 1:
            messages = (self.find_message(messages, named),)
        seen, passed = _split_one_shot(messages[0])
        self.judge(self.exchange.app_sent(seen))
        file = getattr(self.exchange, "file", None)
        if file is not None:
            self.judge(self._judge_file(file))
        try:
            await self.server_send(passed)
        except OSError:
            self._client_left()
            raise

    def _client_left(self) -> None:
        if isinstance(self.exchange, HTTPExchange):
            self.exchange.client_disconnected()
        elif isinstance(self.exchange, WebSocketExchange):
            self.exchange.client_lost()

    def _judge_file(self, message: Message) -> Sequence[Finding]:
        try:
            size = _size_of(message)
        except (OSError, ValueError):  # the latter for a NUL in the path
            path = message.get("path")
            missing: Sequence[Finding] = () if path is None else self.exchange.file_missing(path)
            return missing
        findings: Sequence[Finding] = self.exchange.file_sent(size)
        return findings

    def keep(self, findings: Sequence[Finding], sentence: str | None = None) -> ProtocolViolation | None:
        """Warn of what was found at once, and remember the first violation."""
        violation = super().keep(findings, sentence)
        self.warn(stacklevel=5)
        return violation


def _split_one_shot(message: Any) -> tuple[Any, Any]:
    """Give an iterator that can be read once to both the exchange and the server."""
    if not is_dict(message):
        return message, message
    seen = passed = message
    for key in _ONE_SHOT_KEYS:
        if hasattr(message.get(key), "__next__"):
            first, second = itertools.tee(message[key])
            seen, passed = {**seen, key: first}, {**passed, key: list(second)}
    return seen, passed


def _size_of(message: Message) -> int:
    """How many bytes a pathsend or zerocopysend message sends."""
    if message["type"] == "http.response.pathsend":
        found = os.stat(message["path"])  # noqa: PTH116 - the path as the app gave it
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(message["path"])
        return found.st_size
    count = message.get("count")
    descriptor = message["file"].fileno()
    offset = message.get("offset")
    if offset is None:
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
    rest = max(os.fstat(descriptor).st_size - offset, 0)
    return rest if count is None else min(count, rest)
