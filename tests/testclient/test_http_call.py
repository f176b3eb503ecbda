"""HTTP streamed both ways, and what an app sees of a client that leaves."""

from __future__ import annotations

import asyncio
import contextlib

import anyio
import anyio.lowlevel
import apps
import pytest

from asgitest.testclient import (
    AsyncTestClient,
    DeadlineExceeded,
    DisconnectWarning,
    ProtocolWarning,
    TestClient,
    observe,
)
from asgitest.testclient.asgi import PROFILES

START = {"type": "http.response.start", "status": 200, "headers": []}


async def read_all(receive, seen):
    """Read the request body message by message."""
    while True:
        message = await receive()
        seen.append((message["type"], message.get("body"), message.get("more_body", False)))
        if not message.get("more_body"):
            return


def reading(seen):
    """An app that keeps the messages of the request and answers."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await read_all(receive, seen)
        await apps.respond(send, b"read")

    return app


def test_an_upload_is_pulled_item_by_item():
    """Nothing is asked for before the app wants it."""
    order = []

    def items():
        for item in (b"a", b"b"):
            order.append(f"pulled {item.decode()}")
            yield item

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        for _ in range(2):
            order.append("app asks")
            await receive()
        await read_all(receive, [])
        await apps.respond(send)

    TestClient(app).post("/", content=items())

    assert order == ["app asks", "pulled a", "app asks", "pulled b"]


def test_each_item_of_an_upload_is_a_message():
    seen = []

    TestClient(reading(seen)).post("/", content=iter([b"ab", b"c"]))

    assert [(body, more) for _, body, more in seen][:2] == [(b"ab", True), (b"c", True)]
    assert seen[-1][2] is False


def test_an_asynchronous_upload_is_pulled_item_by_item():
    seen = []

    async def items():
        yield b"ab"
        await asyncio.sleep(0)
        yield b"c"

    async def main():
        async with AsyncTestClient(apps.with_lifespan(reading(seen))) as client:
            return (await client.post("/", content=items())).text

    assert asyncio.run(main()) == "read"
    assert b"".join(body for _, body, _ in seen) == b"abc"


def test_an_upload_that_the_app_never_reads_is_not_pulled():
    pulled = []

    def items():
        pulled.append(True)
        yield b"a"

    assert TestClient(apps.hello).post("/", content=items()).text == "hello"
    assert pulled == []


def test_an_error_of_the_upload_reaches_the_test():
    def items():
        yield b"a"
        raise LookupError("the file is gone")

    with pytest.raises(LookupError, match="the file is gone"):
        TestClient(reading([])).post("/", content=items())


def test_the_response_is_read_while_the_upload_goes_on():
    async def echo(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"], "more_body": more})

    with TestClient(echo).stream("POST", "/", content=iter([b"a", b"b"])) as response:
        assert list(response.iter_raw()) == [b"a", b"b"]


def test_an_app_is_not_ahead_of_its_reader():
    sent = []

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        for number in range(5):
            await send({"type": "http.response.body", "body": b"%d" % number, "more_body": number < 4})
            sent.append(number)

    with TestClient(app).stream("GET", "/") as response:
        chunks = response.iter_raw()
        assert next(chunks) == b"0"
        assert len(sent) <= 2
        assert b"".join(chunks) == b"1234"

    assert sent == [0, 1, 2, 3, 4]


def test_an_empty_chunk_is_waited_for_as_well():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b"end"})

    with TestClient(app).stream("GET", "/") as response:
        assert b"".join(response.iter_raw()) == b"end"


@pytest.mark.parametrize(
    ("odd", "found"),
    [({"more_body": 1}, 352), ({"more_body": True, "note": "x"}, None)],
    ids=["with a fault", "without a fault"],
)
def test_a_long_stream_is_recorded_and_judged_as_if_it_were_short(odd, found):
    """Its chunks are only collected as long as they all look alike, and counted when one does not."""
    bodies = [str(number).encode() for number in range(700)]

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        for number, body in enumerate(bodies):
            more = odd if number == 350 else {"more_body": True}
            await send({"type": "http.response.body", "body": body, **more})
        await send(message={"type": "http.response.body", "body": b"end"})

    client = TestClient(app, validate="warn")
    with pytest.warns(ProtocolWarning):
        response = client.get("/")

    assert response.content == b"".join([*bodies, b"end"])
    assert response.asgi.trace.count == 1 + len(bodies) + 3  # the start, the call with a name, the last, the return
    assert [message.get("body") for message in response.asgi.trace.messages][-2:] == [b"699", b"end"]
    assert {finding.rule.id: finding.index for finding in response.asgi.findings}.get("ASGI-HTTP-022") == found


def test_changing_a_chunk_after_it_was_sent_changes_nothing():
    """Apps reuse buffers; a server has written the bytes by then."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        buffer = bytearray(b"one")
        await send(START)
        await send({"type": "http.response.body", "body": bytes(buffer), "more_body": True})
        buffer[:] = b"two"
        await send({"type": "http.response.body", "body": bytes(buffer)})

    assert TestClient(app).get("/").content == b"onetwo"


def leaving(seen, *, listens=True):
    """An app that streams until its client has left, and says what it saw of that."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await read_all(receive, [])
        await send(START)
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        if listens:
            seen.append((await receive())["type"])
        try:
            await send({"type": "http.response.body", "body": b"b", "more_body": True})
            await send({"type": "http.response.body", "body": b"c"})
            seen.append("sent")
        except OSError as error:
            seen.append(type(error).__name__)
            raise

    return app


@pytest.mark.parametrize("profile", ["uvicorn", "hypercorn", "daphne", "granian", "spec"])
def test_leaving_a_stream_is_a_disconnect_as_with_the_server(profile):
    seen = []

    client = TestClient(leaving(seen), profile=profile, validate="off")
    with client.stream("GET", "/") as response:
        next(response.iter_raw())

    ending = "ClientDisconnected" if PROFILES[profile].after_disconnect == "raise" else "sent"
    assert seen == ["http.disconnect", ending]


def test_an_error_that_comes_of_the_disconnect_is_nobodys_fault():
    """Starlette turns it into ClientDisconnect; a server logs nothing either."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        try:
            while True:
                await send({"type": "http.response.body", "body": b"a", "more_body": True})
                await asyncio.sleep(0)
        except OSError as error:
            raise RuntimeError("client disconnected") from error

    with TestClient(app, profile="spec").stream("GET", "/") as response:
        next(response.iter_raw())


def test_an_app_that_goes_on_after_the_client_left_is_cancelled_and_noted():
    records = []
    cancelled = []

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with observe(records.append), TestClient(app).stream("GET", "/") as response:
        next(response.iter_raw())

    assert cancelled == [True]
    assert records[0].ignored_disconnect
    assert issubclass(DisconnectWarning, UserWarning)


def test_closing_a_response_leaves_it():
    seen = []
    client = TestClient(leaving(seen))
    with client.stream("GET", "/") as response:
        response.close()

        assert seen == ["http.disconnect", "sent"]


def test_the_next_chunk_has_a_deadline():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await asyncio.sleep(60)

    with TestClient(app, timeout=0.2).stream("GET", "/") as response:
        chunks = response.iter_raw()
        next(chunks)
        with pytest.raises(DeadlineExceeded, match="the next chunk of the response to GET /"):
            next(chunks)


def test_what_follows_the_response_has_a_deadline():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        await send({"type": "http.response.body", "body": b"a"})
        await asyncio.sleep(60)

    with (
        TestClient(app, timeout=0.2).stream("GET", "/") as response,
        pytest.raises(DeadlineExceeded, match="the app to finish after GET / was answered"),
    ):
        response.read()


def test_a_head_request_has_headers_and_no_body():
    response = TestClient(apps.hello).head("/")

    assert (response.headers["content-length"], response.content) == ("5", b"")


def test_trailers_are_shown_if_they_were_declared():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({**START, "trailers": True})
        await send({"type": "http.response.body", "body": b"a"})
        await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})

    response = TestClient(app).get("/")

    assert response.extensions["http.response.trailers"] == [(b"x-sum", b"1")]
    assert response.asgi.trailers == [(b"x-sum", b"1")]


def sending_file(message_of):
    """An app that answers with a file, if its server can."""

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send(START)
        await send(message_of(scope))

    return app


@pytest.mark.parametrize("entered", [False, True])
def test_a_path_is_sent_as_the_file_it_names(tmp_path, entered):
    path = tmp_path / "page.txt"
    path.write_bytes(b"from a file")
    app = sending_file(lambda _: {"type": "http.response.pathsend", "path": str(path)})
    client = TestClient(apps.with_lifespan(app), extensions={"http.response.pathsend": {}})

    with client if entered else contextlib.nullcontext():
        assert client.get("/").content == b"from a file"


@pytest.mark.parametrize(
    ("span", "expected"),
    [({}, b"0123456789"), ({"offset": 2}, b"23456789"), ({"offset": 2, "count": 3}, b"234"), ({"count": 4}, b"0123")],
    ids=["all", "from an offset", "a part", "the first"],
)
def test_a_descriptor_is_sent_as_the_bytes_behind_it(tmp_path, span, expected):
    path = tmp_path / "data"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        app = sending_file(lambda _: {"type": "http.response.zerocopysend", "file": file, **span})

        response = TestClient(app, extensions={"http.response.zerocopysend": {}}).get("/")

    assert response.content == expected


def test_a_stream_on_trio_is_left_like_any_other():
    ended = []

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await read_all(receive, [])
        await send(START)
        for _ in range(200):
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
            await anyio.lowlevel.checkpoint()
        ended.append((await receive())["type"])

    with TestClient(app, backend="trio", validate="off").stream("GET", "/") as response:
        next(response.iter_raw())

    assert ended == ["http.disconnect"]
