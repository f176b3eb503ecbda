"""From records of traffic to goals that were reached.

An app is read when its first record comes, and again when it has other routes than before. Apps that a factory made
alike share what was read. A record counts when a route gave the response; what the router or a middleware answered
does not.

Depends on: goals, matching, expectations, parameters; records of the test client.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from asgitest.conformance.coverage.expectations import Expectations, build_expectations, name_of_call, subject_of
from asgitest.conformance.coverage.goals import Coverage, Goal
from asgitest.conformance.coverage.matching import RoutingTable
from asgitest.conformance.coverage.parameters import media_type_of, uses_of
from asgitest.testclient.overrides.client_app import OverriddenApp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.coverage.goals import Dimension, Standing
    from asgitest.conformance.operation import Operation
    from asgitest.testclient.observing import ExchangeRecord
    from asgitest.testclient.routes import Route

__all__ = ["CoverageRecorder"]

_ROUTER_STATUSES = frozenset({404, 405})


class CoverageRecorder:
    """Collects the coverage of a run."""

    def __init__(self) -> None:
        self.coverage = Coverage()
        self._known: dict[tuple[tuple[Any, ...], ...], Expectations] = {}
        self._apps: dict[int, tuple[Any, RoutingTable]] = {}
        self._shows_routes: set[tuple[tuple[Any, ...], ...]] = set()
        self._unrouted: list[tuple[RoutingTable, ExchangeRecord, str]] = []

    def expect(self, app: Any) -> None:
        """Count everything that *app* promises, whether or not a record of it ever comes."""
        self._read(app)

    def add(self, record: ExchangeRecord, test: str) -> None:
        """Take a record that *test* caused."""
        app = record.app
        table = self._table_of(app)
        if not table.routes and record.scope.get("app") is not None:
            app = record.scope["app"]
            table = self._table_of(app)
        route = table.find(record.scope)
        if route is None and record.scope.get("endpoint") is not None:
            table = self._read(app)
            route = table.find(record.scope)
        if route is not None:
            self._shows_routes.add(table.shape)
            self._reach(route, record, table=table, test=test)
        elif "router" in record.scope or "route_handler" in record.scope:
            self._shows_routes.add(table.shape)
        elif table.routes:
            self._unrouted.append((table, record, test))

    def end_test(self) -> None:
        """Look once more at the apps of the test, for late routes, and let go of them."""
        for app, table in list(self._apps.values()):
            if RoutingTable(app).shape != table.shape:
                self._read(app)
        for table, record, test in self._unrouted:
            self._guess(table, record, test)
        self._unrouted.clear()
        self._apps.clear()

    def _table_of(self, app: Any) -> RoutingTable:
        """The routes of *app*, read when it is first seen in a test."""
        known = self._apps.get(id(app))
        return known[1] if known is not None else self._read(app)

    def _read(self, app: Any) -> RoutingTable:
        """Read *app*, unless one like it has been read."""
        table = RoutingTable(app)
        self._apps[id(app)] = (app, table)
        if table.routes and table.shape not in self._known:
            expectations = build_expectations(app, table)
            self._known[table.shape] = expectations
            self.coverage.merge(expectations.coverage)
        return table

    def _guess(self, table: RoutingTable, record: ExchangeRecord, test: str) -> None:
        """Match a record by its path, if no scope of this app ever shows a route: then a middleware copies them.

        An app whose scopes do show routes has answered this one without any.
        """
        if table.shape in self._shows_routes or record.status in _ROUTER_STATUSES:
            return
        route = table.guess(record.scope)
        if route is not None:
            self._reach(route, record, table=table, test=test)

    def _reach(self, route: Route, record: ExchangeRecord, *, table: RoutingTable, test: str) -> None:
        """Mark what a record reached."""
        subject = subject_of(route, record.scope.get("method", ""))
        if route.kind == "websocket":
            for goal in _of_socket(subject, record):
                self.coverage.reach(goal, test)
        elif record.status is None:
            return
        else:
            operation = self._known[table.shape].operations.get(subject)
            if operation is None and not self._counts(subject):
                return  # a page of the framework
            self._reach_operation(subject, record, operation=operation, test=test)
        self._reach_dependencies(route, record, test)

    def _counts(self, subject: str) -> bool:
        """Whether anybody expects *subject*; a mount is expected when nothing is known of what is below it."""
        return self.coverage.expects(Goal("operations", subject))

    def _reach_operation(self, subject: str, record: ExchangeRecord, *, operation: Operation | None, test: str) -> None:
        """Mark what an exchange reached: the operation, its status, media types and parameters."""
        documented = operation is not None and operation.documented
        otherwise: Standing = "undocumented" if documented else "noted"
        status = self._documented_status(subject, str(record.status))
        self.coverage.reach(Goal("operations", subject), test)
        self.coverage.reach(Goal("statuses", subject, status), test, otherwise=otherwise)
        media_type = media_type_of(record.headers)
        if media_type and record.body:
            goal = self._of_media("media-types", subject, media_type, before=f"{status} ")
            # A response without any content in the document says nothing of media types, as FastAPI writes them.
            declared = operation is not None and status in operation.responses and operation.responses[status].content
            self.coverage.reach(goal, test, otherwise=otherwise if declared else "noted")
        sent = media_type_of(record.scope["headers"])
        if sent and record.request_body:
            self.coverage.reach(self._of_media("request-media-types", subject, sent), test, otherwise=otherwise)
        if operation is not None:
            for detail in uses_of(operation, record.scope, record.request_body):
                self.coverage.reach(Goal("parameters", subject, detail), test)

    def _documented_status(self, subject: str, status: str) -> str:
        """The status as the document has it: itself, its range, ``default``; else itself."""
        for name in (status, f"{status[0]}XX", f"{status[0]}xx", "default"):
            if self.coverage.expects(Goal("statuses", subject, name)):
                return name
        return status

    def _of_media(self, dimension: Dimension, subject: str, media_type: str, *, before: str = "") -> Goal:
        """The goal of a media type: itself, or the range that the document has instead."""
        for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
            goal = Goal(dimension, subject, before + name)
            if self.coverage.expects(goal):
                return goal
        return Goal(dimension, subject, before + media_type)

    def _reach_dependencies(self, route: Route, record: ExchangeRecord, test: str) -> None:
        """Mark the dependencies of a route as run, or as overridden; what only an overridden one needs is neither."""
        waiting = list(getattr(route.dependant, "dependencies", ()))
        while waiting:
            dependant = waiting.pop()
            overridden = _is_overridden(dependant.call, record)
            if dependant.call is not None:
                goal = Goal("dependencies", name_of_call(dependant.call), "overridden" if overridden else "run")
                self.coverage.reach(goal, test)
            if not overridden:
                waiting.extend(dependant.dependencies)


def _is_overridden(call: Any, record: ExchangeRecord) -> bool:
    """Whether something else is called instead of *call*, for this client or for all; who wraps it calls it as well."""
    overrides: Any = getattr(record.scope.get("app"), "dependency_overrides", {})
    entry = record.app.overrides.table.get(call) if isinstance(record.app, OverriddenApp) else None
    if entry is None and hasattr(overrides, "point"):
        entry = overrides.point.find(call)
    if entry is not None and entry.replacement.kind == "wrap":
        (depends,) = entry.provider.__defaults__
        return inspect.unwrap(depends.dependency) is not inspect.unwrap(call)
    return entry is not None or overrides.get(call) is not None


def _of_socket(subject: str, record: ExchangeRecord) -> Iterator[Goal]:
    """What a WebSocket session reached."""
    messages = record.trace.messages
    kinds = {message["type"] for message in messages}
    yield Goal("websockets", subject, "accepted" if "websocket.accept" in kinds else "rejected")
    if record.status is not None:
        yield Goal("websockets", subject, f"rejected {record.status}")
    if record.close_code is not None:
        yield Goal("websockets", subject, f"closed {record.close_code}")
    for message in messages:
        direction = {"websocket.receive": "received", "websocket.send": "sent"}.get(message["type"])
        if direction is not None:
            yield Goal("websockets", subject, f"{direction} {'text' if message.get('text') is not None else 'binary'}")
