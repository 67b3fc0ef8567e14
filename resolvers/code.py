"""In charge of writing Python by its syntax tree: names are ours, texts are always constants.

Nothing that a client wrote is ever parsed as code: a response key is the value of a `Constant`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any


def constant(value: object) -> ast.expr:
    """A literal."""
    return ast.Constant(value)  # type: ignore[arg-type]


def name(text: str) -> ast.expr:
    """What a name of ours stands for."""
    return ast.Name(text, ast.Load())


def item(of: ast.expr, key: object) -> ast.expr:
    """``of[key]``."""
    return ast.Subscript(of, constant(key), ast.Load())


def call(function: ast.expr, *arguments: ast.expr) -> ast.expr:
    """``function(…)``."""
    return ast.Call(function, list(arguments), [])


def method(of: ast.expr, attribute: str, *arguments: ast.expr) -> ast.expr:
    """``of.attribute(…)``."""
    return call(ast.Attribute(of, attribute, ast.Load()), *arguments)


def is_none(value: ast.expr) -> ast.expr:
    """``value is None``."""
    return ast.Compare(value, [ast.Is()], [constant(None)])


def is_not_none(value: ast.expr) -> ast.expr:
    """``value is not None``."""
    return ast.Compare(value, [ast.IsNot()], [constant(None)])


def is_finite(value: ast.expr) -> ast.expr:
    """``value - value == 0``, which infinities and NaN are not."""
    return ast.Compare(ast.BinOp(value, ast.Sub(), value), [ast.Eq()], [constant(0)])


def is_one_of(value: ast.expr, values: Iterable[object]) -> ast.expr:
    """``value in (…)``."""
    return ast.Compare(value, [ast.In()], [row(map(constant, values))])


def both(first: ast.expr, second: ast.expr) -> ast.expr:
    """``first and second``."""
    return ast.BoolOp(ast.And(), [first, second])


def either(test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    """``yes if test else no``."""
    return ast.IfExp(test, yes, no)


def row(values: Iterable[ast.expr]) -> ast.expr:
    """A tuple."""
    return ast.Tuple(list(values), ast.Load())


def mapping(pairs: Iterable[tuple[str, ast.expr]]) -> ast.expr:
    """A dict with these keys, in order."""
    found = list(pairs)
    return ast.Dict([constant(key) for key, _ in found], [value for _, value in found])


def each(made: ast.expr, variable: str, of: ast.expr, test: ast.expr | None = None) -> ast.expr:
    """``[made for variable in of if test]``."""
    tests = [] if test is None else [test]
    loop = ast.comprehension(ast.Name(variable, ast.Store()), of, tests, 0)
    return ast.ListComp(made, [loop])


def function(
    parameters: Sequence[str], result: ast.expr, known: Mapping[str, Any]
) -> Callable[..., Any]:
    """A function of the result; ``known`` are the values of the other names in it."""
    arguments = ast.arguments([], [ast.arg(each) for each in parameters], None, [], [], None, [])
    tree = ast.Expression(ast.Lambda(arguments, result))
    ast.fix_missing_locations(tree)
    return eval(compile(tree, "<completion>", "eval"), dict(known))  # noqa: S307 (see above)
