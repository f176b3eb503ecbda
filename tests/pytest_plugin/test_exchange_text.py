"""One exchange as the report of a failed test shows it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from starlette.responses import Response

from asgitest.pytest_plugin.exchange_text import curl, exchange_lines, heading, short_body
from asgitest.pytest_plugin.redaction import Redaction
from asgitest.testclient import ExchangeRecord, TestClient, WebSocketDisconnect, observe

app = FastAPI()
HIDE = Redaction()


@app.post("/items/{number}")
def add(number: int, item: dict[str, Any]) -> dict[str, Any]:
    return {"number": number, **item}


@app.get("/boom")
def boom() -> None:
    raise ValueError("no such luck")


@app.get("/raw")
def raw(body: str, kind: str = "text/plain", status: int = 200) -> Response:
    content = {"binary": b"\xff\xfe", "long": "line\n" * 1000, "broken": "{", "escape": "a\x1b[31m"}.get(body, body)
    return Response(content, status, media_type=kind)


@app.websocket("/ws")
async def ws(websocket: WebSocket) -> None:
    if "refuse" in websocket.query_params:
        await websocket.send_denial_response(Response("no", 403))
        return
    await websocket.accept()
    if "raise" in websocket.query_params:
        raise KeyError("gone")
    if "close" in websocket.query_params:
        await websocket.close(4001)
    await websocket.receive()


def recorded(drive: Any, target: Any = app, **options: Any) -> ExchangeRecord:
    records: list[ExchangeRecord] = []
    with observe(records.append):
        client = TestClient(target, **options)
        drive(client)
    return records[-1]


def text(record: ExchangeRecord, raised: BaseException | None = None) -> str:
    return "\n".join(exchange_lines(record, HIDE, raised=raised))


def test_a_request_is_shown_with_its_answer_its_route_and_a_command_that_repeats_it() -> None:
    record = recorded(
        lambda client: client.post(
            "/items/3?token=abc", json={"name": "x", "password": "geheim"}, headers={"authorization": "Bearer sesam"}
        )
    )

    assert (
        text(record).replace(__name__, "HERE")
        == """\
POST /items/3?token=<redacted> -> 200 OK
  curl -X POST -H 'authorization: <redacted>' -H 'content-type: application/json' --data-binary \
'{"name":"x","password":"<redacted>"}' 'http://testserver/items/3?token=<redacted>'
  route    HERE:add
  request  authorization: <redacted>
           content-type: application/json
           {
             "name": "x",
             "password": "<redacted>"
           }
  response content-length: 43
           content-type: application/json
           {
             "number": 3,
             "name": "x",
             "password": "<redacted>"
           }
  messages #1 -> http.request          32 bytes, last
           #2 <- http.response.start   200
           #3 <- http.response.body    43 bytes
           #4 -- the app returned"""
    )


def test_what_the_app_raised_is_shown_with_the_frames_of_its_own_code() -> None:
    lines = text(recorded(lambda client: client.get("/boom"), raise_server_exceptions=False)).splitlines()

    start = next(index for index, line in enumerate(lines) if line.startswith("  raised "))
    assert f'File "{__file__}"' in lines[start]
    assert lines[-1] == "           ValueError: no such luck"
    assert "starlette" not in "".join(lines[start:])


def test_a_traceback_that_the_report_shows_already_is_not_repeated() -> None:
    def drive(client: Any) -> None:
        with pytest.raises(ValueError, match="luck"):
            client.get("/boom")

    record = recorded(drive)

    assert "  raised   ValueError, which is shown above" in text(record, record.exception)
    assert "  raised     File" in text(record, KeyError())


def test_an_exception_from_a_library_alone_is_shown_with_its_last_frame() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        asyncio.get_running_loop()
        raise FILLED

    FILLED = RuntimeError("from nowhere")  # noqa: N806 - it stands for one that is made elsewhere
    record = recorded(lambda client: client.get("/"), broken, raise_server_exceptions=False)
    record.exception.__traceback__ = None  # type: ignore[union-attr]  # it was raised

    assert text(record).splitlines()[-1] == "  raised   RuntimeError: from nowhere"
    assert heading(record, HIDE) == "GET / -> 500 Internal Server Error" or "RuntimeError" in heading(record, HIDE)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        (
            "body=binary&kind=image/png",
            "  response content-length: 2\n           content-type: image/png\n           (2 bytes of image/png)",
        ),
        ("body=broken&kind=application/json", "           {\n  messages"),
        ("body=long", "           line\n           ... 5000 bytes in all\n"),
        ("body=escape", "           a\\x1b[31m"),
        ("body=", "  response content-length: 0\n"),
    ],
)
def test_a_body_is_shown_as_far_as_it_is_text(query: str, line: str) -> None:
    assert line in text(recorded(lambda client: client.get(f"/raw?{query}")))


def test_the_short_form_of_a_body_is_one_line() -> None:
    assert short_body(recorded(lambda client: client.get("/raw?body=a%0A%20b")), HIDE) == "a b"
    assert short_body(recorded(lambda client: client.get("/raw?body=long")), HIDE) == f"{'line ' * 80}..."


def test_a_status_without_a_name_is_its_number() -> None:
    assert heading(recorded(lambda client: client.get("/raw?body=x&status=299")), HIDE).endswith("-> 299")


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ("", "open until the client left"),
        ("?close", "closed 4001"),
        ("?refuse", "403 Forbidden"),
        ("?raise", "KeyError"),
    ],
)
def test_a_session_says_how_it_ended(query: str, outcome: str) -> None:
    def drive(client: Any) -> None:
        try:
            with client.websocket_connect(f"/ws{query}", headers={"x-a": "b"}):
                pass
        except (WebSocketDisconnect, KeyError):
            pass

    record = recorded(drive)

    assert heading(record, HIDE) == f"WebSocket /ws{query} -> {outcome}"
    assert curl(record, HIDE).startswith("websocat -H 'x-a: b' ")
    assert f"ws://testserver/ws{query}" in curl(record, HIDE)
    assert "sec-websocket" not in text(record)


def test_an_app_that_does_not_answer_has_no_response() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None: ...

    record = recorded(lambda client: client.get("/"), silent, validate="off", raise_server_exceptions=False)

    assert heading(record, HIDE) == "GET / -> no response"


def test_a_broken_rule_is_named() -> None:
    async def twice(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    record = recorded(lambda client: client.get("/"), twice, validate="off")

    assert "  broken   ASGI-HTTP-00" in text(record)


def test_a_trait_that_is_only_noted_is_not_shown() -> None:
    """A FastAPI app that is mounted changes the root path of its scope, which fails nothing."""
    shop, below = FastAPI(), FastAPI()
    below.add_api_route("/it", lambda: None)
    shop.mount("/below", below)

    record = recorded(lambda client: client.get("/below/it"), shop)

    assert [finding.rule.id for finding in record.findings] == ["ASGI-APP-004"]
    assert "broken" not in text(record)


def test_a_server_without_a_host_header_is_named_by_its_address() -> None:
    record = recorded(lambda client: client.get("/raw?body=x"))
    record.scope.update(headers=[], server=("127.0.0.1", 8000), raw_path=None)

    assert curl(record, HIDE) == "curl -X GET 'http://127.0.0.1:8000/raw?body=x'"
