"""``asgitest list`` and ``asgitest explain``."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.catalogue import CHECKS, PLANNED
from asgitest.conformance.quirks import QUIRKS
from asgitest.testclient.asgi import RULES

if TYPE_CHECKING:
    from tests.conformance.builders import Project


def test_the_list_has_every_check_by_family(project: Project) -> None:
    code, out, _ = project.run("list")

    assert code == 0
    assert out.splitlines()[0] == f"schema ({sum(one.family == 'schema' for one in CHECKS.values())})"
    assert f"planned ({len(PLANNED)}): nothing looks for these yet" in out
    assert out.splitlines()[-1] == f"{len(CHECKS)} checks; asgitest explain ID says more about one"


def test_a_prefix_or_a_rule_chooses(project: Project) -> None:
    _, out, _ = project.run("list", "http.head", "ASGI-HTTP-002", "--json")

    assert [one["id"] for one in json.loads(out)] == ["asgi.http.start-twice", "http.head-parity"]


def test_an_unknown_prefix_is_told(project: Project) -> None:
    assert project.run("list", "htp") == (
        2,
        "",
        "asgitest: asgitest list: there is no check 'htp'. Did you mean http?\n",
    )


@pytest.mark.parametrize("name", [*CHECKS, *QUIRKS, *RULES])
def test_everything_there_is_can_be_explained(project: Project, name: str) -> None:
    code, out, err = project.run("explain", name)

    assert (code, err) == (0, "")
    assert out.startswith(f"{name}: ")


def test_a_rule_is_explained_in_the_words_of_the_registry(project: Project) -> None:
    """With what breaks it, what keeps it, and the check that looks for it."""
    rule = RULES["ASGI-HTTP-002"]

    _, out, _ = project.run("explain", "asgi-http-002")

    assert out.startswith("ASGI-HTTP-002: a response is started once\nerror; checked in every conversation, ")
    assert f"Do: {rule.advice}" in out
    assert textwrap.indent(rule.bad.source.rstrip(), "    ") in out
    assert textwrap.indent(rule.good.source.rstrip(), "    ") in out
    assert out.endswith("Page: docs/rules/ASGI-HTTP-002.md\nCheck: asgi.http.start-twice\n")


def test_a_rule_about_servers_has_no_check(project: Project) -> None:
    """No app can break it."""
    _, out, _ = project.run("explain", "ASGI-SRV-001")

    assert "no app can break it" in out
    assert "Check:" not in out


@pytest.mark.parametrize("name", PLANNED)
def test_a_planned_check_says_so(project: Project, name: str) -> None:
    """Its id is given away, and nobody looks for it."""
    code, out, _ = project.run("explain", name)

    assert (code, out.splitlines()[1]) == (0, "planned: nothing looks for it yet")


def test_an_explanation_says_what_to_do_and_how_to_switch_it_off(project: Project) -> None:
    _, out, _ = project.run("explain", "openapi.status-undocumented")

    assert "Do: Add the status that was seen to the operation" in out
    assert "Schemathesis: ST103" in out
    assert out.endswith("Switch off: --ignore openapi.status-undocumented\n")
