"""Rules about the server's side of ASGI, which the test client keeps: ASGI-SRV.

An example is a scope, as what it says differently from a plain one, or the part of a server that does it right or
wrong.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.rules.messages import OK
from asgitest.testclient.asgi.rules.rule import Example
from asgitest.testclient.asgi.rules.writing import asgi, indented, rfc, rule, www
from asgitest.testclient.asgi.rules.writing import lifespan as lifespan_section

if TYPE_CHECKING:
    from asgitest.testclient.asgi.rules.rule import Rule
    from asgitest.testclient.asgi.rules.writing import Section

__all__ = ["SERVER_RULES"]

_SCOPE = www("HTTP Connection Scope", "http-connection-scope")
_REQUEST = www("Request", "request-receive-event")
_DISCONNECT = www("Disconnect", "disconnect-receive-event")
_SOCKET_DISCONNECT = www("Disconnect", "disconnect-receive-event-ws")
_GONE = www("Disconnected Client", "disconnected-client-send-exception")
_ERRORS = asgi("Error Handling", "error-handling")


def _scope(**fields: Any) -> Example:
    """An example of a server by the scope that it makes."""
    return Example(source=OK.source, scope=fields)


def _server(*lines: str) -> Example:
    """An example of a server by what it does."""
    return Example(source="\n".join(["async def serve(app, scope, receive, send, client):", *indented(lines), ""]))


def _rule(id: str, title: str, *, spec: Section, quote: str, bad: Example, good: Example) -> Rule:  # noqa: A002 - the name of the field
    return rule(
        f"SRV-{id}", "E", title, spec=spec, quote=quote, bad=bad, good=good, judged="server",
        advice="A server has to be right here; a test client that is not hides faults of apps.",
    )  # fmt: skip


SERVER_RULES = (
    _rule(
        "001",
        "a scope says which versions of ASGI it follows",
        spec=asgi("Applications", "applications"),
        quote='The key scope["asgi"] will also be present as a dictionary containing a scope["asgi"]["version"] key',
        bad=_scope(asgi={}),
        good=_scope(asgi={"version": "3.0", "spec_version": "2.3"}),
    ),
    _rule(
        "002",
        "the method is in upper case",
        spec=_SCOPE,
        quote="method (Unicode string) -- The HTTP method name, uppercased.",
        bad=_scope(method="get"),
        good=_scope(method="GET"),
    ),
    _rule(
        "003",
        "the path is decoded text without the query",
        spec=_SCOPE,
        quote="with percent-encoded sequences and UTF-8 byte sequences decoded into characters",
        bad=_scope(path=b"/a"),
        good=_scope(path="/a"),
    ),
    _rule(
        "004",
        "the raw path is bytes as received, without the query",
        spec=_SCOPE,
        quote="The original HTTP path component, excluding any query string, unmodified from the bytes that were "
        "received",
        bad=_scope(raw_path=b"/?a=1"),
        good=_scope(raw_path=b"/"),
    ),
    _rule(
        "005",
        "the query string is bytes, still encoded",
        spec=_SCOPE,
        quote="query_string (byte string) -- URL portion after the ?, percent-encoded.",
        bad=_scope(query_string="a=1"),
        good=_scope(query_string=b"a=1"),
    ),
    _rule(
        "006",
        "the path begins with the root path",
        spec=www("WSGI Compatibility", "wsgi-compatibility"),
        quote="PATH_INFO can be derived by stripping root_path from path",
        bad=_scope(root_path="/app", path="/a"),
        good=_scope(root_path="/app", path="/app/a"),
    ),
    _rule(
        "007",
        "headers are pairs of bytes in lower case, without pseudo headers",
        spec=_SCOPE,
        quote="Pseudo headers (present in HTTP/2 and HTTP/3) must be removed",
        bad=_scope(headers=[(b":authority", b"a")]),
        good=_scope(headers=[(b"host", b"a")]),
    ),
    _rule(
        "008",
        "client and server are an address and a port, or None",
        spec=_SCOPE,
        quote="port is the remote port as an integer",
        bad=_scope(client=("127.0.0.1", "50000")),
        good=_scope(client=("127.0.0.1", 50000)),
    ),
    _rule(
        "009",
        "the state is a dict, a copy for each request",
        spec=lifespan_section("Lifespan State", "lifespan-state"),
        quote="The server will ensure that a shallow copy of the namespace is passed into each subsequent "
        "request/response call",
        bad=_scope(state=[]),
        good=_scope(state={}),
    ),
    _rule(
        "010",
        "extensions are a dict of dicts",
        spec=asgi("Extensions", "extensions"),
        quote="it should place an entry into the extensions dictionary under the extension's name, and the value "
        "of that entry should itself "
        "be a dict",
        bad=_scope(extensions={"tls": None}),
        good=_scope(extensions={"http.response.push": {}}),
    ),
    _rule(
        "011",
        "a request body arrives decoded and as bytes, and ends once",
        spec=_REQUEST,
        quote="The http.request messages should contain just the decoded contents of each chunk.",
        bad=_server('return {"type": "http.request", "body": client.raw_chunk()}'),
        good=_server('return {"type": "http.request", "body": client.decoded(), "more_body": not client.at_end()}'),
    ),
    _rule(
        "012",
        "receive waits after the body, then gives http.disconnect",
        spec=_DISCONNECT,
        quote="Sent to the application if receive is called after a response has been sent or after the HTTP "
        "connection has been closed.",
        bad=_server('return {"type": "http.request", "body": b""}'),
        good=_server("await client.gone_or_answered()", 'return {"type": "http.disconnect"}'),
    ),
    _rule(
        "013",
        "send after a disconnect raises an OSError, or does nothing",
        spec=_GONE,
        quote="If send() is called on a closed connection the server should raise a server-specific subclass of "
        "OSError.",
        bad=_server("await client.forever()"),
        good=_server("if client.gone:\n    raise ConnectionResetError"),
    ),
    _rule(
        "014",
        "a message that is wrong raises out of send",
        spec=_ERRORS,
        quote="it should raise an exception out of the send awaitable back to the application",
        bad=_server('print("ignored")'),
        good=_server('raise RuntimeError("unexpected message")'),
    ),
    _rule(
        "015",
        "an exception of the app becomes a 500, or cuts the response off",
        spec=_ERRORS,
        quote="they must terminate the application instance and its associated connection if this happens",
        bad=_server("try:\n    await app(scope, receive, send)\nexcept Exception:\n    await client.finish()"),
        good=_server("try:\n    await app(scope, receive, send)\nexcept Exception:\n    await client.abort()"),
    ),
    _rule(
        "016",
        "a response has the length it declares, and no body where none may be",
        spec=rfc(9110, "6.4.1"),
        quote="All 1xx (Informational), 204 (No Content), and 304 (Not Modified) responses do not include content.",
        bad=_server('await client.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\nok")'),
        good=_server('await client.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")'),
    ),
    _rule(
        "017",
        "every call has a scope and a context of its own",
        spec=asgi("Connection Scope", "connection-scope"),
        quote="Every connection by a user to an ASGI application results in a call of the application callable to "
        "handle that connection "
        "entirely.",
        bad=_server("while True:\n    await app(scope, receive, send)"),
        good=_server("while True:\n    await app(dict(scope), receive, send)"),
    ),
    _rule(
        "018",
        "the lifespan runs in the loop of the requests, around all of them",
        spec=lifespan_section("Lifespan Protocol", "lifespan-protocol"),
        quote="The important part is that lifespans and requests are run in the same event loop",
        bad=_server(
            "import asyncio, threading",
            "threading.Thread(target=asyncio.run, args=(app(scope, receive, send),)).start()",
        ),
        good=_server("import asyncio", "asyncio.create_task(app(scope, receive, send))"),
    ),
    _rule(
        "019",
        "a WebSocket begins with websocket.connect, and a refused one is a 403",
        spec=www("Connect", "connect-receive-event"),
        quote="not complete the handshake until it gets a reply, returning HTTP status code 403 if the connection "
        "is denied",
        bad=_server("await client.switch_protocols()", 'return {"type": "websocket.connect"}'),
        good=_server('return {"type": "websocket.connect"}'),
    ),
    _rule(
        "020",
        "websocket.disconnect tells the client's code, 1005 for none, 1006 for a lost connection",
        spec=_SOCKET_DISCONNECT,
        quote="code (int) -- The WebSocket close code, as per the WebSocket spec.",
        bad=_server('return {"type": "websocket.disconnect", "code": None}'),
        good=_server('return {"type": "websocket.disconnect", "code": client.code or 1005}'),
    ),
    _rule(
        "021",
        "websocket.receive has bytes or text, and not both",
        spec=www("Receive", "receive-receive-event"),
        quote="Exactly one of bytes or text must be non-None.",
        bad=_server('return {"type": "websocket.receive", "text": "", "bytes": b""}'),
        good=_server('return {"type": "websocket.receive", "text": "", "bytes": None}'),
    ),
    _rule(
        "022",
        "an exception of the app closes an accepted WebSocket",
        spec=www("Websocket Connection Scope", "websocket-connection-scope"),
        quote="if the application dies the socket should be closed, and vice-versa",
        bad=_server("try:\n    await app(scope, receive, send)\nexcept Exception:\n    pass"),
        good=_server("try:\n    await app(scope, receive, send)\nexcept Exception:\n    await client.close(1011)"),
    ),
    _rule(
        "023",
        "broken frames do not reach the app",
        spec=www("WebSocket", "websocket"),
        quote="WebSocket protocol servers should handle message fragmentation themselves, and deliver complete "
        "messages to the application.",
        bad=_server('return {"type": "websocket.receive", "bytes": client.frame()}'),
        good=_server('return {"type": "websocket.receive", "bytes": client.message()}'),
    ),
    _rule(
        "024",
        "a client that waits does not wait for an app that has ended",
        spec=_ERRORS,
        quote="they must terminate the application instance and its associated connection if this happens",
        bad=_server("await app(scope, receive, send)", "await client.answered()"),
        good=_server("await app(scope, receive, send)", "if not client.was_answered:\n    await client.abort()"),
    ),
    _rule(
        "025",
        "a response is passed on as it comes, as fast as the client reads",
        spec=www("Response Body", "response-body-send-event"),
        quote="Protocol servers must flush any data passed to them into the send buffer before returning from a "
        "send call.",
        bad=_server("client.parts.append(await receive())"),
        good=_server("await client.write(await receive())"),
    ),
)
