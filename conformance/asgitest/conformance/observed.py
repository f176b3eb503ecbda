"""The checks over traffic that somebody's own tests made: what needs no request of ours.

Depends on: the checks, what builds findings, records of the test client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks import Judge
from asgitest.conformance.coverage.matching import RoutingTable
from asgitest.conformance.engine.findings import Findings
from asgitest.conformance.inventory import Inventory, build_inventory
from asgitest.conformance.merge import merge_findings
from asgitest.conformance.options import RunOptions
from asgitest.conformance.records import Exchange, Request, Response, broken_rules
from asgitest.conformance.selection import Selection
from asgitest.conformance.target import target_of

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.model import Finding
    from asgitest.conformance.operation import Operation
    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["TrafficJudge", "exchange_of"]

_LARGEST_BODY = 65_536
# What a test may well provoke on purpose.
_MEANT = frozenset({"http.unhandled-exception", "openapi.server-error", "http.hangs"})


def exchange_of(record: ExchangeRecord) -> Exchange:
    """Read a record of the test client as the checks want it."""
    scope = record.scope
    target = scope.get("raw_path") or str(scope.get("path", "/")).encode()
    if scope.get("query_string"):
        target += b"?" + scope["query_string"]
    response = None
    if record.status is not None:
        response = Response(
            status=record.status,
            headers=record.headers,
            body=record.body,
            truncated=len(record.body) >= _LARGEST_BODY,
        )
    return Exchange(
        request=Request(
            method=str(scope.get("method", "GET")),
            target=target,
            headers=tuple((bytes(name), bytes(value)) for name, value in scope.get("headers", ())),
            body=record.request_body,
        ),
        response=response,
        exception=record.exception,
        broken=broken_rules(record.findings),
    )


@dataclass(slots=True)
class _App:
    """What is known of one app."""

    inventory: Inventory
    table: RoutingTable
    judge: Judge
    operations: dict[tuple[str, str], Operation]


@dataclass(slots=True, kw_only=True)
class TrafficJudge:
    """Judges records and keeps what is wrong, once for each cause.

    Args:
        root: Folder of the app's own code.
        options: What is selected.
    """

    root: Path
    options: RunOptions = field(default_factory=lambda: RunOptions(target=None))
    found: dict[str, Finding] = field(default_factory=dict[str, "Finding"])
    _apps: dict[int, tuple[Any, _App]] = field(default_factory=dict[int, "tuple[Any, _App]"])

    def take(self, record: ExchangeRecord) -> None:
        """Judge one record."""
        if record.kind != "http":
            return
        known = self._known(record.app)
        exchange = exchange_of(record)
        operation = self._operation(known, record)
        for violation in known.judge.judge(exchange, operation):
            if violation.check not in _MEANT:
                self._keep(violation, exchange, operation)

    def findings(self) -> tuple[Finding, ...]:
        """What was found, sorted."""
        return merge_findings(self.found.values())

    def _known(self, app: Any) -> _App:
        kept = self._apps.get(id(app))
        if kept is None:
            target = target_of(app)
            inventory = build_inventory(target)
            operations = {(one.method, one.path): one for one in (*inventory.operations, *inventory.undocumented)}
            made = _App(inventory, RoutingTable(app), Judge(framework=target.adapter.name, timing=False), operations)
            # The app is kept, so that no other gets its number.
            kept = self._apps[id(app)] = (app, made)
        return kept[1]

    def _operation(self, known: _App, record: ExchangeRecord) -> Operation | None:
        route = known.table.find(record.scope)
        return known.operations.get((str(record.scope.get("method")), route.template)) if route is not None else None

    def _keep(self, violation: Violation, exchange: Exchange, operation: Operation | None) -> None:
        subject = operation.label if operation is not None else f"{exchange.request.method} {_path(exchange)}"
        builder = Findings(options=self.options, selection=Selection(options=self.options), roots=(self.root,))
        handler = operation.handler if operation is not None else None
        finding = builder.build(violation, subject, handler=handler, seen=exchange)
        if finding is None:
            return
        before = self.found.get(finding.fingerprint)
        self.found[finding.fingerprint] = finding if before is None else merge_findings([before, finding])[0]


def _path(exchange: Exchange) -> str:
    """The path of a request no operation was found for, without what looks like an identifier."""
    path = exchange.request.target.partition(b"?")[0].decode("latin-1")
    return re.sub(r"/(?:\d+|[0-9a-fA-F-]{16,})(?=/|$)", "/{}", path)
