"""The words the command understands."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

import pytest

from asgitest.conformance.command_line import build_parser, parse
from asgitest.conformance.errors import UsageError

COMMANDS = build_parser()[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_promised_is_there(name: str) -> None:
    """A command of the help without a module behind it would end in an internal error."""
    module = COMMANDS[name].get_default("module")

    assert callable(import_module(f"asgitest.conformance.commands.{module}").run)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_its_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([name, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: asgitest {name} ")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"asgitest {version('asgitest')}\n"


def test_no_words_at_all_show_the_help_and_are_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([])

    assert ended.value.code == UsageError.exit_code
    assert capsys.readouterr().out.startswith("usage: asgitest ")


def test_options_are_not_abbreviated() -> None:
    """An abbreviation of today is ambiguous when an option is added."""
    with pytest.raises(UsageError, match="asgitest check has no option '--prof'"):
        parse(["check", "--prof", "quick"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check", "--profile", "xyz"], "Argument --profile: invalid choice: 'xyz'"),
        (["check", "--cases", "many"], "Argument --cases: invalid int value: 'many'"),
        (["explain"], "The following arguments are required: id."),
    ],
)
def test_a_wrong_value_is_told_with_where_to_look(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(words)

    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(f"See asgitest {words[0]} --help.")
