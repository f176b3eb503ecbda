"""Rewrites the syntax tree of one of the app's modules so that its branches and comparisons are told to the recorder.

What a program means stays the same: operands are evaluated once and in order, only comparisons whose result is a real
``bool`` are noted, annotations and module-level declarations are left alone, and every new node keeps the line of the
one it replaces, so tracebacks read as before. The names put into a module begin with one underscore (two would be
mangled inside classes).

Depends on: the standard library.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, cast

__all__ = ["HOOKS", "Instrumented", "instrument"]

HOOKS = {
    "_asgitest_branch": "branch",
    "_asgitest_compare": "compare",
    "_asgitest_operand": "operand",
    "_asgitest_item": "item",
    "_asgitest_divisor": "divisor",
    "_asgitest_method": "method",
    "_asgitest_subject": "subject",
    "_asgitest_reach": "reach",
    "_asgitest_caught": "caught",
}
"""Names in an instrumented module, and the methods of the recorder they are."""

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_METHODS = frozenset({"startswith", "endswith", "get", "pop", "index", "fullmatch", "match", "search"})
_INNER_APPS = frozenset({"call_next", "app", "inner", "asgi", "_app", "next_app", "wrapped", "asgi_app"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrumented:
    """A rewritten module.

    Args:
        tree: To be compiled.
        sites: How many places can be told about; they are numbered from the first one given.
        literals: Constants by line, in the order of the source.
    """

    tree: ast.Module
    sites: int
    literals: tuple[tuple[int, str | bytes | int | float], ...] = field(default=())


def instrument(tree: ast.Module, *, first_site: int = 1) -> Instrumented:
    """Rewrite a module in place.

    Args:
        tree: As parsed.
        first_site: The number of the first place.
    """
    literals = _literals(tree)
    rewriter = _Rewriter(first_site)
    rewriter.visit(tree)
    ast.fix_missing_locations(tree)
    return Instrumented(tree=tree, sites=rewriter.next_site - first_site, literals=literals)


def _literals(tree: ast.Module) -> tuple[tuple[int, str | bytes | int | float], ...]:
    """Collect the constants of a module, without docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: dict[tuple[type, str | bytes | int | float], int] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        value = node.value
        if isinstance(value, str | bytes | int | float) and not isinstance(value, bool):
            short = not isinstance(value, str | bytes) or 0 < len(value) <= 80  # noqa: PLR2004  longer ones are prose
            if short:
                found.setdefault((type(value), value), node.lineno)
    return tuple((line, value) for (_, value), line in found.items())


def _awaits_inner_app(body: list[ast.stmt]) -> bool:
    """Tell whether a ``try`` stands around the call of the next app or middleware."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
                called = node.value.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if name in _INNER_APPS:
                    return True
    return False


def _is_catch_all(handler: ast.ExceptHandler) -> bool:
    """Tell whether an ``except`` clause catches everything."""
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )


class _Rewriter(ast.NodeTransformer):
    """Replaces tests, comparisons, look-ups and ``match`` subjects inside functions."""

    def __init__(self, first_site: int) -> None:
        self.next_site = first_site
        self._depth = 0

    def _site(self) -> int:
        self.next_site += 1
        return self.next_site - 1

    def _hook(self, name: str, node: ast.AST, *arguments: ast.expr) -> ast.Call:
        """Build a call of a hook that stands where *node* stood."""
        call = ast.Call(
            func=ast.Name(id=f"_asgitest_{name}", ctx=ast.Load()),
            args=[ast.Constant(value=self._site()), *arguments],
            keywords=[],
        )
        return ast.copy_location(call, node)

    def _compared(self, node: ast.Compare, name: str) -> ast.Call:
        """Build the call that stands for a comparison; its site and its operator are one constant."""
        place = ast.Tuple(elts=[ast.Constant(value=self._site()), ast.Constant(value=name)], ctx=ast.Load())
        call = ast.Call(
            func=ast.Name(id="_asgitest_compare", ctx=ast.Load()),
            args=[place, node.left, node.comparators[0]],
            keywords=[],
        )
        return ast.copy_location(call, node)

    def _reached(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Put a note at the beginning of a block."""
        return [ast.copy_location(ast.Expr(value=self._hook("reach", body[0])), body[0]), *body]

    # Scopes: only functions are rewritten, never their signatures.

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self._depth += 1
        docstring = ast.get_docstring(node, clean=False) is not None
        head, rest = (node.body[:1], node.body[1:]) if docstring else ([], node.body)
        visited = self._statements(rest)
        node.body = [*head, *(self._reached(visited) if visited else [])]
        self._depth -= 1
        return node

    def _statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Rewrite the statements of a block."""
        result: list[ast.stmt] = []
        for statement in body:
            visited: Any = self.visit(statement)
            result.extend(cast("list[ast.stmt]", visited) if isinstance(visited, list) else [visited])
        return result

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._depth += 1
        node.body = self.visit(node.body)
        self._depth -= 1
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    # Tests

    def _test(self, test: ast.expr) -> ast.expr:
        """Rewrite an expression whose truth alone matters."""
        if isinstance(test, ast.BoolOp):
            test.values = [self._test(value) for value in test.values]
            return test
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test.operand = self._test(test.operand)
            return test
        if isinstance(test, ast.NamedExpr):
            test.value = self.visit(test.value)
            return self._hook("branch", test, test)
        visited = self.visit(test)
        if isinstance(visited, ast.Call) and getattr(visited.func, "id", "") == "_asgitest_compare":
            return visited
        return self._hook("branch", test, visited)

    def visit_If(self, node: ast.If) -> ast.AST:
        if self._depth:
            node.test = self._test(node.test)
        node.body = self._statements(node.body)
        node.orelse = self._statements(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        if self._depth and not isinstance(node.test, ast.Constant):
            node.test = self._test(node.test)
        node.body = self._statements(node.body)
        node.orelse = self._statements(node.orelse)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        if self._depth:
            node.test = self._test(node.test)
        node.body = self.visit(node.body)
        node.orelse = self.visit(node.orelse)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        if self._depth:
            node.test = self._test(node.test)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = self.visit(node.iter)
        node.ifs = [self._test(test) if self._depth else test for test in node.ifs]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        if self._depth:
            node.body = self._reached(node.body)
        return node

    # Operands

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        names = [_COMPARISONS.get(type(op)) for op in node.ops]
        if not self._depth or None in names:
            return node
        if len(names) == 1:
            return self._compared(node, names[0] or "")
        if any(name in {"in", "not in"} for name in names):
            return node
        site = self._site()
        node.left = self._operand(site, "", node.left)
        node.comparators = [
            self._operand(site, name or "", value) for name, value in zip(names, node.comparators, strict=True)
        ]
        return node

    def _operand(self, site: int, name: str, value: ast.expr) -> ast.expr:
        """Note one operand of a chained comparison."""
        call = ast.Call(
            func=ast.Name(id="_asgitest_operand", ctx=ast.Load()),
            args=[ast.Constant(value=site), ast.Constant(value=name), value],
            keywords=[],
        )
        return ast.copy_location(call, value)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        plain = not isinstance(node.slice, ast.Slice | ast.Tuple | ast.Constant | ast.Starred | ast.UnaryOp)
        if self._depth and plain and isinstance(node.ctx, ast.Load):
            return self._hook("item", node, node.value, node.slice)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        divides = isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        if self._depth and divides and not isinstance(node.right, ast.Constant | ast.Tuple):
            node.right = self._hook("divisor", node.right, node.right)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        plain = not node.keywords and not any(isinstance(value, ast.Starred) for value in node.args)
        is_super = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Call)
        if self._depth and plain and isinstance(called, ast.Attribute) and called.attr in _METHODS and node.args:
            if is_super and getattr(getattr(called.value, "func", None), "id", "") == "super":
                return node
            return self._hook("method", node, ast.Constant(value=called.attr), called.value, *node.args)
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = self.visit(node.subject)
        constants = [
            value
            for case in node.cases
            for pattern in ast.walk(case.pattern)
            if isinstance(pattern, ast.MatchValue) and isinstance(value := pattern.value, ast.Constant)
        ]
        for case in node.cases:
            if case.guard is not None and self._depth:
                case.guard = self._test(case.guard)
            case.body = self._statements(case.body)
            if self._depth:
                case.body = self._reached(case.body)
        if self._depth and constants:
            members = ast.Tuple(elts=[ast.Constant(value=item.value) for item in constants], ctx=ast.Load())
            node.subject = self._hook("subject", node.subject, node.subject, members)
        return node

    # Exceptions

    def visit_Try(self, node: ast.Try) -> ast.AST:
        boundary = _awaits_inner_app(node.body)
        self.generic_visit(node)
        if self._depth:
            for handler in node.handlers:
                note = ast.Call(
                    func=ast.Name(id="_asgitest_caught", ctx=ast.Load()),
                    args=[],
                    keywords=[
                        ast.keyword(arg="boundary", value=ast.Constant(value=boundary and _is_catch_all(handler)))
                    ],
                )
                first = handler.body[0]
                handler.body = [ast.copy_location(ast.Expr(value=note), first), *handler.body]
                handler.body = self._reached(handler.body)
        return node
