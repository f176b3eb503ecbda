"""The middleware: it stands between any server and the app, passes on what is right, and refuses what is not."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import io
import os
import pickle
import socket
import threading
from typing import Any, Self

import pytest
import uvicorn

from asgitest.testclient import MisuseError, ProtocolViolation, ProtocolWarning, ValidatorMiddleware, validate_app
from asgitest.testclient.http_library import httpx

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"ok"}
TWICE = (START, START, BODY)
HTTP: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": [], "extensions": {}}


def sending(*messages: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


async def pass_through(app: Any, scope: dict[str, Any], *, fails: BaseException | None = None) -> list[Any]:
    """Call *app* as a server would; what reached the server."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect" if scope["type"] == "websocket" else "http.disconnect"}

    async def send(message: Any) -> None:
        if fails is not None:
            raise fails
        sent.append(message)

    await app(dict(scope), receive, send)
    return sent


def run(app: Any, scope: dict[str, Any] = HTTP, **options: Any) -> list[Any]:
    return asyncio.run(pass_through(app, scope, **options))


def ids(app: ValidatorMiddleware) -> list[str]:
    return [entry.finding.rule.id for entry in app.findings]


def test_what_is_right_reaches_the_server_as_it_is() -> None:
    app = validate_app(sending(START, BODY))

    sent = run(app)

    assert sent == [START, BODY]
    assert sent[0] is START
    assert ids(app) == []


def test_a_message_that_breaks_a_must_does_not_reach_the_server() -> None:
    app = validate_app(sending(*TWICE))

    with pytest.raises(ProtocolViolation, match="ASGI-HTTP-002"):
        run(app)


def test_a_violation_that_was_swallowed_is_raised_at_the_end() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in TWICE:
            with contextlib.suppress(ProtocolViolation):
                await send(message)

    with pytest.raises(ProtocolViolation, match="ASGI-HTTP-002"):
        run(validate_app(app))


def test_a_violation_that_became_another_exception_is_its_cause() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        try:
            await send(START)
        except ProtocolViolation:
            raise LookupError from None

    with pytest.raises(ProtocolViolation) as caught:
        run(validate_app(app))

    assert isinstance(caught.value.__cause__, LookupError)


def test_an_exception_of_the_app_goes_through() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("the app's own")

    with pytest.raises(LookupError, match="the app's own"):
        run(validate_app(app))


def test_with_warn_the_server_gets_everything() -> None:
    app = validate_app(sending(*TWICE), "warn")

    with pytest.warns(ProtocolWarning, match="ASGI-HTTP-002"):
        sent = run(app)

    assert sent == list(TWICE)


def test_what_is_found_on_one_route_again_is_counted() -> None:
    app = validate_app(sending(*TWICE), "off")

    for _ in range(3):
        run(app)

    assert [(entry.finding.rule.id, entry.count) for entry in app.findings] == [("ASGI-HTTP-002", 3)]


def test_header_iterators_reach_the_server_whole() -> None:
    fields = [(b"x-a", b"1"), (b"x-b", b"2")]
    app = validate_app(sending({**START, "headers": iter(fields)}, BODY), "off")

    sent = run(app)

    assert sent[0]["headers"] == fields
    assert ids(app) == ["ASGI-HTTP-023"]


def test_a_protocol_without_rules_is_passed_on_unseen() -> None:
    app = validate_app(sending({"type": "mail.sent"}))

    assert run(app, {"type": "mail"}) == [{"type": "mail.sent"}]


def test_an_oserror_of_the_server_says_that_the_client_has_left() -> None:
    """What the app leaves undone then is no fault."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await send(START)
        except OSError:
            return

    wrapped = validate_app(app)
    run(wrapped, fails=ConnectionResetError())

    assert ids(wrapped) == []


def test_a_websocket_whose_client_has_left_may_end_as_it_likes() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await send({"type": "websocket.accept"})
        except OSError:
            return

    wrapped = validate_app(app)
    run(wrapped, {"type": "websocket", "path": "/", "headers": []}, fails=ConnectionResetError())

    assert ids(wrapped) == []


def test_an_oserror_in_the_lifespan_is_the_servers_business() -> None:
    wrapped = validate_app(sending({"type": "lifespan.startup.complete"}), "off")

    with pytest.raises(ConnectionResetError):
        run(wrapped, {"type": "lifespan"}, fails=ConnectionResetError())


def files(*messages: Any) -> ValidatorMiddleware:
    app = validate_app(sending(START, *messages), "off")
    offered = {"http.response.pathsend": {}, "http.response.zerocopysend": {}}
    run(app, {**HTTP, "extensions": offered})
    return app


@pytest.mark.parametrize("path", ["/no/such/file", "/nul\0byte", os.path.dirname(__file__)])  # noqa: PTH120
def test_a_path_that_cannot_be_sent_is_found(path: str) -> None:
    assert ids(files({"type": "http.response.pathsend", "path": path})) == ["ASGI-EXT-004"]


def test_a_file_on_disk_is_as_long_as_it_is() -> None:
    length = {**START, "headers": [(b"content-length", b"1")]}
    app = validate_app(sending(length, {"type": "http.response.pathsend", "path": __file__}), "off")

    run(app, {**HTTP, "extensions": {"http.response.pathsend": {}}})

    assert ids(app) == ["ASGI-HTTP-027"]


@pytest.mark.parametrize(
    ("span", "size"),
    [({}, 7), ({"offset": 4}, 6), ({"offset": 4, "count": 3}, 3), ({"count": 99}, 7), ({"offset": 99}, 0)],
)
def test_a_part_of_a_descriptor_is_as_long_as_what_is_left(tmp_path: Any, span: dict[str, int], size: int) -> None:
    target = tmp_path / "ten"
    target.write_bytes(b"0123456789")
    length = {**START, "headers": [(b"content-length", str(size).encode())]}

    with target.open("rb", buffering=0) as file:
        file.seek(3)
        app = validate_app(sending(length, {"type": "http.response.zerocopysend", "file": file, **span}), "off")
        run(app, {**HTTP, "extensions": {"http.response.zerocopysend": {}}})

    assert [each for each in ids(app) if each != "ASGI-EXT-003"] == []


def test_what_is_no_file_is_not_measured() -> None:
    assert ids(files({"type": "http.response.zerocopysend", "file": io.BytesIO(b"ok")})) == ["ASGI-EXT-003"]


def test_a_message_under_a_name_is_passed_on() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(message=START)
        await send(BODY)

    wrapped = validate_app(app, "off")

    assert run(wrapped) == [START, BODY]
    assert ids(wrapped) == ["ASGI-MSG-009"]


def test_the_attributes_of_the_app_show_through() -> None:
    app = sending(START, BODY)
    app.state = "of the app"

    assert validate_app(app).state == "of the app"
    with pytest.raises(AttributeError, match="nothing"):
        _ = validate_app(app).nothing


def test_it_can_be_copied() -> None:
    """Copying asks for attributes before there is an app to show them."""
    assert copy.copy(validate_app(sending(START))).app is not None
    with pytest.raises(AttributeError):
        _ = ValidatorMiddleware.__new__(ValidatorMiddleware).anything
    assert pickle.dumps(validate_app)


def test_what_is_no_app_is_refused() -> None:
    with pytest.raises(MisuseError):
        validate_app(3)


# Behind a server ------------------------------------------------------------------------------------------------------


class Served:
    """uvicorn on a socket of its own, in a thread."""

    def __init__(self, app: Any) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        self.thread = threading.Thread(target=asyncio.run, args=(self.server.serve(sockets=[self.socket]),))

    def __enter__(self) -> Self:
        self.socket.listen()  # a request waits in the queue until the server takes it
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()

    def get(self, path: str = "") -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False, timeout=30)


def answering(*messages: Any) -> Any:
    """An app with a lifespan that sends *messages* as its response."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        for message in messages:
            await send(message)

    return app


def test_behind_uvicorn_a_good_app_is_served_and_nothing_is_said() -> None:
    app = validate_app(answering({**START, "headers": [(b"x-a", b"1")]}, BODY))

    with Served(app) as server:
        response = server.get()

    assert (response.status_code, response.text, response.headers["x-a"]) == (200, "ok", "1")
    assert ids(app) == []


def test_behind_uvicorn_a_violation_is_a_500_and_a_finding() -> None:
    """Without the middleware uvicorn would send the injected header field of hypercorn's kind, or break off."""
    app = validate_app(answering({**START, "status": "200"}, BODY))

    with Served(app) as server:
        response = server.get("items")

    assert response.status_code == 500
    assert [(entry.finding.rule.id, entry.method, entry.route) for entry in app.findings] == [
        ("ASGI-HTTP-008", "GET", "/items")
    ]
