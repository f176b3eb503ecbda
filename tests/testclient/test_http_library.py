"""httpx2 when it is installed, else httpx; objects of the other one are converted."""

from __future__ import annotations

import os
import subprocess
import sys

import httpx as classic
import pytest

from asgitest.testclient import http_library
from asgitest.testclient.http_library import adopt, httpx

FOREIGN = pytest.mark.skipif(httpx is classic, reason="needs the other library to be the foreign one")


@FOREIGN
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (classic.URL("http://a/?b=c"), httpx.URL("http://a/?b=c")),
        (classic.QueryParams({"a": "1"}), httpx.QueryParams({"a": "1"})),
        (classic.Headers({"a": "1"}), httpx.Headers({"a": "1"})),
        (classic.Timeout(3, read=5), httpx.Timeout(3, read=5)),
    ],
)
def test_objects_of_the_other_library_become_their_twins(value, expected):
    assert adopt(value) == expected
    assert type(adopt(value)) is type(expected)


@FOREIGN
def test_cookies_keep_their_jar():
    cookies = classic.Cookies({"a": "1"})

    assert adopt(cookies).jar is cookies.jar


@FOREIGN
def test_an_auth_of_the_other_library_runs_on_our_requests():
    request = httpx.Request("GET", "http://a/")

    next(adopt(classic.BasicAuth("user", "password")).auth_flow(request))

    assert request.headers["authorization"].startswith("Basic ")


@FOREIGN
def test_an_auth_of_a_user_that_is_built_on_the_other_library_is_wrapped():
    class Mine(classic.Auth):
        def auth_flow(self, request):
            request.headers["x-mine"] = "1"
            yield request

    request = httpx.Request("GET", "http://a/")
    next(adopt(Mine()).auth_flow(request))

    assert request.headers["x-mine"] == "1"


@pytest.mark.parametrize("value", [None, 5, "text", {"a": "1"}, httpx.URL("http://a"), ("user", "password"), object()])
def test_everything_else_stays_what_it_is(value):
    assert adopt(value) is value


@FOREIGN
def test_what_has_no_twin_stays_what_it_is():
    response = classic.Response(200)

    assert adopt(response) is response


def library_of(code="", **environment):
    """Import the library in a new process and say which one it is."""
    program = f"{code}\nfrom asgitest.testclient import http_library; print(http_library.LIBRARY_NAME)"
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "ASGITEST_HTTP": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_chooses():
    assert library_of(ASGITEST_HTTP="httpx").stdout == "httpx\n"


def test_a_library_that_does_not_exist_is_refused():
    assert "must be 'httpx' or 'httpx2'" in library_of(ASGITEST_HTTP="requests").stderr


def test_the_one_that_is_installed_is_taken():
    hidden = "import sys; sys.modules['httpx2'] = None"

    assert library_of(hidden).stdout == "httpx\n"


def test_without_any_the_error_says_what_to_install():
    hidden = "import sys; sys.modules['httpx2'] = sys.modules['httpx'] = None"

    assert "pip install httpx" in library_of(hidden).stderr


def test_the_name_is_that_of_the_module():
    assert httpx.__name__ == http_library.LIBRARY_NAME
