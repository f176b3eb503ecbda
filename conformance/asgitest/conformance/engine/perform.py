"""Performs tasks: what each kind of subject is put through. Runs in a worker, or in the only process.

Depends on: the session, generators, execution, checks, findings.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation, check_documents, check_lifespans, check_routes, check_served
from asgitest.conformance.checks.lifespans import check_before_startup
from asgitest.conformance.document import SERVED_AT, served_at
from asgitest.conformance.engine.confirm import confirm
from asgitest.conformance.engine.findings import step_of
from asgitest.conformance.engine.fuzz import Fuzzer
from asgitest.conformance.engine.messages import Done
from asgitest.conformance.engine.probes import probe_operation
from asgitest.conformance.engine.shrink import shrink
from asgitest.conformance.engine.sockets import play_sockets
from asgitest.conformance.engine.stateful import run_resource
from asgitest.conformance.engine.walking import WALK, run_walk
from asgitest.conformance.engine.work import Work
from asgitest.conformance.model import LifespanStep
from asgitest.conformance.records import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.fuzz import Shown
    from asgitest.conformance.engine.journal import Journal
    from asgitest.conformance.engine.messages import Message, Task
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.operation import Operation

__all__ = ["perform"]

_CYCLES = 3
PROBES = -2
"""Stands for the number of a case while an operation is probed."""
_SHRINKABLE = frozenset({"http.unhandled-exception", "openapi.server-error", "asgi.exception-after-response"})

Statuses = dict[str, tuple[int, ...]]


def perform(session: Session, task: Task, *, tell: Callable[[Message], Any], journal: Journal | None) -> None:
    """Perform a task and tell of it; the last message is ``Done`` or ``Judged``.

    Args:
        session: Has the app.
        task: What to do.
        tell: Tells the parent.
        journal: Written before each case.
    """
    work = Work.begin(session, task, tell=tell, journal=journal)
    statuses: Statuses = {}
    match task.kind:
        case "confirm":
            tell(confirm(work))
            return
        case "static":
            _check_statically(work)
        case "lifespan":
            _cycle_lifespan(work)
        case "http":
            statuses = _probe_operation(work)
        case "websocket":
            play_sockets(work, session.sockets[task.subject])
        case "state":
            if task.subject.startswith(WALK):
                run_walk(work)
            else:
                run_resource(work, session.resources[task.subject])
    tell(Done(number=task.number, counts=work.seen.counts, statuses=statuses))


def _check_statically(work: Work) -> None:
    """Check documents and routing table."""
    session = work.session
    found = [*check_documents(session.inventory)]
    found += check_routes(session.inventory, session.target.adapter.routes(session.target.app))
    found += _compare_served(session)
    _skip_lifespan(work)
    for subject, violation in found:
        if subject in {"SCHEMA", "APP"} or session.selection.subject(subject):
            work.seen.fixed(violation, subject, handler=session.handler_of(subject))


def _compare_served(session: Session) -> Iterator[tuple[str, Violation]]:
    """Compare the schema of the app with what it serves."""
    own = [document for document in session.inventory.documents if document.origin == "generated" and document.raw]
    if not own or own[0].root_path or session.options.schema != "auto":
        return
    place = own[0].place or SERVED_AT[0]
    status, content = served_at(session.target.app, place)
    for violation in check_served(own[0], place=place, status=status, content=content):
        yield "SCHEMA", violation


def _cycle_lifespan(work: Work) -> None:
    """Start and stop the app some times."""
    session = work.session
    with session.open() as executor, work.noted(0, None):
        records = executor.run(session.observer(executor).lifespans(_CYCLES))
    work.progress("lifespan", len(records))
    scenario = session.findings.scenario([LifespanStep()] * _CYCLES)
    for violation in check_lifespans(records):
        work.seen.take(violation, "LIFESPAN", records[0], scenario=scenario)
    for violation in session.after_restart:
        work.seen.fixed(violation, "LIFESPAN")


def _skip_lifespan(work: Work) -> None:
    """Send a request to the app without its lifespan, and again with it: what fails only without needs it."""
    session = work.session
    for index, operation in enumerate(session.operations.values()):
        needy = any(parameter.required for parameter in operation.parameters)
        if operation.method != "GET" or needy or index in work.task.skip:
            continue
        request = Request(method="GET", target=operation.path.encode())
        with session.open() as executor, work.noted(index, request):
            before = executor.run(executor.http(request))
            executor.run(executor.start())
            after = executor.run(executor.http(request))
        for violation in check_before_startup(before, after):
            work.seen.fixed(violation, operation.label, handler=operation.handler)
        return


def _probe_operation(work: Work) -> Statuses:
    """Send cases to one operation, then tell of the first of every cause."""
    session, task = work.session, work.task
    operation = session.operations[task.subject]
    with session.open(watch=session.watch, timeout_seconds=session.timeout_for(operation)) as executor:
        observer = session.observer(executor)
        meter = _Meter(work=work)
        fuzzer = Fuzzer(work, operation, observer, progress=meter.progress)
        executor.run(executor.start())
        executor.run(fuzzer.run())
        for shown in fuzzer.shown:
            _submit(work, observer, shown, fuzzer=fuzzer)
        base = fuzzer.worked or fuzzer.first
        if base is not None and not fuzzer.hung and PROBES not in task.skip:
            _probe(work, observer, operation, base=base, fuzzer=fuzzer)
    return {task.subject: tuple(sorted(fuzzer.statuses))}


def _probe(work: Work, observer: Observer, operation: Operation, *, base: Request, fuzzer: Fuzzer) -> None:
    """Ask what is asked beside the cases."""
    session, subject = work.session, work.task.subject
    lead, bound = fuzzer.creations, fuzzer.bound(base)
    with work.noted(PROBES, base):
        others = session.operations.values()
        schemes = session.inventory.security_schemes
        probing = probe_operation(observer, operation, others, base=base, schemes=schemes, lead=lead, bound=bound)
        found = observer.executor.run(probing)
    for probed in found:
        if work.seen.is_new(probed.violation, subject):
            work.seen.take(
                probed.violation,
                subject,
                probed.exchange,
                scenario=session.findings.scenario([step_of(request) for request in (*lead, *probed.requests)]),
                handler=session.handler_of(subject),
                probed=base,
                lead=lead,
                play=bound,
            )


@dataclass(slots=True, kw_only=True)
class _Meter:
    """Tells of progress, with the CPU seconds since the last time."""

    work: Work
    cpu: float = 0.0

    def __post_init__(self) -> None:
        self.cpu = time.process_time()

    def progress(self, cases: int, branches: list[int]) -> None:
        now = time.process_time()
        self.work.progress("openapi", cases, branches=branches, cpu_seconds=now - self.cpu)
        self.cpu = now


def _submit(work: Work, observer: Observer, shown: Shown, *, fuzzer: Fuzzer) -> None:
    """Shrink what can be shrunk and tell of it."""
    session, subject = work.session, work.task.subject
    violation = shown.violation
    scenario = session.findings.scenario([step_of(shown.request)])
    smaller = scenario
    if shown.exchange.hung and shown.before is not None:
        scenario = session.findings.scenario([step_of(shown.before), step_of(shown.request)])
    live = fuzzer.live(shown.request)
    play = fuzzer.bound(live)
    if violation.check in _SHRINKABLE and not shown.exchange.hung:
        request = _shrunk(work, observer, replace(shown, request=live))
        smaller = session.findings.scenario([step_of(request)])
        play = fuzzer.bound(request)
    if play is not None:
        last = play.steps[-1]
        play = replace(play, steps=(*play.steps[:-1], replace(last, expectation=shown.expectation)))
    work.seen.take(
        violation,
        subject,
        shown.exchange,
        scenario=smaller,
        original=scenario,
        expectation=shown.expectation,
        handler=session.handler_of(subject),
        seed_path=f"{session.options.seed}/{work.task.kind}/{subject}/{shown.index}",
        play=play,
        histories=tuple(
            session.findings.scenario([step_of(request) for request in (*before, shown.request)])
            for before in shown.histories
        ),
    )


def _shrunk(work: Work, observer: Observer, shown: Shown) -> Request:
    """Make a request smaller while it shows the same."""
    subject = work.task.subject
    key = work.seen.key(shown.violation, subject)

    async def shows(candidate: Request) -> bool:
        with work.noted(shown.index, candidate):
            _, violations = await observer.request(candidate, subject, Expectation())
        return any(work.seen.key(other, subject) == key for other in violations)

    return observer.executor.run(shrink(shown.request, shows))
