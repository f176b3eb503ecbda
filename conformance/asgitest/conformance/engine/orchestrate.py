"""One run: load, plan, hand out tasks, confirm what they find, and end within the budget.

Events go to *emit*; nothing is printed. An interrupt ends the run with what was found.

Depends on: the pool, the collector, the models.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.engine.attempts import next_attempt
from asgitest.conformance.engine.collecting import Collector
from asgitest.conformance.engine.deaths import candidate_of_death, is_expected_death
from asgitest.conformance.engine.local_pool import LocalPool
from asgitest.conformance.engine.messages import Crashed, Died, Done, Found, Judged, Progress, Task
from asgitest.conformance.engine.pool import Pool, fork_available
from asgitest.conformance.events import (
    CaseProgress,
    FindingFound,
    Noted,
    RunFinished,
    RunStarted,
    SecretsLearned,
    SubjectDone,
    SubjectStarted,
    WorkerReplaced,
)
from asgitest.conformance.model import Run, Statistics
from asgitest.conformance.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.engine.messages import Candidate, Message, Ready, TaskKind
    from asgitest.conformance.events import Event
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.target import Target

__all__ = ["run"]

_MOST_DEATHS = 2
_NO_CASE = -1
_LEAST_SECONDS = 0.15
_RESERVE = 0.15
"""The part of the budget kept for confirming."""
_FAMILIES: dict[TaskKind, str] = {
    "static": "schema",
    "lifespan": "lifespan",
    "http": "openapi",
    "websocket": "websocket",
    "state": "state",
}
_NO_START = frozenset({"lifespan.startup-failure-reported", "lifespan.hangs-startup"})


def run(options: RunOptions, emit: Callable[[Event], object], *, target: Target | None = None) -> Run:
    """Test an app.

    Args:
        options: What to test, and how.
        emit: Called with each event, in this thread.
        target: The app, when it is at hand; everything then stays in this process.

    Raises:
        UsageError: If the app cannot be loaded.
        EngineError: If the engine itself fails.
    """
    return _Run(options, emit, target).perform()


def _workers(options: RunOptions) -> int:
    """Choose the number of processes."""
    if options.workers is not None:
        return options.workers
    return max(1, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


class _Run:
    """The state of one run."""

    def __init__(self, options: RunOptions, emit: Callable[[Event], object], target: Target | None) -> None:
        self._options = options
        self._emit = emit
        self._began = time.monotonic()
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._counted = options.deterministic or options.cases is not None
        self._workers = _workers(options)
        self._pool: Pool | LocalPool
        if target is not None or self._workers == 0 or not fork_available():
            self._workers = 0
            self._pool = LocalPool(options, prepare=self._prepare, target=target)
        else:
            self._pool = Pool(options, self._workers, prepare=self._prepare)
        self._collector = Collector({})
        self._branches: set[int] = set()
        self._cases: dict[str, int] = {}
        self._by_family: dict[str, int] = {}
        self._deaths: dict[str, tuple[int, ...]] = {}
        self._cpu = 0.0
        self._number = 0
        self._waiting = 0
        self._notes: list[str] = []
        self._internal: list[str] = []
        self._found: dict[str, int] = {}
        self._ready: Ready | None = None

    def perform(self) -> Run:
        """Do everything."""
        interrupted = False
        with self._pool as pool:
            try:
                ready = self._ready = pool.start()
                self._begin(ready)
                for task, message in pool.messages():
                    self._handle(task, message)
            except KeyboardInterrupt:
                interrupted = True
        result = self._result(interrupted=interrupted)
        self._emit(RunFinished(run=result))
        return result

    def _begin(self, ready: Ready) -> None:
        """Make tasks of the plan."""
        if ready.secrets:
            self._emit(SecretsLearned(secrets=ready.secrets))
        plan = ready.plan
        shard = self._options.shard
        if shard is not None:
            plan = tuple(entry for place, entry in enumerate(plan) if place % shard.count == shard.index - 1)
        self._collector = Collector({subject: place for place, (_, subject) in enumerate(plan)})
        families: dict[str, int] = {}
        for kind, _ in plan:
            families[_FAMILIES[kind]] = families.get(_FAMILIES[kind], 0) + 1
        self._emit(
            RunStarted(
                target=ready.target,
                seed=self._options.seed,
                profile=self._options.profile,
                budget_seconds=None if self._counted else self._options.effective_budget_seconds,
                cases=self._options.effective_cases if self._counted else None,
                plan=families,
                workers=self._workers,
                versions=ready.versions,
            )
        )
        for text in ready.notes:
            self._note(text)
        for kind, subject in plan:
            self._submit(kind, subject)

    def _submit(self, kind: TaskKind, subject: str, *, candidate: Candidate | None = None) -> None:
        self._number += 1
        task = Task(
            number=self._number,
            kind=kind,
            subject=subject,
            cases=self._options.effective_cases,
            skip=self._deaths.get(subject, ()),
            candidate=candidate,
        )
        self._waiting += kind in {"http", "state", "websocket"}
        self._pool.submit(task, first=candidate is not None)

    def _prepare(self, task: Task) -> Task:
        """Give a task its share of the budget when it is its turn."""
        if task.kind == "confirm":
            return task
        self._emit(SubjectStarted(family=_FAMILIES[task.kind], subject=task.subject))
        if self._counted or task.kind in {"static", "lifespan"}:
            return task
        budget = self._options.effective_budget_seconds * (1 - _RESERVE)
        left = budget - (time.monotonic() - self._began)
        share = left * max(1, self._workers) / max(1, self._waiting)
        self._waiting -= 1
        return replace(task, seconds=max(_LEAST_SECONDS, share))

    # Messages

    def _handle(self, task: Task, message: Message) -> None:
        match message:
            case Progress():
                self._progressed(task, message)
            case Found():
                self._offer(task, message.candidate)
            case Judged():
                self._judged(message)
            case Done():
                self._done(task, message)
            case Died():
                self._died(task, message)
            case Crashed():
                self._crashed(task, message)

    def _crashed(self, task: Task, message: Crashed) -> None:
        """The engine failed in a task: say so, and fail the run; the other tasks go on."""
        last = message.text.strip().splitlines()[-1]
        self._note(f"internal error while testing {task.subject}: {last}")
        self._internal.append(f"{task.kind} {task.subject}\n{message.text}")
        if task.candidate is not None:
            self._confirmed(task.candidate, seen=0, tried=self._options.confirm)
        else:
            self._done(task, Done(number=task.number))

    def _progressed(self, task: Task, message: Progress) -> None:
        self._cpu += message.cpu_seconds
        if not message.cases:
            return
        self._branches.update(message.branches)
        self._cases[task.subject] = self._cases.get(task.subject, 0) + message.cases
        self._by_family[message.family] = self._by_family.get(message.family, 0) + message.cases
        self._emit(
            CaseProgress(
                family=message.family,
                subject=task.subject,
                cases=message.cases,
                branches=len(self._branches) if self._options.whitebox != "off" else None,
                elapsed_seconds=time.monotonic() - self._began,
            )
        )

    def _offer(self, task: Task, candidate: Candidate) -> None:
        """Take a candidate; have it confirmed, or tell of it at once."""
        self._found[task.subject] = self._found.get(task.subject, 0) + 1
        if not self._collector.offer(candidate, task.subject):
            if candidate.fixed:
                self._tell_fixed(candidate)
        elif self._options.confirm:
            self._submit("confirm", candidate.finding.operation, candidate=candidate)
        else:
            self._confirmed(candidate, seen=1, tried=1)
        if candidate.finding.check in _NO_START:
            dropped = [one for one in self._pool.drop() if not self._keep(one)]
            if dropped:
                untested = len({one.subject for one in dropped if " /" in one.subject and one.kind != "state"})
                what = f": {untested} operations were not tested" if untested > 1 else ""
                self._note(f"Startup does not succeed, so no request was sent{what}.")

    def _keep(self, task: Task) -> bool:
        """Queue again what needs no startup; tell whether it was."""
        if task.kind in {"confirm", "static", "lifespan"}:
            self._pool.submit(task)
            return True
        return False

    def _tell_fixed(self, candidate: Candidate) -> None:
        finding = self._collector.judged(candidate, seen=1, tried=1)
        if finding is not None:
            self._emit(FindingFound(finding=finding))

    def _judged(self, message: Judged) -> None:
        again = next_attempt(message, times=self._options.confirm, fresh=self._workers > 0)
        if again is not None:
            self._submit("confirm", again.finding.operation, candidate=again)
        else:
            self._confirmed(message.candidate, seen=message.seen, tried=message.tried)

    def _confirmed(self, candidate: Candidate, *, seen: int, tried: int) -> None:
        finding = self._collector.judged(candidate, seen=seen, tried=tried)
        if finding is None:
            return
        self._emit(FindingFound(finding=finding))
        most = self._options.max_findings
        if most is not None and sum(1 for known in self._collector.known() if known.seen) >= most:
            self._pool.drop()
            self._note(f"Stopped after {most} findings.")

    def _done(self, task: Task, message: Done) -> None:
        self._collector.count(message.counts)
        for text in message.notes:
            self._note(text)
        self._emit(
            SubjectDone(
                family=_FAMILIES[task.kind],
                subject=task.subject,
                cases=self._cases.get(task.subject, 0),
                findings=self._found.get(task.subject, 0),
            )
        )

    def _died(self, task: Task, message: Died) -> None:
        """A process ended: make a finding of it, and go on without the case it was in."""
        self._emit(WorkerReplaced(subject=task.subject, reason=message.reason))
        if task.candidate is not None:
            expected = is_expected_death(task.candidate, message)
            self._confirmed(task.candidate, seen=self._options.confirm if expected else 0, tried=self._options.confirm)
            return
        candidate = candidate_of_death(
            task, message, options=self._options, selection=Selection(options=self._options), ready=self._ready
        )
        if candidate is not None:
            self._offer(task, candidate)
        skipped = (*self._deaths.get(task.subject, ()), message.index)
        self._deaths[task.subject] = skipped
        if len(skipped) <= _MOST_DEATHS and message.index != _NO_CASE:
            self._submit(task.kind, task.subject)
        else:
            self._note(f"{task.subject}: its process ended {len(skipped)} times; the rest of its cases was left out.")
            self._done(task, Done(number=task.number))

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)
            self._emit(Noted(text=text))

    # The result

    def _result(self, *, interrupted: bool) -> Run:
        ready, options = self._ready, self._options
        selection = Selection(options=options)
        return Run(
            versions=ready.versions if ready else {},
            target=ready.target if ready else options.target or "",
            started=self._started,
            seed=options.seed,
            profile=options.profile,
            fail_on=options.fail_on,
            shard=str(options.shard) if options.shard else None,
            subjects=tuple(subject for _, subject in ready.plan) if ready else (),
            checks=tuple(
                check
                for check in CHECKS
                if not check.startswith(("drift.", "schemathesis.")) and selection.check(check)
            ),
            schema_hash=ready.schema_hash if ready else "",
            statistics=self._statistics(),
            findings=self._collector.findings(),
            notes=tuple(self._notes),
            internal_errors=tuple(self._internal),
            interrupted=interrupted,
        )

    def _statistics(self) -> Statistics:
        watched = self._options.whitebox != "off" and self._ready is not None and self._ready.branches_total
        return Statistics(
            cases=sum(self._cases.values()),
            cpu_seconds=round(self._cpu, 3),
            wall_seconds=round(time.monotonic() - self._began, 3),
            branches=len(self._branches) if watched else None,
            branches_total=self._ready.branches_total if self._ready else None,
            by_family=dict(sorted(self._by_family.items())),
            by_subject=dict(sorted(self._cases.items())),
            workers_replaced=self._pool.deaths,
        )
