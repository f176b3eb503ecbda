"""Sends what a scenario says and returns what is wrong: used for cases, for confirmation, for shrinking, for replay.

Depends on: execution, checks, findings.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Expectation, Judge, check_lifespans
from asgitest.conformance.checks.sockets import check_socket
from asgitest.conformance.engine.findings import request_of_step, socket_request_of_step
from asgitest.conformance.execute import Executor
from asgitest.conformance.model import HTTPStep, LifespanStep, WebSocketStep

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.findings import Seen
    from asgitest.conformance.model import Step
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.options import Identity, RunOptions
    from asgitest.conformance.records import Exchange, LifespanRecord, Request
    from asgitest.conformance.target import Target

__all__ = ["Observer", "open_executor"]

_NO_HOST = "testserver"
"""Of requests when nobody says it."""


@contextlib.contextmanager
def open_executor(target: Target, options: RunOptions, *, watch: bool, timeout_seconds: float) -> Generator[Executor]:
    """Make an executor for a fresh app and observe what its error handlers are given."""
    app = target.load()
    origins = options.allowed_origins
    hidden: list[BaseException] = []

    def seen(error: BaseException, _scope: Mapping[str, Any]) -> None:
        hidden.append(error)

    executor = Executor(
        as_application(app),
        timeout_seconds=timeout_seconds,
        root_path=options.root_path,
        watch=watch,
        host=_host(options),
        origin=next((origin for origin in origins if "*" not in origin), None),
        tells_routes=target.adapter.name in {"fastapi", "starlette", "litestar"},
        hidden=hidden,
    )
    executor.restarts = options.reset != "none"
    with target.adapter.observe_errors(app, seen), executor:
        yield executor


def _host(options: RunOptions) -> str:
    """Choose the ``Host`` of requests: that of the URL the user gave, else the first the app is meant to answer to."""
    given = options.base_url.partition("://")[2].partition("/")[0]
    if given not in {"", _NO_HOST}:
        return given
    return next((host.replace("*", "www") for host in options.allowed_hosts if host != "*"), _NO_HOST)


def as_application(app: Any) -> Any:
    """Take an ASGI 2 app for an ASGI 3 one."""
    from asgitest.testclient.application import as_asgi3  # noqa: PLC0415  only where an app is at hand

    return as_asgi3(app)


@dataclass(slots=True, kw_only=True)
class Observer:
    """Runs steps against one app and judges them.

    Args:
        executor: Sends them.
        judge: Judges exchanges.
        operations: By subject.
        identities: Everybody the user has told of.
    """

    executor: Executor
    judge: Judge
    operations: Mapping[str, Operation] = field(default_factory=dict[str, "Operation"])
    identities: tuple[Identity, ...] = ()

    async def request(
        self, request: Request, subject: str, expectation: Expectation
    ) -> tuple[Exchange, list[Violation]]:
        """Send one request and judge it."""
        exchange = await self.executor.http(request)
        return exchange, self.judge.judge(exchange, self.operations.get(subject), expectation)

    async def scenario(
        self, steps: Sequence[Step], subject: str, expectation: Expectation, *, lifespan: bool = True
    ) -> list[tuple[Violation, Seen]]:
        """Run a scenario on fresh state.

        Args:
            steps: In order.
            subject: Of the last step.
            expectation: Of the last step.
            lifespan: Whether the lifespan runs around the steps.

        Returns:
            What is wrong with the last step, or with the lifespans.
        """
        executor = self.executor
        if all(isinstance(step, LifespanStep) for step in steps):
            records = await self.lifespans(max(1, len(steps)))
            return [(violation, records[0]) for violation in check_lifespans(records)]
        if lifespan:
            await executor.restart()
        found: list[tuple[Violation, Seen]] = []
        last = len(steps) - 1
        for index, step in enumerate(steps):
            if isinstance(step, HTTPStep):
                exchange = await executor.http(request_of_step(step))
                if index == last:
                    judged = self.judge.judge(exchange, self.operations.get(subject), expectation)
                    found += [(violation, exchange) for violation in judged]
            elif isinstance(step, WebSocketStep):
                record = await executor.socket(socket_request_of_step(step))
                if index == last:
                    wrong = check_socket(record, framework=self.judge.framework)
                    found += [(violation, record) for violation in wrong]
        return found

    async def lifespans(self, cycles: int) -> list[LifespanRecord]:
        """Start and stop the app some times."""
        records: list[LifespanRecord] = []
        await self.executor.stop()
        for _ in range(cycles):
            started = await self.executor.start()
            if started.outcome != "started":
                records.append(started)
                break
            stopped = await self.executor.stop()
            records.append(stopped or started)
            if stopped is not None and stopped.shutdown == "hung":
                break
        return records
