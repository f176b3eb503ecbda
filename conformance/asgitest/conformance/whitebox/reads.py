"""What a handler reads out of a request, as its source says: names in the query, headers, cookies, and the body.

For apps without a schema these names are all there is to know about what can be sent.

Source: the request classes of Starlette, Quart and aiohttp's relatives, by the names of their attributes.
Depends on: the standard library.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Reads", "paths_in", "reads_of"]

_ATTRIBUTES = {
    "query_params": "query",
    "args": "query",
    "headers": "header",
    "cookies": "cookie",
    "form": "form",
    "json": "json",
    "get_json": "json",
    "receive_json": "json",
}
_PARSERS = {"parse_qs": "query", "parse_qsl": "query", "loads": "json"}
_LOOKUPS = frozenset({"get", "getlist", "pop", "get_all", "getall"})
_COPIES = frozenset({"dict", "list"})
_PATH = re.compile(r"/[A-Za-z0-9_.~/-]{0,80}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MOST_PATHS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Names by where they are read from.

    Args:
        names: ``query``, ``header``, ``cookie``, ``form`` and ``json``, each with its names in order.
    """

    names: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])

    def add(self, place: str, name: str | None = None) -> None:
        """Note that a place is read, and by which name."""
        known = self.names.setdefault(place, [])
        if name is not None and name not in known:
            known.append(name)


@functools.cache
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None


def reads_of(file: str, line: int) -> Reads:
    """See what the function or class that begins in a line reads.

    Args:
        file: Of the source.
        line: The first of the handler, its decorators included.
    """
    reads = Reads()
    tree = _tree(file)
    node = _innermost(tree, line) if tree is not None else None
    if node is not None:
        _Reader(reads).visit(node)
    return reads


def _innermost(tree: ast.Module, line: int) -> ast.AST | None:
    """The smallest definition a line is in."""
    found: ast.AST | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first <= line <= (node.end_lineno or node.lineno):
                found = node
    return found


class _Reader(ast.NodeVisitor):
    """Follows what comes from a request through plain assignments."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._known: dict[str, str] = {}

    def visit_Assign(self, node: ast.Assign) -> None:
        """Note a name for a part of the request."""
        place = self._place(node.value)
        for target in node.targets:
            if place and isinstance(target, ast.Name):
                self._known[target.id] = place
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """``params.get("name")``."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKUPS and node.args:
            self._note(node.func.value, node.args[0])
        self._place(node)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """``params["name"]``."""
        self._note(node.value, node.slice)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """``"name" in params``."""
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                self._note(right, node.left)
        self.generic_visit(node)

    def _note(self, holder: ast.expr, name: ast.expr) -> None:
        place = self._place(holder)
        if place and isinstance(name, ast.Constant) and isinstance(name.value, str):
            self._reads.add(place, name.value)

    def _place(self, node: ast.expr) -> str:
        """The part of the request an expression stands for, or nothing."""
        place = ""
        if isinstance(node, ast.Await):
            return self._place(node.value)
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        if isinstance(node, ast.Attribute):
            place = _ATTRIBUTES.get(node.attr, "")
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = _PARSERS.get(name, "") or self._place(node.func)
            if name in _COPIES and node.args:
                place = self._place(node.args[0])
        if place:
            self._reads.add(place)
        return place


def paths_in(file: str) -> Iterator[tuple[str, str, int]]:
    """List methods, paths and lines of what an app without routes may serve, by the literals it compares with."""
    tree = _tree(file)
    if tree is None:
        return
    texts = [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    methods = [method for method in _METHODS if method == "GET" or any(text == method for text, _ in texts)]
    texts.sort(key=lambda pair: pair[1])
    paths = {text: line for text, line in reversed(texts) if _PATH.fullmatch(text)}
    for path, line in sorted(paths.items(), key=lambda pair: pair[1])[:_MOST_PATHS]:
        template = f"{path}{{rest}}" if path.endswith("/") and path != "/" else path
        for method in methods:
            yield method, template, line
