"""Runs that the reports are tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.fingerprint import fingerprint
from asgitest.conformance.model import Location, SpecReference, WebSocketStep
from asgitest.conformance.quirks import apply_quirk
from asgitest.conformance.reproduce import build_reproduction
from tests.conformance.builders import crash, finding, run_of, scenario

if TYPE_CHECKING:
    from asgitest.conformance.model import Finding, Run

NASTY = "</script>]]><b>|`*_\x1b[31m\u202e\ud800\x00\n::error::%0A"

_SPEC = (SpecReference(document="RFC 9110", section="section 15.5.5", url="https://www.rfc-editor.org/rfc/rfc9110"),)


def four() -> tuple[Finding, ...]:
    """Four findings of four causes, each with all that can be said about one."""
    socket = scenario(WebSocketStep(target="/chat"))
    return (
        crash(subjects=("GET /items/{id}", "GET /orders/{id}", "GET /a", "GET /b"), count=1204, spec=_SPEC),
        finding(spec=_SPEC, location=Location(file="main.py", line=9, qualname="read"), count=3),
        finding(
            "websocket.no-close-on-error",
            "WS /chat",
            severity="error",
            title="The endpoint returns without closing the session",
            message="The endpoint returned, and the session was still open.",
            expected="",
            actual="",
            evidence=(),
            location=Location(file="chat.py", line=3, qualname="chat"),
            reproduction=build_reproduction(socket, fingerprint("websocket", "1")),
            spec=_SPEC,
        ),
        finding(
            "openapi.negative-accepted",
            "PUT /books/{isbn}",
            severity="error",
            confidence="firm",
            title="A request that breaks the schema was accepted",
            expected="A 4xx.",
            actual="200",
            spec=_SPEC,
        ),
    )


def usual() -> Run:
    """Four findings, one known, one flaky, one trait of a framework, one note about the run."""
    known = finding("http.etag-syntax", "GET /cover", title="ETag is no entity tag", status="known")
    flaky = finding(
        "http.slow", "GET /report", title="One request takes far more CPU", flaky=True, confidence="tentative"
    )
    trait = apply_quirk(finding("openapi.status-undocumented", "POST /items"), "fastapi.body-parse-400")
    return run_of(*four(), known, flaky, trait, notes=("GET /stream was left out: it never ends.",))


def nasty() -> Run:
    """An app that puts into every text what it should not."""
    one = finding(
        "openapi.body-schema",
        f"GET /{NASTY}",
        title=NASTY,
        message=NASTY,
        expected=NASTY,
        actual=NASTY,
        severity="error",
        location=Location(file=f"a b/{NASTY}.py", line=1, qualname=NASTY),
    )
    return run_of(one, target=NASTY, notes=(NASTY,))
