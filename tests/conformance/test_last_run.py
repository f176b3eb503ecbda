"""Reports as input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.errors import UsageError
from asgitest.conformance.last_run import choose_finding, read_run, save_last_run
from tests.conformance.builders import crash, finding, run_of

if TYPE_CHECKING:
    from tests.conformance.builders import Project


def test_the_last_run_is_kept_where_git_does_not_look(project: Project) -> None:
    run = run_of(finding(), crash())

    save_last_run(run, directory=project.folder)

    assert read_run(None) == run
    assert (project.folder / ".asgitest" / ".gitignore").read_text("utf-8") == "*\n"


def test_what_is_no_report_is_told(project: Project) -> None:
    project.write("a.json", "{}")
    project.write("b.json", run_of().model_copy(update={"schema_version": 99}).model_dump_json())

    with pytest.raises(UsageError, match=r"'a\.json' is not a JSON report: at target, field required"):
        read_run(Path("a.json"))
    with pytest.raises(UsageError, match=r"'b\.json' was written by a newer asgitest \(schema 99\)"):
        read_run(Path("b.json"))
    with pytest.raises(UsageError, match=r"There is no report .* Run asgitest check first"):
        read_run(None)


def test_a_finding_is_chosen_by_the_beginning_of_its_id() -> None:
    one, other = finding(fingerprint="ab" * 16), finding(fingerprint="ac" * 16)
    run = run_of(one, other)

    assert choose_finding(run, "AB") == one
    with pytest.raises(UsageError, match=r"2 findings begin with 'a': ababababab, acacacacac"):
        choose_finding(run, "a")
    with pytest.raises(UsageError, match=r"There is no finding 'f' in the report\. It has ababababab, acacacacac"):
        choose_finding(run, "f")
    with pytest.raises(UsageError, match="It is empty"):
        choose_finding(run_of(), "f")
