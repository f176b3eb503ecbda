"""A rewritten module means what it meant, and tells what it compares."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import pytest

from asgitest.conformance.whitebox import RECORDER, Observation
from asgitest.conformance.whitebox.instrument import HOOKS, instrument


def load(source: str) -> dict[str, Any]:
    """Run a module, rewritten."""
    result = instrument(ast.parse(textwrap.dedent(source)))
    namespace: dict[str, Any] = {name: getattr(RECORDER, method) for name, method in HOOKS.items()}
    exec(compile(result.tree, "<module>", "exec"), namespace)  # noqa: S102  that is what importing does
    return namespace


def observed(source: str, *arguments: Any) -> tuple[Any, Observation]:
    """Call ``f`` of a module; its result, and what was seen meanwhile."""
    function = load(source)["f"]
    RECORDER.begin()
    return function(*arguments), RECORDER.end()


@pytest.mark.parametrize(
    ("source", "argument", "result"),
    [
        ("def f(x): return 1 if x > 3 else 2", 4, 1),
        ("def f(x): return 0 < x < 9", 9, False),
        ("def f(x): return [y for y in x if y]", [0, 1], [1]),
        ("def f(x): return {'a': 1}[x]", "a", 1),
        ("def f(x): return {'a': 1}.get(x, 5)", "b", 5),
        ("def f(x): return x.startswith('a')", "ab", True),
        ("def f(x): return 10 // x", 3, 3),
        ("def f(x): return '%s' % x", 3, "3"),
        ("def f(x):\n    while x: x -= 1\n    return x", 3, 0),
        ("def f(x):\n    match x:\n        case 'a': return 1\n        case _: return 2", "a", 1),
        ("def f(x):\n    try: return x[0]\n    except IndexError: return None", [], None),
        ("def f(x):\n    '''Doc.'''\n    return f.__doc__", 1, "Doc."),
        ("class A:\n    def g(self, x): return x == 1\ndef f(x): return A().g(x)", 1, True),
        ("def f(x): return (lambda y: y >= 2)(x)", 2, True),
        ("def f(x):\n    if (y := x) > 2: return y\n    return 0", 3, 3),
        ("def f(x): return x is None or x not in (1, 2)", 1, False),
    ],
)
def test_what_a_function_returns_stays_the_same(source: str, argument: Any, result: Any) -> None:
    """Whatever is rewritten in it."""
    assert observed(source, argument)[0] == result


@pytest.mark.parametrize(
    ("source", "argument", "seen"),
    [
        ("def f(x): return x == 'magic'", "a", ("==", "a", "magic")),
        ("def f(x): return x in {'a': 1}", "b", ("in", "b", ("a",))),
        ("def f(x): return x.endswith('z')", "b", ("endswith", "b", "z")),
        ("def f(x): return {'a': 1}.get(x)", "b", ("in", "b", ("a",))),
        ("def f(x): return 1 / (x - 7)", 9, ("==", 2, 0)),
        ("def f(x): return 'abc'[x]", 1, ("<", 1, 3)),
    ],
)
def test_operands_are_told(source: str, argument: Any, seen: tuple[Any, ...]) -> None:
    """They name what would have made the difference."""
    _, observation = observed(source, argument)

    assert seen in [(one.operator, one.left, one.right) for one in observation.comparisons]


def test_both_ways_of_a_branch_have_numbers_of_their_own() -> None:
    """A new number is something new."""
    source = "def f(x):\n    if x > 3:\n        return 1\n    return 2"

    assert observed(source, 1)[1].branches != observed(source, 5)[1].branches


def test_a_traceback_names_the_line_of_the_source() -> None:
    """Users read it."""
    function = load("def f(x):\n    if x:\n        y = 1\n        raise ValueError(y)\n")["f"]

    with pytest.raises(ValueError, match="1") as caught:
        function(1)

    assert caught.traceback[-1].lineno == 3


def test_an_exception_that_is_caught_is_told() -> None:
    """A handler around the inner app may hide a bug."""
    source = "def f(x):\n    try:\n        return 1 // x\n    except Exception:\n        return None"

    _, observation = observed(source, 0)

    assert [type(error) for error, _ in observation.caught] == [ZeroDivisionError]


def test_constants_are_collected_without_docstrings() -> None:
    """Prose is nothing to try."""
    tree = ast.parse("'''Doc.'''\ndef f(x):\n    'Doc.'\n    return x == 'abc' or x == 7 or x is True\n")

    assert [value for _, value in instrument(tree).literals] == ["abc", 7]
