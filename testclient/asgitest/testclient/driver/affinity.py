"""What to say when an app minds in which thread it runs.

The drivers that run an app in the thread of whoever waits may run two of its steps in two threads. Of what Python
offers, connections of sqlite3 refuse that.

Depends on: the standard library.
"""

from __future__ import annotations

import sys

__all__ = ["thread_hint"]

_WANDERING = frozenset({"baton", "public"})


def thread_hint(error: BaseException, driver_name: str) -> str:
    """Tell what helps against an error that came of running in another thread; empty for any other error.

    Args:
        error: What the app raised.
        driver_name: The driver that the app ran on.
    """
    sqlite3 = sys.modules.get("sqlite3")
    if sqlite3 is None or driver_name not in _WANDERING:
        return ""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, sqlite3.ProgrammingError) and "thread" in str(seen):
            return (
                "asgitest: the app runs in the thread of whoever waits for it, which is not always the same; "
                'TestClient(app, driver="thread") gives it one thread for all of its life'
            )
        seen = seen.__cause__ or seen.__context__
    return ""
