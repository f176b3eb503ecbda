"""Randomness that depends on nothing but its keys."""

from __future__ import annotations

from asgitest.conformance.engine.seeds import keyed_random, keyed_seed


def test_keys_decide_and_nothing_else() -> None:
    """The same everywhere, on every run."""
    assert keyed_seed(1, "fuzz", "GET /items") == 11661260802693452281
    assert keyed_random(1, "a").random() == keyed_random(1, "a").random()


def test_no_two_paths_of_keys_are_one() -> None:
    """Not even when they read the same joined."""
    seeds = {keyed_seed(0), keyed_seed(1), keyed_seed(0, "a"), keyed_seed(0, "a", "b"), keyed_seed(0, "ab")}

    assert len(seeds) == 5
