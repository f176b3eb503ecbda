"""Rows, totals and thresholds."""

from __future__ import annotations

from asgitest.conformance.coverage.goals import Coverage, Goal
from asgitest.conformance.coverage.summary import below_thresholds, shown, summarise

ITEM = "GET /items"


def make_coverage() -> Coverage:
    """One operation half covered, one never called, a dependency of each state."""
    coverage = Coverage()
    for subject in (ITEM, "POST /items"):
        coverage.expect(Goal("operations", subject))
        for status in ("200", "404"):
            coverage.expect(Goal("statuses", subject, status))
            coverage.expect(Goal("media-types", subject, f"{status} application/json"))
    coverage.reach(Goal("operations", ITEM), "test_a")
    coverage.reach(Goal("statuses", ITEM, "200"), "test_a")
    coverage.reach(Goal("statuses", ITEM, "418"), "test_b", otherwise="undocumented")
    coverage.expect(Goal("websockets", "WS /chat", "accepted"))
    coverage.reach(Goal("websockets", "WS /chat", "accepted"), "test_<c>|`x`")
    coverage.reach(Goal("websockets", "WS /chat", "closed 1000"), "test_<c>|`x`")
    for name in ("app:run", "app:replaced", "app:never"):
        coverage.expect(Goal("dependencies", name, "run"))
    coverage.reach(Goal("dependencies", "app:run", "run"), "test_a")
    coverage.reach(Goal("dependencies", "app:replaced", "overridden"), "test_a")
    coverage.sources[ITEM] = "app.py:3"
    return coverage


def test_every_dimension_with_something_in_it_has_a_total() -> None:
    totals = {total.dimension: (total.reached, total.expected) for total in summarise(make_coverage()).totals}

    assert totals == {
        "operations": (1, 2),
        "statuses": (1, 4),
        "media-types": (0, 4),
        "websockets": (1, 1),
        "dependencies": (1, 3),
    }


def test_a_row_says_what_is_missing_and_what_is_undocumented() -> None:
    rows = {row.subject: row for row in summarise(make_coverage()).rows}

    assert [shown(goal) for goal in rows[ITEM].missing] == ["404", "200 application/json", "404 application/json"]
    assert [shown(goal) for goal in rows[ITEM].gaps] == ["404", "200 application/json"]
    assert [shown(goal) for goal in rows[ITEM].undocumented] == ["418"]
    assert rows[ITEM].tests == ("test_a", "test_b")
    assert rows[ITEM].counts("statuses") == (1, 2)
    assert rows[ITEM].source == "app.py:3"
    assert [shown(goal) for goal in rows["WS /chat"].noted] == ["closed 1000"]


def test_of_an_operation_that_was_never_called_only_that_is_said() -> None:
    rows = {row.subject: row for row in summarise(make_coverage()).rows}

    assert [shown(goal) for goal in rows["POST /items"].missing] == ["never called"]


def test_a_dependency_has_one_of_three_states() -> None:
    states = {row.name: row.state for row in summarise(make_coverage()).dependencies}

    assert states == {"app:never": "never", "app:replaced": "only overridden", "app:run": "run"}


def test_a_dimension_below_its_threshold_gets_a_sentence() -> None:
    thresholds = {"operations": 50.0, "statuses": 30.0, "request-media-types": 100.0}

    assert list(below_thresholds(make_coverage(), thresholds)) == [  # type: ignore[arg-type]  # dimensions, spelled out
        "API coverage of statuses is 25.00 % (1 of 4), but 30 % are required"
    ]
