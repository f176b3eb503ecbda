"""One HTTP subject, from the first example to the last random case.

The order is: documented examples, one boundary at a time, then random cases and what the white box proposes, until
the cases or the seconds are used up. The same seed gives the same cases, whatever else runs.

Depends on: generators, execution, checks, the corpus.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation
from asgitest.conformance.engine.corpus import Corpus, leaves_of, with_leaf
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.generate import boundary_cases, example_cases, random_cases
from asgitest.conformance.records import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from asgitest.conformance.case import Case
    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.journal import Journal
    from asgitest.conformance.engine.messages import Task
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.values import Values
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange

__all__ = ["Fuzzer", "request_of"]

_FAMILY = "openapi"
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


class Fuzzer:
    """Sends cases to one operation.

    Args:
        operation: The subject.
        observer: Sends and judges.
        task: How much to do.
        seed: Of the run.
        values: What the user and the source of the app offer.
        found: Called with each violation, its request, expectation, exchange and index.
        progress: Called with the number of cases since the last time and the branches that are new.
        journal: Written before each case.
        restart: Whether the lifespan is restarted now and then.
    """

    def __init__(
        self,
        operation: Operation,
        observer: Observer,
        task: Task,
        *,
        seed: int,
        values: Values,
        found: Callable[[Violation, Request, Expectation, Exchange, int], Any],
        progress: Callable[[int, list[int]], None],
        journal: Journal | None,
        restart: bool = True,
    ) -> None:
        self._operation = operation
        self._observer = observer
        self._task = task
        self._values = values
        self._found = found
        self._progress = progress
        self._journal = journal
        self._restart = restart
        self._seed = seed
        self._random: Random = keyed_random(seed, "fuzz", operation.label)
        self._corpus = Corpus(keyed_random(seed, "corpus", operation.label))
        self._hangs = 0
        self._unsent = 0
        self.cases = 0
        self.statuses: set[int] = set()
        self._idle = 0

    async def run(self) -> None:
        """Send all cases."""
        deadline = None if self._task.seconds is None else time.monotonic() + self._task.seconds
        skipped = frozenset(self._task.skip)
        for index, case in enumerate(self._cases()):
            if index >= self._task.cases and self._idle >= self._patience():
                break
            if deadline is not None and time.monotonic() > deadline:
                break
            if index in skipped:
                continue
            await self._send(case, index)
            if self._hangs >= _MOST_HANGS:
                break
        self._tell()

    def _patience(self) -> int:
        """How many cases without anything new are sent beyond the budget, as long as there is time."""
        return 0

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
        self._idle += 1
        if exchange.observation is not None and self._corpus.learn(case, exchange.observation):
            self._idle = 0
        for violation in violations:
            self._found(violation, request, expectation, exchange, index)
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
        most = max(20, min(_MOST_BOUNDARIES, self._task.cases * 2 // 3))
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
