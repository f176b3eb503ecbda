"""ARCHITECTURE.md, the import contract and the code say the same."""

from __future__ import annotations

import graphlib
import re
import tomllib

import pytest

from tests.architecture.source_tree import PROJECT, imports_of, modules

# The marker over each listing of ARCHITECTURE.md, and the package whose layers it lists.
LISTINGS = {"layers": "asgitest.testclient", "plugin layers": "asgitest.pytest_plugin"}


def contract_layers(package: str) -> list[str]:
    """The layers inside *package*, from the contract, without the marks of optional names."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract.get("containers") == [package]]
    return [layer.replace("(", "").replace(")", "") for layer in layers]


@pytest.mark.parametrize("listing", LISTINGS)
def test_the_page_lists_the_layers_of_the_contract(listing: str) -> None:
    """A page about the layers that is not checked is soon a page about last year's layers."""
    page = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    (lines,) = re.findall(rf"<!-- {listing} -->\n```text\n(.*?)```", page, flags=re.DOTALL)

    layers = [line.split("  ")[0] for line in lines.splitlines() if not line.startswith(" ")]
    assert layers == contract_layers(LISTINGS[listing])


def test_no_module_imports_itself_in_a_circle() -> None:
    """Also not under ``TYPE_CHECKING`` and not inside a function: two modules that need each other are one."""
    names = frozenset(module.name for module in modules())
    graph = {module.name: imports_of(module, names) for module in modules()}

    try:
        graphlib.TopologicalSorter(graph).prepare()
        circle = []
    except graphlib.CycleError as error:
        circle = error.args[1]

    assert circle == []
