"""The Sans-I/O core: everything ASGI says about one conversation, as values and tables.

Nothing here waits, raises an error of the project, or looks at a clock. Exchanges take what the client and the app
do, and return messages and findings; the shell outside raises and waits.

Depends on: the standard library, without its modules for I/O, threads and time.
"""

from __future__ import annotations

from asgitest.testclient.asgi.findings import Finding
from asgitest.testclient.asgi.http import HTTPExchange, HTTPState
from asgitest.testclient.asgi.lifespan import LifespanExchange, LifespanState
from asgitest.testclient.asgi.probes import Call, Outcome, Probe
from asgitest.testclient.asgi.probes_session import PROBES
from asgitest.testclient.asgi.profiles import DAPHNE, GRANIAN, HYPERCORN, PROFILES, SPEC, UVICORN, Profile
from asgitest.testclient.asgi.replaying import replay
from asgitest.testclient.asgi.rules import RULES, Example, Level, Rule
from asgitest.testclient.asgi.scopes import (
    Scope,
    build_http_scope,
    build_lifespan_scope,
    build_websocket_scope,
    split_target,
)
from asgitest.testclient.asgi.serving import check_received, check_scope
from asgitest.testclient.asgi.trace import Message, Trace
from asgitest.testclient.asgi.websocket import WebSocketExchange, WebSocketState

__all__ = [
    "DAPHNE",
    "GRANIAN",
    "HYPERCORN",
    "PROBES",
    "PROFILES",
    "RULES",
    "SPEC",
    "UVICORN",
    "Call",
    "Example",
    "Finding",
    "HTTPExchange",
    "HTTPState",
    "Level",
    "LifespanExchange",
    "LifespanState",
    "Message",
    "Outcome",
    "Probe",
    "Profile",
    "Rule",
    "Scope",
    "Trace",
    "WebSocketExchange",
    "WebSocketState",
    "build_http_scope",
    "build_lifespan_scope",
    "build_websocket_scope",
    "check_received",
    "check_scope",
    "replay",
    "split_target",
]
