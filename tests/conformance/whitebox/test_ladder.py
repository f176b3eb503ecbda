"""What the white box has to see through, each within a few hundred cases, whatever the seed."""

from __future__ import annotations

import pytest

from tests.conformance.engine.running import check, checks_by_subject

RUNGS = (
    "GET /arithmetic",
    "GET /key",
    "GET /literal",
    "GET /nested",
    "GET /prefix",
    "POST /pair",
    "POST /two",
)


@pytest.mark.parametrize("seed", range(10))
def test_every_rung_is_reached(seed: int) -> None:
    """Literal, arithmetic relation, nested characters, affixes, key of a dictionary, two inputs compared.

    Five CPU seconds are allowed for each; all of them together take about two.
    """
    result = check("ladder", seed=seed, cases=100, select=("http.unhandled-exception",))

    found = checks_by_subject(result)
    assert [rung for rung in RUNGS if "http.unhandled-exception" not in found[rung]] == []
    assert result.statistics.cpu_seconds < 5 * len(RUNGS)
