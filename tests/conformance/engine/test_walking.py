"""Walks through all operations."""

from __future__ import annotations

from tests.conformance.apps import walked
from tests.conformance.engine.running import check, missing


def test_what_fails_after_other_requests_is_found_with_them() -> None:
    """The scenario begins with what cleared the ratings."""
    result = check("walked", cases=10)

    assert missing(result, walked.EXPECTED) == {}
    (finding,) = [one for one in result.findings if one.check == "http.unhandled-exception"]
    assert finding.reproduction is not None
    assert "DELETE" in finding.reproduction.python
