"""One WebSocket route: handshakes and messages of every kind.

Depends on: execution, checks, the session.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asgitest.conformance.checks import check_socket
from asgitest.conformance.engine.findings import step_of_socket
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import random_cases
from asgitest.conformance.operation import Operation
from asgitest.conformance.records import SocketRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.inventory import WebSocketRoute

__all__ = ["play_sockets"]

_SESSIONS = 40


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
        for index, request in enumerate(_sessions(session, route)):
            if index in work.task.skip:
                continue
            with work.noted(index, request):
                record = executor.run(executor.socket(request))
            work.progress("websocket", 1)
            for violation in check_socket(record, framework=session.target.adapter.name):
                if work.seen.is_new(violation, route.label):
                    scenario = session.findings.scenario([step_of_socket(request)])
                    work.seen.take(violation, route.label, record, scenario=scenario, handler=route.handler)
            if record.hung:
                break


def _sessions(session: Session, route: WebSocketRoute) -> Iterator[SocketRequest]:
    """List what the client does in each session."""
    operation = Operation(
        method="GET", path=route.path, parameters=route.parameters, root_path=route.root_path, handler=route.handler
    )
    random = keyed_random(session.options.seed, "websocket", route.label)
    values = session.values_for(operation)
    cases = random_cases(operation, random, values.dictionary())
    scripts = list(_scripts(session, route))
    for number in range(min(_SESSIONS, max(len(scripts) * 2, 8))):
        case = next(cases, None)
        if case is None:
            return
        request = request_of(values.applied(case))
        if values.identity is not None:
            request = values.authenticated(request, None)
        sends, close_code = scripts[number % len(scripts)]
        yield SocketRequest(target=request.target, headers=request.headers, sends=sends, close_code=close_code)


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
