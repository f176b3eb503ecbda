"""API coverage of a run: ``--asgi-cov``, its reports, its thresholds, and its parts from the workers of pytest-xdist.

What is measured is in `asgitest.conformance.coverage`; here is who measures, for which test, and where it goes.

Depends on: pytest, ``options``, ``applications``; `asgitest.conformance.coverage` when coverage is asked for.
"""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.applications import load_configured_app
from asgitest.pytest_plugin.options import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Generator

    from asgitest.conformance.coverage.goals import Coverage, Dimension
    from asgitest.conformance.coverage.outputs import Output
    from asgitest.pytest_plugin.options import Settings
    from asgitest.testclient.observing import ExchangeRecord

__all__ = [
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]

_WORKER_KEY = "asgitest_coverage"
_MARKUP: dict[str, dict[str, bool]] = {
    "plain": {},
    "good": {"green": True},
    "poor": {"yellow": True},
    "bad": {"red": True},
}


class Measuring:
    """The measuring of one run, or of the part of one worker.

    Args:
        settings: Of the run.

    Raises:
        pytest.UsageError: If a report or a threshold does not exist.
    """

    def __init__(self, settings: Settings) -> None:
        from asgitest.conformance.coverage.outputs import read_outputs, read_thresholds  # noqa: PLC0415
        from asgitest.conformance.coverage.recorder import CoverageRecorder  # noqa: PLC0415
        from asgitest.conformance.errors import UsageError  # noqa: PLC0415

        try:
            self.outputs: tuple[Output, ...] = read_outputs(settings.cov or ("term",))
            self.thresholds: dict[Dimension, float] = read_thresholds(settings.cov_fail_under)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        self.recorder = CoverageRecorder()
        self.problems: list[str] = []
        self.written: list[str] = []
        self.failures: list[str] = []
        self.test = ""
        self._lock = threading.Lock()

    @property
    def coverage(self) -> Coverage:
        """What was measured so far."""
        return self.recorder.coverage

    def take(self, record: ExchangeRecord) -> None:
        """Take a record of whoever called an app. A fault of ours never fails the test."""
        from asgitest.pytest_plugin.outgoing_calls.answering import Receiver  # noqa: PLC0415

        if isinstance(record.app, Receiver):
            return  # an app that receives what ours calls is not what is tested
        with self._lock:
            try:
                self.recorder.add(record, self.test)
            except Exception as error:  # noqa: BLE001  the app and its framework may raise anything when they are read
                self._complain(f"while reading what {self.test} called", error)

    def end_test(self) -> None:
        """Look for late routes, and let go of the apps of a test."""
        with self._lock:
            try:
                self.recorder.end_test()
            except Exception as error:  # noqa: BLE001  likewise
                self._complain(f"at the end of {self.test}", error)

    def expect_configured(self, config: pytest.Config) -> None:
        """Count what the configured app promises, also if no test has called it."""
        settings = config.stash[SETTINGS]
        if settings.app is not None:
            try:
                self.recorder.expect(load_configured_app(settings, str(config.rootpath)))
            except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  the app's module may raise anything
                self._complain("while loading the configured app", error)

    def _complain(self, when: str, error: BaseException) -> None:
        self.problems.append(f"API coverage is incomplete: {type(error).__name__} {when}: {error}")

    def finish(self) -> None:
        """Write the reports, and compare with the thresholds."""
        from asgitest.conformance.coverage.outputs import write_outputs  # noqa: PLC0415
        from asgitest.conformance.coverage.summary import below_thresholds  # noqa: PLC0415
        from asgitest.conformance.errors import UsageError  # noqa: PLC0415

        try:
            self.written = [str(path) for path in write_outputs(self.coverage, self.outputs)]
        except UsageError as error:
            self.failures.append(str(error))
        self.failures += below_thresholds(self.coverage, self.thresholds)


_MEASURING = pytest.StashKey[Measuring]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch the clients of this process."""
    if _MEASURING in config.stash:
        return  # a worker of pytest-xdist configures twice
    from asgitest.testclient.observing import observe  # noqa: PLC0415

    measuring = config.stash[_MEASURING] = Measuring(config.stash[SETTINGS])
    watching = contextlib.ExitStack()
    watching.enter_context(observe(measuring.take))
    config.add_cleanup(watching.close)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Know whose traffic it is."""
    measuring = item.config.stash[_MEASURING]
    measuring.test = item.nodeid
    try:
        return (yield)
    finally:
        measuring.end_test()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the part of a worker over; else write the reports, and fail a run that does not reach its thresholds."""
    config = session.config
    if config.option.collectonly:
        return
    measuring = config.stash[_MEASURING]
    output: dict[str, Any] | None = getattr(config, "workeroutput", None)
    distributed = bool(getattr(config.option, "tx", None))
    if output is not None or not distributed:
        measuring.expect_configured(config)
    if output is not None:
        output[_WORKER_KEY] = {"coverage": json.dumps(measuring.coverage.as_json()), "problems": measuring.problems}
        return
    measuring.finish()
    if measuring.failures and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Merge the part of a worker that has ended; one that crashed has none."""
    part = getattr(node, "workeroutput", {}).get(_WORKER_KEY)
    if part is not None:
        from asgitest.conformance.coverage.goals import read_coverage  # noqa: PLC0415

        measuring = node.config.stash[_MEASURING]
        measuring.coverage.merge(read_coverage(part["coverage"]))
        measuring.problems += part["problems"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the table, and what became of reports and thresholds."""
    if config.option.collectonly:
        return
    from asgitest.conformance.coverage.plain import lines_of  # noqa: PLC0415
    from asgitest.conformance.coverage.summary import summarise  # noqa: PLC0415

    measuring = config.stash[_MEASURING]
    write = terminalreporter.write_line
    terminalreporter.ensure_newline()
    terminalreporter.section("API coverage", sep="-", blue=True, bold=True)
    if any(output.format == "term" for output in measuring.outputs):
        width = terminalreporter._tw.fullwidth  # noqa: SLF001  the reporter has no public width
        summary = summarise(measuring.coverage)
        for line, tone in lines_of(summary, width=width, verbosity=config.get_verbosity()):
            write(line, **_MARKUP[tone])
    for path in measuring.written:
        write(f"written: {path}")
    for problem in dict.fromkeys(measuring.problems):
        write(problem, yellow=True)
    for failure in measuring.failures:
        write(f"FAILED {failure}", red=True, bold=True)
