"""What is public is documented."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source_tree import PROJECT, modules

DOCUMENTED = {"asgitest.testclient": "docs/reference.md"}


@pytest.mark.parametrize("package", DOCUMENTED)
def test_every_public_name_is_in_the_reference(package: str) -> None:
    """A name that is exported and not described is a promise nobody knows of."""
    page = (PROJECT / DOCUMENTED[package]).read_text(encoding="utf-8")

    assert public_names(package) - {*re.findall(r"`(\w+)`", page)} == set()


def public_names(package: str) -> set[str]:
    """The names in the ``__all__`` of a package."""
    (tree,) = (module.tree for module in modules() if module.name == package)
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets)
    ]
    return {name for value in values for name in ast.literal_eval(value)}
