"""Runs of one target, made into one: shards of a CI matrix, or workers.

Findings of one fingerprint become one, with all subjects and the sum of the counts; it is flaky only if it was flaky
everywhere.

Depends on: the models, the verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.errors import UsageError
from asgitest.conformance.model import Statistics
from asgitest.conformance.verdict import sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asgitest.conformance.model import Finding, Run

__all__ = ["merge_findings", "merge_runs", "merge_statistics"]


def merge_runs(runs: Sequence[Run]) -> Run:
    """Merge runs.

    Args:
        runs: At least one.

    Raises:
        UsageError: If they are not runs of the same target.
    """
    first = runs[0]
    targets = list(dict.fromkeys(run.target for run in runs))
    if len(targets) > 1:
        raise UsageError(f"Only runs of one target can be merged; these are of {targets[0]} and {targets[1]}.")
    shards = [run.shard for run in runs if run.shard is not None]
    doubled = next((shard for shard in shards if shards.count(shard) > 1), None)
    if doubled is not None:
        raise UsageError(f"Shard {doubled} is given twice.")
    return first.model_copy(
        update={
            "shard": None,
            "started": min((run.started for run in runs if run.started), default=""),
            "versions": {key: value for run in runs for key, value in run.versions.items()},
            "subjects": _union(run.subjects for run in runs),
            "checks": _union(run.checks for run in runs),
            "statistics": merge_statistics([run.statistics for run in runs]),
            "findings": merge_findings(finding for run in runs for finding in run.findings),
            "notes": (*_union(run.notes for run in runs), *_missing(shards)),
            "internal_errors": _union(run.internal_errors for run in runs),
            "interrupted": any(run.interrupted for run in runs),
        }
    )


def _union(tuples: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in tuples for item in items))


def _missing(shards: list[str]) -> tuple[str, ...]:
    """Name the shards that are not there."""
    if not shards:
        return ()
    count = max(int(shard.partition("/")[2]) for shard in shards)
    missing = [str(index) for index in range(1, count + 1) if f"{index}/{count}" not in shards]
    return (f"Of {count} shards, {', '.join(missing)} is missing.",) if missing else ()


def merge_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Merge findings of one fingerprint and sort them."""
    merged: dict[str, Finding] = {}
    for finding in findings:
        before = merged.get(finding.fingerprint)
        merged[finding.fingerprint] = finding if before is None else _merge_two(before, finding)
    return tuple(sorted(merged.values(), key=sort_key))


def _merge_two(one: Finding, other: Finding) -> Finding:
    kept = other if one.flaky and not other.flaky else one
    subjects = dict.fromkeys((*_subjects(one), *_subjects(other)))
    return kept.model_copy(update={"count": one.count + other.count, "subjects": tuple(subjects)})


def _subjects(finding: Finding) -> tuple[str, ...]:
    return tuple(dict.fromkeys((finding.operation, *finding.subjects)))


def merge_statistics(parts: Sequence[Statistics]) -> Statistics:
    """Add up what parts did; branches are those of the part that reached most, because parts overlap."""
    reached = [part.branches for part in parts if part.branches is not None]
    totals = [part.branches_total for part in parts if part.branches_total is not None]
    return Statistics(
        cases=sum(part.cases for part in parts),
        cpu_seconds=sum(part.cpu_seconds for part in parts),
        wall_seconds=max((part.wall_seconds for part in parts), default=0.0),
        branches=max(reached, default=None),
        branches_total=max(totals, default=None),
        by_family=_added([part.by_family for part in parts]),
        by_subject=_added([part.by_subject for part in parts]),
        workers_replaced=sum(part.workers_replaced for part in parts),
    )


def _added(tables: Sequence[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for table in tables:
        for key, value in table.items():
            total[key] = total.get(key, 0) + value
    return total
