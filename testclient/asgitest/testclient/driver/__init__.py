"""Who runs the event loop of a client.

============= ====================================================================================
``baton``     whoever waits drives the loop in its own thread (the default)
``public``    the same without helper threads, on public asyncio API only
``thread``    a loop thread of its own
``trio``      a loop thread of anyio's blocking portal, for trio and for other asyncio loops
``own``       the loop that the caller runs in, for the asynchronous client
============= ====================================================================================
"""

from __future__ import annotations

from asgitest.testclient.driver.abandoning import abandon_workers
from asgitest.testclient.driver.affinity import thread_hint
from asgitest.testclient.driver.alarm import LoopBlocked
from asgitest.testclient.driver.idle import give_back, take
from asgitest.testclient.driver.interface import Backend, Driver, complete
from asgitest.testclient.driver.make import Clock, Kind, driver_of, make_driver
from asgitest.testclient.driver.outcome import LeakReport, LeftTask, Outcome
from asgitest.testclient.driver.signals import Signal
from asgitest.testclient.driver.tasks import Task, await_chain, describe_frame

__all__ = [
    "Backend",
    "Clock",
    "Driver",
    "Kind",
    "LeakReport",
    "LeftTask",
    "LoopBlocked",
    "Outcome",
    "Signal",
    "Task",
    "abandon_workers",
    "await_chain",
    "complete",
    "describe_frame",
    "driver_of",
    "give_back",
    "make_driver",
    "take",
    "thread_hint",
]
