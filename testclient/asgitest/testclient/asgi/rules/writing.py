"""How rules are written down: the documents that decide, and examples made of messages.

Depends on: kinds, rules.rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asgitest.testclient.asgi.kinds import is_array, is_dict
from asgitest.testclient.asgi.rules.rule import Example, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.testclient.asgi.rules.rule import Judge, Profiles

__all__ = [
    "Section",
    "asgi",
    "call",
    "denial",
    "extensions",
    "http",
    "indented",
    "lifespan",
    "message",
    "rfc",
    "rule",
    "socket",
    "startup",
    "www",
]

_ASGI = "https://asgi.readthedocs.io/en/latest"
_LEVELS = {"E": Level.ERROR, "W": Level.WARNING, "I": Level.INFO}


class Section(NamedTuple):
    """A section of a document, and where it can be read."""

    name: str
    url: str


def asgi(section: str, anchor: str) -> Section:
    """Address a section of the ASGI specification itself."""
    return Section(f"ASGI, {section}", f"{_ASGI}/specs/main.html#{anchor}")


def www(section: str, anchor: str) -> Section:
    """Address a section of ASGI's HTTP and WebSocket message format."""
    return Section(f"ASGI www, {section}", f"{_ASGI}/specs/www.html#{anchor}")


def lifespan(section: str, anchor: str) -> Section:
    """Address a section of ASGI's lifespan protocol."""
    return Section(f"ASGI lifespan, {section}", f"{_ASGI}/specs/lifespan.html#{anchor}")


def extensions(section: str, anchor: str) -> Section:
    """Address a section of ASGI's extensions."""
    return Section(f"ASGI extensions, {section}", f"{_ASGI}/extensions.html#{anchor}")


def rfc(number: int, section: str) -> Section:
    """Address a numbered section of an RFC, as in ``rfc(9110, "8.6")``."""
    return Section(f"RFC {number}, section {section}", f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}")


def rule(
    id: str,  # noqa: A002 - the name of the field
    level: str,
    title: str,
    *,
    spec: Section,
    quote: str,
    advice: str,
    bad: Example,
    good: Example,
    profile: Profiles = "core",
    judged: Judge = "conversation",
) -> Rule:
    """Write a rule down.

    Args:
        id: Without ``ASGI-``.
        level: ``"E"``, ``"W"`` or ``"I"``.
        title: See :class:`Rule`, as for the other arguments.
        spec: The section that decides.
        quote: Its sentence.
        advice: What to do.
        bad: Breaks the rule.
        good: Keeps it.
        profile: Which set of rules it belongs to.
        judged: Who can see it broken.
    """
    return Rule(
        id=f"ASGI-{id}",
        level=_LEVELS[level],
        title=title,
        spec=spec.name,
        url=spec.url,
        quote=quote,
        advice=advice,
        profile=profile,
        judged=judged,
        bad=bad,
        good=good,
    )


def message(kind: str, **fields: Any) -> str:
    """Write the line that sends a message."""
    return f"await send({_literal({'type': kind, **fields})})"


def _literal(value: Any) -> str:
    """Write a value as Python source with double quotes; a :class:`Source` stands for itself."""
    if isinstance(value, Source):
        return str(value)
    if is_dict(value):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(inner)}" for key, inner in value.items()) + "}"
    if is_array(value):
        inside = ", ".join(_literal(inner) for inner in value)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    text = repr(value)
    if isinstance(value, str | bytes) and '"' not in text:
        text = text.replace("'", '"')
    return text


class Source(str):
    """A value in an example that is written as source: ``object()``."""

    __slots__ = ()


def call(source: str, *, protocol: Any = "http", client: tuple[str, ...] = (), **scope: Any) -> Example:
    """Make an example of a whole app's source, indented as it is."""
    return Example(source=source.strip("\n") + "\n", protocol=protocol, scope=scope, client=client)


def _app(lines: tuple[str, ...]) -> str:
    return "\n".join(["async def app(scope, receive, send):", *indented(lines)])


def indented(lines: Iterable[str]) -> list[str]:
    """Write the body of a function: each line may be several, and what follows imports is set off from them."""
    body: list[str] = []
    for part in (part for line in lines for part in line.split("\n")):
        if body and body[-1].lstrip().startswith("import ") and not part.startswith("import "):
            body.append("")
        body.append(f"    {part}")
    return body or ["    return"]


def http(*lines: str, client: tuple[str, ...] = (), **scope: Any) -> Example:
    """Make an example of an app that answers HTTP, by the lines of its body."""
    return call(_app(lines), client=client, **scope)


def socket(*lines: str, client: tuple[str, ...] = (), **scope: Any) -> Example:
    """Make an example of an app on a WebSocket: it receives ``websocket.connect``, then does *lines*."""
    return call(_app(("await receive()", *lines)), protocol="websocket", client=client, **scope)


def denial(*lines: str) -> Example:
    """Make an example of an app on a WebSocket that may be denied with an HTTP response."""
    return socket(*lines, extensions={"websocket.http.response": {}})


def startup(*lines: str, **scope: Any) -> Example:
    """Make an example of a lifespan: the app receives ``lifespan.startup``, then does *lines*."""
    return call(_app(("await receive()", *lines)), protocol="lifespan", **scope)
