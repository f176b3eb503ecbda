"""Which checks run, and on which subjects."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.errors import UsageError
from asgitest.conformance.options import RunOptions, SubjectOverride
from asgitest.conformance.selection import Selection, expand_prefix, matches_subject, validate_checks


def selection(**options: Any) -> Selection:
    return Selection(options=RunOptions(target="main:app", **options))


def test_a_prefix_stands_for_all_checks_that_begin_so() -> None:
    assert expand_prefix("http.head-parity") == ("http.head-parity",)
    assert set(expand_prefix("asgi.http")) == {id_ for id_ in CHECKS if id_.startswith("asgi.http")}
    assert expand_prefix("all") == tuple(CHECKS)
    assert expand_prefix("ASGI-HTTP-002") == ("asgi.http.start-twice",)
    assert expand_prefix("nothing") == ()


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("htp", "Did you mean http?"),
        ("ASGI-HTTP-999", "Did you mean ASGI-HTTP-0"),
        ("zzzzz", "asgitest list shows all checks."),
    ],
)
def test_a_prefix_of_nothing_is_refused_with_the_nearest(prefix: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        validate_checks([prefix], option="--select")

    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("select", "ignore", "chosen"),
    [
        ((), (), True),
        (("http",), (), True),
        (("openapi",), (), False),
        ((), ("http",), False),
        (("http.head-parity",), ("http",), True),
        (("http",), ("http.head-parity",), False),
        (("http",), ("http",), False),
        (("all",), ("http",), False),
    ],
)
def test_the_longer_prefix_wins_and_ignore_in_a_tie(select: Any, ignore: Any, *, chosen: bool) -> None:
    assert selection(select=select, ignore=ignore).check("http.head-parity") is chosen


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("GET /items/{id}", True),
        ("GET /items/{other}", True),
        ("GET /items/*", True),
        ("/items/*", True),
        ("GET,PUT /items/*", True),
        ("* /items/*", True),
        ("get /items/*", True),
        ("PUT /items/*", False),
        ("/items", False),
        ("read_item", True),
        ("WS /items/*", False),
    ],
)
def test_a_subject_is_chosen_by_a_pattern(pattern: str, *, matches: bool) -> None:
    assert matches_subject(pattern, "GET /items/{id}", operation_id="read_item") is matches


def test_exclude_wins_over_include_and_tags_concern_operations_only() -> None:
    chosen = selection(include=("/items/*", "LIFESPAN"), exclude=("DELETE *",), tags=("shop",))

    assert chosen.subject("GET /items/{id}", tags=["shop"])
    assert not chosen.subject("GET /items/{id}", tags=["other"])
    assert not chosen.subject("DELETE /items/{id}", tags=["shop"])
    assert not chosen.subject("GET /other", tags=["shop"])
    assert chosen.subject("LIFESPAN")


def test_overrides_hold_for_their_subjects_only() -> None:
    override = SubjectOverride(match="GET /slow/*", ignore=("http",), severity={"openapi": "info"}, timeout_seconds=60)
    skipped = SubjectOverride(match="/internal/*", skip=True)
    chosen = selection(overrides=(override, skipped), severity={"openapi.body-schema": "warning"})

    assert not chosen.check("http.slow", "GET /slow/{id}")
    assert chosen.check("http.slow", "GET /other")
    assert not chosen.subject("GET /internal/a")
    assert chosen.severity("openapi.content-type", "error", "GET /slow/{id}") == "info"
    assert chosen.severity("openapi.body-schema", "error", "GET /other") == "warning"
    assert chosen.severity("openapi.content-type", "error") == "error"
    assert (chosen.timeout("GET /slow/{id}"), chosen.timeout("GET /other")) == (60, 5.0)
