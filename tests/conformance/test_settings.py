"""The shape of the configuration, and its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from asgitest.conformance.settings import IdentitySettings, OverrideSettings, Settings

PAGE = Path(__file__).parents[2] / "docs" / "conformance" / "configuration.md"


@pytest.mark.parametrize("model", [Settings, IdentitySettings, OverrideSettings])
def test_every_key_is_on_the_page_of_the_configuration(model: type[Settings]) -> None:
    """A key nobody can read about does not exist."""
    named = {*re.findall(r"[\w-]+", PAGE.read_text("utf-8"))}
    keys = {str(field.alias or name) for name, field in model.model_fields.items()}

    assert keys - named == set()


def test_keys_may_be_written_with_hyphens_or_underscores() -> None:
    assert Settings.model_validate({"fail-on": "warning"}).fail_on == "warning"
    assert Settings.model_validate({"fail_on": "warning"}).fail_on == "warning"


def test_one_value_stands_for_a_list_of_one() -> None:
    settings = Settings.model_validate({"select": "http", "values": {"id": 3}})

    assert settings.select == ("http",)
    assert settings.values == {"id": (3,)}


@pytest.mark.parametrize(
    "table",
    [{"profile": "fast"}, {"budget": 0}, {"cases": 0}, {"workers": -1}, {"timeout": 0}, {"nothing": 1}, {"seed": "x"}],
)
def test_what_makes_no_sense_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(table)
