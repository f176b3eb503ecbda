"""The process that loads the app once and forks a fresh copy of itself for every task.

A fork starts with the app as it was after the import: no task sees what another left behind, whatever the number of
processes, and a process that dies or hangs takes nothing with it. The zygote runs no event loop and no thread.

Run as ``python -m asgitest.conformance.engine.zygote CONTROL SLOT:JOURNAL...`` with inherited descriptors.

Depends on: the session, which does the work.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import os
import random
import resource
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from asgitest.conformance.engine.journal import Journal
from asgitest.conformance.engine.messages import Crashed, Failed, Task
from asgitest.conformance.engine.seeds import keyed_seed
from asgitest.conformance.errors import UsageError

if TYPE_CHECKING:
    from asgitest.conformance.engine.session import Session

__all__ = ["main"]

_MEMORY_BYTES = 3 << 30
_POLL_SECONDS = 0.02
_SHOWN_LINES = 30


def main(arguments: list[str]) -> None:
    """Load the app, then fork for each task until told to stop.

    Args:
        arguments: Numbers of descriptors: the control connection, then ``connection:journal:stack`` for each slot.
    """
    control: Connection[Any, Any] = Connection(int(arguments[0]))
    slots = [_Slot(word) for word in arguments[1:]]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options = control.recv()
    if not os.environ.get("ASGITEST_WORKER_OUTPUT"):
        _silence()
    session = _load(control, options)
    if session is None:
        return
    _import_early()
    control.send(session.ready())
    gc.collect()
    gc.freeze()
    _serve(control, slots, session)


def _silence() -> None:
    """Let what the app prints go nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _load(control: Connection[Any, Any], options: Any) -> Session | None:
    """Load the app; tell why when it cannot be."""
    try:
        # Here, so that a failure of these imports is told; all before the first fork.
        importlib.import_module("asgitest.conformance.engine.perform")
        from asgitest.conformance.engine.session import Session  # noqa: PLC0415

        return Session(options)
    except UsageError as error:
        control.send(Failed(sentence=error.sentence, hint=error.hint))
    except BaseException:  # noqa: BLE001  the parent shows it
        control.send(Failed(sentence=traceback.format_exc(), usage=False))
    return None


def _import_early() -> None:
    """Import what the first request would, once for all forks: the loop of anyio, where the app uses anyio."""
    if "anyio" in sys.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module("anyio._backends._asyncio")


class _Slot:
    """What one forked process at a time talks through."""

    def __init__(self, word: str) -> None:
        connection, journal, stack = (int(part) for part in word.split(":"))
        self.connection: Connection[Any, Any] = Connection(connection)
        self.journal = Journal(journal)
        self.stack = stack


def _serve(control: Connection[Any, Any], slots: list[_Slot], session: Session) -> None:
    """Fork on request and tell of every end."""
    children: dict[int, int] = {}
    while True:
        with contextlib.suppress(EOFError, OSError):
            if control.poll(_POLL_SECONDS):
                message: tuple[int, Task] | None = control.recv()
                if message is None:
                    break
                slot, task = message
                pid = _fork(slots[slot], session, task)
                children[pid] = slot
                control.send(("forked", slot, pid, task.number))
            _reap(control, children)
            continue
        break
    for pid in children:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _reap(control: Connection[Any, Any], children: dict[int, int]) -> None:
    while children:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            children.clear()
            return
        if pid == 0:
            return
        slot = children.pop(pid, None)
        if slot is not None:
            control.send(("exited", slot, pid, status))


def _fork(slot: _Slot, session: Session, task: Task) -> int:
    """Fork; the child does the task and never returns."""
    pid = os.fork()
    if pid:
        return pid
    try:
        _perform(slot, session, task)
    finally:
        os._exit(0)
    return 0


def _perform(slot: _Slot, session: Session, task: Task) -> None:
    """Do a task in a fresh process."""
    from asgitest.conformance.engine.perform import perform  # noqa: PLC0415  was imported before the fork

    faulthandler.register(signal.SIGUSR2, file=slot.stack, all_threads=True)
    _limit_memory()
    random.seed(keyed_seed(session.options.seed, task.kind, task.subject))
    try:
        perform(session, task, tell=slot.connection.send, journal=slot.journal)
    except KeyboardInterrupt:
        return
    except BaseException:  # noqa: BLE001  a fault of ours: the parent notes it and goes on
        slot.connection.send(Crashed(number=task.number, text=_traceback()))


def _traceback() -> str:
    """The current exception with its traceback, the middle of a long one left out."""
    lines = traceback.format_exc().splitlines()
    if len(lines) > 2 * _SHOWN_LINES:
        lines = [*lines[:_SHOWN_LINES], "  ...", *lines[-_SHOWN_LINES:]]
    return "\n".join(lines)


def _limit_memory() -> None:
    """Let an allocation without bounds end in ``MemoryError`` instead of taking the machine."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  one line of a pseudo file
            size = int(file.read().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY_BYTES, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
