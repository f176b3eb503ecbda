"""The configuration: found, checked, laid over each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.config import build_options, identities_of, load, parse_shard
from asgitest.conformance.errors import UsageError

if TYPE_CHECKING:
    from tests.conformance.builders import Project

SECTION = "[tool.asgitest.conformance]\n"


def test_without_a_file_there_are_defaults(project: Project) -> None:
    config = load()

    assert config.settings.profile == "default"
    assert config.source("profile") == "default"


def test_the_nearest_pyproject_counts_and_the_command_line_wins(project: Project) -> None:
    project.write("pyproject.toml", f'{SECTION}app = "main:app"\nprofile = "quick"\n')
    (project.folder / "below").mkdir()

    config = load(directory=project.folder / "below", given={"profile": "thorough", "seed": None})

    assert (config.settings.app, config.settings.profile) == ("main:app", "thorough")
    assert config.source("app") == "pyproject.toml [tool.asgitest.conformance]"
    assert config.source("profile") == "command line"
    assert config.source("seed") == "default"


def test_the_app_of_the_other_tools_is_known(project: Project) -> None:
    """``[tool.asgitest] app`` is what the pytest plugin reads."""
    project.write("pyproject.toml", '[tool.asgitest]\napp = "main:app"\n')

    assert load().settings.app == "main:app"


def test_a_file_of_its_own_may_leave_the_section_out(project: Project) -> None:
    project.write("own.toml", 'app = "main:app"\n')
    project.write("sectioned.toml", f'{SECTION}app = "other:app"\n')

    assert load(config_file=Path("own.toml")).settings.app == "main:app"
    assert load(config_file=Path("sectioned.toml")).settings.app == "other:app"


def test_ci_makes_runs_deterministic_unless_the_file_says_otherwise(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    assert load().settings.deterministic
    assert load().source("deterministic") == "environment CI"

    project.write("pyproject.toml", f"{SECTION}deterministic = false\n")
    assert not load().settings.deterministic


def test_a_seed_on_the_command_line_makes_a_run_deterministic(project: Project) -> None:
    assert build_options(load(given={"seed": 3})).deterministic
    assert not build_options(load()).deterministic


def test_the_app_directory_of_a_file_is_relative_to_it(project: Project) -> None:
    project.write("pyproject.toml", f'{SECTION}app-dir = "src"\n')
    below = project.folder / "below"
    below.mkdir()

    assert build_options(load(directory=below)).app_dir == project.folder / "src"
    assert build_options(load(directory=below, given={"app_dir": "lib"})).app_dir == Path("lib")


SENTENCES = [
    ('profle = "quick"', "there is no key 'profle'. Did you mean profile?"),
    ('profile = "quik"', " is wrong: input should be 'quick', 'default' or 'thorough'. Did you mean quick?"),
    ("budget = -1", "budget = -1 is wrong: input should be greater than 0."),
    ('[tool.asgitest.conformance.identities.ada]\nheder = "x"', " 'identities.ada.heder'. Did you mean headers?"),
    ('[[tool.asgitest.conformance.override]]\nmatch = "*"\nskp = true', " 'override.0.skp'. Did you mean skip?"),
    ('select = ["htp"]', "there is no check 'htp'. Did you mean http?"),
    ('[[tool.asgitest.conformance.override]]\nmatch = "*"\nidentity = "bob"', "there is no identity 'bob'."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), SENTENCES)
def test_a_wrong_key_or_value_is_told_with_its_file(project: Project, text: str, sentence: str) -> None:
    project.write("pyproject.toml", SECTION + text)

    with pytest.raises(UsageError) as caught:
        load()

    assert str(caught.value).startswith("pyproject.toml [tool.asgitest.conformance]: ")
    assert str(caught.value).endswith(sentence)


def test_a_file_that_is_no_toml_is_told(project: Project) -> None:
    project.write("pyproject.toml", "[tool")

    with pytest.raises(UsageError, match=r"pyproject\.toml is not valid TOML: "):
        load()


def test_the_environment_stands_in_for_secrets(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(
        "pyproject.toml",
        SECTION + 'identities.ada.headers = {authorization = "Bearer ${ADA}"}\nidentities.ada.scopes = "x"',
    )
    monkeypatch.setenv("ADA", "12345")

    (ada,) = identities_of(load())
    assert (ada.headers, ada.scopes) == ({"authorization": "Bearer 12345"}, ("x",))

    monkeypatch.delenv("ADA")
    with pytest.raises(UsageError, match="identity 'ada': the environment variable ADA is not set"):
        identities_of(load())


def test_a_shard_is_a_part_of_a_whole() -> None:
    shard = parse_shard("2/4")

    assert (shard.index, shard.count, str(shard)) == (2, 4, "2/4")


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/2/3", ""])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shard wants I/N"):
        parse_shard(text)


def test_every_setting_is_shown_with_its_source(project: Project) -> None:
    project.write("pyproject.toml", f"{SECTION}cases = 5\n")

    lines = load(given={"seed": 3}).lines()

    assert "cases = 5  (pyproject.toml [tool.asgitest.conformance])" in lines
    assert "seed = 3  (command line)" in lines
    assert "profile = 'default'  (default)" in lines
