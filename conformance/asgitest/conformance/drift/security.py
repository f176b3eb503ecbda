"""Two contracts compared: who may do what, and how one proves who one is.

Source: OpenAPI 3.1, Security Requirement Object. Depends on: contracts, changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.drift.change import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.drift.contract import Contract
    from asgitest.conformance.operation import Operation, SecurityScheme

__all__ = ["compare_security"]


def compare_security(before: Contract, after: Contract) -> Iterator[Change]:
    """Compare security schemes, and what each operation that is in both needs."""
    for name, scheme in before.schemes.items():
        new = after.schemes.get(name)
        if new is not None and _way(scheme) != _way(new):
            yield Change(
                check="drift.security-scheme-changed",
                operation="SCHEMA",
                where=f"security scheme {name}",
                before=_way(scheme),
                after=_way(new),
            )
    for key, operation in before.operations.items():
        other = after.operations.get(key)
        if other is not None:
            yield from _requirements(operation, other)


def _way(scheme: SecurityScheme) -> str:
    """How a scheme is used, without its description."""
    return " ".join(part for part in (scheme.type, scheme.scheme, scheme.location, scheme.parameter) if part)


def _open(operation: Operation) -> bool:
    """Whether nobody has to say who they are."""
    return not operation.security or any(not alternative for alternative in operation.security)


def _alternatives(operation: Operation) -> dict[str, Mapping[str, tuple[str, ...]]]:
    return {" and ".join(sorted(alternative)): alternative for alternative in operation.security if alternative}


def _requirements(old: Operation, new: Operation) -> Iterator[Change]:
    olds, news = _alternatives(old), _alternatives(new)
    if _open(old) and not _open(new):
        yield Change(check="drift.security-added", operation=old.label, before="nothing", after=" or ".join(news))
        return
    if _open(new) and not _open(old):
        yield Change(check="drift.security-removed", operation=old.label, before=" or ".join(olds), after="nothing")
        return
    for name in olds:
        if name not in news and not _open(new):
            yield Change(
                check="drift.security-alternative-removed",
                operation=old.label,
                where=f"security {name}",
                before=name,
                after=" or ".join(news),
            )
    for name, alternative in news.items():
        if name not in olds:
            yield Change(
                check="drift.security-alternative-added", operation=old.label, where=f"security {name}", after=name
            )
            continue
        yield from _scopes(old.label, olds[name], alternative)


def _scopes(label: str, old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    for scheme, scopes in new.items():
        before = set(old.get(scheme, ()))
        for scope in sorted(set(scopes) ^ before):
            what = "removed" if scope in before else "added"
            yield Change(
                check=f"drift.security-scope-{what}",
                operation=label,
                where=f"security {scheme}",
                before=", ".join(sorted(before)),
                after=", ".join(sorted(scopes)),
            )
