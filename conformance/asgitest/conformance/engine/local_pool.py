"""The same interface as the processes, in this process: for systems without fork, for apps at hand, for debugging.

State that the app keeps outside its lifespan stays from task to task, and nothing can end a case that blocks.

Depends on: the session.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from asgitest.conformance.engine.perform import perform
from asgitest.conformance.engine.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgitest.conformance.engine.messages import Message, Ready, Task
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.target import Target

__all__ = ["LocalPool"]


class LocalPool:
    """Performs one task after the other; a context manager.

    Args:
        options: Of the run.
        prepare: Called with each task when it is its turn; returns it with its share of the budget.
        target: The app, when it is at hand.
    """

    def __init__(self, options: RunOptions, *, prepare: Callable[[Task], Task], target: Target | None = None) -> None:
        self._options = options
        self._target = target
        self._prepare = prepare
        self._session: Session | None = None
        self._queue: deque[Task] = deque()
        self.deaths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._session is not None:
            self._session.close()

    def start(self) -> Ready:
        """Load the app.

        Raises:
            UsageError: If it cannot be loaded.
        """
        self._session = Session(self._options, target=self._target)
        return self._session.ready()

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queue a task; *first* puts it before all others."""
        if first:
            self._queue.appendleft(task)
        else:
            self._queue.append(task)

    def drop(self) -> list[Task]:
        """Forget what is queued; returns it."""
        dropped = list(self._queue)
        self._queue.clear()
        return dropped

    def messages(self) -> Iterator[tuple[Task, Message]]:
        """Perform the tasks and yield what they say, until nothing is queued."""
        session = self._session
        while self._queue and session is not None:
            task = self._prepare(self._queue.popleft())
            said: list[Message] = []
            perform(session, task, tell=said.append, journal=None)
            for message in said:
                yield task, message
