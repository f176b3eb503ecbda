"""SARIF 2.1.0: results at the handler's file and line, for GitHub code scanning and editors.

Source: OASIS SARIF 2.1.0. Depends on: the catalogue, the models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.reports.grouping import place_of, subjects_of
from asgitest.conformance.reports.text import printable, relative_uri
from asgitest.conformance.verdict import exit_code

if TYPE_CHECKING:
    from asgitest.conformance.catalogue import Check
    from asgitest.conformance.model import ExceptionRecord, Finding, Run

__all__ = ["SARIF_SCHEMA", "render_sarif"]

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_RANKS = {"certain": 95.0, "firm": 75.0, "tentative": 30.0}


def render_sarif(run: Run) -> str:
    """Write a run as a SARIF log."""
    rules = list(dict.fromkeys(finding.check for finding in run.findings))
    document = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, rules)},
                "invocations": [
                    {"executionSuccessful": not run.interrupted, "exitCode": int(exit_code(run))}
                    | ({"startTimeUtc": run.started} if run.started else {})
                ],
                "automationDetails": {"id": printable(f"asgitest/{run.target}/{run.shard or ''}")},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, rules.index(finding.check)) for finding in run.findings],
                "properties": {"seed": run.seed, "profile": run.profile, "target": printable(run.target)},
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _driver(run: Run, rules: list[str]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "asgitest", "rules": [_rule(id_) for id_ in rules]}
    version = run.versions.get("asgitest")
    return driver | {"semanticVersion": version} if version else driver


def _rule(check_id: str) -> dict[str, Any]:
    check = CHECKS.get(check_id)
    if check is None:
        return {"id": check_id}
    rule: dict[str, Any] = {
        "id": check.id,
        "name": "".join(part.capitalize() for part in check.id.replace(".", "-").split("-")),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.meaning},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "help": {"text": _help(check), "markdown": _help_markdown(check)},
        "properties": {"tags": [check.family, "asgi"], "precision": _precision(check)},
    }
    return rule | {"helpUri": check.spec[0].url} if check.spec else rule


def _help(check: Check) -> str:
    links = "\n".join(f"{link} {link.url}" for link in check.spec)
    return f"{check.meaning}\n\n{check.advice}\n\n{links}".strip()


def _help_markdown(check: Check) -> str:
    parts = [check.meaning, check.advice]
    if check.bad:
        parts += [f"Bad:\n\n```\n{check.bad}\n```", f"Good:\n\n```\n{check.good}\n```"]
    parts += [f"[{link}]({link.url})" for link in check.spec]
    return "\n\n".join(part for part in parts if part)


def _precision(check: Check) -> str:
    return {"certain": "very-high", "firm": "high", "tentative": "medium"}[check.confidence]


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule_index,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "rank": _RANKS[finding.confidence],
        "message": {"text": _message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {"asgitest/v1": finding.fingerprint},
        "occurrenceCount": finding.count,
        "properties": {
            "subjects": [printable(subject) for subject in subjects_of(finding)],
            "confidence": finding.confidence,
            "origin": finding.origin,
        },
    }
    if finding.exception is not None and finding.exception.frames:
        result["stacks"] = [_stack(finding.exception)]
    if finding.status == "known":
        result["suppressions"] = [{"kind": "external", "justification": "in the baseline"}]
    if finding.reproduction is not None and finding.reproduction.replay:
        result["properties"]["replay"] = finding.reproduction.replay
    return result


def _message(finding: Finding) -> str:
    lines = [f"{finding.operation}: {finding.title}"]
    if finding.message and finding.message != finding.title:
        lines.append(finding.message)
    if finding.expected:
        lines.append(f"expected: {finding.expected}")
    if finding.actual:
        lines.append(f"actual: {finding.actual}")
    check = CHECKS.get(finding.check)
    if check is not None:
        lines.append(check.advice)
    return printable("\n".join(lines))


def _location(finding: Finding) -> dict[str, Any]:
    logical = {"fullyQualifiedName": printable(finding.operation), "kind": "member"}
    location: dict[str, Any] = {"logicalLocations": [logical]}
    place = place_of(finding)
    if place is not None:
        location["physicalLocation"] = _physical(place.file, place.line)
        if place.qualname:
            location["logicalLocations"] = [logical | {"name": printable(place.qualname)}]
    return location


def _physical(file: str, line: int) -> dict[str, Any]:
    return {"artifactLocation": {"uri": relative_uri(file)}, "region": {"startLine": max(1, line)}}


def _stack(exception: ExceptionRecord) -> dict[str, Any]:
    """Write a traceback as a stack: SARIF wants the innermost frame first."""
    frames = [
        {
            "location": {
                "physicalLocation": _physical(frame.file, frame.line),
                "logicalLocations": [{"fullyQualifiedName": printable(frame.qualname or "?")}],
            }
        }
        for frame in reversed(exception.frames)
    ]
    return {"message": {"text": printable(f"{exception.type}: {exception.message}")}, "frames": frames}
