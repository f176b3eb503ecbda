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
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.generate import boundary_cases, example_cases, random_cases
from asgitest.conformance.records import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.work import Work
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange

__all__ = ["Fuzzer", "Shown", "request_of"]

_REPORT_EVERY = 50
_MOST_BOUNDARIES = 400
_MOST_HANGS = 2
_RESTART_EVERY = 25


def request_of(case: Case) -> Request:
    """Write a case as the request that is sent."""
    wire = case.wire()
    target = wire.path.encode("ascii", "replace")
    if wire.query_string:
        target += b"?" + wire.query_string
    return Request(method=wire.method, target=target, headers=tuple(wire.headers), body=wire.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A violation, and the case that showed it.

    Args:
        violation: What a check saw.
        request: What was sent.
        expectation: What was known about it.
        exchange: What came of it.
        index: Number of the case.
    """

    violation: Violation
    request: Request
    expectation: Expectation
    exchange: Exchange
    index: int


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
        self._unsent = 0
        self.cases = 0
        self.statuses: set[int] = set()
        self.shown: list[Shown] = []

    async def run(self) -> None:
        """Send all cases."""
        deadline = None if self._work.task.seconds is None else time.monotonic() + self._work.task.seconds
        skipped = frozenset(self._work.task.skip)
        for index, case in enumerate(self._cases()):
            if index >= self._work.task.cases:
                break
            if deadline is not None and time.monotonic() > deadline:
                break
            if index in skipped:
                continue
            await self._send(case, index)
            if self._hangs >= _MOST_HANGS:
                break
        self._tell()

    async def _send(self, case: Case, index: int) -> None:
        try:
            request = request_of(self._values.applied(case))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return
        request = self._values.authenticated(request, self._operation)
        expectation = Expectation(valid=case.valid, violated=case.violated, generator=case.generator)
        if self._restart and index % _RESTART_EVERY == 0 and index:
            await self._observer.executor.restart()
        if self._journal is not None:
            self._journal.begin(index, request)
        exchange, violations = await self._observer.request(request, self._operation.label, expectation)
        if self._journal is not None:
            self._journal.end()
        self.cases += 1
        self._unsent += 1
        self._hangs += exchange.hung
        self.statuses.add(exchange.status)
        if exchange.observation is not None:
            self._corpus.learn(case, exchange.observation)
        for violation in violations:
            if self._work.seen.is_new(violation, self._operation.label):
                self.shown.append(
                    Shown(violation=violation, request=request, expectation=expectation, exchange=exchange, index=index)
                )
        if self._unsent >= _REPORT_EVERY:
            self._tell()

    def _tell(self) -> None:
        branches, self._corpus.new_branches = self._corpus.new_branches, []
        self._progress(self._unsent, branches)
        self._unsent = 0

    # Generation

    def _cases(self) -> Iterator[Case]:
        """All cases, endlessly."""
        operation = self._operation
        dictionary = self._values.dictionary()
        yield from example_cases(operation, dictionary)
        boundaries = boundary_cases(operation, dictionary)
        most = max(20, min(_MOST_BOUNDARIES, self._work.task.cases * 2 // 3))
        yield from self._interleaved(itertools.islice(boundaries, most))
        randoms = iter(random_cases(operation, self._random, dictionary))
        while True:
            case = self._choose(randoms)
            if case is None:
                return
            yield case

    def _interleaved(self, boundaries: Iterable[Case]) -> Iterator[Case]:
        """Put what the white box proposes between the boundaries."""
        for case in boundaries:
            yield case
            proposed = self._corpus.next()
            if proposed is not None:
                yield proposed

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
