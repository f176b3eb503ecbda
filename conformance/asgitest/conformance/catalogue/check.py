"""What a check is: its stable id, how severe it is by default, and the words that explain it.

The catalogue is data. Nothing in it is executed; the engine looks a check up to build a finding, the reports and
``asgitest explain`` look it up to say what it means.

Depends on: the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CONFIDENCES", "SEVERITIES", "Check", "Confidence", "Origin", "Severity", "SpecLink"]

Severity = Literal["error", "warning", "info"]
Confidence = Literal["certain", "firm", "tentative"]
Origin = Literal["app", "framework", "schema", "tool"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From the most severe down."""

CONFIDENCES: tuple[Confidence, ...] = ("certain", "firm", "tentative")
"""From the surest down: a protocol fact that was reproduced; reproduced, but the text leaves room; a heuristic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecLink:
    """Where a document says what a check asks for.

    Args:
        document: Its short name, such as ``RFC 9110`` or ``OpenAPI 3.1``.
        section: The section, in the document's own words.
        url: Where to read it.
    """

    document: str
    section: str
    url: str

    def __str__(self) -> str:
        return f"{self.document}, {self.section}" if self.section else self.document


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that is checked.

    Args:
        id: ``family.name``; stable and never reused.
        title: One line: what is wrong when the check fails.
        severity: The default severity of its findings.
        confidence: The default confidence of its findings.
        origin: Who is usually to blame.
        meaning: Why it matters, in a few sentences.
        advice: What to do about it, in the imperative.
        spec: The documents that decide.
        schemathesis: Codes of the Schemathesis checks that look for the same fault (``ST101``).
        wfc: Web Fuzzing Commons fault code, if there is one (``F100``).
        rules: Ids of the ASGI rules it stands for (``ASGI-HTTP-002``).
        bad: A short example that fails.
        good: The same example, mended.
        planned: Whether it is only announced. Planned checks are not in :data:`~asgitest.conformance.catalogue.CHECKS`.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence = "certain"
    origin: Origin = "app"
    meaning: str
    advice: str
    spec: tuple[SpecLink, ...] = ()
    schemathesis: tuple[str, ...] = ()
    wfc: str | None = None
    rules: tuple[str, ...] = ()
    bad: str = ""
    good: str = ""
    planned: bool = False

    @property
    def family(self) -> str:
        """The part of the id before the first dot."""
        return self.id.partition(".")[0]
