"""One HTTP subject, from the first example to the last random case.

The order is: documented examples, one boundary at a time, then random cases and what the white box proposes, until
the cases or the seconds are used up. The same seed gives the same cases, whatever else runs.

Depends on: generators, execution, checks, the corpus.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgitest.conformance.checks import Expectation
from asgitest.conformance.engine.corpus import Corpus, leaves_of, with_leaf
from asgitest.conformance.engine.harvest import Harvest, harvest
from asgitest.conformance.engine.history import History
from asgitest.conformance.engine.inline import InlineThreads
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import boundary_cases, example_cases, random_cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.plays import Play
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange, Request

__all__ = ["Fuzzer", "Shown"]

_REPORT_EVERY = 50
_MOST_HANGS = 2
_RESTART_EVERY = 25
_WORKED = range(200, 400)
_IN_THREADS = 10
"""So many cases run synchronous endpoints in real threads."""
_FLOOR = {"quick": 40, "default": 60, "thorough": 60}
"""Cases that are sent however little time there is."""
_WALL = 4.0
"""How many times its share of CPU seconds a subject may take by the clock."""
_PATIENCE = 150
"""Cases without anything new after which a subject is left, once it has had its number of cases."""
_MOST = 8
"""How many times its number of cases a subject that goes on teaching something gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A violation, and the case that showed it.

    Args:
        violation: What a check saw.
        request: What was sent, with the identifiers there were at first.
        expectation: What was known about it.
        exchange: What came of it.
        index: Number of the case.
        before: The request before it on the same state, if there was one.
        histories: What may have left the state it was seen in, from little to much.
    """

    violation: Violation
    request: Request
    expectation: Expectation
    exchange: Exchange
    index: int
    before: Request | None = None
    histories: tuple[tuple[Request, ...], ...] = ()


class _Clock:
    """A share of CPU seconds; None never ends. On a machine that is busy with other things the clock ends it later."""

    def __init__(self, seconds: float | None) -> None:
        self._soonest = 0.0 if seconds is None else time.monotonic() + seconds
        self._cpu = None if seconds is None else time.process_time() + seconds
        self._wall = 0.0 if seconds is None else time.monotonic() + _WALL * max(seconds, 1.0)

    def expired(self) -> bool:
        """Whether the share is used up."""
        # CPU seconds are asked for only when as many have gone by: that costs a system call.
        return self._cpu is not None and time.monotonic() > self._soonest and time.process_time() > self._cpu

    def far_expired(self) -> bool:
        """Whether it has taken far too long by the clock."""
        return self._cpu is not None and time.monotonic() > self._wall


class Fuzzer:
    """Sends cases to one operation.

    Args:
        work: The task.
        operation: The subject.
        observer: Sends and judges.
        progress: Called with the number of cases since the last time and the branches that are new.
    """

    def __init__(
        self,
        work: Work,
        operation: Operation,
        observer: Observer,
        *,
        progress: Callable[[int, list[int]], None],
    ) -> None:
        options = work.session.options
        self._work = work
        self._operation = operation
        self._observer = observer
        self._values = work.session.values_for(operation)
        self._progress = progress
        self._journal = work.journal
        self._restart = options.reset != "none"
        self._random = keyed_random(options.seed, "fuzz", operation.label)
        self._corpus = Corpus(keyed_random(options.seed, "corpus", operation.label))
        self._hangs = 0
        self._floor = _FLOOR[options.profile]
        self._threads = InlineThreads()
        self._harvest = Harvest()
        self._unsent = 0
        self._last_new = 0
        self.cases = 0
        self.statuses: set[int] = set()
        self.shown: list[Shown] = []
        self._before: Request | None = None
        self._history = History()
        self.first: Request | None = None
        self.worked: Request | None = None

    async def run(self) -> None:
        """Send all cases."""
        with self._threads:
            await self._run()

    async def _run(self) -> None:
        clock = _Clock(self._work.task.seconds)
        self._harvest = await harvest(self._work, self._operation, self._observer)
        self._history.begin(self._harvest.creations)
        skipped = frozenset(self._work.task.skip)
        for index, case in enumerate(self._cases()):
            if self._had_enough(index) or (index >= self._floor and clock.expired()) or clock.far_expired():
                break
            if index in skipped:
                continue
            if index == _IN_THREADS and not skipped:
                self._threads.activate()
            await self._send(case, index)
            if self.hung:
                break
        self._tell()

    def _had_enough(self, index: int) -> bool:
        """Tell whether the number of cases is used up; as long as they teach something there are more."""
        cases = self._work.task.cases
        return index >= cases and (index - self._last_new >= min(_PATIENCE, cases) or index >= cases * _MOST)

    async def _send(self, case: Case, index: int) -> None:
        if self._restart and index % _RESTART_EVERY == 0 and index:
            await self._restarted(index)
        try:
            request = request_of(self._values.applied(case))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return
        request = self._harvest.current(self._values.authenticated(request, self._operation))
        expectation = Expectation(valid=case.valid, violated=case.violated, generator=case.generator)
        if self._journal is not None:
            self._journal.begin(index, request)
        refused = self._threads.refused
        exchange, violations = await self._observer.request(request, self._operation.label, expectation)
        if self._threads.refused and not refused:
            exchange, violations = await self._observer.request(request, self._operation.label, expectation)
        if self._journal is not None:
            self._journal.end()
        self.cases += 1
        self._unsent += 1
        self._hangs += exchange.hung
        self.statuses.add(exchange.status)
        if exchange.observation is not None and self._corpus.learn(case, exchange.observation):
            self._last_new = index
        self._remember(request, exchange)
        self._show(violations, exchange, expectation, index=index)
        self._history.add(request, exchange)
        self._before = request
        if self._unsent >= _REPORT_EVERY:
            self._tell()

    def _show(self, violations: list[Violation], exchange: Exchange, expectation: Expectation, *, index: int) -> None:
        """Keep the first violation of each cause."""
        for violation in violations:
            if self._work.seen.is_new(violation, self._operation.label):
                self.shown.append(
                    Shown(
                        violation=violation,
                        request=self._harvest.first(exchange.request),
                        expectation=expectation,
                        exchange=exchange,
                        index=index,
                        before=self._before,
                        histories=self._history.lead(),
                    )
                )

    async def _restarted(self, index: int) -> None:
        """Restart the lifespan, and create again what cases refer to."""
        await self._observer.executor.restart()
        self._before = None

        async def send(request: Request) -> Exchange:
            with self._work.noted(index, request):
                return await self._observer.executor.http(request)

        await self._harvest.create_again(send)
        self._history.begin(self._harvest.creations)

    def bound(self, request: Request) -> Play | None:
        """Write a request with what was created for it as a sequence, if identifiers in it are given by chance."""
        return self._harvest.bound(self._operation.label, request)

    def live(self, request: Request) -> Request:
        """Put the present identifiers into a request that was shown."""
        return self._harvest.current(request)

    @property
    def creations(self) -> tuple[Request, ...]:
        """What cases refer to was created by these."""
        return self._harvest.creations

    @property
    def hung(self) -> bool:
        """Whether the operation was left because it hangs."""
        return self._hangs >= _MOST_HANGS

    def _remember(self, request: Request, exchange: Exchange) -> None:
        """Keep the first request, and the first that worked, to be probed."""
        if self.first is None:
            self.first = request
        if self.worked is None and exchange.status in _WORKED and not request.chunks:
            self.worked = request

    def _tell(self) -> None:
        branches, self._corpus.new_branches = self._corpus.new_branches, []
        self._progress(self._unsent, branches)
        self._unsent = 0

    # Generation

    def _cases(self) -> Iterator[Case]:
        """All cases, endlessly."""
        operation = self._operation
        dictionary = self._values.dictionary()
        for name, values in self._harvest.by_name.items():
            for value in values:
                dictionary.name(name, value)
        for name, values in self._harvest.by_property.items():
            dictionary.by_property[name] = values
            dictionary.by_name.setdefault(name, values)
        yield from example_cases(operation, dictionary)
        randoms = iter(random_cases(operation, self._random, dictionary))
        yield from self._interleaved(boundary_cases(operation, dictionary), randoms)
        while True:
            case = self._choose(randoms)
            if case is None:
                return
            yield case

    def _interleaved(self, boundaries: Iterable[Case], randoms: Iterator[Case]) -> Iterator[Case]:
        """Put what the white box proposes between the boundaries, and now and then a random case."""
        for number, case in enumerate(boundaries):
            yield case
            proposed = self._corpus.next()
            if proposed is not None:
                yield proposed
            if number % 3 == 2:  # noqa: PLR2004  one in three
                yield from itertools.islice(randoms, 1)

    def _choose(self, randoms: Iterator[Case]) -> Case | None:
        """Choose the next case: proposed, changed, or random."""
        draw = self._random.random()
        if draw < 0.75:  # noqa: PLR2004  proposals first, but never only proposals
            proposed = self._corpus.next()
            if proposed is not None:
                return proposed
        if draw < 0.3:  # noqa: PLR2004  a share for changes of cases that taught something
            entry = self._corpus.entry()
            if entry is not None:
                return self._changed(entry, next(randoms, None))
        return next(randoms, None)

    def _changed(self, entry: Case, other: Case | None) -> Case | None:
        """Replace one input of a case by a literal of the source, or by the one another case has there."""
        leaves = leaves_of(entry)
        if not leaves:
            return other
        leaf = self._random.choice(list(leaves))
        if other is not None and self._random.random() < 0.5:  # noqa: PLR2004  a coin
            theirs = leaves_of(other)
            if leaf in theirs:
                return with_leaf(entry, leaf, theirs[leaf])
        literal = self._values.literal(self._random, leaves[leaf])
        return with_leaf(entry, leaf, literal) if literal is not None else other
