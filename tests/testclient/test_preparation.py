"""URLs with all that scopes and requests need of them."""

from __future__ import annotations

import pytest

from asgitest.testclient import MisuseError, preparation
from asgitest.testclient.http_library import httpx
from asgitest.testclient.preparation import Preparation, base_url_of, prepare, prepare_absolute


def merge(url):
    return httpx.URL("http://testserver").join(url)


def test_a_url_is_taken_apart_as_a_scope_needs_it():
    found = Preparation(httpx.URL("https://example.org:8443/a%20b/%C3%BC?q=%20"))

    assert (found.scheme, found.host, found.port) == ("https", "example.org", 8443)
    assert (found.path, found.raw_path, found.query_string) == ("/a b/ü", b"/a%20b/%C3%BC", b"q=%20")
    assert found.host_header == (b"Host", b"example.org:8443")


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443), ("ws", 80), ("wss", 443)])
def test_the_port_is_that_of_the_scheme(scheme, port):
    assert Preparation(httpx.URL(f"{scheme}://a/")).port == port


def test_the_same_url_is_prepared_once():
    assert prepare("http://testserver", "/same", None, merge=merge) is prepare(
        "http://testserver", "/same", None, merge=merge
    )


def test_query_parameters_belong_to_the_url():
    found = prepare("http://testserver", "/params", httpx.QueryParams({"a": "1"}), merge=merge)

    assert found.query_string == b"a=1"


def test_a_url_for_a_websocket_gets_its_scheme():
    assert prepare("http://testserver", "/ws", None, merge=merge, websocket=True).scheme == "ws"


@pytest.mark.parametrize("url", ["ftp://a/", "http://user:password@a/", "ws://a/"])
def test_what_is_not_for_the_short_path_is_left_to_the_long_one(url):
    assert prepare("http://testserver", url, None, merge=merge) is None


def test_a_redirect_to_another_scheme_is_misuse():
    with pytest.raises(MisuseError, match="neither http:// nor https://"):
        prepare_absolute(httpx.URL("ftp://a/"))


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(preparation, "_prepared", {})
    monkeypatch.setattr(preparation, "_MAX_PREPARED", 2)
    for number in range(5):
        prepare_absolute(httpx.URL(f"http://a/{number}"))
        prepare("http://testserver", f"/{number}", None, merge=merge)

    assert len(preparation._prepared) <= 2


def test_base_urls_are_parsed_once():
    assert base_url_of("http://once") is base_url_of("http://once")
    assert base_url_of(httpx.URL("http://other")) == httpx.URL("http://other")
