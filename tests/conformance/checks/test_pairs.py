"""Two exchanges against each other."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.checks import pairs
from tests.conformance.checks.records import exchange, raised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.conformance.checks import Violation


def ids(violations: Iterable[Violation]) -> list[str]:
    return [violation.check for violation in violations]


def test_head_is_answered_like_get() -> None:
    """Status and the header fields that caches read."""
    get = exchange(200, b"ab", ("content-length", "2"))

    assert ids(pairs.check_head(get, exchange(200, b"", ("content-length", "2")))) == []
    assert ids(pairs.check_head(get, exchange(404))) == ["http.head-parity"]
    assert ids(pairs.check_head(get, exchange(200, b"", ("content-length", "3")))) == ["http.head-parity"]


def test_head_that_fastapi_refuses_is_its_trait() -> None:
    """Nobody chose it."""
    get = exchange(200)

    assert [one.quirk for one in pairs.check_head(get, exchange(405), framework="fastapi")] == ["fastapi.head-405"]
    assert [one.quirk for one in pairs.check_head(get, exchange(405), framework="starlette")] == [None]


def test_head_that_litestar_refuses_is_its_trait() -> None:
    found = pairs.check_head(exchange(200), exchange(405), framework="litestar")

    assert [one.quirk for one in found] == ["litestar.head-405"]


def test_a_method_nobody_documents_is_refused() -> None:
    """Any status but success is a refusal."""
    assert ids(pairs.check_other_method(exchange(405, method="TRACE"))) == []
    assert ids(pairs.check_other_method(exchange(200, method="TRACE"))) == ["http.unsupported-method"]


def test_options_that_succeeds_names_the_method() -> None:
    """What does not succeed need not."""
    assert ids(pairs.check_options(exchange(405), "GET")) == []
    assert ids(pairs.check_options(exchange(200, b"", ("allow", "GET, HEAD")), "GET")) == []
    assert ids(pairs.check_options(exchange(200), "GET")) == ["http.options-allow"]


def test_a_condition_that_holds_is_answered_with_304() -> None:
    """A validator that has changed meanwhile proves nothing."""
    plain = exchange(200, b"a", ("etag", '"1"'))

    assert ids(pairs.check_conditional(plain, exchange(304), "ETag")) == []
    assert ids(pairs.check_conditional(plain, exchange(200, b"a", ("etag", '"2"')), "ETag")) == []
    assert ids(pairs.check_conditional(plain, plain, "ETag")) == ["http.conditional-ignored"]


@pytest.mark.parametrize(
    ("content_range", "found"),
    [
        ("bytes 0-2/9", []),
        ("bytes 0-2/*", []),
        ("bytes 0-3/9", ["http.bad-206"]),
        ("bytes 0-2/2", ["http.bad-206"]),
        ("0-2", ["http.bad-206"]),
    ],
)
def test_content_range_says_which_bytes_there_are(content_range: str, found: list[str]) -> None:
    """First and last are both included."""
    response = exchange(206, b"abc", ("content-range", content_range)).response

    assert response is not None
    assert ids(pairs.check_partial(response)) == found


def test_an_answer_that_depends_on_a_header_names_it_in_vary() -> None:
    """A shared cache must know."""
    plain, varied = exchange(200, b"hello"), exchange(200, b"hallo")
    told = exchange(200, b"hallo", ("vary", "Accept-Language"))

    assert ids(pairs.check_varied(plain, varied, "Accept-Language")) == ["http.vary-missing"]
    assert ids(pairs.check_varied(plain, told, "Accept-Language")) == []
    assert ids(pairs.check_varied(plain, plain, "Accept-Language")) == []


def test_an_origin_that_is_repeated_is_named_in_vary() -> None:
    """Though the body is the same."""
    plain = exchange(200, b"a")
    mirrored = exchange(200, b"a", ("access-control-allow-origin", "https://a"), sent=(("origin", "https://a"),))

    assert ids(pairs.check_varied(plain, mirrored, "Origin")) == ["http.vary-missing"]


def test_a_body_is_compressed_once() -> None:
    """And Vary names Accept-Encoding."""
    once, twice = gzip.compress(b"a"), gzip.compress(gzip.compress(b"a"))
    coding, vary = ("content-encoding", "gzip"), ("vary", "Accept-Encoding")

    assert ids(pairs.check_compressed(exchange(200, once, coding, vary))) == []
    assert ids(pairs.check_compressed(exchange(200, once, coding))) == ["http.compression-vary"]
    assert ids(pairs.check_compressed(exchange(200, twice, coding, vary))) == ["http.compression-double"]
    assert ids(pairs.check_compressed(exchange(200, b"plain", coding, vary))) == ["http.compression-double"]


def test_a_large_header_makes_nothing_fail_that_did_not_fail_before() -> None:
    """An app that fails anyway is no news."""
    error = raised(ValueError("too long"))

    assert ids(pairs.check_huge_header(exchange(200), exchange(431))) == []
    assert ids(pairs.check_huge_header(exchange(200), exchange(500, exception=error))) == ["http.huge-header"]
    assert ids(pairs.check_huge_header(exchange(500), exchange(500))) == []


def test_a_parameter_left_out_is_its_default() -> None:
    """Where the answer succeeds at all."""
    assert ids(pairs.check_default(exchange(200, b"1"), exchange(200, b"1"), "limit")) == []
    assert ids(pairs.check_default(exchange(200, b"1"), exchange(200, b"2"), "limit")) == [
        "openapi.default-not-applied"
    ]


def test_a_read_only_property_is_not_taken_in() -> None:
    """It is enough that the answer has another value."""
    assert ids(pairs.check_read_only(exchange(200, b'{"id": 5}'), "id", 918273)) == []
    assert ids(pairs.check_read_only(exchange(200, b'{"id": 918273}'), "id", 918273)) == ["openapi.read-only-accepted"]


def test_the_same_request_twice_has_one_status() -> None:
    """GET is safe."""
    assert ids(pairs.check_repeated(exchange(200), exchange(200))) == []
    assert ids(pairs.check_repeated(exchange(200), exchange(404))) == ["http.nondeterministic-get"]


def test_a_range_that_was_offered_is_served() -> None:
    """With 206 or 416."""
    assert ids(pairs.check_range(exchange(200), exchange(206))) == []
    assert ids(pairs.check_range(exchange(200), exchange(200))) == ["http.range-ignored"]
