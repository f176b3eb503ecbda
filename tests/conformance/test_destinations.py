"""Where the path of a request leads."""

from __future__ import annotations

import pytest

from asgitest.conformance.destinations import Destinations, pattern_of

TEMPLATES = frozenset(
    {
        "/heroes/",
        "/heroes/{hero_id}",
        "/heroes/{hero_id}/teams",
        "/heroes/me",
        "/files/{path}",
        "/{kind}/{number}",
        "/maps/{x}.{y}",
    }
)


@pytest.mark.parametrize(
    ("template", "target", "elsewhere"),
    [
        ("/heroes/{hero_id}", b"/heroes/", True),
        ("/heroes/{hero_id}", b"/heroes/?limit=3", True),
        ("/heroes/{hero_id}", b"/heroes/me", True),
        ("/heroes/{hero_id}", b"/heroes/m%65", True),
        ("/heroes/{hero_id}", b"/heroes/1%2Fteams", True),
        ("/heroes/{hero_id}", b"/heroes/%2F", True),
        ("/heroes/{hero_id}", b"/heroes/3?limit=3", False),
        ("/heroes/{hero_id}", b"/heroes/ME", False),
        ("/heroes/{hero_id}", b"/heroes/%0A", False),
        ("/heroes/{hero_id}/teams", b"/heroes/me/teams", False),
        ("/heroes/{hero_id}/teams", b"/heroes//teams", True),
        ("/files/{path}", b"/files/a/b", False),
        ("/heroes/me", b"/heroes/me", False),
        ("/maps/{x}.{y}", b"/maps/1.2", False),
        ("/maps/{x}.{y}", b"/maps/1.", True),
        ("/{kind}/{number}", b"/heroes/3", True),
    ],
)
def test_a_path_belongs_to_the_template_it_was_made_for_unless_it_may_be_another(
    template: str, target: bytes, elsewhere: bool
) -> None:
    """An empty value, the literal of a neighbour, a slash before one."""
    assert Destinations(TEMPLATES).leads_elsewhere(template, target) is elsewhere


def test_another_name_for_a_parameter_makes_no_other_template() -> None:
    """``GET /items/{id}`` and ``PUT /items/{item_id}`` are one path."""
    templates = frozenset({"/items/{id}", "/items/{item_id}"})

    assert not Destinations(templates).leads_elsewhere("/items/{id}", b"/items/3")


def test_a_template_is_a_pattern_in_which_only_parameters_are_open() -> None:
    assert pattern_of("/a.b/{x}").fullmatch("/a.b/1")
    assert not pattern_of("/a.b/{x}").fullmatch("/a-b/1")
    assert not pattern_of("/a.b/{x}").fullmatch("/a.b/1/2")
