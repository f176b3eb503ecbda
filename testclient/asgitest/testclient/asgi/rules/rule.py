"""What a rule is: one checkable sentence of a specification, as data.

Depends on: the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Example", "Judge", "Level", "Profiles", "Rule"]

Judge = Literal["conversation", "probe", "server"]
Profiles = Literal["core", "portability", "pedantic"]


class Level(Enum):
    """How bad it is to break a rule."""

    ERROR = "error"
    """The specification says MUST, or some server breaks."""
    WARNING = "warning"
    """The specification says SHOULD, or some servers will mind."""
    INFO = "info"
    """Worth knowing; off by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A tiny app that keeps or breaks one rule; the tests execute it.

    Args:
        source: Python source that defines ``async def app(scope, receive, send)``.
        protocol: Which kind of scope it is called with.
        scope: What its scope says differently from the plainest one.
        client: What the client does beside its request, one event each: ``"leave"``, ``"text:..."``,
        ``"close:1000"``, ``"shutdown"``.
    """

    source: str
    protocol: Literal["http", "websocket", "lifespan"] = "http"
    scope: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    client: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rule:
    """One checkable sentence of a specification.

    Args:
        id: Stable and public: ``ASGI-HTTP-002``.
        level: What a finding has if nothing makes it milder or worse.
        title: A sentence in the present tense, without a final stop: "a response is started once".
        spec: Document and section.
        url: Where that section can be read.
        quote: The sentence that decides, word for word, or the behaviour of servers that does.
        advice: What the author of the app should do.
        profile: Which set of rules it belongs to.
        judged: Who can see it broken: one conversation, a probe that makes further calls, or a look at the server.
        bad: An example that breaks this rule and no other.
        good: The same app as it should be.
    """

    id: str
    level: Level
    title: str
    spec: str
    url: str
    quote: str
    advice: str
    profile: Profiles = "core"
    judged: Judge = "conversation"
    bad: Example
    good: Example

    def __repr__(self) -> str:
        return f"<Rule {self.id}>"
