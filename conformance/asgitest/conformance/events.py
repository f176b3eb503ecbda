"""What the engine tells while it runs. The engine emits, the reports consume; nothing here prints.

The order is: one :class:`RunStarted`; then, for each family and subject, one :class:`SubjectStarted`, any number of
:class:`CaseProgress` and :class:`FindingFound`, one :class:`SubjectDone` (subjects may overlap); any number of
:class:`Noted` and :class:`WorkerReplaced`; one :class:`RunFinished`, also when the run was interrupted.

Depends on: the models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.conformance.model import Finding, Run

__all__ = [
    "CaseProgress",
    "Event",
    "FindingFound",
    "Noted",
    "RunFinished",
    "RunStarted",
    "SecretsLearned",
    "SubjectDone",
    "SubjectStarted",
    "WorkerReplaced",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The plan is made and the first case is about to be sent.

    Args:
        command: Which command runs.
        target: What is tested.
        seed: Of all randomness.
        profile: How much is asked for.
        budget_seconds: The budget, or None when it is counted in cases.
        cases: Cases for each subject, or None when the budget is counted in seconds.
        plan: How many subjects each family has, in the order the families run.
        workers: Worker processes.
        versions: Of Python, asgitest and the frameworks.
    """

    target: str
    seed: int
    command: str = "check"
    profile: str = "default"
    budget_seconds: float | None = None
    cases: int | None = None
    plan: Mapping[str, int] = field(default_factory=dict[str, int])
    workers: int = 0
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsLearned:
    """Identities have logged in. Comes before everything else, and is no part of any report.

    Args:
        secrets: Values, with the names of the identities they belong to.
    """

    secrets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectStarted:
    """A family begins with a subject."""

    family: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProgress:
    """Cases were sent since the last such event for this family and subject.

    Args:
        family: Which family sent them.
        subject: To which subject.
        cases: How many.
        branches: Branches of the app's code reached so far in the whole run; None without white box.
        elapsed_seconds: Since the run began.
    """

    family: str
    subject: str
    cases: int
    branches: int | None = None
    elapsed_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFound:
    """A new cause was found and confirmed. Later occurrences of it change only its count in the final run."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDone:
    """A family is done with a subject.

    Args:
        family: The family.
        subject: The subject.
        cases: Cases sent in all.
        findings: Findings made in all.
    """

    family: str
    subject: str
    cases: int = 0
    findings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReplaced:
    """A worker process died or hung and another took its place."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A sentence about the run itself: what was skipped, and why."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run is over; its result is complete."""

    run: Run


Event = (
    SecretsLearned
    | RunStarted
    | SubjectStarted
    | CaseProgress
    | FindingFound
    | SubjectDone
    | WorkerReplaced
    | Noted
    | RunFinished
)
