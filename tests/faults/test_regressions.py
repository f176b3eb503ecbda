"""What the conformance command finds in a part of the corpus stays found, and the twins stay clean.

`found.toml` names the faults; `make faults` runs the whole corpus.
"""

from __future__ import annotations

import json
import tomllib

import pytest

from asgitest.conformance.cli import main
from tests.faults.corpus import FOLDER, faults, target

FOUND = tomllib.loads((FOLDER / "found.toml").read_text("utf-8"))


def findings_in(app, side, folder, root):
    """Run the command as it runs in CI, in this process and one worker."""
    report = folder / f"{side}-{app}.json"
    words = ["--app-dir", str(root), "--cases", str(FOUND["cases"]), "--seed", "1", "--deterministic", "--workers", "1"]
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        main(["check", target(app, side), *words, "--quiet", "--report", f"json={report}"])
    return [
        each for each in json.loads(report.read_text("utf-8"))["findings"] if not each["quirk"] and not each["flaky"]
    ]


@pytest.mark.parametrize("app", sorted(FOUND["apps"]))
def test_what_was_found_in_an_app_is_found_again(app, tmp_path, request):
    found = findings_in(app, "faulty", tmp_path, request.config.rootpath)
    pairs = [(each["check"], subject) for each in found for subject in (each["operation"], *each["subjects"])]

    missed = [name for name in FOUND["apps"][app] if not faults()[name].found_in(pairs)]

    assert missed == []


@pytest.mark.parametrize("app", sorted(FOUND["apps"]))
def test_the_twin_of_an_app_has_no_error(app, tmp_path, request):
    found = findings_in(app, "clean", tmp_path, request.config.rootpath)

    assert [(each["check"], each["operation"], each["message"]) for each in found if each["severity"] == "error"] == []
