"""Secrets do not leave the process."""

from __future__ import annotations

import pytest

from asgitest.conformance.model import Body, Evidence, HTTPStep, SeenResponse, SentRequest
from asgitest.conformance.options import Identity
from asgitest.conformance.redact import Redactor, restore, restored_text
from asgitest.conformance.reproduce import build_reproduction
from tests.conformance.builders import finding, run_of, scenario

ADA = Identity(name="ada", headers={"authorization": "Bearer 12345"}, query={"key": "k-67890"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password": "hunter2"}', '{"password": "[redacted]"}'),
        ('{"api_key":"x","n":1}', '{"api_key":"[redacted]","n":1}'),
        ("a=1&token=abc&b=2", "a=1&token=[redacted]&b=2"),
        ("Set-Cookie: session=abc", "Set-Cookie: [redacted]"),
        ("sent Bearer 12345", "sent [redacted ada]"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_text_shows_neither_known_values_nor_what_its_name_gives_away(text: str, shown: str) -> None:
    assert Redactor([ADA]).text(text) == shown


def secretive() -> Evidence:
    return Evidence(
        kind="http",
        request=SentRequest(
            method="POST",
            target="/a?key=k-67890",
            headers=(("authorization", "Bearer made-up"), ("x-other", "1")),
            body=Body(text='{"password": "generated"}'),
        ),
        response=SeenResponse(status=200, headers=(("set-cookie", "s=1"),), body=Body(text='{"token": "t"}')),
    )


def test_what_the_app_sends_is_hidden_by_name_and_what_was_generated_stays() -> None:
    """Without the generated body nobody could see the finding again."""
    one = Redactor([ADA]).finding(finding(evidence=(secretive(),)))

    request, response = one.evidence[0].request, one.evidence[0].response
    assert request is not None
    assert response is not None
    assert request.target == "/a?key=[redacted ada]"
    assert request.headers == (("authorization", "[redacted]"), ("x-other", "1"))
    assert request.body == Body(text='{"password": "generated"}')
    assert response.headers == (("set-cookie", "[redacted]"),)
    assert response.body == Body(text='{"token": "[redacted]"}')


def test_a_scenario_hides_only_what_was_configured_also_in_base64() -> None:
    step = HTTPStep(method="POST", target="/", headers=(("authorization", "Bearer 12345"),), body=b"Bearer 12345 x")
    again = build_reproduction(scenario(step), "a" * 32)

    hidden = Redactor([ADA]).finding(finding(reproduction=again)).reproduction

    assert hidden is not None
    assert hidden.scenario is not None
    (sent,) = hidden.scenario.steps
    assert isinstance(sent, HTTPStep)
    assert sent.headers == (("authorization", "[redacted ada]"),)
    assert sent.body == b"[redacted ada] x"
    assert "12345" not in hidden.model_dump_json()


def test_a_value_learned_during_the_run_is_hidden_from_then_on() -> None:
    redactor = Redactor()
    redactor.learn("token-1", "ada")

    assert redactor.run(run_of(finding(actual="token-1"), notes=("token-1",))).model_dump_json().count("token-1") == 0


def test_short_values_are_no_secrets() -> None:
    """Hiding ``1`` everywhere would hide everything."""
    assert Redactor([Identity(name="a", headers={"x": "1"})]).text("111") == "111"


def test_the_configuration_puts_values_back() -> None:
    assert restore("[redacted ada]", [ADA], name="Authorization") == "Bearer 12345"
    assert restore("[redacted bob]", [ADA], name="Authorization") == "[redacted bob]"


def test_a_snippet_gets_each_value_behind_its_name() -> None:
    snippet = "client.get('/?key=[redacted ada]', headers={'authorization': '[redacted ada]'})"

    assert restored_text(snippet, [ADA]) == "client.get('/?key=k-67890', headers={'authorization': 'Bearer 12345'})"
