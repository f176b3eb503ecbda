"""Runs a piece of work in a copy of the process, so that what it does to the app is gone afterwards.

Depends on: the standard library.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import time
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_a_copy"]

_T = TypeVar("_T")
_PIECE = 1 << 16


def in_a_copy(work: Callable[[], _T], *, seconds: float) -> _T | None:
    """Fork, work, and return the result, which has to be picklable.

    Args:
        work: What is done.
        seconds: How long it may take.

    Returns:
        None when the copy fails, dies, or takes too long.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            with os.fdopen(writing, "wb") as file:
                file.write(pickle.dumps(work()))
        os._exit(0)
    os.close(writing)
    content = _read(reading, seconds)
    os.close(reading)
    if content is None:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return cast("_T", pickle.loads(content)) if content else None  # noqa: S301  our own copy wrote it


def _read(descriptor: int, seconds: float) -> bytes | None:
    """Read to the end; None when that does not come in time."""
    ends = time.monotonic() + seconds
    content = b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            return None
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return content
        content += piece
