"""Rules about the application as a whole, and about messages in general: ASGI-APP and ASGI-MSG.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import BODY, OK, START, body, extra, start
from asgitest.testclient.asgi.rules.writing import Source, asgi, call, http, message, rule

__all__ = ["APP_RULES"]

_APPLICATIONS = asgi("Applications", "applications")
_OVERVIEW = asgi("Overview", "overview")
_EVENTS = asgi("Events", "events")
_ERRORS = asgi("Error Handling", "error-handling")
_TYPES = "they need to be serializable, and so they are only allowed to contain the following types"

_SECOND_TASK = """
import asyncio

tasks = []


async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"hello"})
    {line}
"""

APP_RULES = (
    rule(
        "APP-001",
        "W",
        "an app is one async callable",
        spec=_APPLICATIONS,
        quote="ASGI applications should be a single async callable",
        advice="Write async def app(scope, receive, send); wrap an ASGI 2 app with asgiref's "
        "guarantee_single_callable.",
        bad=call("""
class app:
    def __init__(self, scope):
        self.scope = scope

    async def __call__(self, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"hello"})
"""),
        good=OK,
    ),
    rule(
        "APP-002",
        "W",
        "an app returns None",
        spec=_APPLICATIONS,
        quote="coroutine application(scope, receive, send)",
        advice="Return nothing: what a response says is sent. uvicorn logs an error for any other value.",
        bad=http(START, BODY, 'return "hello"'),
        good=OK,
    ),
    rule(
        "APP-003",
        "W",
        "an app refuses protocols that it does not know",
        spec=asgi("Protocol Specifications", "protocol-specifications"),
        quote="Applications should actively reject any protocol that they do not understand with an Exception (of "
        "any type).",
        advice='Raise where scope["type"] is none that you handle.',
        bad=http('if scope["type"] != "http":\n    return', START, BODY),
        good=http('if scope["type"] != "http":\n    raise NotImplementedError(scope["type"])', START, BODY),
        judged="probe",
    ),
    rule(
        "APP-004",
        "I",
        "the scope stays as the server made it",
        spec=asgi("Middleware", "middleware"),
        quote="When middleware is modifying the scope, it should make a copy of the scope object before mutating it",
        advice="Pass dict(scope, path=...) on instead of changing scope in place.",
        bad=http('scope["method"] = "PUT"', START, BODY),
        good=http('scope = dict(scope, method="PUT")', START, BODY),
        profile="pedantic",
    ),
    rule(
        "APP-005",
        "E",
        "send is not used after the app has returned",
        spec=_OVERVIEW,
        quote='Each call of the application callable maps to a single incoming "socket" or connection, and is '
        "expected to last the "
        "lifetime of that connection plus a little longer if there is cleanup to do.",
        advice="Await the task that sends before you return.",
        bad=call(
            _SECOND_TASK.replace("{line}", 'tasks.append(asyncio.create_task(send({"type": "http.response.body"})))')
        ),
        good=call(_SECOND_TASK.replace("{line}", "tasks.append(asyncio.create_task(asyncio.sleep(0)))")),
    ),
    rule(
        "APP-006",
        "E",
        "an app ends soon after its response is complete or its client has left",
        spec=_OVERVIEW,
        quote="is expected to last the lifetime of that connection plus a little longer if there is cleanup to do",
        advice="End loops when receive() returns a disconnect; give background work a limit.",
        bad=http(START, BODY, 'while True:\n    await __import__("asyncio").sleep(3600)'),
        good=OK,
        judged="probe",
    ),
    rule(
        "APP-007",
        "W",
        "an app ends when its task is cancelled",
        spec=_ERRORS,
        quote="they must terminate the application instance and its associated connection if this happens",
        advice="Let CancelledError through: catch Exception, not BaseException.",
        bad=http(
            "import asyncio",
            "for _ in range(3):\n    try:\n        await asyncio.sleep(3600)\n    except BaseException:\n        pass",
        ),
        good=http("import asyncio", "await asyncio.sleep(3600)"),
        judged="probe",
    ),
    rule(
        "APP-008",
        "W",
        "requests do not leave ever more tasks behind",
        spec=_OVERVIEW,
        quote="is expected to last the lifetime of that connection plus a little longer if there is cleanup to do",
        advice="Await the tasks you start, or use a task group.",
        bad=call(_SECOND_TASK.replace("{line}", "tasks.append(asyncio.create_task(asyncio.sleep(3600)))")),
        good=call(_SECOND_TASK.replace("{line}", "await asyncio.create_task(asyncio.sleep(0))")),
        judged="probe",
    ),
    rule(
        "APP-009",
        "W",
        "context variables of one request do not reach the next",
        spec=asgi("Connection Scope", "connection-scope"),
        quote="Every connection by a user to an ASGI application results in a call of the application callable to "
        "handle that "
        "connection entirely.",
        advice="Reset what you set: token = variable.set(...); finally variable.reset(token).",
        bad=call("""
import contextvars

current = contextvars.ContextVar("current", default="nobody")


async def app(scope, receive, send):
    seen = current.get()
    current.set("somebody")
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": seen.encode()})
"""),
        good=call("""
import contextvars

current = contextvars.ContextVar("current", default="nobody")


async def app(scope, receive, send):
    seen = current.get()
    token = current.set("somebody")
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": seen.encode()})
    current.reset(token)
"""),
        judged="probe",
    ),
    rule(
        "APP-010",
        "I",
        "what escapes from an app is an Exception",
        spec=_ERRORS,
        quote="Servers are free to surface errors that bubble up out of application instances they are running "
        "however they wish",
        advice="Raise an Exception; SystemExit and KeyboardInterrupt end servers.",
        bad=http("raise SystemExit"),
        good=http('raise RuntimeError("the server makes a 500 of this")'),
        profile="pedantic",
    ),
    rule(
        "MSG-001",
        "E",
        "a message is a dict",
        spec=_EVENTS,
        quote="Each event is a dict with a top-level type key",
        advice="Send a dict.",
        bad=http('await send([("type", "http.response.start"), ("status", 200)])'),
        good=OK,
    ),
    rule(
        "MSG-002",
        "E",
        "a message has a type, a str",
        spec=_EVENTS,
        quote="a top-level type key that contains a Unicode string of the message type",
        advice='Give each message a "type" as text, not bytes.',
        bad=http('await send({"status": 200})'),
        good=OK,
    ),
    rule(
        "MSG-003",
        "E",
        "the type of a message is one of the protocol",
        spec=_ERRORS,
        quote="If a server receives an invalid event dictionary - for example, having an unknown type, [...] it "
        "should raise an exception "
        "out of the send awaitable back to the application.",
        advice="Compare the spelling; send only messages of the scope's own protocol.",
        bad=http(message("http.response.begin", status=200)),
        good=OK,
    ),
    rule(
        "MSG-004",
        "W",
        "values of a message are of the types that ASGI allows",
        spec=_EVENTS,
        quote=_TYPES,
        advice="Send bytes, str, int, float, list, dict, bool or None; keep your own objects to yourself.",
        bad=extra("object()"),
        good=extra('["a", 1, None]'),
    ),
    rule(
        "MSG-005",
        "I",
        "ints of a message fit in 64 bits",
        spec=_EVENTS,
        quote="Integers (within the signed 64-bit range)",
        advice="Send a str.",
        bad=extra("2**80"),
        good=extra("2**40"),
        profile="pedantic",
    ),
    rule(
        "MSG-006",
        "W",
        "floats of a message are finite",
        spec=_EVENTS,
        quote="Floating point numbers (within the IEEE 754 double precision range; no Nan or infinities)",
        advice="Send None for what is not a number.",
        bad=extra('float("nan")'),
        good=extra("0.5"),
    ),
    rule(
        "MSG-007",
        "W",
        "keys of a message are str",
        spec=_EVENTS,
        quote="Dicts (keys must be Unicode strings)",
        advice="Use text for keys.",
        bad=http(START, 'await send({"type": "http.response.body", "body": b"hello", b"note": 1})'),
        good=http(START, body(body=b"hello", note=1)),
    ),
    rule(
        "MSG-008",
        "E",
        "further keys in a message harm nobody",
        spec=_ERRORS,
        quote="the presence of additional keys in the event dictionary should not raise an exception",
        advice="Take the keys you know and leave the others alone.",
        bad=http("(kind, content, more) = (await receive()).values()", START, BODY),
        good=http('content = (await receive()).get("body", b"")', START, BODY),
        judged="probe",
    ),
    rule(
        "MSG-009",
        "W",
        "send is called with one positional argument",
        spec=_APPLICATIONS,
        quote="an awaitable callable taking a single event dictionary as a positional argument",
        advice="Write send({...}): the name of its parameter is the server's.",
        bad=http('await send(message={"type": "http.response.start", "status": 200})', BODY),
        good=OK,
    ),
    rule(
        "MSG-010",
        "I",
        "a message is left alone once it was sent",
        spec=_EVENTS,
        quote="Because these messages could be sent over a network, they need to be serializable",
        advice="Send a copy of a buffer that you go on using.",
        bad=http(
            'headers = [(b"x-a", b"1")]', start(headers=Source("headers")), 'headers.append((b"x-b", b"2"))', BODY
        ),
        good=http(
            'headers = [(b"x-a", b"1")]', start(headers=Source("list(headers)")), 'headers.append((b"x-b", b"2"))', BODY
        ),
        profile="pedantic",
    ),
)
