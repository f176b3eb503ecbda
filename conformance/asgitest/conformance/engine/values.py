"""What is put into cases besides what the document says: values and identities the user gave, literals of the source.

Depends on: options, cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asgitest.conformance.generate import Dictionary
from asgitest.conformance.selection import matches_subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from asgitest.conformance.case import Case
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.options import Identity, RunOptions
    from asgitest.conformance.records import Request

__all__ = ["Values", "choose_identity", "with_identity"]


@dataclass(slots=True, kw_only=True)
class Values:
    """Values for one operation.

    Args:
        literals: Constants of the app's source, the nearest to the handler first.
        given: Values the user gave, by parameter name.
        identity: Who sends the requests; None is nobody.
        random: For choices.
    """

    literals: Sequence[str | bytes | int | float] = ()
    given: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    identity: Identity | None = None
    random: Random

    def dictionary(self) -> Dictionary:
        """Make the dictionary generators take: literals, and what the user gave by name."""
        dictionary = Dictionary()
        dictionary.extend(value for value in self.literals if not isinstance(value, bytes))
        for name, values in self.given.items():
            for value in values:
                dictionary.name(name, value)
        return dictionary

    def literal(self, random: Random, like: Any) -> Any:
        """Choose a literal of the type of *like*; None when there is none."""
        kind = str if isinstance(like, str) else (int, float)
        matching = [value for value in self.literals if isinstance(value, kind) and not isinstance(value, bool)]
        if not matching:
            return None
        if isinstance(like, str) and random.random() < 0.2:  # noqa: PLR2004  now and then two at once
            return f"{random.choice(matching)}{random.choice(matching)}"
        return random.choice(matching[:40]) if random.random() < 0.7 else random.choice(matching)  # noqa: PLR2004  the near ones

    def applied(self, case: Case) -> Case:
        """Put the user's values into a case that is not about other values."""
        if not self.given or case.valid is False or case.generator == "T3":
            return case
        path = {name: self._chosen(name, value) for name, value in case.path_parameters.items()}
        query = {name: self._chosen(name, value) for name, value in case.query.items()}
        return replace(case, path_parameters=path, query=query)

    def _chosen(self, name: str, value: Any) -> Any:
        values = self.given.get(name)
        return self.random.choice(values) if values and self.random.random() < 0.8 else value  # noqa: PLR2004  most of them

    def authenticated(self, request: Request, operation: Operation | None) -> Request:
        """Send a request as the identity."""
        if self.identity is None or (operation is not None and not operation.security):
            return request
        return with_identity(request, self.identity)


def with_identity(request: Request, identity: Identity) -> Request:
    """Add the headers, cookies and query parameters of an identity."""
    named = {
        name.lower().encode("latin-1"): value.encode("latin-1", "replace") for name, value in identity.headers.items()
    }
    headers = [(name, value) for name, value in request.headers if name not in named]
    headers += named.items()
    if identity.cookies:
        text = "; ".join(f"{name}={value}" for name, value in identity.cookies.items()).encode("latin-1", "replace")
        headers.append((b"cookie", text))
    target = request.target
    for name, value in identity.query.items():
        target += (b"&" if b"?" in target else b"?") + f"{quote(name)}={quote(value)}".encode("ascii")
    return replace(request, headers=tuple(headers), target=target)


def choose_identity(options: RunOptions, operation: Operation) -> Identity | None:
    """Choose who sends requests to an operation: the one configured for it, else the first that fits."""
    known = {identity.name: identity for identity in options.identities}
    for override in options.overrides:
        if override.identity is not None and matches_subject(override.match, operation.label):
            return known.get(override.identity)
    needed = {name for alternative in operation.security for name in alternative}
    for identity in options.identities:
        if not identity.refused and (not identity.schemes or needed & set(identity.schemes)):
            return identity
    return None
