"""Scopes as servers build them."""

from __future__ import annotations

import pytest

from asgitest.testclient.asgi import (
    DAPHNE,
    HYPERCORN,
    UVICORN,
    build_http_scope,
    build_lifespan_scope,
    build_websocket_scope,
)
from asgitest.testclient.asgi.scopes import split_target


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        (b"/", ("/", b"/", b"")),
        (b"/caf%C3%A9?size=2", ("/café", b"/caf%C3%A9", b"size=2")),
        (b"/a%2Fb??", ("/a/b", b"/a%2Fb", b"?")),
        (b"/%FF", ("/\ufffd", b"/%FF", b"")),
    ],
)
def test_a_target_has_three_forms(target: bytes, parts: tuple[str, bytes, bytes]) -> None:
    assert split_target(target) == parts


def test_a_target_that_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match="starts with '/'"):
        split_target(b"http://a.example/")


def test_every_container_of_a_scope_is_fresh() -> None:
    """What one request changes, no other sees."""
    state, extensions, headers = {"a": 1}, {"tls": {"a": 1}}, [(b"Host", b"a")]

    scope = build_http_scope(method="get", headers=headers, state=state, extensions=extensions)

    assert (scope["method"], scope["headers"]) == ("GET", [(b"host", b"a")])
    assert scope["state"] == state
    assert scope["state"] is not state
    assert scope["extensions"] == extensions
    assert scope["extensions"]["tls"] is not extensions["tls"]


def test_the_lifespan_has_the_state_itself() -> None:
    state: dict[str, object] = {}

    assert build_lifespan_scope(state=state)["state"] is state
    assert "state" not in build_lifespan_scope()


@pytest.mark.parametrize("raw_path", [None, b"/a"])
def test_a_root_path_can_be_put_before_the_path(raw_path: bytes | None) -> None:
    """As ``uvicorn --root-path`` does, for a proxy that has stripped it."""
    for build in (build_http_scope, build_websocket_scope):
        scope = build(root_path="/app", path="/a", raw_path=raw_path, profile=UVICORN)

        assert (scope["path"], scope["raw_path"]) == ("/app/a", raw_path and b"/app/a")


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/a"])
def test_a_path_that_begins_with_the_root_path_is_the_full_one(path: str) -> None:
    """A test may write out what the proxy is sent."""
    scope = build_http_scope(root_path="/app", path=path, raw_path=path.encode(), profile=UVICORN)

    assert (scope["path"], scope["raw_path"]) == (path, path.encode())


def test_other_servers_take_the_path_as_it_is() -> None:
    assert build_http_scope(root_path="/app", path="/a", profile=HYPERCORN)["path"] == "/a"


def test_daphne_leaves_keys_out_of_websocket_scopes() -> None:
    assert {"scheme", "http_version"}.isdisjoint(build_websocket_scope(profile=DAPHNE))
