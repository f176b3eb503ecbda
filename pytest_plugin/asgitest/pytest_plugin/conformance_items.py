"""``--asgi-conformance``: a test item for each operation, WebSocket route, the lifespan and the schema of the app.

The items stand on the configuration file, so that they can be named: ``pyproject.toml::GET /items/{id}``. They are
collected in the same order everywhere, so that pytest-xdist distributes them.

Depends on: pytest, ``options``; `asgitest.conformance` when items are collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.options import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asgitest.conformance.embedding import Suite
    from asgitest.conformance.model import Finding

__all__ = ["ConformanceFailed", "ConformanceFile", "ConformanceItem", "pytest_collect_file", "pytest_configure"]

_USUAL = ("pyproject.toml", "pytest.toml", "pytest.ini", "tox.ini", "setup.cfg")


class ConformanceFailed(Exception):
    """A subject has findings that fail a run.

    Args:
        text: The findings, as the command writes them.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def pytest_configure(config: pytest.Config) -> None:
    """Collect the items of the configuration file, unless the command line names some of them.

    Raises:
        pytest.UsageError: If there is no configuration file that they could stand on.
    """
    if hasattr(config, "workerinput"):
        return  # the arguments of the controller are there already
    file = _file(config)
    if not any(str(argument).partition("::")[0] in {str(file), file.name} for argument in config.args):
        config.args.append(str(file))


def _file(config: pytest.Config) -> Path:
    """The file that the items stand on."""
    if config.inipath is not None:
        return config.inipath
    for name in _USUAL:
        if (config.rootpath / name).is_file():
            return config.rootpath / name
    raise pytest.UsageError("--asgi-conformance: its items stand on a configuration file; make a pyproject.toml.")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ConformanceFile | None:
    """Collect the configuration file."""
    if file_path != _file(parent.config):
        return None
    collector: ConformanceFile = ConformanceFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType]  # of pytest
    return collector


class ConformanceFile(pytest.File):
    """The configuration file, which the items stand on."""

    def collect(self) -> Iterator[pytest.Item]:
        """Make an item for each subject of the app."""
        from asgitest.conformance.embedding import suite_of  # noqa: PLC0415
        from asgitest.conformance.errors import UsageError  # noqa: PLC0415

        settings = self.config.stash[SETTINGS]
        try:
            suite = suite_of(directory=self.config.rootpath, spec=settings.app, profile=settings.conformance)
            subjects = suite.subjects()
        except UsageError as error:
            raise self.CollectError(f"--asgi-conformance: {error}") from error
        for subject in subjects:
            item: ConformanceItem = ConformanceItem.from_parent(self, name=subject, suite=suite)  # pyright: ignore[reportUnknownMemberType]  # of pytest
            item.add_marker("asgi_conformance")
            yield item


class ConformanceItem(pytest.Item):
    """The checks of one subject.

    Args:
        suite: Knows the app.
        options: Of pytest.
    """

    def __init__(self, *, suite: Suite, **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]  # of pytest
        self._suite = suite

    def runtest(self) -> None:
        """Check the subject.

        Raises:
            ConformanceFailed: If there is a finding that fails a run.
        """
        from asgitest.conformance.embedding import failing, findings_text  # noqa: PLC0415

        findings = self._suite.check(self.name)
        wrong = failing(findings, self._suite)
        others = tuple(finding for finding in findings if finding not in wrong)
        if others:
            self.add_report_section("call", "asgitest notes", findings_text(others))
        if wrong:
            raise ConformanceFailed(findings_text(wrong))
        self._note(others)

    def _note(self, findings: tuple[Finding, ...]) -> None:
        """Warn of what does not fail the item."""
        for finding in findings:
            if finding.severity == "warning" and not finding.flaky:
                self.warn(pytest.PytestWarning(f"{finding.check}: {finding.title} ({finding.operation})"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show findings as the command does; anything else as pytest does."""
        if isinstance(excinfo.value, ConformanceFailed):
            return excinfo.value.text
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where the item stands."""
        return self.path, 0, self.name
