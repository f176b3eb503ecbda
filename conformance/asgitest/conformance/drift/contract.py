"""What a document promises, read once for each side of a comparison.

Depends on: document, reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgitest.conformance.reading import DocumentReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgitest.conformance.document import Document
    from asgitest.conformance.operation import Operation, SecurityScheme

__all__ = ["Contract", "contract_of", "shape"]

_NAME = re.compile(r"\{[^{}]*\}")


def shape(path: str) -> str:
    """A path template without the names of its parameters."""
    return _NAME.sub("{}", path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One side of a comparison.

    Args:
        operations: By method and shape of the path.
        webhooks: Names and methods.
        schemes: Security schemes by name.
    """

    operations: Mapping[tuple[str, str], Operation] = field(default_factory=dict[tuple[str, str], "Operation"])
    webhooks: frozenset[str] = frozenset()
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict[str, "SecurityScheme"])

    @property
    def paths(self) -> frozenset[str]:
        """The shapes of all paths."""
        return frozenset(path for _, path in self.operations)


def contract_of(
    documents: Iterable[Document], *, operations: Iterable[Operation] = (), allow_remote_refs: bool = False
) -> Contract:
    """Read documents.

    Args:
        documents: Of an app and its mounts, or one file.
        operations: The same operations with their handlers, where an app is at hand; they are taken instead.
        allow_remote_refs: Whether references to other addresses are fetched.
    """
    located = {(operation.method, operation.pointer): operation for operation in operations}
    read: dict[tuple[str, str], Operation] = {}
    webhooks: set[str] = set()
    schemes: dict[str, SecurityScheme] = {}
    for document in documents:
        reader = DocumentReader(document, document.references(allow_remote=allow_remote_refs))
        for operation in reader.operations():
            path = document.root_path + operation.document_path if document.root_path else operation.path
            read[operation.method, shape(path)] = located.get((operation.method, operation.pointer), operation)
        webhooks |= {f"{webhook.name} {webhook.method}" for webhook in reader.webhooks()}
        for scheme in reader.security_schemes():
            schemes.setdefault(scheme.name, scheme)
    return Contract(operations=read, webhooks=frozenset(webhooks), schemes=schemes)
