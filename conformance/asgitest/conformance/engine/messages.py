"""What the engine's processes say to each other. Everything here can be pickled.

Depends on: the models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from asgitest.conformance.checks import Expectation
    from asgitest.conformance.engine.plays import Play
    from asgitest.conformance.model import Finding, Scenario
    from asgitest.conformance.records import Request

__all__ = [
    "Candidate",
    "Crashed",
    "Died",
    "Done",
    "Failed",
    "Found",
    "Judged",
    "Message",
    "Progress",
    "Ready",
    "Task",
    "TaskKind",
]

TaskKind = Literal["static", "lifespan", "http", "websocket", "state", "confirm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A finding that waits to be confirmed.

    Args:
        finding: As the check saw it, with its shrunk scenario.
        original: The scenario before it was shrunk.
        expectation: What was known about the case.
        assertions: What the reproduction asserts.
        fixed: Whether nothing has to be sent to see it (a schema, a routing table).
        seed_path: ``seed/family/subject/index`` of the case.
        play: The sequence it was seen in, for findings about state.
        probed: The request that was probed, for what two exchanges show together.
        lead: What was sent before it, so that what it is about is there.
        histories: The scenario after what was sent before it, from the shortest history to the longest.
        seen: How often it was seen again so far, with its scenario.
        tried: How often that was tried.
    """

    finding: Finding
    scenario: Scenario | None = None
    original: Scenario | None = None
    expectation: Expectation | None = None
    assertions: tuple[str, ...] = ()
    fixed: bool = False
    seed_path: str = ""
    play: Play | None = None
    probed: Request | None = None
    lead: tuple[Request, ...] = ()
    histories: tuple[Scenario, ...] = ()
    seen: int = 0
    tried: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work for one process: a subject with its share of the budget, or a finding to confirm.

    Args:
        number: Counted by the parent.
        kind: What is done.
        subject: The subject.
        cases: At most so many cases.
        seconds: At most so long; None for ever.
        skip: Numbers of cases that ended a process before.
        candidate: What to confirm.
    """

    number: int
    kind: TaskKind
    subject: str
    cases: int = 0
    seconds: float | None = None
    skip: tuple[int, ...] = ()
    candidate: Candidate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Cases were sent.

    Args:
        number: Of the task.
        family: That sent them.
        cases: How many since the last message.
        branches: Numbers of branches reached for the first time in this process.
        cpu_seconds: Spent since the last message.
    """

    number: int
    family: str
    cases: int
    branches: tuple[int, ...] = ()
    cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A check saw something for the first time in this task."""

    number: int
    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding was looked for once more.

    Args:
        number: Of the task.
        candidate: As it was seen this time.
        seen: How often it was seen again, all attempts with this scenario together.
        tried: How many those are.
    """

    number: int
    candidate: Candidate
    seen: int
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A task is finished.

    Args:
        number: Of the task.
        counts: How often each fingerprint was seen.
        statuses: Statuses seen, for each operation.
        notes: Sentences for the user.
    """

    number: int
    counts: dict[str, int] = field(default_factory=dict[str, int])
    statuses: dict[str, tuple[int, ...]] = field(default_factory=dict[str, "tuple[int, ...]"])
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """The engine itself failed in a task."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """A process ended in the middle of a task, or was ended because it hung.

    Args:
        number: Of the task.
        reason: ``exit status 3``, ``signal SIGSEGV``, ``hung``.
        index: Number of the case it was in.
        case: What was being sent, if it is known.
        stack: Where it hung, as text.
        hung: Whether it was ended because it hung.
    """

    number: int
    reason: str
    index: int = -1
    case: Any = None
    stack: str = ""
    hung: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The app is loaded.

    Args:
        target: What is tested, as reports call it.
        plan: Subjects with the kind of work each needs.
        versions: Of Python, asgitest and the frameworks.
        schema_hash: SHA-256 of the documents.
        branches_total: Branches of the app's own modules; None without white box.
        notes: Sentences for the user.
        secrets: What logins returned, with the names of the identities; reports hide it.
    """

    target: str
    plan: tuple[tuple[TaskKind, str], ...]
    versions: dict[str, str] = field(default_factory=dict[str, str])
    schema_hash: str = ""
    branches_total: int | None = None
    notes: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The app cannot be loaded.

    Args:
        sentence: Why.
        hint: What may have been meant.
        usage: Whether the user is told in one sentence; otherwise it is a fault of ours, with the traceback.
    """

    sentence: str
    hint: str = ""
    usage: bool = True


Message = Progress | Found | Judged | Done | Crashed | Died
