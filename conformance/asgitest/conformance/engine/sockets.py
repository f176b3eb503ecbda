"""One WebSocket route: handshakes and messages of every kind.

Where every session is refused, words of the source are tried as tokens, cookies and names of query parameters, so that
what is behind the refusal is reached, too.

Depends on: execution, checks, the session.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asgitest.conformance.checks import check_socket
from asgitest.conformance.checks.sockets import check_foreign_origin, check_untrusted_origin
from asgitest.conformance.engine.findings import step_of_socket
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import generate_valid, random_cases
from asgitest.conformance.operation import Operation
from asgitest.conformance.records import SocketRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.inventory import WebSocketRoute
    from asgitest.conformance.records import SocketRecord

__all__ = ["play_sockets"]

_SESSIONS = 40
_SPOKEN = 24
"""Sessions in which the client says what the source has words for."""
_WORDS = 12
_TRIES = 16
_LATER = 1000
"""Numbers of what follows the usual sessions."""
_ORIGIN = (b"origin", b"https://asgitest.example")
_MOST_BEFORE = 12


def play_sockets(work: Work, route: WebSocketRoute) -> None:
    """Play sessions with one route.

    Args:
        work: The task.
        route: Which.
    """
    session = work.session
    with session.open() as executor:
        started = executor.run(executor.start())
        if started.outcome in {"failed", "hung"}:
            return
        player = _Player(work=work, route=route, observer=session.observer(executor))
        for index, request in enumerate(_sessions(session, route)):
            if index in work.task.skip:
                continue
            record = player.play(request, index)
            if record.hung:
                return
        player.open()
        if player.opened is not None:
            player.speak()
            player.ask_from_elsewhere()


@dataclass(slots=True, kw_only=True)
class _Player:
    """Plays sessions and tells of what they show.

    Args:
        work: The task.
        route: Which.
        observer: Sends and judges.
        opened: The first session that was accepted.
        refused: One that was not.
    """

    work: Work
    route: WebSocketRoute
    observer: Observer
    opened: SocketRequest | None = None
    refused: SocketRequest | None = None
    _before: list[SocketRequest] = field(default_factory=list["SocketRequest"])

    def play(self, request: SocketRequest, index: int) -> SocketRecord:
        """Play one session."""
        executor = self.observer.executor
        with self.work.noted(index, request):
            record = executor.run(executor.socket(request))
        self.work.progress("websocket", 1)
        if record.accepted and not (record.close_code and not record.received):
            self.opened = self.opened or request
        else:
            self.refused = self.refused or request
        self._tell(check_socket(record, framework=self.work.session.target.adapter.name), record)
        self._before = [*self._before[1 - _MOST_BEFORE :], request]
        return record

    def _tell(self, violations: Iterator[Violation], record: SocketRecord) -> None:
        findings, steps = self.work.session.findings, [step_of_socket(one) for one in self._before]
        own = step_of_socket(record.request)
        for violation in violations:
            if self.work.seen.is_new(violation, self.route.label):
                self.work.seen.take(
                    violation,
                    self.route.label,
                    record,
                    scenario=findings.scenario([own]),
                    histories=tuple(findings.scenario([*steps[-count:], own]) for count in (1, _MOST_BEFORE) if steps),
                    handler=self.route.handler,
                )

    def _words(self) -> list[str]:
        """Words of the source near the handler."""
        literals = self.work.session.literals_for(self.route.handler)
        return [value for value in dict.fromkeys(literals) if isinstance(value, str) and value.isprintable() and value][
            :_WORDS
        ]

    def open(self) -> None:
        """Where no session was accepted, try the words of the source as names and values."""
        base = self.refused
        if self.opened is not None or base is None:
            return
        words = self._words()
        declared = [one.name for one in self.route.parameters if one.location != "path"]
        names = list(dict.fromkeys([*declared, *(word for word in words if word.isidentifier())]))
        for number, word in enumerate(words[:_TRIES]):
            query = "&".join(f"{name}={quote(word, safe='')}" for name in names)
            cookies = "; ".join(f"{name}={quote(word, safe='')}" for name in names)
            target = base.target.partition(b"?")[0] + (f"?{query}".encode() if query else b"")
            spoken = word.encode("latin-1", "replace")
            headers = [pair for pair in base.headers if pair[0] not in {b"authorization", b"cookie"}]
            headers += [(b"authorization", b"Bearer " + spoken), (b"cookie", cookies.encode("latin-1", "replace"))]
            if self.play(replace(base, target=target, headers=tuple(headers)), _LATER + number).hung:
                return
            if self.opened is not None:
                return

    def speak(self) -> None:
        """Say JSON objects made of the words of the source."""
        base, words = self.opened, self._words()
        if base is None or not words:
            return
        random = keyed_random(self.work.session.options.seed, "spoken", self.route.label)
        for number in range(_SPOKEN):
            sends = tuple(json.dumps(_said(words, random)) for _ in range(3))
            if self.play(replace(base, sends=sends, close_code=1000), 2 * _LATER + number).hung:
                return

    def ask_from_elsewhere(self) -> None:
        """Ask as a page of another site, where a cookie is what opens the session."""
        base, executor = self.opened, self.observer.executor
        trusted = self.work.session.options.allowed_origins
        if base is not None and trusted and "*" not in trusted:
            self._ask_untrusted(base, trusted)
            return
        if base is None or not any(name == b"cookie" for name, _ in base.headers):
            return
        base = replace(base, sends=(), close_code=1000)
        target = base.target.partition(b"?")[0]
        kept = tuple(pair for pair in base.headers if pair[0] in {b"cookie", b"host"})
        bare = replace(base, headers=tuple(pair for pair in base.headers if pair[0] != b"cookie"))
        records: list[SocketRecord] = []
        for number, request in enumerate(
            (replace(base, target=target, headers=kept), bare, replace(base, target=target, headers=(*kept, _ORIGIN)))
        ):
            with self.work.noted(3 * _LATER + number, request):
                records.append(executor.run(executor.socket(request)))
        for violation in check_foreign_origin(records[0], records[1], records[2]):
            self.work.seen.fixed(violation, self.route.label, handler=self.route.handler)

    def _ask_untrusted(self, base: SocketRequest, trusted: Sequence[str]) -> None:
        """Ask as a page of a site that the user does not trust."""
        headers = tuple(pair for pair in base.headers if pair[0] != b"origin")
        request = replace(base, sends=(), close_code=1000, headers=(*headers, _ORIGIN))
        with self.work.noted(3 * _LATER, request):
            record = self.observer.executor.run(self.observer.executor.socket(request))
        for violation in check_untrusted_origin(record, trusted=trusted):
            self.work.seen.fixed(violation, self.route.label, handler=self.route.handler)


def _said(words: Sequence[str], random: Random) -> dict[str, Any]:
    """A JSON object of some words."""
    names = random.sample(list(words), min(len(words), random.randint(1, 4)))
    choices: list[Any] = [*words, *words, 1, -1, None, "", [], {}]
    return {name: random.choice(choices) for name in names}


def _sessions(session: Session, route: WebSocketRoute) -> Iterator[SocketRequest]:
    """List what the client does in each session."""
    operation = Operation(
        method="GET", path=route.path, parameters=route.parameters, root_path=route.root_path, handler=route.handler
    )
    random = keyed_random(session.options.seed, "websocket", route.label)
    values = session.values_for(operation)
    cases = random_cases(operation, random, values.dictionary())
    scripts = list(_scripts(session, route))
    same = request_of(values.applied(generate_valid(operation, random, values.dictionary()))).target
    for number in range(min(_SESSIONS, max(len(scripts) * 2, 8))):
        case = next(cases, None)
        if case is None:
            return
        request = request_of(values.applied(case))
        if values.identity is not None:
            request = values.authenticated(request, None)
        sends, close_code = scripts[number % len(scripts)]
        played = SocketRequest(target=request.target, headers=request.headers, sends=sends, close_code=close_code)
        # Every second session is in the same room: what one leaves behind, the next one meets.
        yield replace(played, target=same) if number % 2 else played


def _scripts(session: Session, route: WebSocketRoute) -> Iterator[tuple[tuple[str | bytes | None, ...], int | None]]:
    """List messages and ways to close."""
    given = (*session.options.websocket_messages.get(route.path, ()), *session.options.websocket_messages.get("*", ()))
    for value in given:
        message = value if isinstance(value, str | bytes) else json.dumps(value)
        yield (message, None), 1000
    yield ("hello", None), 1000
    yield (None, "hello", None), 1000
    yield (json.dumps({"type": "hello", "text": "hello"}), None), 1000
    yield ("{}", None, "[]", None), 1000
    yield ("not json {", None), 1000
    yield ("", None), 1000
    yield ("null", None, "0", None), 1000
    yield (b"\x00\xff", None), 1000
    yield ("hello", "hello", "hello", None, None, None), 1000
    yield ("x" * 70000, None), 1000
    yield ("hello", None), None
    yield (), 1001
