"""Apps that break one rule each, in more ways than the registry shows: what no server may be needed to find.

An entry is the rule and the apps; each breaks that rule and no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.rules.messages import (
    ACCEPT,
    BODY,
    CLOSE,
    LINE,
    SHUT,
    START,
    UP,
    accept,
    answer,
    body,
    close,
    extra,
    field,
    send,
    start,
)
from asgitest.testclient.asgi.rules.writing import Source, call, denial, http, message, socket, startup

if TYPE_CHECKING:
    from asgitest.testclient.asgi import Example

TRAILERS: dict[str, Any] = {"http.response.trailers": {}}
PUSH: dict[str, Any] = {"http.response.push": {}}
ZEROCOPY: dict[str, Any] = {"http.response.zerocopysend": {}}
PATHSEND: dict[str, Any] = {"http.response.pathsend": {}}
HINT: dict[str, Any] = {"http.response.early_hint": {}}
DEBUG: dict[str, Any] = {"http.response.debug": {}}
NO_DENIAL: dict[str, Any] = {"extensions": {"websocket.http.response": None}}

MORE = body(body=b"hel", more_body=True)
LAST = body(body=b"lo")
WAIT = "await receive()"
HINTED = message("http.response.early_hint", links=[b"</a.css>; rel=preload"])
DENY = message("websocket.http.response.start", status=401, headers=[])
DENIAL = message("websocket.http.response.body", body=b"no")
FILE = message("http.response.pathsend", path=Source("__import__('os').devnull"))
OPENED = Source("file")


def copy(**fields: Any) -> str:
    """The lines that open the null device and send it."""
    line = message("http.response.zerocopysend", **fields)
    return f'with open(__import__("os").devnull, "rb") as file:\n    {line}'


COPY = copy(file=OPENED)
PROMISED = start(headers=[(b"trailer", b"x-checksum")], trailers=True)
KEPT = message("http.response.trailers", headers=[(b"x-checksum", b"1")])
LENGTH_9 = start(headers=[(b"content-length", b"9")])
LENGTH_2 = start(headers=[(b"content-length", b"2")])


def sized(value: Any, *more: tuple[bytes, Any], status: int = 200) -> str:
    return start(status=status, headers=[(b"content-length", value), *more])


def pushed(**fields: Any) -> Example:
    return http(START, message("http.response.push", **({"path": "/a", "headers": []} | fields)), BODY, extensions=PUSH)


def copied(**fields: Any) -> Example:
    return http(START, copy(**fields), extensions=ZEROCOPY)


def hinted(*lines: str, **fields: Any) -> Example:
    return http(*lines, message("http.response.early_hint", **fields), START, BODY, extensions=HINT)


def failed(**fields: Any) -> str:
    return message("lifespan.startup.failed", **fields)


def at_once(*lines: str) -> Example:
    """An app on a WebSocket that does not wait for ``websocket.connect``."""
    inside = "\n    ".join(lines)
    return call(f"async def app(scope, receive, send):\n    {inside}\n", protocol="websocket")


def unasked(*lines: str) -> Example:
    inside = "\n    ".join(lines)
    return call(f"async def app(scope, receive, send):\n    {inside}\n", protocol="lifespan")


OF_HTTP: dict[str, list[Example]] = {
    "APP-002": [http(START, BODY, "return 1"), http(START, BODY, "return []"), http(START, BODY, "return False")],
    "APP-004": [
        http('scope["path"] = "/elsewhere"', START, BODY),
        http('scope["type"] = "asgi"', START, BODY),
        http('scope["headers"].append((b"x-a", b"1"))', START, BODY),
        http('scope["headers"] = []', START, BODY),
        http('del scope["headers"]', START, BODY),
        http('scope["method"] = scope["method"].lower()', START, BODY),
        http('scope["query_string"] = b"a=1"', START, BODY),
    ],
    "MSG-001": [
        http("await send(None)"),
        http('await send("http.response.start")'),
        http("await send(object())"),
        http('await send(("type", "http.response.start"))'),
    ],
    "MSG-002": [
        http("await send({})"),
        http('await send({"type": b"http.response.start", "status": 200})'),
        http('await send({"type": None, "status": 200})'),
        http('await send({"type": 1, "status": 200})'),
        http('await send({"typ": "http.response.start", "status": 200})'),
    ],
    "MSG-003": [
        http(START, message("http.response.bogus"), BODY),
        http(message("websocket.accept")),
        http(message("http.response", status=200)),
        http(message("HTTP.RESPONSE.START", status=200)),
        http(message("")),
        http(message("http.request")),
        http(message("http.disconnect")),
        http(message("lifespan.startup.complete")),
        http(START, BODY, message("http.response.bogus")),
    ],
    "MSG-004": [
        extra("object()"),
        extra("{1, 2}"),
        extra("[object()]"),
        extra('{"a": [{"b": object()}]}'),
        extra("1j"),
        extra("bytearray(1)"),
        extra("lambda: 1"),
        answer(note=Source("object()")),
    ],
    "MSG-005": [extra("2**63"), extra("-2**63 - 1"), extra("[2**64]")],
    "MSG-006": [extra('float("inf")'), extra('-float("inf")'), extra('[float("nan")]')],
    "MSG-007": [
        http(START, 'await send({"type": "http.response.body", "body": b"hello", 1: 1})'),
        http(START, 'await send({"type": "http.response.body", "body": b"hello", None: 1})'),
        extra('{b"a": 1}'),
        extra("[{1: 2}]"),
    ],
    "MSG-009": [
        http('await send(event={"type": "http.response.start", "status": 200})', BODY),
        http(START, 'await send(message={"type": "http.response.body", "body": b"hello"})'),
    ],
    "MSG-010": [
        http('headers = [(b"x-a", b"1")]', start(headers=Source("headers")), "headers.clear()", BODY),
        http('headers = [(b"x-a", b"1")]', start(headers=Source("headers")), 'headers[0] = (b"x-b", b"2")', BODY),
        http('first = {"type": "http.response.start", "status": 200}', "await send(first)", "first.clear()", BODY),
    ],
    "HTTP-001": [
        http(BODY, START),
        http(body()),
        http(MORE),
        http(FILE, extensions=PATHSEND),
        http(COPY, extensions=ZEROCOPY),
    ],
    "HTTP-002": [
        http(START, START, BODY),
        http(START, MORE, START, LAST),
        http(START, MORE, start(status=500), LAST),
    ],
    "HTTP-003": [http(START), http(start(status=304)), http(start(headers=[(b"content-length", b"0")]))],
    "HTTP-004": [
        http(START, MORE, MORE),
        http(START, body(more_body=True)),
        http(start(status=204), body(more_body=True)),
        http(LENGTH_9, MORE),
    ],
    "HTTP-005": [http(), http("return"), http(WAIT)],
    "HTTP-006": [
        http(START, BODY, BODY),
        http(START, BODY, START),
        http(START, BODY, body()),
        http(START, BODY, MORE),
        http(START, MORE, LAST, LAST),
        http(START, BODY, start(status=500), BODY),
        http(START, BODY, HINTED, extensions=HINT),
    ],
    "HTTP-007": [http(message("http.response.start"), BODY)],
    "HTTP-008": [
        answer(status="200"),
        answer(status=True),
        answer(status=200.0),
        answer(status=None),
        answer(status=b"200"),
        answer(status=Source("[200]")),
        answer(status="OK"),
        answer(status=False),
        answer(status=Source('float("nan")')),
    ],
    "HTTP-009": [answer(status=value) for value in (0, 1, 99, 100, 101, 103, 199, 600, 999, 1000, -200, 2**70)],
    "HTTP-010": [
        answer(headers={b"x-a": b"1"}),
        answer(headers=None),
        answer(headers="x-a: 1"),
        answer(headers=b"x-a: 1"),
        answer(headers=5),
        answer(headers=[(b"x-a", b"1", b"2")]),
        answer(headers=[(b"x-a",)]),
        answer(headers=[b"x-a"]),
        answer(headers=["ab"]),
        answer(headers=[None]),
        answer(headers=[()]),
        answer(headers={}),
    ],
    "HTTP-011": [field("x-a", b"1"), field(1, b"1"), field(None, b"1"), field(Source('bytearray(b"x-a")'), b"1"),
        field(Source('memoryview(b"vary")'), b"a"),
    ],
    "HTTP-012": [
        field(b"x-a", "1"),
        field(b"x-a", 1),
        field(b"x-a", None),
        field(b"content-length", 5),
        field(b"content-length", "5"),
        field(b"x-a", Source('bytearray(b"1")')),
        field(b"vary", Source('memoryview(b"a")')),
        field(b"x-a", Source('[b"1"]')),
    ],
    "HTTP-013": [field(b"Content-Type", b"text/plain"), field(b"X-A", b"1"), field(b"eTag", b'"a"')],
    "HTTP-014": [
        field(name, b"1")
        for name in (b"", b"x a", b"x:a", b"x-a\r\nx-b", b"x-a\n", b"x-\xe9", b"x-a ", b"(x)", b"x\0", b"x,y", b"x/y")
    ],
    "HTTP-015": [
        field(b"x-a", value)
        for value in (b"1\r\nx-evil: 2", b"1\n", b"\r", b"a\0b", b"a\r\n b", b"a\x01b", b"a\x7f", b"a\x1b[0m")
    ],
    "HTTP-016": [field(b"x-a", value) for value in (b" 1", b"1 ", b"\t1", b"1\t", b" ", b" 1 ")]
    + [field(b"content-length", b" 5")],
    "HTTP-017": [field(b":status", b"200"), field(b":path", b"/"), field(b":", b"1"), field(b":Status", b"200")],
    "HTTP-018": [
        field(b"transfer-encoding", b"chunked"),
        field(b"transfer-encoding", b"identity"),
        http(sized(b"5", (b"transfer-encoding", b"chunked")), BODY),
    ],
    "HTTP-019": [
        field(b"connection", b"keep-alive"),
        field(b"keep-alive", b"timeout=5"),
        field(b"proxy-connection", b"close"),
        field(b"upgrade", b"h2c"),
        field(b"connection", b"close, x-a"),
        field(b"connection", b""),
        field(b"connection", b"close", http_version="2"),
    ],
    "HTTP-020": [answer(trailers=0), answer(trailers=None), answer(trailers="")],
    "HTTP-021": [
        http(START, body(body=value))
        for value in ("hello", None, 5, Source("[b'hello']"), Source("bytearray(b'hello')"), Source("memoryview(b'a')"))
    ]
    + [http(sized(b"5"), body(body=None)), http(sized(b"5"), body(body="hello"))],
    "HTTP-022": [
        http(START, body(body=b"hel", more_body=1), LAST),
        http(START, body(body=b"hello", more_body=0)),
        http(START, body(body=b"hello", more_body=None)),
        http(START, body(body=b"hel", more_body="false"), LAST),
        http(START, body(body=b"hello", more_body="")),
        http(START, body(body=b"hello", more_body=b"")),
    ],
    "HTTP-023": [
        answer(headers=Source('((name, b"1") for name in [b"x-a"])')),
        answer(headers=Source('map(tuple, [[b"x-a", b"1"]])')),
        answer(headers=Source("iter(())")),
    ],
    "HTTP-025": [
        answer(headers=[(name, b"1"), (name, b"1")])
        for name in (
            b"content-type", b"location", b"etag", b"last-modified", b"date", b"expires", b"age", b"retry-after",
            b"access-control-allow-origin",
        )
    ]
    + [answer(headers=[(b"etag", b"*"), (b"x-a", b"1"), (b"etag", b"a")])],
    "HTTP-026": [
        http(sized(value), BODY) for value in (b"two", b"-2", b"+5", b"", b"5.0", b"0x5", b"5,5", b"1_0", b"\xb2")
    ]
    + [http(sized(b"5", (b"content-length", b"5")), BODY), http(sized(b"2", (b"content-length", b"3")), BODY)],
    "HTTP-027": [
        http(LENGTH_9, BODY),
        http(LENGTH_2, BODY),
        http(LENGTH_9, MORE, LAST),
        http(LENGTH_2, MORE, LAST),
        http(LENGTH_9, body()),
        http(sized(b"0"), BODY),
        http(sized(b"9" * 30), BODY),
        http(LENGTH_2, COPY, extensions=ZEROCOPY),
        http(LENGTH_2, FILE, extensions=PATHSEND),
    ],
    "HTTP-028": [http(START, MORE, LAST, method="HEAD"), http(sized(b"5"), BODY, method="HEAD")],
    "HTTP-029": [
        http(start(status=204), BODY),
        http(start(status=304), BODY),
        http(start(status=204), body(body=b"", more_body=True), BODY),
        http(start(status=204), FILE, extensions=PATHSEND),
        http(start(status=304), COPY, extensions=ZEROCOPY),
    ],
    "HTTP-030": [http(sized(b"0", status=204), body()), http(sized(b"5", status=204), body())],
    "HTTP-031": [http(start(status=205), BODY), http(start(status=205), MORE, LAST)],
    "EXT-001": [
        http(START, message("http.response.push", path="/", headers=[]), BODY),
        http(START, FILE),
        http(START, COPY),
        http(HINTED, START, BODY),
        http(message("http.response.debug", info={}), START, BODY, extensions={"http.response.debug": None}),
        http(PROMISED, BODY, KEPT, extensions={"http.response.trailers": None}),
        socket(DENY, DENIAL, **NO_DENIAL),
    ],
    "EXT-002": [
        http(message("http.response.push", path="/", headers=[]), START, BODY, extensions=PUSH),
        http(START, BODY, message("http.response.push", path="/", headers=[]), extensions=PUSH),
        pushed(path=b"/a"),
        pushed(path=None),
        pushed(headers=None),
        pushed(headers=[("accept", b"a")]),
        pushed(headers=[(b"Accept", b"a")]),
    ],
    "EXT-003": [
        copied(file=Source("__import__('io').BytesIO(b'hello')")),
        copied(),
        copied(file=Source("'/etc/hosts'")),
        copied(file=3),
        copied(file=OPENED, offset=-1),
        copied(file=OPENED, count="5"),
        copied(file=OPENED, count=True),
        copied(file=OPENED, offset=0.0),
        copied(file=OPENED, offset=None, count=-5),
    ],
    "EXT-004": [
        http(START, FILE, BODY, extensions=PATHSEND),
        http(START, MORE, FILE, extensions=PATHSEND),
        http(START, FILE, FILE, extensions=PATHSEND),
        http(START, message("http.response.pathsend", path="relative.txt"), extensions=PATHSEND),
        http(START, message("http.response.pathsend", path=b"/etc/hosts"), extensions=PATHSEND),
        http(START, message("http.response.pathsend"), extensions=PATHSEND),
        http(START, message("http.response.pathsend", path=""), extensions=PATHSEND),
    ],
    "EXT-005": [
        http(START, HINTED, BODY, extensions=HINT),
        http(START, MORE, HINTED, LAST, extensions=HINT),
        hinted(links=["</a.css>"]),
        hinted(links=b"</a.css>"),
        hinted(links="</a.css>"),
        hinted(links=None),
        hinted(),
        hinted(links=5),
        hinted(links=[b"</a.css>\r\nset-cookie: a=1"]),
    ],
    "EXT-006": [
        http(start(trailers=True), BODY, extensions=TRAILERS),
        http(start(trailers=True), BODY, extensions={"http.response.trailers": None}),
        http(START, BODY, KEPT, extensions=TRAILERS),
        http(PROMISED, KEPT, BODY, KEPT, extensions=TRAILERS),
        http(PROMISED, MORE, KEPT, LAST, KEPT, extensions=TRAILERS),
        http(PROMISED, BODY, KEPT, KEPT, extensions=TRAILERS),
        http(KEPT, START, BODY, extensions=TRAILERS),
    ],
    "EXT-007": [
        http(START, message("http.response.debug", info={}), BODY, extensions=DEBUG),
        http(START, BODY, message("http.response.debug", info={}), extensions=DEBUG),
        http(*[message("http.response.debug", info={})] * 2, START, BODY, extensions=DEBUG),
        http(message("http.response.debug", info=[]), START, BODY, extensions=DEBUG),
        http(message("http.response.debug"), START, BODY, extensions=DEBUG),
    ],
    "EXT-010": [
        http(start(trailers=True), BODY, message("http.response.trailers", headers=[(name, b"1")]), extensions=TRAILERS)
        for name in (
            b"content-length", b"transfer-encoding", b"host", b"authorization", b"set-cookie", b"content-encoding",
            b"cache-control", b"content-range", b"te", b"trailer",
        )
    ]
    + [http(start(trailers=True), BODY, KEPT, extensions=TRAILERS)],
}  # fmt: skip

OF_SOCKETS: dict[str, list[Example]] = {
    "APP-002": [socket(CLOSE, "return 1")],
    "MSG-001": [socket("await send(None)", CLOSE)],
    "MSG-002": [socket("await send({})", CLOSE), socket('await send({"type": b"websocket.close"})', CLOSE)],
    "MSG-003": [
        socket(ACCEPT, message("websocket.bogus"), CLOSE),
        socket(message("websocket.connect"), CLOSE),
        socket(ACCEPT, message("websocket.receive", text="a"), CLOSE),
        socket(message("lifespan.startup.complete"), CLOSE),
        socket(ACCEPT, message("websocket.disconnect"), CLOSE),
    ],
    "MSG-004": [socket(ACCEPT, send(text="a", note=Source("object()")), CLOSE)],
    "MSG-009": [socket('await send(message={"type": "websocket.close"})')],
    "WS-001": [socket(), socket("return"), at_once("pass")],
    "WS-002": [at_once(ACCEPT, WAIT, CLOSE)],
    "WS-003": [socket(LINE, ACCEPT, CLOSE), socket(send(bytes=b"a"), CLOSE)],
    "WS-004": [socket(ACCEPT, ACCEPT, CLOSE), socket(ACCEPT, LINE, ACCEPT, CLOSE)],
    "WS-005": [socket(ACCEPT, CLOSE, LINE), socket(CLOSE, LINE), socket(ACCEPT, CLOSE, send(bytes=b"a"))],
    "WS-006": [
        socket(ACCEPT, send(), CLOSE),
        socket(ACCEPT, send(text=None), CLOSE),
        socket(ACCEPT, send(bytes=None), CLOSE),
        socket(ACCEPT, send(text=None, bytes=None), CLOSE),
        socket(ACCEPT, send(text="a", bytes=b"a"), CLOSE),
        socket(ACCEPT, send(text="", bytes=b""), CLOSE),
    ],
    "WS-007": [
        socket(ACCEPT, send(text=b""), CLOSE),
        socket(ACCEPT, send(text=1), CLOSE),
        socket(ACCEPT, send(text={"a": 1}), CLOSE),
        socket(ACCEPT, send(bytes="a"), CLOSE),
        socket(ACCEPT, send(bytes=[1]), CLOSE),
        socket(ACCEPT, send(bytes=Source('bytearray(b"a")')), CLOSE),
        socket(ACCEPT, send(text=b"a", bytes=None), CLOSE),
    ],
    "WS-008": [socket(ACCEPT, send(text="\ud800"), CLOSE), socket(ACCEPT, send(text="a\udfffb"), CLOSE)],
    "WS-009": [
        socket(accept(subprotocol="chat"), CLOSE),
        socket(accept(subprotocol="Chat"), CLOSE, subprotocols=["chat"]),
        socket(accept(subprotocol=b"chat"), CLOSE, subprotocols=["chat"]),
        socket(accept(subprotocol=["chat"]), CLOSE, subprotocols=["chat"]),
        socket(accept(subprotocol=""), CLOSE),
    ],
    "WS-010": [
        socket(accept(headers=[(name, b"a")]), CLOSE)
        for name in (
            b"sec-websocket-protocol", b"sec-websocket-accept", b"sec-websocket-extensions", b"connection", b"upgrade",
            b"content-length", b"X-Upper", b"x a", b":status",
        )
    ]
    + [
        socket(accept(headers=[("x-a", b"1")]), CLOSE),
        socket(accept(headers=[(b"x-a", "1")]), CLOSE),
        socket(accept(headers=[(b"x-a", b"1\r\nx-b: 2")]), CLOSE),
        socket(accept(headers={b"x-a": b"1"}), CLOSE),
        socket(accept(headers=None), CLOSE),
    ],
    "WS-011": [
        socket(ACCEPT, close(code=code))
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 70000, -1, "1000", None, True, 1000.0)
    ]
    + [socket(close(code=1006))],
    "WS-012": [
        socket(ACCEPT, close(reason=reason))
        for reason in ([], ["no"], b"no", 1, {"a": 1}, Source('"x" * 124'), Source('"\\u00e9" * 62'), "\ud800")
    ],
    "WS-013": [socket(ACCEPT, CLOSE, CLOSE), socket(CLOSE, CLOSE), socket(ACCEPT, CLOSE, close(code=1001))],
    "WS-014": [socket(ACCEPT), socket(ACCEPT, LINE)],
    "WS-017": [
        socket(ACCEPT, *[WAIT] * 3, client=("close:1000",)),
        socket(ACCEPT, CLOSE, WAIT, WAIT),
    ],
    "WS-018": [
        socket(message("http.response.start", status=403), CLOSE),
        socket(ACCEPT, message("http.response.body"), CLOSE),
    ],
    "WS-019": [
        denial(DENY),
        denial(DENY, message("websocket.http.response.body", body=b"n", more_body=True)),
        denial(DENY, DENY, DENIAL),
        denial(DENIAL, CLOSE),
        denial(DENY, DENIAL, DENIAL),
        denial(DENY, DENIAL, DENY),
    ],
    "WS-020": [
        socket(CLOSE, ACCEPT),
        socket(ACCEPT, CLOSE, ACCEPT),
        denial(DENY, DENIAL, ACCEPT),
        denial(DENY, ACCEPT, DENIAL),
    ],
    "EXT-008": [
        denial(DENY, DENIAL, CLOSE),
        denial(DENY, DENIAL, LINE),
        denial(DENY, CLOSE, DENIAL),
        denial(ACCEPT, DENY, DENIAL, CLOSE),
        denial(CLOSE, DENY),
        denial(ACCEPT, CLOSE, DENY),
    ],
    "HTTP-008": [denial(message("websocket.http.response.start", status="401"), DENIAL)],
    "HTTP-009": [denial(message("websocket.http.response.start", status=101), DENIAL)],
    "HTTP-011": [denial(message("websocket.http.response.start", status=401, headers=[("a", b"1")]), DENIAL)],
    "HTTP-021": [denial(DENY, message("websocket.http.response.body", body="no"))],
}  # fmt: skip

OF_LIFESPANS: dict[str, list[Example]] = {
    "APP-002": [startup(UP, WAIT, SHUT, "return 1")],
    "MSG-001": [startup("await send(None)", UP, WAIT, SHUT)],
    "MSG-002": [startup("await send({})", UP, WAIT, SHUT)],
    "MSG-003": [
        startup(message("lifespan.startup.done"), UP, WAIT, SHUT),
        startup(message("http.response.start", status=200), UP, WAIT, SHUT),
        startup(message("lifespan.startup"), UP, WAIT, SHUT),
    ],
    "LS-001": [startup(), unasked("return"), unasked(WAIT, "return")],
    "LS-002": [unasked(UP, WAIT, UP, WAIT, SHUT), unasked(failed(), WAIT, UP, WAIT, SHUT)],
    "LS-003": [
        startup(UP, UP, WAIT, SHUT),
        startup(UP, failed(message="no"), WAIT, SHUT),
        startup(failed(message="no"), UP),
        startup(failed(message="no"), failed(message="no")),
        startup(UP, WAIT, UP, SHUT),
    ],
    "LS-004": [
        startup(UP, SHUT, WAIT, SHUT),
        startup(UP, WAIT, SHUT, SHUT),
        startup(SHUT, UP, WAIT, SHUT),
        startup(UP, WAIT),
        startup(UP, WAIT, SHUT, message("lifespan.shutdown.failed", message="no")),
        startup(UP, WAIT, 'raise RuntimeError("no")'),
    ],
    "LS-005": [
        startup(failed(message=b"no")),
        startup(failed(message=None)),
        startup(failed(message=Source('RuntimeError("no")'))),
        startup(UP, WAIT, message("lifespan.shutdown.failed", message=1)),
    ],
    "LS-006": [startup(failed(message="no"), WAIT), startup(failed(message="no"), SHUT)],
    "LS-008": [startup(UP, 'raise ValueError("no")')],
    "LS-009": [startup(UP), startup(UP, "return")],
    "LS-010": [
        startup('scope["state"] = {}', UP, WAIT, SHUT, state={}),
        startup('del scope["state"]', UP, WAIT, SHUT, state={}),
        startup('scope["state"][1] = 2', UP, WAIT, SHUT, state={}),
        startup('scope["state"][b"a"] = 2', UP, WAIT, SHUT, state={}),
    ],
    "LS-014": [startup('raise ValueError("no")'), startup("1 / 0")],
}

SEEDS: list[tuple[str, Example]] = [
    (f"ASGI-{rule}", example)
    for family in (OF_HTTP, OF_SOCKETS, OF_LIFESPANS)
    for rule, examples in family.items()
    for example in examples
]
