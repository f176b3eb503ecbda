"""From candidates to the findings of a run: one for each cause, confirmed, counted, with a reproduction.

The result does not depend on the order in which processes tell: of several candidates for one cause, the one whose
subject stands first in the plan is kept.

Depends on: the models, reproductions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgitest.conformance.reproduce import build_reproduction
from asgitest.conformance.verdict import sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgitest.conformance.engine.messages import Candidate
    from asgitest.conformance.model import Finding

__all__ = ["Collected", "Collector"]


@dataclass(slots=True, kw_only=True)
class Collected:
    """What is known about one cause.

    Args:
        candidate: The one that is kept.
        rank: Place of its subject in the plan.
        seen: How often it was seen again; None while nobody has looked.
        tried: How often it was tried.
        subjects: Who showed it.
    """

    candidate: Candidate
    rank: int
    seen: int | None = None
    tried: int = 0
    subjects: dict[str, int] = field(default_factory=dict[str, int])


class Collector:
    """Collects the candidates of a run.

    Args:
        ranks: Place of each subject in the plan.
    """

    def __init__(self, ranks: Mapping[str, int]) -> None:
        self._ranks = ranks
        self._causes: dict[str, Collected] = {}
        self._counts: dict[str, int] = {}
        self._told: set[str] = set()

    def offer(self, candidate: Candidate, task_subject: str) -> bool:
        """Take a candidate; tell whether it has to be confirmed."""
        finding = candidate.finding
        rank = self._ranks.get(task_subject, len(self._ranks))
        known = self._causes.get(finding.fingerprint)
        if known is None:
            known = self._causes[finding.fingerprint] = Collected(candidate=candidate, rank=rank)
            known.subjects[finding.operation] = rank
            return not candidate.fixed
        known.subjects.setdefault(finding.operation, rank)
        if rank < known.rank and (known.seen is None or known.seen < known.tried or finding.quirk is None):
            known.candidate, known.rank = candidate, rank
            known.seen = None
            return not candidate.fixed
        return False

    def judged(self, candidate: Candidate, *, seen: int, tried: int) -> Finding | None:
        """Take in whether a candidate was seen again.

        Returns:
            The finding, if this is the first time it is confirmed.
        """
        fingerprint = candidate.finding.fingerprint
        known = self._causes.get(fingerprint)
        if known is None:
            return None
        if known.candidate.finding.operation == candidate.finding.operation:
            known.candidate, known.seen, known.tried = candidate, seen, tried
        if seen and fingerprint not in self._told:
            self._told.add(fingerprint)
            return self._finished(known)
        return None

    def count(self, counts: Mapping[str, int]) -> None:
        """Add how often fingerprints were seen in a task."""
        for fingerprint, number in counts.items():
            self._counts[fingerprint] = self._counts.get(fingerprint, 0) + number

    def findings(self) -> tuple[Finding, ...]:
        """All findings, sorted."""
        return tuple(sorted((self._finished(known) for known in self._causes.values()), key=sort_key))

    def known(self) -> Iterable[Collected]:
        """Everything collected so far."""
        return self._causes.values()

    def _finished(self, known: Collected) -> Finding:
        candidate = known.candidate
        finding = candidate.finding
        flaky = not candidate.fixed and known.tried > 0 and (known.seen or 0) < known.tried
        reproduction = None
        if candidate.scenario is not None:
            reproduction = build_reproduction(
                candidate.scenario,
                finding.fingerprint,
                assertions=candidate.assertions,
                seed_path=candidate.seed_path,
                verified=not flaky and known.tried > 0,
                rule=finding.rule,
            )
        subjects = tuple(sorted(known.subjects, key=lambda subject: (known.subjects[subject], subject)))
        return finding.model_copy(
            update={
                "count": max(1, self._counts.get(finding.fingerprint, 1)),
                "flaky": flaky,
                "confidence": "tentative" if flaky else finding.confidence,
                "reproduction": reproduction,
                "subjects": subjects,
            }
        )
