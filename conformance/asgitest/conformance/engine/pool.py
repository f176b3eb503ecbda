"""The processes that do the work, seen from the parent: hand out tasks, collect messages, replace what dies or hangs.

The parent never imports the app. It starts one zygote, which forks a process for each task; as many tasks run at a
time as there are slots.

Depends on: the messages and the journal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Self

from asgitest.conformance.engine.journal import Journal
from asgitest.conformance.engine.messages import Crashed, Died, Done, Failed, Judged, Ready, Task
from asgitest.conformance.engine.patience import Patience
from asgitest.conformance.errors import ConformanceError, UsageError
from asgitest.conformance.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgitest.conformance.engine.messages import Message
    from asgitest.conformance.options import RunOptions

__all__ = ["EngineError", "Pool", "fork_available"]

_SLACK_SECONDS = 2.0
"""What a case may take beyond its deadline before its process is ended."""
_STACK_SECONDS = 0.1
_TURN_SECONDS = 0.1


class EngineError(ConformanceError):
    """The engine itself failed. The text is a traceback of ours."""

    exit_code = 3


def fork_available() -> bool:
    """Tell whether this system can fork."""
    return hasattr(os, "fork") and hasattr(signal, "SIGUSR2")


class _Slot:
    """One process at a time."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.connection: Connection[Any, Any] = Connection(ours.detach())
        self.journal = Journal()
        self.stack = tempfile.TemporaryFile("w+b", prefix="asgitest-stack-")  # noqa: SIM115  closed by close()
        self.task: Task | None = None
        self.pid = 0
        self.hung = False
        self.patience = Patience(turn_seconds=_TURN_SECONDS)

    def word(self) -> str:
        """Write the descriptors for the command line of the zygote."""
        return f"{self.theirs.fileno()}:{self.journal.descriptor}:{self.stack.fileno()}"

    def descriptors(self) -> tuple[int, int, int]:
        return self.theirs.fileno(), self.journal.descriptor, self.stack.fileno()

    def close(self) -> None:
        self.connection.close()
        self.theirs.close()
        self.journal.close()
        self.stack.close()


class Pool:
    """A zygote and its slots; a context manager.

    Args:
        options: Of the run; sent to the zygote.
        workers: How many tasks run at a time.
        prepare: Called with each task when it is its turn; returns it with its share of the budget.
    """

    def __init__(self, options: RunOptions, workers: int, *, prepare: Callable[[Task], Task]) -> None:
        self._options = options
        self._selection = Selection(options=options)
        self._prepare = prepare
        self._slots = [_Slot() for _ in range(workers)]
        self._queue: deque[Task] = deque()
        self._control: Connection[Any, Any] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.deaths = 0

    def __enter__(self) -> Self:
        ours, theirs = socket.socketpair()
        descriptors = [theirs.fileno(), *(number for slot in self._slots for number in slot.descriptors())]
        words = [str(theirs.fileno()), *(slot.word() for slot in self._slots)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "asgitest.conformance.engine.zygote", *words],
            pass_fds=descriptors,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._control = Connection(ours.detach())
        return self

    def __exit__(self, *_exc: object) -> None:
        for slot in self._slots:
            if slot.task is not None and slot.pid:
                with contextlib.suppress(OSError):
                    os.kill(slot.pid, signal.SIGKILL)
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.send(None)
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for slot in self._slots:
            slot.close()

    def start(self) -> Ready:
        """Load the app.

        Raises:
            UsageError: If it cannot be loaded.
            EngineError: If the engine fails.
        """
        assert self._control is not None  # noqa: S101  entered
        try:
            self._control.send(self._options)
            message = self._control.recv()
        except (EOFError, OSError):
            status = self._process.wait() if self._process is not None else 0
            raise UsageError(
                f"The process ended while importing the app ({describe_status(status, raw=False)})."
            ) from None
        if isinstance(message, Failed):
            if message.usage:
                raise UsageError(message.sentence, hint=message.hint)
            raise EngineError(message.sentence)
        assert isinstance(message, Ready)  # noqa: S101  nothing else is sent
        return message

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queue a task; *first* puts it before all others."""
        if first:
            self._queue.appendleft(task)
        else:
            self._queue.append(task)

    @property
    def busy(self) -> bool:
        """Whether anything is queued or running."""
        return bool(self._queue) or any(slot.task is not None for slot in self._slots)

    def drop(self) -> list[Task]:
        """Forget what is queued; returns it."""
        dropped = list(self._queue)
        self._queue.clear()
        return dropped

    def messages(self) -> Iterator[tuple[Task, Message]]:
        """Hand out tasks and yield what the processes say, until nothing is queued or running."""
        while self.busy:
            self._hand_out()
            yield from self.turn()

    def turn(self) -> Iterator[tuple[Task, Message]]:
        """Wait a moment and yield what was said."""
        assert self._control is not None  # noqa: S101  entered
        connections: list[Any] = [self._control, *(slot.connection for slot in self._slots)]
        ready: list[Any] = wait(connections, timeout=_TURN_SECONDS)
        for slot in self._slots:
            if slot.connection in ready:
                yield from self._read(slot)
        if self._control in ready:
            yield from self._read_control()
        for slot in self._slots:
            self._watch(slot)

    def _hand_out(self) -> None:
        for number, slot in enumerate(self._slots):
            if slot.task is None and self._queue and self._control is not None:
                slot.task = self._prepare(self._queue.popleft())
                slot.pid = 0
                slot.hung = False
                slot.journal.end()
                self._control.send((number, slot.task))

    def _read(self, slot: _Slot) -> Iterator[tuple[Task, Message]]:
        """Read all that a process has said."""
        while slot.connection.poll():
            try:
                message = slot.connection.recv()
            except (EOFError, OSError):
                return
            except Exception as error:  # noqa: BLE001  a message cut off by a kill
                if slot.task is not None:
                    yield slot.task, Crashed(number=slot.task.number, text=f"unreadable message: {error!r}")
                return
            task = slot.task
            if task is None or message.number != task.number:
                continue
            if isinstance(message, Done | Judged | Crashed):
                slot.task = None
            yield task, message

    def _read_control(self) -> Iterator[tuple[Task, Message]]:
        """Read what the zygote says of forks and ends."""
        assert self._control is not None  # noqa: S101  entered
        while self._control.poll():
            try:
                told: tuple[str, int, int, int] = self._control.recv()
            except (EOFError, OSError):
                raise EngineError("the process that holds the app has ended") from None
            kind, number, pid, detail = told
            slot = self._slots[number]
            if kind == "forked":
                if slot.task is not None and slot.task.number == detail:
                    slot.pid = pid
                continue
            yield from self._read(slot)
            if slot.task is not None and slot.pid == pid:
                yield self._bury(slot, detail)

    def _bury(self, slot: _Slot, status: int) -> tuple[Task, Died]:
        """Say what is known of a process that died in the middle of a task."""
        task = slot.task
        assert task is not None  # noqa: S101  asked before
        slot.task = None
        self.deaths += 1
        entry = slot.journal.read()
        died = Died(
            number=task.number,
            reason="hung" if slot.hung else describe_status(status),
            index=entry.index,
            case=entry.case,
            stack=self._stack(slot) if slot.hung else "",
            hung=slot.hung,
        )
        return task, died

    def _stack(self, slot: _Slot) -> str:
        slot.stack.seek(0)
        text = slot.stack.read().decode("utf-8", "replace")
        slot.stack.seek(0)
        slot.stack.truncate()
        return text

    def _watch(self, slot: _Slot) -> None:
        """End a process whose case is far beyond its deadline."""
        if slot.task is None or not slot.pid or slot.hung:
            return
        entry = slot.journal.read()
        limit = self._selection.timeout(slot.task.subject) + _SLACK_SECONDS
        if slot.patience.spent(slot.pid, entry.started) > limit:
            slot.hung = True
            with contextlib.suppress(OSError):
                os.kill(slot.pid, signal.SIGUSR2)
                time.sleep(_STACK_SECONDS)
                os.kill(slot.pid, signal.SIGKILL)


def describe_status(status: int, *, raw: bool = True) -> str:
    """Write how a process ended.

    Args:
        status: As ``os.waitpid`` gives it, or an exit code.
        raw: Which of the two.
    """
    code = os.waitstatus_to_exitcode(status) if raw else status
    if code >= 0:
        return f"exit status {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"
