"""What one run is told."""

from __future__ import annotations

import pickle

from asgitest.conformance.options import PROFILES, Identity, RunOptions, Shard


def test_a_budget_that_is_given_counts_more_than_the_profile() -> None:
    assert RunOptions(target=None).effective_budget_seconds == PROFILES["default"].budget_seconds
    assert RunOptions(target=None, budget_seconds=5).effective_budget_seconds == 5
    assert RunOptions(target=None, profile="quick").effective_cases == PROFILES["quick"].cases
    assert RunOptions(target=None, cases=7).effective_cases == 7


def test_options_reach_worker_processes() -> None:
    options = RunOptions(target="a:b", identities=(Identity(name="ada"),), shard=Shard(index=1, count=2))

    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301 - what was just written
