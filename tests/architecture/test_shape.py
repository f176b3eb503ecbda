"""The limits of the project's style: short modules, short functions, few positional parameters."""

from __future__ import annotations

import ast

from tests.architecture.source_tree import functions, modules

MODULE_LINES = 400
FUNCTION_LINES = 40
POSITIONAL = 3

# Qualified name -> why its signature is longer. Everything here is given from outside.
GIVEN_SIGNATURES = {
    "asgitest.testclient.client:TestClient.__init__": "drop-in for starlette.testclient.TestClient",
    "asgitest.pytest_plugin.failures:pytest_assertrepr_compare": "a hook of pytest",
}


def test_no_module_is_longer_than_it_can_be_read() -> None:
    """Past 400 lines a module has two responsibilities."""
    long = {module.place: module.lines for module in modules() if module.lines > MODULE_LINES}

    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """Forty lines without the docstring."""
    long = {
        name: size
        for module in modules()
        for name, node, _ in functions(module)
        if (size := lines_without_docstring(node)) > FUNCTION_LINES
    }

    assert long == {}


def test_no_function_takes_more_than_three_things_by_position() -> None:
    """The fourth argument of a call cannot be understood without looking it up."""
    many = {
        name: count
        for module in modules()
        for name, node, method in functions(module)
        if (count := positional_parameters(node, method=method)) > POSITIONAL and name not in GIVEN_SIGNATURES
    }

    assert many == {}


def lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines *node* takes, its docstring not counted."""
    size = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        size -= (first.end_lineno or first.lineno) - first.lineno + 1
    return size


def positional_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, *, method: bool) -> int:
    """How many arguments *node* takes by position, ``self`` and ``cls`` not counted."""
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)
    return len(node.args.posonlyargs) + len(node.args.args) - (1 if method and not static else 0)
