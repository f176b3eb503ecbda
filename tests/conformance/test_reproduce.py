"""Snippets and curl commands are programs: here they are executed."""

from __future__ import annotations

import shlex
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.conformance.model import HTTPStep, LifespanStep, SocketMessage, WebSocketStep
from asgitest.conformance.reproduce import build_reproduction, curl_command, python_snippet
from tests.conformance.builders import scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.builders import Project

ECHO = """
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route, WebSocketRoute

    SEEN = []

    async def echo(request):
        body = await request.body()
        SEEN.append((request.method, request.url.path, request.url.query, body, dict(request.headers)))
        return JSONResponse({})

    async def socket(websocket):
        await websocket.accept(websocket.scope["subprotocols"][0] if websocket.scope["subprotocols"] else None)
        async for text in websocket.iter_text():
            SEEN.append(text)

    app = Starlette(routes=[Route("/{rest:path}", echo, methods=["GET", "POST", "PUT"]), WebSocketRoute("/ws", socket)])
"""
NASTY = b"\x00\xff'\"\\\n$(touch x)`id`"


def ran(project: Project, python: str, expression: str) -> str:
    """Run a snippet in a process of its own and print an expression afterwards."""
    module = next(project.folder.glob("app_under_test_*.py")).stem
    program = f"{python}\nimport {module}\nprint({expression.replace('SEEN', module + '.SEEN')})\n"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=project.folder
    )
    assert run.stderr == ""
    return run.stdout.strip()


def test_a_request_is_sent_as_it_was(project: Project) -> None:
    target = project.app(ECHO)
    step = HTTPStep(
        method="PUT", target="/a%20b/c?x=%FF&y=1", headers=(("x-a", "1"), ("content-type", "text/plain")), body=NASTY
    )

    seen = ran(project, python_snippet(scenario(step, target=target)), "SEEN[0][:4]")

    assert seen == repr(("PUT", "/a b/c", "x=%FF&y=1", NASTY))


def test_a_session_sends_its_messages(project: Project) -> None:
    target = project.app(ECHO)
    sends = (SocketMessage(text="a\n\u202e"), SocketMessage(text="b"))
    step = WebSocketStep(target="/ws", subprotocols=("chat",), sends=sends)

    assert ran(project, python_snippet(scenario(step, target=target)), "SEEN") == repr(["a\n\u202e", "b"])


def test_assertions_stand_after_the_steps_and_fail(project: Project) -> None:
    target = project.app(ECHO)
    snippet = python_snippet(scenario(target=target), assertions=["assert response.status_code != 200"])

    run = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, check=False, cwd=project.folder
    )

    assert run.stderr.strip().endswith("AssertionError")


def test_a_warning_of_our_client_fails_the_snippet_of_a_rule(project: Project) -> None:
    target = project.app("""
        async def app(scope, receive, send):
            if scope["type"] != "http":
                raise NotImplementedError
            await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Upper", b"1")]})
            await send({"type": "http.response.body"})
    """)
    snippet = python_snippet(scenario(target=target, lifespan=False), rule="ASGI-HTTP-013")

    run = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, check=False, cwd=project.folder
    )

    assert "ProtocolWarning" in run.stderr


def test_tasks_that_are_left_are_counted_in_the_loop_of_the_app(project: Project) -> None:
    def snippet(target: str) -> str:
        steps = (LifespanStep(), LifespanStep())
        return python_snippet(scenario(*steps, target=target), assertions=["assert len(asyncio.all_tasks()) == 1"])

    lifespan = """
        import asyncio
        from contextlib import asynccontextmanager
        from starlette.applications import Starlette

        KEPT = set()

        @asynccontextmanager
        async def lifespan(app):
            {}
            yield

        app = Starlette(lifespan=lifespan)
    """
    clean = snippet(project.app(lifespan.format("pass")))
    leaky = snippet(project.app(lifespan.format("KEPT.add(asyncio.create_task(asyncio.sleep(3600)))")))

    codes = [
        subprocess.run([sys.executable, "-c", one], capture_output=True, check=False, cwd=project.folder).returncode
        for one in (clean, leaky)
    ]

    assert codes == [0, 1]


def test_all_three_forms_are_made_of_one_scenario() -> None:
    again = build_reproduction(scenario(), "ab" * 16, seed_path="0/http/GET /items/3", verified=True)

    assert again.curl == "curl --globoff --path-as-is -i http://testserver/items/0"
    assert again.replay == "asgitest replay ababababab"
    assert again.scenario == scenario()
    assert again.verified


def test_a_rule_that_our_client_only_notes_is_asserted_about(project: Project) -> None:
    target = project.app("""
        async def app(scope, receive, send):
            if scope["type"] != "http":
                raise NotImplementedError
            scope["root_path"] = "/other"
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})
    """)
    snippet = python_snippet(scenario(target=target, lifespan=False), rule="ASGI-APP-004")

    run = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, check=False, cwd=project.folder
    )

    assert run.returncode == 1


@pytest.mark.parametrize("step", [WebSocketStep(target="/ws"), HTTPStep(method="GET", target="/", disconnect_after=1)])
def test_what_curl_cannot_say_has_no_command(step: Any) -> None:
    assert curl_command(scenario(step)) is None


@pytest.fixture
def server() -> Iterator[tuple[str, list[Any]]]:
    """A server on loopback that keeps what it is sent."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            seen.append((self.command, self.path, body, self.headers.get("x-a"), self.headers.get("content-type")))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_PUT = do_POST = do_HEAD = answer  # noqa: N815 - names of the base class

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}", seen
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        ("GET", "/a/../b?x=[1]&y={z}", (), b""),
        ("HEAD", "/", (), b""),
        ("PUT", "/items/0", (("content-type", "application/json"),), b'{"a": "it\'s"}'),
        ("POST", "/", (("x-a", "a'b\"c$d"),), b"@file"),
        ("POST", "/", (), NASTY),
    ],
)
def test_the_curl_command_sends_the_same_request(
    server: tuple[str, list[Any]], method: str, target: str, headers: Any, body: bytes
) -> None:
    base, seen = server
    command = curl_command(scenario(HTTPStep(method=method, target=target, headers=headers, body=body), base_url=base))

    assert command is not None
    subprocess.run(["bash", "-c", command], check=True, capture_output=True)  # noqa: S607

    expected = dict(headers)
    assert seen == [(method, target, body, expected.get("x-a"), expected.get("content-type"))]


def test_a_command_is_one_line_that_a_shell_can_split() -> None:
    steps = [HTTPStep(method="POST", target="/", body=b"a b"), HTTPStep(method="GET", target="/")]

    command = curl_command(scenario(*steps))

    assert command is not None
    assert [word for word in shlex.split(command) if word == "&&"] == ["&&"]
