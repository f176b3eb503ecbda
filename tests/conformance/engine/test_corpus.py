"""The inputs that taught something, and what to try because of them."""

from __future__ import annotations

from random import Random
from typing import Any

from asgitest.conformance.case import Case
from asgitest.conformance.engine.corpus import Corpus, leaves_of, with_leaf
from asgitest.conformance.whitebox import Comparison, Observation
from tests.conformance.checks.records import operation


def case(**query: Any) -> Case:
    return Case(operation=operation(), query=query)


def seen(*comparisons: Comparison, branches: tuple[int, ...] = ()) -> Observation:
    return Observation(frozenset(branches), comparisons, ())


def test_every_scalar_of_a_case_can_be_replaced() -> None:
    """In parameters and in the body."""
    whole = Case(operation=operation(), query={"a": 1}, body={"b": [{"c": "x"}]}, media_type="application/json")

    assert leaves_of(whole) == {("query", "a"): 1, ("body", "b", 0, "c"): "x"}
    assert with_leaf(whole, ("body", "b", 0, "c"), "y").body == {"b": [{"c": "y"}]}
    assert with_leaf(whole, ("query", "a"), 2).query == {"a": 2}


def test_a_case_that_reaches_a_branch_is_kept_and_its_comparisons_are_tried() -> None:
    """The value it was compared with is the next one."""
    corpus = Corpus(Random(0))

    assert corpus.learn(case(a="x"), seen(Comparison(1, "==", "x", "magic"), branches=(2,)))
    proposed = corpus.next()
    assert proposed is not None
    assert proposed.query == {"a": "magic"}


def test_a_case_that_shows_nothing_new_is_forgotten() -> None:
    """The same branch, no nearer."""
    corpus = Corpus(Random(0))
    corpus.learn(case(a=1), seen(Comparison(1, "==", 1, 9), branches=(2,)))

    assert not corpus.learn(case(a=1), seen(Comparison(1, "==", 1, 9), branches=(2,)))


def test_a_slope_is_followed_to_where_the_gap_is_zero() -> None:
    """Two points of a straight line are enough: 3 * a - 7 == 0 at none, 3 * a - 6 == 0 at 2."""
    corpus = Corpus(Random(0))
    corpus.learn(case(a=10), seen(Comparison(1, "==", 24, 0), branches=(2,)))
    tried = []

    while (proposed := corpus.next()) is not None and len(tried) < 20:
        value = proposed.query["a"]
        tried.append(value)
        corpus.learn(proposed, seen(Comparison(1, "==", 3 * value - 6, 0)))

    assert 2 in tried
