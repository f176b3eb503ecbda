"""What performing one task needs at hand: the app, the task, and whom to tell.

Depends on: the session, the journal, the messages.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asgitest.conformance.engine.messages import Progress
from asgitest.conformance.engine.seen import SeenInTask

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from asgitest.conformance.engine.journal import Journal
    from asgitest.conformance.engine.messages import Message, Task
    from asgitest.conformance.engine.session import Session

__all__ = ["Work"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One task in the hands of a process.

    Args:
        session: Has the app.
        task: What to do.
        tell: Tells the parent.
        journal: Written before each case; None where no process can die of one.
        seen: What this task has seen so far.
    """

    session: Session
    task: Task
    tell: Callable[[Message], Any]
    journal: Journal | None
    seen: SeenInTask

    @classmethod
    def begin(cls, session: Session, task: Task, *, tell: Callable[[Message], Any], journal: Journal | None) -> Work:
        """Take a task up."""
        return cls(
            session=session, task=task, tell=tell, journal=journal, seen=SeenInTask(task, session.findings, tell)
        )

    @contextlib.contextmanager
    def noted(self, index: int, case: Any) -> Generator[None]:
        """Note in the journal what is being sent meanwhile."""
        if self.journal is None:
            yield
            return
        self.journal.begin(index, case)
        yield
        self.journal.end()

    def progress(self, family: str, cases: int, *, branches: Sequence[int] = (), cpu_seconds: float = 0.0) -> None:
        """Tell that cases were sent."""
        self.tell(
            Progress(
                number=self.task.number,
                family=family,
                cases=cases,
                branches=tuple(branches),
                cpu_seconds=cpu_seconds,
            )
        )
