"""What changed security means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.drift.contracts import changes, document, names

KEY = {"key": []}
LOGIN: dict[str, list[str]] = {"login": ["read"]}
# Name of the change, security before, security after.
CHANGES: list[tuple[str, Any, Any]] = [
    ("security-added", [], [KEY]),
    ("security-added", [KEY, {}], [KEY]),
    ("security-removed", [KEY], [KEY, {}]),
    ("security-alternative-removed", [KEY, LOGIN], [KEY]),
    ("security-alternative-added", [KEY], [KEY, LOGIN]),
    ("security-scope-added", [LOGIN], [{"login": ["read", "write"]}]),
    ("security-scope-removed", [LOGIN], [{"login": []}]),
    ("security-scheme-changed", "header", "query"),
]
OTHERS = [change for change in CHANGES if change[0] != "security-scheme-changed"]


@pytest.mark.parametrize(("name", "before", "after"), OTHERS)
def test_a_change_of_who_may_is_named_and_nothing_else_is(name: str, before: Any, after: Any) -> None:
    assert names(document({"security": before}), document({"security": after})) == [name]


def test_a_key_that_is_read_elsewhere_breaks_every_client() -> None:
    def scheme(place: str) -> Any:
        schemes = {"key": {"type": "apiKey", "in": place, "name": "k"}}
        return document({"security": [KEY]}, components={"securitySchemes": schemes})

    (change,) = changes(scheme("header"), scheme("query"))

    assert (change.check, change.before, change.after) == (
        "drift.security-scheme-changed",
        "apiKey header k",
        "apiKey query k",
    )
