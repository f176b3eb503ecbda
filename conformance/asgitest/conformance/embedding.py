"""Conformance one subject at a time, for test runners: which subjects an app has, and what is wrong with each.

Everything happens in this process, deterministically: the budget is counted in cases, and the app is the one that the
tests have.

Depends on: the configuration, the engine, target, verdicts and blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.config import build_options, load
from asgitest.conformance.engine import run
from asgitest.conformance.engine.session import Session
from asgitest.conformance.redact import Redactor
from asgitest.conformance.reports.blocks import block_lines, plain_text
from asgitest.conformance.reports.grouping import group_findings, subjects_of
from asgitest.conformance.target import resolve_target, target_of
from asgitest.conformance.verdict import fails

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asgitest.conformance.model import Finding, Run
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.target import Target

__all__ = ["Suite", "failing", "findings_text", "suite_of"]

_SHARED = ("SCHEMA", "APP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The checks of one app.

    Args:
        target: The app.
        options: What is checked, and how.
    """

    target: Target
    options: RunOptions

    def subjects(self) -> tuple[str, ...]:
        """List the subjects: ``SCHEMA``, ``LIFESPAN``, operations, WebSocket routes; those that are selected."""
        session = Session(self.options, target=self.target)
        try:
            plan = session.ready().plan
        finally:
            session.close()
        return tuple(dict.fromkeys(subject for kind, subject in plan if kind != "state"))

    def check(self, subject: str) -> tuple[Finding, ...]:
        """Check one subject.

        Returns:
            What is wrong with it, traits of frameworks and the like included.
        """
        return self.check_all((subject,))

    def check_all(self, subjects: Iterable[str] = ()) -> tuple[Finding, ...]:
        """Check some subjects, or all that are selected.

        Raises:
            UsageError: If the app cannot be tested.
        """
        chosen = tuple(subjects)
        include = (*chosen, *_SHARED) if chosen else self.options.include
        result = run(replace(self.options, include=include), _nothing, target=self.target)
        result = Redactor(self.options.identities).run(result)
        return tuple(finding for finding in _of_tool(result) if not chosen or _concerns(finding, chosen))


def _nothing(_event: object) -> None:
    """Show nothing of the progress."""


def _of_tool(result: Run) -> tuple[Finding, ...]:
    """The findings of a run that was complete.

    Raises:
        RuntimeError: If the tool itself failed; a subject that was not tested must not look clean.
    """
    if result.internal_errors:
        raise RuntimeError(f"asgitest failed while it tested the app:\n{result.internal_errors[0]}")
    return result.findings


def _concerns(finding: Finding, subjects: tuple[str, ...]) -> bool:
    shared = finding.operation in _SHARED and "SCHEMA" in subjects
    return shared or bool({*subjects_of(finding)} & {*subjects})


def suite_of(
    *, directory: Path, spec: str | None = None, app: Any = None, profile: str | None = None, **given: Any
) -> Suite:
    """Make the suite of an app.

    Args:
        directory: Where the configuration is looked for, and what the app is imported from.
        spec: Import string of the app; ``module:factory()`` for a factory.
        app: The app itself, in place of *spec*.
        profile: How much is done.
        given: Further settings by name, before those of the configuration; None says nothing.

    Raises:
        UsageError: If the configuration is wrong, or the app cannot be loaded.
    """
    named = spec.removesuffix("()") if spec else None
    factory = True if spec and spec.endswith("()") else None
    config = load(directory=directory, given={"app": named, "factory": factory, "profile": profile, **given})
    options = replace(build_options(config), deterministic=True, workers=0, whitebox="off")
    if app is not None:
        return Suite(target=target_of(app), options=options)
    app_dir = options.app_dir if options.app_dir.is_absolute() else directory / options.app_dir
    target = resolve_target(options.target, factory=options.factory, app_dir=app_dir)
    return Suite(target=target, options=replace(options, app_dir=app_dir))


def failing(findings: Iterable[Finding], suite: Suite) -> tuple[Finding, ...]:
    """Choose the findings that fail a run."""
    return tuple(finding for finding in findings if fails(finding, suite.options.fail_on))


def findings_text(findings: Iterable[Finding]) -> str:
    """Write findings as the command does, grouped by cause."""
    groups = group_findings(findings)
    return "\n".join(plain_text(block_lines(group)) for group in groups).rstrip("\n")
