"""What a finding leads to: by the client's mode, by what is selected and ignored, and by what a test changes."""

from __future__ import annotations

import pytest

from asgitest.testclient import validation
from asgitest.testclient.asgi import RULES, Finding, Level
from asgitest.testclient.policy import Verdict, build_policy

RAISE, WARN, NOTE, DROP = Verdict.RAISE, Verdict.WARN, Verdict.NOTE, Verdict.DROP
SCOPE = {"type": "http", "method": "GET", "path": "/a"}


def finding(rule_id: str, level: Level | None = None) -> Finding:
    rule = RULES[rule_id]
    return Finding(rule=rule, detail="it is so", level=level or rule.level, index=1, subject="status")


MUST = finding("ASGI-HTTP-008")
SHOULD = finding("ASGI-HTTP-016")
MAY = finding("ASGI-HTTP-028")
ORDER = finding("ASGI-HTTP-002")


@pytest.mark.parametrize(
    ("mode", "verdicts"),
    [
        ("strict", (RAISE, WARN, NOTE)),
        ("warn", (WARN, WARN, NOTE)),
        ("off", (NOTE, NOTE, NOTE)),
        ("starlette", (NOTE, NOTE, NOTE)),
    ],
)
def test_a_mode_says_what_each_level_leads_to(mode: str, verdicts: tuple[Verdict, ...]) -> None:
    policy = build_policy(mode)

    assert tuple(policy.verdict(each) for each in (MUST, SHOULD, MAY)) == verdicts


def test_where_starlettes_client_is_replaced_only_what_it_refuses_is_raised() -> None:
    policy = build_policy("starlette")

    assert policy.verdict(ORDER) is RAISE
    assert policy.verdict(finding("ASGI-HTTP-002", Level.WARNING)) is NOTE


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({"select": ["ASGI-HTTP"]}, RAISE),
        ({"select": "ASGI-HTTP-008"}, RAISE),
        ({"select": ["ASGI-WS"]}, DROP),
        ({"ignore": ["ASGI-HTTP-00"]}, DROP),
        ({"ignore": ["ASGI-HTTP-009"]}, RAISE),
        ({"select": ["ASGI-HTTP"], "ignore": ["ASGI-HTTP-008"]}, DROP),
        ({"routes": {"/a": ["ASGI-HTTP-008"]}}, DROP),
        ({"routes": {"/b": ["ASGI-HTTP-008"]}}, RAISE),
        ({"routes": {"/a": ["ASGI-WS"]}}, RAISE),
    ],
)
def test_rules_are_chosen_by_prefix_and_by_path(options: dict[str, object], verdict: Verdict) -> None:
    assert build_policy("strict", **options).verdict(MUST, "/a/b") is verdict  # type: ignore[arg-type]


def test_a_test_changes_the_mode_and_the_choice_while_it_lasts() -> None:
    policy = build_policy("strict")

    with validation("warn"):
        inside = policy.verdict(MUST)
        with validation(ignore=["ASGI-HTTP"]):
            ignored = policy.verdict(MUST)
    with validation(select=["ASGI-WS"]):
        unselected = policy.verdict(MUST)

    assert (inside, ignored, unselected, policy.verdict(MUST)) == (WARN, DROP, DROP, RAISE)


def test_the_change_ends_with_an_exception_as_well() -> None:
    policy = build_policy("strict")

    with pytest.raises(LookupError), validation("off"):
        raise LookupError

    assert policy.verdict(MUST) is RAISE


def test_the_first_must_is_raised_and_each_should_is_warned_of_once() -> None:
    policy = build_policy("strict")
    second = finding("ASGI-HTTP-009")

    raised, warned = policy.sort([SHOULD, MUST, second], SCOPE)
    _, again = policy.sort([SHOULD], SCOPE)

    assert (raised, warned, again) == (MUST, [SHOULD], [])
    assert [entry.count for entry in policy.ledger.findings] == [2, 1, 1]


def test_what_is_dropped_is_not_written_down() -> None:
    policy = build_policy("strict", ignore=["ASGI-HTTP"])

    assert policy.sort([MUST], SCOPE) == (None, [])
    assert policy.ledger.findings == []


@pytest.mark.parametrize("mode", ["STRICT", "", "on"])
def test_a_mode_that_does_not_exist_is_refused(mode: str) -> None:
    with pytest.raises(ValueError, match="choose 'strict', 'warn', 'off' or 'starlette'"):
        build_policy(mode)


@pytest.mark.parametrize(
    ("prefix", "hint"), [("ASGI-HTTP-999", "did you mean"), ("zzz", "is no rule id and no prefix")]
)
def test_a_prefix_of_no_rule_is_refused(prefix: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        build_policy("strict", routes={"/": [prefix]})
