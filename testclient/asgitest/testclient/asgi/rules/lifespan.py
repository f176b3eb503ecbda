"""Rules about the lifespan: ASGI-LS.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import LIVED, SHUT, UP
from asgitest.testclient.asgi.rules.writing import call, lifespan, message, rule, startup

__all__ = ["LIFESPAN_RULES"]

_SCOPE = lifespan("Scope", "scope")
_STATE = lifespan("Lifespan State", "lifespan-state")
_UP = lifespan("Startup Complete", "startup-complete-send-event")
_FAILED = lifespan("Startup Failed", "startup-failed-send-event")
_SHUT = lifespan("Shutdown Complete", "shutdown-complete-send-event")
_SUPPORT = (
    "If an exception is raised when calling the application callable with a lifespan.startup message or a scope "
    "with type lifespan, the "
    "server must continue but not send any lifespan events."
)
_STARTED = "Sent by the application when it has completed its startup."
_FAIL = message("lifespan.startup.failed", message="no database")
_WAIT = "await receive()"
_NEVER = 'await __import__("asyncio").sleep(3600)'

LIFESPAN_RULES = (
    rule(
        "LS-001",
        "E",
        "a lifespan is answered, or refused with an exception",
        spec=_SCOPE,
        quote=_SUPPORT,
        advice='Raise for scope["type"] == "lifespan" if you do not support it: servers wait, or take silence for '
        "a start.",
        bad=call("async def app(scope, receive, send):\n    return", protocol="lifespan"),
        good=LIVED,
    ),
    rule(
        "LS-002",
        "E",
        "startup is answered after it was asked for",
        spec=_UP,
        quote=_STARTED,
        advice="Call receive() before you send lifespan.startup.complete.",
        bad=call(
            f"async def app(scope, receive, send):\n    {UP}\n    {_WAIT}\n    {UP}\n    {_WAIT}\n    {SHUT}",
            protocol="lifespan",
        ),
        good=LIVED,
    ),
    rule(
        "LS-003",
        "E",
        "startup is answered once",
        spec=_UP,
        quote=_STARTED,
        advice="Send either lifespan.startup.complete or lifespan.startup.failed, in one place.",
        bad=startup(UP, UP, _WAIT, SHUT),
        good=LIVED,
    ),
    rule(
        "LS-004",
        "E",
        "shutdown is answered after it was asked for, once, before the app returns",
        spec=_SHUT,
        quote="Sent by the application when it has completed its cleanup. A server must wait for this message "
        "before terminating.",
        advice="Call receive() until it returns lifespan.shutdown, clean up, then send lifespan.shutdown.complete.",
        bad=startup(UP, SHUT, _WAIT, SHUT),
        good=LIVED,
    ),
    rule(
        "LS-005",
        "W",
        "the message of a failure is a str",
        spec=_FAILED,
        quote='message (Unicode string) -- Optional; if missing defaults to "".',
        advice="Send str(error).",
        bad=startup(message("lifespan.startup.failed", message=b"no database")),
        good=startup(_FAIL),
    ),
    rule(
        "LS-006",
        "W",
        "an app ends after a failed startup",
        spec=_FAILED,
        quote="If a server sees this it should log/print the message provided and then exit.",
        advice="Return or raise after lifespan.startup.failed.",
        bad=startup(_FAIL, _WAIT),
        good=startup(_FAIL),
    ),
    rule(
        "LS-007",
        "W",
        "an app returns soon after lifespan.shutdown.complete",
        spec=_SHUT,
        quote="Sent by the application when it has completed its cleanup.",
        advice="Return after lifespan.shutdown.complete.",
        bad=startup(UP, _WAIT, SHUT, _NEVER),
        good=LIVED,
        judged="probe",
    ),
    rule(
        "LS-008",
        "E",
        "nothing is raised between startup and shutdown",
        spec=_SCOPE,
        quote=_SUPPORT,
        advice="Catch errors of background work; after one, servers serve on and never send lifespan.shutdown.",
        bad=startup(UP, 'raise RuntimeError("the background task died")'),
        good=LIVED,
    ),
    rule(
        "LS-009",
        "W",
        "an app waits for shutdown after startup",
        spec=_SCOPE,
        quote="The lifespan scope exists for the duration of the event loop.",
        advice="Call receive() again, and answer lifespan.shutdown.",
        bad=startup(UP),
        good=LIVED,
    ),
    rule(
        "LS-010",
        "W",
        "the state is filled, not replaced, under names that are text",
        spec=_STATE,
        quote="Optional(dict[Unicode string, Any]) -- An empty namespace where the application can persist state",
        advice='Write scope["state"]["database"] = ...',
        bad=startup('scope["state"] = {"database": 1}', UP, _WAIT, SHUT, state={}),
        good=startup('scope["state"]["database"] = 1', UP, _WAIT, SHUT, state={}),
    ),
    rule(
        "LS-011",
        "W",
        "an app starts where the server keeps no state",
        spec=_SCOPE,
        quote="Optional; if missing the server does not support this feature.",
        advice='Write scope.get("state"), or keep state in the app as well.',
        bad=startup('scope["state"]["database"] = 1', UP, _WAIT, SHUT, state={}),
        good=startup('scope.get("state", {})["database"] = 1', UP, _WAIT, SHUT, state={}),
        profile="portability",
        judged="probe",
    ),
    rule(
        "LS-012",
        "W",
        "an app can be started again after its shutdown",
        spec=lifespan("Lifespan Protocol", "lifespan-protocol"),
        quote="Lifespans should be executed once per event loop that will be processing requests.",
        advice="Make resources at startup, not at import, so that a reload or a second test can start the app again.",
        bad=call(
            f"""
started = []


async def app(scope, receive, send):
    await receive()
    started.append(True)
    if len(started) > 1:
        raise RuntimeError("the pool is closed")
    {UP}
    await receive()
    {SHUT}
""",
            protocol="lifespan",
        ),
        good=LIVED,
        profile="portability",
        judged="probe",
    ),
    rule(
        "LS-013",
        "W",
        "what was started is cleaned up when a lifespan is cancelled",
        spec=_SCOPE,
        quote="The lifespan scope exists for the duration of the event loop.",
        advice="Clean up in finally, and end when your task is cancelled.",
        bad=startup(UP, "try:\n    await receive()\nexcept BaseException:\n    " + _NEVER, SHUT),
        good=startup(UP, "try:\n    await receive()\nfinally:\n    pass", SHUT),
        judged="probe",
    ),
    rule(
        "LS-014",
        "W",
        "a failed startup is told to the server, not only raised",
        spec=_SCOPE,
        quote="If you want to log an error that occurs during lifespan startup and prevent the server from "
        "starting, then send back "
        "lifespan.startup.failed instead.",
        advice="Send lifespan.startup.failed before you raise: uvicorn takes an exception for an app without a "
        "lifespan, and serves.",
        bad=startup('raise RuntimeError("no database")'),
        good=startup(_FAIL, 'raise RuntimeError("no database")'),
    ),
    rule(
        "LS-015",
        "W",
        "startup and shutdown end in time",
        spec=_UP,
        quote="A server must wait for this message before it starts processing connections.",
        advice="Give connections a timeout.",
        bad=startup(_NEVER),
        good=LIVED,
        judged="probe",
    ),
)
