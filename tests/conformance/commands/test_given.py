"""What the command line says, by the names of the settings."""

from __future__ import annotations

import pytest

from asgitest.conformance.command_line import parse
from asgitest.conformance.commands.given import command_line, given_options, split
from asgitest.conformance.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30.0), ("5m", 300.0), ("2 min", 120.0), ("250ms", 0.25), ("1h", 3600.0), ("7", 7.0)]
)
def test_a_budget_is_a_number_with_a_unit(text: str, seconds: float) -> None:
    assert command_line(parse(["check", "--budget", text]))["budget"] == seconds


@pytest.mark.parametrize("text", ["soon", "0", "-3s", "5 weeks", ""])
def test_a_budget_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--budget wants a time such as 30s or 5m, not "):
        command_line(parse(["check", f"--budget={text}"]))


def test_options_not_given_say_nothing() -> None:
    """None is "not given"; otherwise defaults of the parser would hide the configuration."""
    assert {value for value in command_line(parse(["check"])).values() if value is not None} == set()


def test_lists_are_split_at_commas_and_patterns_are_not() -> None:
    assert split(["openapi, http", "asgi"]) == ["openapi", "http", "asgi"]
    assert split(["GET,PUT /items/*"]) == ["GET,PUT /items/*"]
    assert split(None) is None


def test_the_command_line_becomes_the_options_of_a_run(project: object) -> None:
    options = given_options(parse(["check", "a:b", "--select", "http,asgi", "--seed", "7", "--workers", "0"]))

    assert (options.target, options.select, options.seed, options.workers) == ("a:b", ("http", "asgi"), 7, 0)
    assert options.deterministic
