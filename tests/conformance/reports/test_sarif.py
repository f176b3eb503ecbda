"""SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from asgitest.conformance.catalogue import CHECKS
from asgitest.conformance.reports.sarif import render_sarif
from tests.conformance.builders import crash, finding, run_of
from tests.conformance.reports.runs import nasty, usual
from tests.conformance.reports.snapshot import assert_snapshot


def closed(*required: str, **properties: Any) -> dict[str, Any]:
    """An object of SARIF: nothing but these properties, as its schema says too."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEXT, BAG = {"type": "string"}, {"type": "object"}
MESSAGE = closed("text", text=TEXT, markdown=TEXT)
PHYSICAL = closed(
    artifactLocation=closed(uri={"type": "string", "format": "uri-reference"}),
    region=closed(startLine={"type": "integer", "minimum": 1}),
)
LOGICAL = closed(fullyQualifiedName=TEXT, kind=TEXT, name=TEXT)
LOCATION = closed(physicalLocation=PHYSICAL, logicalLocations={"type": "array", "uniqueItems": True, "items": LOGICAL})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = closed(
    "id",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    defaultConfiguration=closed(level=LEVEL),
    help=MESSAGE,
    helpUri={"type": "string", "format": "uri"},
    properties=BAG,
)
RESULT = closed(
    "message",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    rank={"type": "number", "minimum": -1, "maximum": 100},
    message=MESSAGE,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    occurrenceCount={"type": "integer", "minimum": 1},
    stacks={
        "type": "array",
        "uniqueItems": True,
        "items": closed("frames", message=MESSAGE, frames={"type": "array", "items": closed(location=LOCATION)}),
    },
    suppressions={
        "type": "array",
        "uniqueItems": True,
        "items": closed("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT),
    },
    properties=BAG,
)
INVOCATION = closed(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    startTimeUtc={"type": "string", "format": "date-time"},
)
DRIVER = closed(
    "name",
    name=TEXT,
    semanticVersion=TEXT,
    informationUri=TEXT,
    rules={"type": "array", "uniqueItems": True, "items": RULE},
)
RUN = closed(
    "tool",
    tool=closed("driver", driver=DRIVER),
    invocations={"type": "array", "items": INVOCATION},
    automationDetails=closed(id=TEXT),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
    properties=BAG,
)
# The part of the official schema that our log uses, in our own words: required names, enums, bounds, no other names.
LOG = closed("version", "runs", **{"$schema": TEXT}, version={"const": "2.1.0"}, runs={"type": "array", "items": RUN})


@pytest.mark.parametrize("run", [usual(), nasty(), run_of(), run_of(interrupted=True, shard="1/2")])
def test_a_log_is_what_the_standard_says(run: Any) -> None:
    log = json.loads(render_sarif(run))

    jsonschema_rs.validator_for(LOG, validate_formats=True).validate(log)
    for result in log["runs"][0]["results"]:
        assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_usual_run() -> None:
    assert_snapshot("asgitest.sarif", render_sarif(usual()))


def test_a_result_stands_at_the_line_that_raised_and_tells_the_way_there() -> None:
    (result,) = json.loads(render_sarif(run_of(crash())))["runs"][0]["results"]

    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "main.py"},
        "region": {"startLine": 12},
    }
    frames = [
        frame["location"]["physicalLocation"]["artifactLocation"]["uri"] for frame in result["stacks"][0]["frames"]
    ]
    assert frames == ["main.py", "site-packages/fastapi/routing.py"]


def test_a_rule_is_explained_as_the_catalogue_does() -> None:
    (rule,) = json.loads(render_sarif(run_of(finding())))["runs"][0]["tool"]["driver"]["rules"]
    check = CHECKS["openapi.status-undocumented"]

    assert rule["shortDescription"]["text"] == check.title
    assert check.advice in rule["help"]["text"]
    assert check.good in rule["help"]["markdown"]
    assert rule["helpUri"] == check.spec[0].url


def test_a_known_finding_is_suppressed_and_an_interrupted_run_was_not_successful() -> None:
    log = json.loads(render_sarif(run_of(finding(status="known"), interrupted=True)))["runs"][0]

    assert log["results"][0]["suppressions"] == [{"kind": "external", "justification": "in the baseline"}]
    assert log["invocations"][0]["executionSuccessful"] is False
    assert log["invocations"][0]["exitCode"] == 130


def test_a_finding_keeps_its_fingerprint() -> None:
    """By it code scanning knows a finding again when lines move."""
    (result,) = json.loads(render_sarif(run_of(finding())))["runs"][0]["results"]

    assert result["partialFingerprints"] == {"asgitest/v1": finding().fingerprint}
