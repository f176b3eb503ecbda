"""The states of a lifespan, and what leads from one to another.

Source: ASGI ``lifespan``; what servers do where it is silent: uvicorn, hypercorn, granian.
Depends on: tables.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from asgitest.testclient.asgi.tables import Step, build_row

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIFESPAN_TABLE", "LifespanInput", "LifespanState"]


class LifespanState(StrEnum):
    """How far a lifespan has come."""

    IDLE = "idle"
    STARTING = "starting"
    UP = "up"
    STOPPING = "stopping"
    DOWN = "down"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    BROKEN = "broken"


class LifespanInput(StrEnum):
    """What can happen to a lifespan."""

    STARTUP = "startup received"
    SHUTDOWN = "shutdown received"
    STARTUP_COMPLETE = "startup complete"
    STARTUP_FAILED = "startup failed"
    SHUTDOWN_COMPLETE = "shutdown complete"
    SHUTDOWN_FAILED = "shutdown failed"
    RETURNED = "returned"
    RAISED = "raised"


_S = LifespanState


def _row(
    state: LifespanState, **outcomes: LifespanState | str | Step
) -> dict[tuple[LifespanState, LifespanInput], Step]:
    return build_row(state, LifespanInput, outcomes)


_BROKEN = LifespanState.BROKEN

# Everything that moves a lifespan from one state to another is in this table. Not in the table: messages after the
# app has returned, and what the app does with its state.
LIFESPAN_TABLE: Mapping[tuple[LifespanState, LifespanInput], Step] = {
    **_row(
        _S.IDLE,
        startup=_S.STARTING, shutdown=_S.STOPPING, startup_complete="ASGI-LS-002", startup_failed="ASGI-LS-002",
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004",
        returned=Step(_BROKEN, "ASGI-LS-001"), raised=_S.UNSUPPORTED,
    ),
    **_row(
        _S.STARTING,
        startup=_S.STARTING, shutdown=_S.STOPPING, startup_complete=_S.UP, startup_failed=_S.FAILED,
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004",
        returned=Step(_BROKEN, "ASGI-LS-001"), raised=Step(_BROKEN, "ASGI-LS-014"),
    ),
    **_row(
        _S.UP,
        startup=_S.UP, shutdown=_S.STOPPING, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004",
        returned=Step(_BROKEN, "ASGI-LS-009"), raised=Step(_BROKEN, "ASGI-LS-008"),
    ),
    **_row(
        _S.STOPPING,
        startup=_S.STOPPING, shutdown=_S.STOPPING, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete=_S.DOWN, shutdown_failed=_S.DOWN,
        returned=Step(_BROKEN, "ASGI-LS-004"), raised=Step(_BROKEN, "ASGI-LS-004"),
    ),
    **_row(
        _S.DOWN,
        startup=_S.DOWN, shutdown=_S.DOWN, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete="ASGI-LS-004", shutdown_failed="ASGI-LS-004", returned=_S.DOWN, raised=_S.DOWN,
    ),
    **_row(
        _S.FAILED,
        startup=_S.FAILED, shutdown=_S.FAILED, startup_complete="ASGI-LS-003", startup_failed="ASGI-LS-003",
        shutdown_complete="ASGI-LS-006", shutdown_failed="ASGI-LS-006", returned=_S.FAILED, raised=_S.FAILED,
    ),
    **_row(
        _S.UNSUPPORTED,
        startup=_S.UNSUPPORTED, shutdown=_S.UNSUPPORTED, startup_complete=_S.UNSUPPORTED, startup_failed=_S.UNSUPPORTED,
        shutdown_complete=_S.UNSUPPORTED, shutdown_failed=_S.UNSUPPORTED,
        returned=_S.UNSUPPORTED, raised=_S.UNSUPPORTED,
    ),
    **_row(
        _BROKEN,
        startup=_BROKEN, shutdown=_BROKEN, startup_complete=_BROKEN, startup_failed=_BROKEN,
        shutdown_complete=_BROKEN, shutdown_failed=_BROKEN, returned=_BROKEN, raised=_BROKEN,
    ),
}  # fmt: skip
