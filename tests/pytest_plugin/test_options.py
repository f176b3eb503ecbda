"""The table of options, and the line that says what was chosen."""

from __future__ import annotations

import pytest

from asgitest.conformance.coverage.goals import DIMENSIONS
from asgitest.pytest_plugin.options import OPTIONS, Settings


def test_every_option_is_a_field_and_every_field_an_option() -> None:
    """Two tables that say the same have to be compared."""
    fields = Settings.__annotations__.keys() - {"sources"}

    assert {option.name for option in OPTIONS} == fields


def test_each_dimension_of_coverage_has_a_flag_of_its_own() -> None:
    """What coverage can measure is written down twice, because a run that measures nothing does not load it."""
    assert {option.name: option.dimensions for option in OPTIONS if option.dimensions} == {"cov_fail_under": DIMENSIONS}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_default_of_a_choice_is_one_of_them(option) -> None:
    default = getattr(Settings(), option.name)

    assert option.kind != "choice" or default is None or default in option.choices


def test_the_header_names_what_was_chosen_and_where(pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"\nasgi_strict_overrides = "off"')

    result = pytester.runpytest_inprocess("--asgi-lifespan-scope=function")

    result.stdout.fnmatch_lines(["asgitest: app=main:app (ini), lifespan=function (command line), overrides=off (ini)"])


def test_the_header_says_what_is_not_usual(pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml("[tool.asgitest]\ntestclient = true")

    result = pytester.runpytest_inprocess("--asgi-server")

    result.stdout.fnmatch_lines(
        ["asgitest: lifespan=session, overrides=strict, testclient=replaced (pyproject), server=uvicorn (command line)"]
    )
