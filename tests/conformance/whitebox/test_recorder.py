"""What one case makes the app tell."""

from __future__ import annotations

from asgitest.conformance.whitebox import Recorder


def test_nothing_of_one_case_is_told_for_the_next() -> None:
    """Cases run one after the other."""
    recorder = Recorder()
    recorder.begin()
    recorder.compare((1, "=="), 1, 2)
    recorder.begin()

    observation = recorder.end()

    assert observation.branches == frozenset()
    assert observation.comparisons == ()


def test_a_loop_does_not_fill_the_memory() -> None:
    """The first comparisons of a place are enough; the branch is noted all the same."""
    recorder = Recorder()
    recorder.begin()
    for number in range(1000):
        recorder.compare((1, "=="), number, 999)

    observation = recorder.end()

    assert len(observation.comparisons) < 10
    assert observation.branches == {2, 3}


def test_a_comparison_without_a_truth_value_is_passed_on() -> None:
    """Expressions of query builders are no booleans."""

    class Column:
        def __eq__(self, other: object) -> str:  # type: ignore[override]
            return f"column = {other}"

        __hash__ = None  # type: ignore[assignment]

    recorder = Recorder()
    recorder.begin()

    assert recorder.compare((1, "=="), Column(), 3) == "column = 3"
    assert recorder.end().comparisons == ()


def test_a_chain_is_told_as_its_pairs() -> None:
    """``0 < x < 9`` compares x twice."""
    recorder = Recorder()
    recorder.begin()
    recorder.operand(1, "", 0)
    recorder.operand(1, "<", 5)

    assert [(one.operator, one.left, one.right) for one in recorder.end().comparisons] == [("<", 0, 5)]
