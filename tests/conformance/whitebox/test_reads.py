"""What handlers read, as their source says."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.whitebox.reads import paths_in, reads_of

if TYPE_CHECKING:
    from pathlib import Path

HANDLERS = """
@route("/a")
async def starlette(request):
    params = request.query_params
    page, size = int(params.get("page", 1)), params["size"]
    if "q" in request.query_params:
        token = request.headers.get("x-token") or request.cookies["session"]
    data = await request.json()
    return data["name"], data.get("price")


async def quart():
    return request.args.get("page"), (await request.form)["file"], await request.get_json()


async def bare(scope, receive, send):
    query = parse_qs(scope["query_string"].decode())
    return query.get("name", [""])[0], json.loads(body)["text"]


def other(request):
    return request.query_params["never"]
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "@route",
            {
                "query": ["page", "size", "q"],
                "header": ["x-token"],
                "cookie": ["session"],
                "json": ["name", "price"],
            },
        ),
        ("async def quart", {"query": ["page"], "form": ["file"], "json": []}),
        ("async def bare", {"query": ["name"], "json": ["text"]}),
    ],
)
def test_names_are_found_where_a_handler_looks_them_up(
    tmp_path: Path, name: str, expected: dict[str, list[str]]
) -> None:
    """Also through a variable; what other handlers read is theirs."""
    file = tmp_path / "app.py"
    file.write_text(HANDLERS)
    line = next(number for number, text in enumerate(HANDLERS.splitlines(), 1) if text.startswith(name))

    assert reads_of(str(file), line).names == expected


def test_paths_of_an_app_without_routes_are_the_literals_that_look_like_paths(tmp_path: Path) -> None:
    """What ends with a slash goes on; methods are those that are named."""
    file = tmp_path / "app.py"
    file.write_text(
        textwrap.dedent("""
            async def app(scope, receive, send):
                if scope["path"] == "/echo" and scope["method"] == "POST":
                    return "text/plain", "a / b"
                if scope["path"].startswith("/items/"):
                    return "no path"
        """)
    )

    assert [(method, path) for method, path, _ in paths_in(str(file))] == [
        ("GET", "/echo"),
        ("POST", "/echo"),
        ("GET", "/items/{rest}"),
        ("POST", "/items/{rest}"),
    ]


def test_a_source_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    """Neither does one that is no Python."""
    broken = tmp_path / "broken.py"
    broken.write_text("def (")

    assert reads_of(str(broken), 1).names == {}
    assert list(paths_in(str(tmp_path / "missing.py"))) == []
