"""``--asgi-observe``: the checks over all traffic of a suite, without a request of ours.

What was found is told at the end of the run and fails it; the workers of pytest-xdist hand theirs over.

Depends on: pytest, ``options``; `asgitest.conformance` when traffic is observed.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from asgitest.conformance.model import Finding
    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]

_WORKER_KEY = "asgitest_observed"


class Observing:
    """The observing of one run, or of the part of one worker.

    Args:
        root: Folder of the app's own code.
    """

    def __init__(self, root: Path) -> None:
        from asgitest.conformance.observed import TrafficJudge  # noqa: PLC0415

        self._judge = TrafficJudge(root=root)
        self._lock = threading.Lock()
        self._handed: list[Finding] = []
        self.problems: list[str] = []

    def take(self, record: ExchangeRecord) -> None:
        """Judge a record. A fault of ours never fails the test."""
        with self._lock:
            try:
                self._judge.take(record)
            except Exception as error:  # noqa: BLE001  the app and its framework may raise anything when they are read
                self.problems.append(f"{type(error).__name__} while judging traffic: {error}")

    def hand(self, texts: list[str]) -> None:
        """Take what a worker has found."""
        from asgitest.conformance.model import Finding  # noqa: PLC0415

        self._handed += [Finding.model_validate_json(text) for text in texts]

    def findings(self) -> tuple[Finding, ...]:
        """All that was found, here and by workers."""
        from asgitest.conformance.merge import merge_findings  # noqa: PLC0415

        return merge_findings([*self._judge.findings(), *self._handed])

    def failing(self) -> bool:
        """Whether one of the findings fails a run."""
        from asgitest.conformance.verdict import fails  # noqa: PLC0415

        return any(fails(finding, "error") for finding in self.findings())


_OBSERVING = pytest.StashKey[Observing]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch the clients of this process."""
    if _OBSERVING in config.stash:
        return  # a worker of pytest-xdist configures twice
    from asgitest.testclient.observing import observe  # noqa: PLC0415

    observing = config.stash[_OBSERVING] = Observing(config.rootpath)
    watching = contextlib.ExitStack()
    watching.enter_context(observe(observing.take))
    config.add_cleanup(watching.close)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the part of a worker over; else fail a run that has findings."""
    observing = session.config.stash[_OBSERVING]
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        findings = [finding.model_dump_json() for finding in observing.findings()]
        output[_WORKER_KEY] = {"findings": findings, "problems": observing.problems}
    elif observing.failing() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker hands over."""
    observing: Observing = node.config.stash[_OBSERVING]
    part: dict[str, Any] = getattr(node, "workeroutput", None) or {}
    handed: dict[str, list[str]] = part.get(_WORKER_KEY, {})
    observing.hand(handed.get("findings", []))
    observing.problems += handed.get("problems", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell what was found."""
    observing = config.stash[_OBSERVING]
    findings = observing.findings()
    if not findings and not observing.problems:
        return
    from asgitest.conformance.embedding import findings_text  # noqa: PLC0415

    terminalreporter.section("asgitest: observed traffic")
    if findings:
        terminalreporter.write_line(findings_text(findings))
    for problem in dict.fromkeys(observing.problems):
        terminalreporter.write_line(f"asgitest: {problem}")
