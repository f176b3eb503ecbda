"""Every rule, seen through the client and through the middleware as it is seen by the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgitest.testclient import ProtocolViolation, ProtocolWarning, TestClient, validate_app, validation
from asgitest.testclient.asgi import RULES, Example, Level
from tests.testclient.asgi.controls import DISCONNECTS, HTTP, LIFESPANS, SOCKETS
from tests.testclient.asgi.example_runner import load
from tests.testclient.asgi.seeds import SEEDS
from tests.testclient.driving import act, client_for, drive, rules, watched

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

EXAMPLES = [(rule.id, rule.bad) for rule in RULES.values() if rule.judged == "conversation"]
GOOD = [rule.good for rule in RULES.values() if rule.judged == "conversation"]
STARTED_FIRST = [
    example for example in DISCONNECTS if example.protocol != "http" or ".start" in example.source.split("receive()")[0]
]
CONTROLS = [*HTTP, *STARTED_FIRST, *SOCKETS, *LIFESPANS, *GOOD]


BROKEN: dict[str, list[Example]] = {}
for rule_id, example in (*EXAMPLES, *SEEDS):
    BROKEN.setdefault(rule_id, []).append(example)


@pytest.mark.parametrize("rule_id", BROKEN)
def test_the_client_reports_the_rule_and_no_other(rule_id: str) -> None:
    for example in BROKEN[rule_id]:
        client = drive(example, validate="warn")

        assert rules(client.findings) == {rule_id}, example.source


@pytest.mark.parametrize("rule_id", BROKEN)
def test_the_middleware_reports_the_rule_and_no_other(rule_id: str) -> None:
    for example in BROKEN[rule_id]:
        assert rules(watched(example)) == {rule_id}, example.source


@pytest.mark.parametrize("kind", ["http", "websocket", "lifespan"])
def test_nothing_is_said_about_an_app_that_is_right(kind: str) -> None:
    for example in (control for control in CONTROLS if control.protocol == kind):
        client = drive(example, validate="warn")

        assert rules(client.findings, levels=("error", "warning")) == set(), example.source
        assert rules(watched(example), levels=("error", "warning")) == set(), example.source


# What findings lead to ------------------------------------------------------------------------------------------------


def app_of(*messages: object) -> Callable[..., Awaitable[None]]:
    """An app that sends these messages."""

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    return app


START = {"type": "http.response.start", "status": 200}
BODY = {"type": "http.response.body", "body": b"hello"}
PADDED = {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b" 1")]}
TWICE = app_of(START, START, BODY)
NOISY = app_of(PADDED, BODY)


def test_a_broken_must_is_raised_where_it_was_sent_and_in_the_test() -> None:
    """Also when middleware swallows it: that is what middleware does with exceptions."""
    raised = []

    async def app(scope, receive, send):
        await send(START)
        try:
            await send(START)
        except ProtocolViolation as violation:
            raised.append(violation)
        await send(BODY)

    with pytest.raises(ProtocolViolation) as caught:
        TestClient(app).get("/")

    assert raised == [caught.value]
    assert caught.value.finding.rule.id == "ASGI-HTTP-002"


def test_what_is_raised_is_said_in_the_form_of_the_project() -> None:
    with pytest.raises(ProtocolViolation) as caught:
        TestClient(app_of(START, BODY, {**START, "status": 500})).get("/")

    first = (
        "ASGI-HTTP-006: nothing is sent after the response is complete, but message 3 is http.response.start "
        '(status 500) while the response is complete (Received multiple "http.response.start" messages.)'
    )
    wanted = [
        first,
        "  do:    Send more_body=True with every body message but the last. Servers raise for what comes after it.",
        "  spec:  ASGI www, Response Body",
        "  #1 <- http.response.start   200",
        "  #2 <- http.response.body    5 bytes",
        "  #3 <- http.response.start   500          broken here",
    ]
    assert str(caught.value).splitlines() == wanted


def test_a_broken_should_is_warned_of_once_on_each_route() -> None:
    client = TestClient(NOISY)

    with pytest.warns(ProtocolWarning, match="ASGI-HTTP-016"):
        client.get("/a")
    client.get("/a")
    with pytest.warns(ProtocolWarning, match="ASGI-HTTP-016"):
        client.get("/b")

    assert [(str(found.finding.rule.id), found.method, found.route, found.count) for found in client.findings] == [
        ("ASGI-HTTP-016", "GET", "/a", 2),
        ("ASGI-HTTP-016", "GET", "/b", 1),
    ]


def test_information_is_only_noted() -> None:
    client = TestClient(app_of({**START, "headers": iter([(b"x-a", b"1")])}, BODY))

    response = client.get("/")

    assert response.headers["x-a"] == "1"
    assert rules(client.findings) == {"ASGI-HTTP-023"}


def test_headers_that_can_be_read_once_pass_through_the_middleware() -> None:
    def fields():
        yield b"x-a", b"1"

    app = validate_app(app_of({**START, "headers": fields()}, BODY), "warn")

    assert TestClient(app).get("/").headers["x-a"] == "1"
    assert rules(app.findings) == {"ASGI-HTTP-023"}


@pytest.mark.parametrize("ignored", ["ASGI-HTTP-002", "ASGI-HTTP-00", "ASGI-HTTP", "ASGI"])
def test_a_rule_is_left_out_by_a_prefix_of_its_id(ignored: str) -> None:
    assert TestClient(TWICE, ignore=[ignored]).get("/").text == "hello"


def test_only_selected_rules_are_checked() -> None:
    assert TestClient(TWICE, select=["ASGI-WS", "ASGI-HTTP-001"]).get("/").text == "hello"
    with pytest.raises(ProtocolViolation):
        TestClient(TWICE, select=["ASGI-HTTP-002"]).get("/")


def test_a_rule_is_left_out_below_a_path() -> None:
    client = TestClient(TWICE, ignore_routes={"/legacy": ["ASGI-HTTP"]})

    assert client.get("/legacy/a").text == "hello"
    with pytest.raises(ProtocolViolation):
        client.get("/a")


def test_one_test_changes_what_is_checked() -> None:
    client = TestClient(TWICE)

    with validation("off"):
        assert client.get("/").text == "hello"
    with validation(ignore=["ASGI-HTTP-002"]):
        assert client.get("/").text == "hello"
    with validation(select=["ASGI-WS"]):
        assert client.get("/").text == "hello"
    with validation("warn"), pytest.warns(ProtocolWarning):
        assert client.get("/").text == "hello"
    with pytest.raises(ProtocolViolation):
        client.get("/")


@pytest.mark.parametrize("wrong", [{"validate": "strickt"}, {"ignore": ["ASGI-HTPT"]}, {"select": [""]}])
def test_what_does_not_exist_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is not a mode|is no rule id"):
        TestClient(TWICE, **wrong)


def test_the_nearest_rule_is_named() -> None:
    with pytest.raises(ValueError, match="did you mean 'ASGI-HTTP-002'"):
        TestClient(TWICE, ignore=["asgi-http-002"])


def test_a_failure_is_not_hidden_by_a_warning_that_is_an_error() -> None:
    """pytest makes errors of warnings; what the app raised matters more."""

    async def app(scope, receive, send):
        await send(PADDED)
        raise LookupError("the app's own")

    with pytest.raises(LookupError, match="the app's own"):
        TestClient(app).get("/")


def test_what_comes_after_its_call_is_told_at_the_next() -> None:
    import asyncio  # noqa: PLC0415 - only here

    tasks = []
    second = asyncio.Event()

    async def late(send):
        await second.wait()
        await send(BODY)

    async def app(scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError
        await send(START)
        await send(BODY)
        if scope["path"] == "/late":
            tasks.append(asyncio.create_task(late(send)))
        else:
            second.set()
            await asyncio.wait(tasks)

    with TestClient(app) as client:
        client.get("/late")
        with pytest.raises(ProtocolViolation, match="ASGI-APP-005"):
            client.get("/")

    assert isinstance(tasks[0].exception(), ProtocolViolation)


def test_junk_in_a_stream_is_only_warned_of_where_that_is_wanted() -> None:
    client = TestClient(app_of(START, None, 5, BODY), validate="warn")

    with pytest.warns(ProtocolWarning), client.stream("GET", "/") as response:
        assert response.read() == b"hello"


def test_the_middleware_refuses_before_the_server_sees() -> None:
    seen = []

    async def server_send(message):
        seen.append(message)

    app = validate_app(TWICE)
    call = app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, server_send)

    with pytest.raises(ProtocolViolation):
        call.send(None)
    assert seen == [START]


def test_the_middleware_takes_an_oserror_for_a_client_that_left() -> None:
    async def server_send(message):
        if message["type"] == "http.response.body":
            raise ConnectionResetError

    async def app(scope, receive, send):
        await send(START)
        try:
            await send({**BODY, "more_body": True})
        except OSError:
            return

    checked = validate_app(app)
    with pytest.raises(StopIteration):
        checked({"type": "http", "method": "GET", "path": "/", "headers": []}, None, server_send).send(None)

    assert checked.findings == []


def test_the_middleware_shows_the_attributes_of_the_app_and_passes_unknown_protocols_on() -> None:
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    app.dependency_overrides = {}
    checked = validate_app(app)
    with pytest.raises(StopIteration):
        checked({"type": "x-mqtt"}, None, None).send(None)

    assert checked.dependency_overrides is app.dependency_overrides
    assert seen == ["x-mqtt"]
    with pytest.raises(AttributeError):
        _ = checked.nothing_of_that_name


def test_an_example_is_loaded_anew_each_time() -> None:
    """Apps with state of their own would otherwise see the other tests."""
    example = GOOD[0]

    assert load(example) is not load(example)
    assert {rule.level for rule in RULES.values()} == {Level.ERROR, Level.WARNING, Level.INFO}


@pytest.mark.parametrize("rule_id", [rule_id for rule_id in BROKEN if RULES[rule_id].level is Level.ERROR])
@pytest.mark.filterwarnings("ignore::asgitest.testclient.ProtocolWarning")
def test_a_strict_client_raises_for_every_must(rule_id: str) -> None:
    """What is milder in some circumstances is warned of instead."""
    for example in BROKEN[rule_id]:
        client = client_for(example)
        raised = None
        try:
            act(client, example)
        except Exception as error:  # noqa: BLE001 - whatever the app raises
            raised = error

        found = [each.finding for each in client.findings]
        assert {finding.rule.id for finding in found} == {rule_id}, example.source
        if found[0].level is Level.ERROR:
            assert isinstance(raised, ProtocolViolation), example.source
            assert raised.finding.rule.id == rule_id
