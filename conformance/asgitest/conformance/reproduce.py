"""How to see a finding again: curl, a Python snippet with our TestClient, and the command that replays it.

All three are built from one :class:`~asgitest.conformance.model.Scenario`, which is data and goes into the report too.

Depends on: the models.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from asgitest.conformance.model import HTTPStep, LifespanStep, Reproduction, WebSocketStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.conformance.model import Scenario, Step

__all__ = ["build_reproduction", "curl_command", "python_snippet", "replay_command", "statements"]

_FILTERED = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_RESPONSE = "response"
_LONGEST_LITERAL = 2000


def build_reproduction(
    scenario: Scenario,
    fingerprint: str,
    *,
    assertions: Sequence[str] = (),
    seed_path: str = "",
    verified: bool = False,
    rule: str | None = None,
) -> Reproduction:
    """Build all three forms.

    Args:
        scenario: What has to be sent.
        fingerprint: Of the finding.
        assertions: Python statements that fail while the fault is there; ``response`` is the last HTTP response.
            None are needed when the app raises.
        seed_path: ``seed/family/subject/index`` of the case.
        verified: Whether the scenario was executed and failed again.
        rule: Id of the ASGI rule that was broken; our client warns of some, and the snippet makes errors of warnings.
    """
    return Reproduction(
        curl=curl_command(scenario),
        python=python_snippet(scenario, assertions=assertions, rule=rule),
        replay=replay_command(fingerprint),
        scenario=scenario,
        seed_path=seed_path,
        verified=verified,
    )


def _about_rule(scenario: Scenario, rule: str) -> list[str]:
    """Assert about a rule that our client may only note: where it raises or warns, the assertion is not reached."""
    if not scenario.steps or not isinstance(scenario.steps[-1], HTTPStep):
        return []
    return [f"assert {rule!r} not in [found.rule.id for found in {_RESPONSE}.asgi.findings]"]


def replay_command(fingerprint: str) -> str:
    """Write the command that replays a finding of the last run."""
    return f"asgitest replay {fingerprint[:10]}"


def curl_command(scenario: Scenario) -> str | None:
    """Write the HTTP steps as curl commands, joined with ``&&``; None if a step is no plain HTTP request."""
    steps = [step for step in scenario.steps if not isinstance(step, LifespanStep)]
    if not steps or any(isinstance(step, WebSocketStep) or step.disconnect_after is not None for step in steps):
        return None
    return " && ".join(_curl(step, scenario) for step in steps if isinstance(step, HTTPStep))


def _curl(step: HTTPStep, scenario: Scenario) -> str:
    words = ["curl", "--globoff", "--path-as-is", "-i"]
    if step.method == "HEAD":
        words.append("--head")
    elif step.method != "GET" or step.body:
        words += ["-X", shlex.quote(step.method)]
    for name, value in step.headers:
        if name.lower() not in _FILTERED:
            words += ["-H", _shell(f"{name}: {value}" if value else f"{name};")]
    if step.body:
        if not any(name.lower() == "content-type" for name, _ in step.headers):
            words += ["-H", "'content-type:'"]
        words += ["--data-binary", _body_word(step.body)]
    words.append(_shell(scenario.base_url.rstrip("/") + step.target))
    return " ".join(words)


def _body_word(body: bytes) -> str:
    """Quote a body for a shell; bytes no command line can carry come from a pipe that decodes them."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and "\0" not in text and not text.startswith("@"):
        return _shell(text)
    octal = "".join(f"\\{byte:03o}" for byte in body)
    return f"@<(printf '{octal}')"


def _shell(text: str) -> str:
    """Quote text for a POSIX shell, control characters with ``$'...'``."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(_ansi_c(character) for character in text)
    return f"$'{escaped}'"


def _ansi_c(character: str) -> str:
    if character in "'\\":
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))


def python_snippet(scenario: Scenario, *, assertions: Sequence[str] = (), rule: str | None = None) -> str:
    """Write a script that repeats the scenario and fails while the fault is there."""
    if _watches_loop(scenario, assertions):
        return _watching_loop(scenario, assertions)
    assertions = [*assertions, *(_about_rule(scenario, rule) if rule else ())]
    warned = ["import warnings"] if rule else []
    strict = ['warnings.simplefilter("error")', ""] if rule else []
    return "\n".join([*warned, *_imports(scenario), "", *strict, *statements(scenario, assertions=assertions), ""])


def _imports(scenario: Scenario) -> list[str]:
    module, _, attribute = (scenario.target or "main:app").partition(":")
    name = attribute.partition(".")[0] or "app"
    lines = ["from asgitest.testclient import TestClient", f"from {module} import {name}"]
    return sorted(lines, key=lambda line: (not line.startswith("from asgitest"), line))


def _watches_loop(scenario: Scenario, assertions: Sequence[str]) -> bool:
    """Whether the assertions look at the event loop, which ends with a synchronous client."""
    only_lifespan = all(isinstance(step, LifespanStep) for step in scenario.steps)
    return only_lifespan and any("asyncio." in assertion for assertion in assertions)


def _watching_loop(scenario: Scenario, assertions: Sequence[str]) -> str:
    """Write a script that starts and stops the app in a loop of its own, and looks at the loop afterwards."""
    imports = [line.replace("TestClient", "AsyncTestClient") for line in _imports(scenario)]
    return "\n".join(
        [
            "import asyncio",
            *imports,
            "",
            "",
            "async def start_and_stop():",
            f"    async with Async{_client(scenario)}:",
            "        pass",
            *(f"    {assertion}" for assertion in assertions),
            "",
            "",
            "asyncio.run(start_and_stop())",
            "",
        ]
    )


def statements(scenario: Scenario, *, assertions: Sequence[str] = ()) -> list[str]:
    """Write the statements that repeat the scenario, without the imports."""
    lines: list[str] = []
    steps = list(scenario.steps)
    if all(isinstance(step, LifespanStep) for step in steps):
        for _ in range(max(1, len(steps))):
            lines += [f"with {_client(scenario)}:", "    pass"]
        return [*lines, *assertions]
    body = [line for step in steps for line in _step(step)]
    if scenario.lifespan:
        lines += [f"with {_client(scenario)} as client:", *(f"    {line}" for line in body)]
    else:
        lines += [f"client = {_client(scenario)}", *body]
    return [*lines, *assertions]


def _client(scenario: Scenario) -> str:
    attribute = scenario.target.partition(":")[2] or "app"
    app = f"{attribute}()" if scenario.factory else attribute
    options = ""
    if scenario.root_path:
        options += f", root_path={scenario.root_path!r}"
    if scenario.base_url.rstrip("/") != "http://testserver":
        options += f", base_url={scenario.base_url!r}"
    return f"TestClient({app}{options})"


def _step(step: Step) -> list[str]:
    if isinstance(step, HTTPStep):
        return _http(step)
    if isinstance(step, WebSocketStep):
        return _websocket(step)
    return []


def _http(step: HTTPStep) -> list[str]:
    arguments = [repr(step.method), repr(step.target)]
    headers = [(name, value) for name, value in step.headers if name.lower() not in _FILTERED - {"host"}]
    if headers:
        arguments.append(f"headers={_headers(headers)}")
    if step.body:
        arguments.append(f"content={_literal(step.body)}")
    arguments.append("follow_redirects=False")
    return [f"{_RESPONSE} = client.request({', '.join(arguments)})"]


def _headers(headers: Sequence[tuple[str, str]]) -> str:
    """Write headers as a dict where no name repeats, as a list otherwise; bytes where httpx needs them."""
    if all(value.isascii() for _, value in headers):
        names = [name for name, _ in headers]
        return repr(dict(headers)) if len(set(names)) == len(names) else repr(list(headers))
    return repr([(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers])


def _literal(body: bytes) -> str:
    """Write bytes as a literal, a long run of one byte as a product."""
    if len(body) > _LONGEST_LITERAL and len(set(body)) == 1:
        return f"{body[:1]!r} * {len(body)}"
    return repr(body)


def _websocket(step: WebSocketStep) -> list[str]:
    arguments = [repr(step.target)]
    if step.subprotocols:
        arguments.append(f"subprotocols={list(step.subprotocols)!r}")
    if step.headers:
        arguments.append(f"headers={_headers(step.headers)}")
    lines = [f"with client.websocket_connect({', '.join(arguments)}) as websocket:"]
    body: list[str] = []
    for message in step.sends:
        if message is None:
            body.append("websocket.receive()")
        elif message.text is not None:
            body.append(f"websocket.send_text({_text(message.text)})")
        else:
            body.append(f"websocket.send_bytes({message.data or b''!r})")
    if step.close_code is None:
        body.append("websocket.abort()")
    elif step.close_code != 1000:  # noqa: PLR2004  what leaving the block sends
        body.append(f"websocket.close({step.close_code})")
    return lines + [f"    {line}" for line in body or ["pass"]]


def _text(text: str) -> str:
    return repr(text) if text.isprintable() else json.dumps(text)
