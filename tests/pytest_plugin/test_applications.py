"""The app that the settings or a marker name."""

from __future__ import annotations

from pathlib import Path

import pytest

from asgitest.pytest_plugin.applications import load_app, load_configured_app
from asgitest.pytest_plugin.options import Settings

PROJECT = str(Path(__file__).parent.parent.parent)


def test_a_factory_is_called_with_or_without_parentheses() -> None:
    first = load_app("examples.bookshop:create_app()", PROJECT)
    second = load_app("examples.bookshop:create_app", PROJECT)

    assert type(first) is type(second)
    assert first is not second


def test_what_does_not_exist_fails_with_one_sentence() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"There is no module 'examples\.bokshop'"):
        load_app("examples.bokshop:app", PROJECT)


def test_without_a_name_every_way_to_give_one_is_shown() -> None:
    with pytest.raises(pytest.fail.Exception, match="Say which in one of these ways"):
        load_configured_app(Settings(), PROJECT)
