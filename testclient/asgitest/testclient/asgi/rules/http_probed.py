"""Rules about HTTP that only further calls of the app can show broken: ASGI-HTTP-032 to -044.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import BODY, START
from asgitest.testclient.asgi.rules.writing import call, http, rule, www

__all__ = ["PROBED_RULES"]

_SCOPE = www("HTTP Connection Scope", "http-connection-scope")
_REQUEST = www("Request", "request-receive-event")
_GONE = www("Disconnected Client", "disconnected-client-send-exception")
_DISCONNECT = www("Disconnect", "disconnect-receive-event")

_REPLY = 'await send({"type": "http.response.body", "body": content})'
_READ_ALL = """content, more = b"", True
while more:
    message = await receive()
    if message["type"] == "http.disconnect":
        return
    content += message.get("body", b"")
    more = message.get("more_body", False)"""
_WRITE = 'await send({"type": "http.response.body", "body": b"tick", "more_body": True})'

PROBED_RULES = (
    rule(
        "HTTP-032",
        "E",
        "a stream ends soon after its client has left",
        spec=_GONE,
        quote="Applications may catch this exception and do cleanup work before re-raising it or returning with no "
        "exception.",
        advice="Let the OSError of send() end the stream, and watch receive() for http.disconnect: many servers "
        "raise nothing.",
        bad=http(
            "import asyncio",
            START,
            f"while True:\n    await asyncio.sleep(0)\n    try:\n        {_WRITE}\n    except OSError:\n        pass",
        ),
        good=http(
            "import asyncio",
            START,
            "await receive()",
            "gone = asyncio.ensure_future(receive())",
            f"while not gone.done():\n    {_WRITE}\n    await asyncio.sleep(0)",
        ),
        judged="probe",
    ),
    rule(
        "HTTP-033",
        "E",
        "a request that was cut off is not acted upon",
        spec=_REQUEST,
        quote="If True, the consuming application should wait until it gets a chunk with this set to False.",
        advice="Return when receive() gives http.disconnect before the body is complete.",
        bad=http(
            'content = b""',
            'while (message := await receive())["type"] == "http.request":\n    content += message.get("body", b"")\n'
            '    if not message.get("more_body"):\n        break',
            START,
            _REPLY,
        ),
        good=http(_READ_ALL, START, _REPLY),
        judged="probe",
    ),
    rule(
        "HTTP-034",
        "E",
        "it does not matter how a request body is cut into messages",
        spec=_REQUEST,
        quote="If more_body is set, treat as start of body and concatenate on further chunks.",
        advice="Receive until more_body is false.",
        bad=http('content = (await receive()).get("body", b"")', START, _REPLY),
        good=http(_READ_ALL, START, _REPLY),
        judged="probe",
    ),
    rule(
        "HTTP-035",
        "I",
        "request header names are matched in any case",
        spec=_SCOPE,
        quote="Header names should be lowercased, but it is not required; servers should preserve header case",
        advice="Compare name.lower().",
        bad=http('content = dict(scope["headers"]).get(b"x-probe", b"none")', START, _REPLY),
        good=http(
            'content = {name.lower(): value for name, value in scope["headers"]}.get(b"x-probe", b"none")',
            START,
            _REPLY,
        ),
        profile="portability",
        judged="probe",
    ),
    rule(
        "HTTP-036",
        "W",
        "an app does without the optional keys of a scope",
        spec=_SCOPE,
        quote="Optional; if missing defaults to None.",
        advice='Write scope.get("client"), with the default that the specification gives.',
        bad=http('host = scope["client"][0]', START, BODY),
        good=http('host = (scope.get("client") or ("", 0))[0]', START, BODY),
        profile="portability",
        judged="probe",
    ),
    rule(
        "HTTP-037",
        "I",
        "request headers are read as any iterable of pairs",
        spec=_SCOPE,
        quote="headers (Iterable[[byte string, byte string]]) -- An iterable of [name, value] two-item iterables",
        advice="Loop over the headers; do not add lists to them or compare pairs with tuples.",
        bad=http('headers = scope["headers"] + [(b"x-seen", b"1")]', START, BODY),
        good=http('headers = [*scope["headers"], (b"x-seen", b"1")]', START, BODY),
        profile="portability",
        judged="probe",
    ),
    rule(
        "HTTP-038",
        "W",
        "a request message is read with and without its optional keys",
        spec=_REQUEST,
        quote='body (byte string) -- Body of the request. Optional; if missing defaults to b"".',
        advice='Write message.get("body", b"") and message.get("more_body", False).',
        bad=http('content = (await receive())["body"]', START, BODY),
        good=http('content = (await receive()).get("body", b"")', START, BODY),
        profile="portability",
        judged="probe",
    ),
    rule(
        "HTTP-039",
        "W",
        "a client that leaves at once is no error",
        spec=_DISCONNECT,
        quote="Sent to the application if receive is called after a response has been sent or after the HTTP "
        "connection has been closed.",
        advice="Expect http.disconnect from every receive().",
        bad=http(
            "message = await receive()",
            'if message["type"] != "http.request":\n    raise KeyError(message["type"])',
            START,
            BODY,
        ),
        good=http("message = await receive()", 'if message["type"] != "http.request":\n    return', START, BODY),
        judged="probe",
    ),
    rule(
        "HTTP-040",
        "E",
        "a request body needs no content-length",
        spec=_REQUEST,
        quote="Note that if the request is being sent using Transfer-Encoding: chunked, the server is responsible "
        "for handling this encoding.",
        advice="Read the body from the messages, not by the length in a header; set wsgi.input_terminated in a "
        "WSGI bridge.",
        bad=http(
            'length = int(dict(scope["headers"]).get(b"content-length", b"0"))',
            _READ_ALL,
            "content = content[:length]",
            START,
            _REPLY,
        ),
        good=http(_READ_ALL, START, _REPLY),
        judged="probe",
    ),
    rule(
        "HTTP-041",
        "E",
        "an app mounted below a root path answers as it does at the root",
        spec=_SCOPE,
        quote="root_path (Unicode string) -- The root path this application is mounted at; same as SCRIPT_NAME in "
        "WSGI.",
        advice='Route by path without its root_path: scope["path"].removeprefix(scope["root_path"]).',
        bad=http(
            'status = 200 if scope["path"] == "/" else 404',
            'await send({"type": "http.response.start", "status": status})',
            BODY,
        ),
        good=http(
            'path = scope["path"].removeprefix(scope.get("root_path", ""))',
            'status = 200 if path == "/" else 404',
            'await send({"type": "http.response.start", "status": status})',
            BODY,
        ),
        judged="probe",
    ),
    rule(
        "HTTP-042",
        "W",
        "after a disconnect nothing but the server's own OSError escapes",
        spec=_GONE,
        quote="Servers must be prepared to catch this exception if they raised it and should not log it as an "
        "error in their server logs.",
        advice="Re-raise what send() raised, or return.",
        bad=http(
            START, f'try:\n    {_WRITE}\nexcept OSError:\n    raise ValueError("the client left") from None', BODY
        ),
        good=http(START, f"try:\n    {_WRITE}\nexcept OSError:\n    return", BODY),
        judged="probe",
    ),
    rule(
        "HTTP-043",
        "W",
        "a path is decoded once",
        spec=_SCOPE,
        quote="HTTP request target excluding any query string, with percent-encoded sequences and UTF-8 byte "
        "sequences decoded into "
        "characters.",
        advice='Take scope["path"] as it is.',
        bad=call("""
from urllib.parse import unquote


async def app(scope, receive, send):
    content = unquote(scope["path"]).encode()
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": content})
"""),
        good=http('content = scope["path"].encode()', START, _REPLY),
        judged="probe",
    ),
    rule(
        "HTTP-044",
        "E",
        "no path makes an app fail",
        spec=_SCOPE,
        quote="HTTP request target excluding any query string",
        advice="Answer 404 for what you cannot look up: two slashes, NUL, dots, long segments.",
        bad=http('name = scope["path"].encode("ascii")', START, BODY),
        good=http('name = scope["path"].encode("utf-8", "replace")', START, BODY),
        judged="probe",
    ),
)
