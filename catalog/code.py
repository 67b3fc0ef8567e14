"""In charge of writing Python by its syntax tree: names are ours, texts are always constants.

Nothing that a client wrote is ever parsed as code: a response key is the value of a `Constant`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypedDict


class _Place(TypedDict):
    lineno: int
    col_offset: int


_HERE: Final = _Place(lineno=1, col_offset=0)
"""Where everything stands: the compiler asks, and to look for what lacks it takes far longer."""


def constant(value: object) -> ast.expr:
    """A literal."""
    return ast.Constant(value, **_HERE)  # type: ignore[arg-type]


def name(text: str) -> ast.Name:
    """What a name of ours stands for."""
    return ast.Name(text, ast.Load(), **_HERE)


def item(of: ast.expr, key: object) -> ast.expr:
    """``of[key]``."""
    return ast.Subscript(of, constant(key), ast.Load(), **_HERE)


def call(function: ast.expr, *arguments: ast.expr) -> ast.expr:
    """``function(…)``."""
    return ast.Call(function, list(arguments), [], **_HERE)


def method(of: ast.expr, text: str, *arguments: ast.expr) -> ast.expr:
    """``of.text(…)``, a name of ours."""
    return call(attribute(of, text), *arguments)


def is_none(value: ast.expr) -> ast.expr:
    """``value is None``."""
    return same(value, constant(None))


def is_not_none(value: ast.expr) -> ast.expr:
    """``value is not None``."""
    return ast.Compare(value, [ast.IsNot()], [constant(None)], **_HERE)


def is_a(value: ast.expr, kind: str) -> ast.expr:
    """``type(value) is kind``, a name of ours: no other type, and none that extends it."""
    return same(call(name("type"), value), name(kind))


def is_finite(value: ast.expr) -> ast.expr:
    """``value - value == 0``, which infinities and NaN are not."""
    return equal(ast.BinOp(value, ast.Sub(), value, **_HERE), constant(0))


def is_one_of(value: ast.expr, values: Iterable[object]) -> ast.expr:
    """``value in (…)``."""
    return holds(row(map(constant, values)), value)


def equal(first: ast.expr, second: ast.expr) -> ast.expr:
    """``first == second``."""
    return ast.Compare(first, [ast.Eq()], [second], **_HERE)


def holds(of: ast.expr, key: ast.expr) -> ast.expr:
    """``key in of``."""
    return ast.Compare(key, [ast.In()], [of], **_HERE)


def looked_up(of: ast.expr, key: ast.expr) -> ast.expr:
    """``of[key]``, of a key that is only known then."""
    return ast.Subscript(of, key, ast.Load(), **_HERE)


def both(first: ast.expr, second: ast.expr) -> ast.expr:
    """``first and second``."""
    return ast.BoolOp(ast.And(), [first, second], **_HERE)


def either(test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    """``yes if test else no``."""
    return ast.IfExp(test, yes, no, **_HERE)


def row(values: Iterable[ast.expr]) -> ast.expr:
    """A tuple."""
    return ast.Tuple(list(values), ast.Load(), **_HERE)


def mapping(pairs: Iterable[tuple[str, ast.expr]]) -> ast.expr:
    """A dict with these keys, in order."""
    found = list(pairs)
    keys: list[ast.expr | None] = [constant(key) for key, _ in found]
    return ast.Dict(keys, [value for _, value in found], **_HERE)


def each(made: ast.expr, variable: str, of: ast.expr, test: ast.expr | None = None) -> ast.expr:
    """``[made for variable in of if test]``."""
    tests = [] if test is None else [test]
    loop = ast.comprehension(_set(variable), of, tests, 0)
    return ast.ListComp(made, [loop], **_HERE)


def function(
    parameters: Sequence[str], result: ast.expr, known: Mapping[str, Any]
) -> Callable[..., Any]:
    """A function of the result; ``known`` are the values of the other names in it."""
    tree = ast.Expression(ast.Lambda(_arguments(parameters), result, **_HERE))
    return eval(compile(tree, "<completion>", "eval"), dict(known))  # noqa: S307 (see above)


def same(first: ast.expr, second: ast.expr) -> ast.expr:
    """``first is second``."""
    return ast.Compare(first, [ast.Is()], [second], **_HERE)


def between(least: int, value: ast.expr, most: int) -> ast.expr:
    """``least <= value <= most``."""
    bounds = [value, constant(most)]
    return ast.Compare(constant(least), [ast.LtE(), ast.LtE()], bounds, **_HERE)


def any_of(first: ast.expr, second: ast.expr) -> ast.expr:
    """``first or second``."""
    return ast.BoolOp(ast.Or(), [first, second], **_HERE)


def attribute(of: ast.expr, text: str) -> ast.expr:
    """``of.text``, a name of ours."""
    return ast.Attribute(of, text, ast.Load(), **_HERE)


def nothing() -> ast.expr:
    """``[]``."""
    return ast.List([], ast.Load(), **_HERE)


def bound(variable: str, value: ast.expr) -> ast.expr:
    """``(variable := value)``."""
    return ast.NamedExpr(_set(variable), value, **_HERE)


def assign(variable: str, value: ast.expr) -> ast.stmt:
    """``variable = value``."""
    return ast.Assign([_set(variable)], value, **_HERE)


def attempt(body: Sequence[ast.stmt], error: str, otherwise: Sequence[ast.stmt]) -> ast.stmt:
    """``body``, and if it raises an exception, ``otherwise``, where ``error`` names it."""
    handler = ast.ExceptHandler(name("Exception"), error, list(otherwise), **_HERE)
    return ast.Try(list(body), [handler], [], [], **_HERE)


def loop(variable: str, of: ast.expr, body: Sequence[ast.stmt]) -> ast.stmt:
    """``for variable in of: body``."""
    return ast.For(_set(variable), of, list(body), [], **_HERE)


def done(value: ast.expr) -> ast.stmt:
    """A value that is only computed."""
    return ast.Expr(value, **_HERE)


def returned(value: ast.expr) -> ast.stmt:
    """``return value``."""
    return ast.Return(value, **_HERE)


def procedure(
    parameters: Sequence[str], body: Sequence[ast.stmt], known: Mapping[str, Any]
) -> Callable[..., Any]:
    """A function with this body; ``known`` are the values of the other names in it."""
    defined = ast.FunctionDef("completion", _arguments(parameters), list(body), [], **_HERE)
    tree = ast.Module([defined], [])
    names = dict(known)
    exec(compile(tree, "<completion>", "exec"), names)  # noqa: S102 (see above)
    return names["completion"]


def _set(variable: str) -> ast.Name:
    return ast.Name(variable, ast.Store(), **_HERE)


def _arguments(parameters: Sequence[str]) -> ast.arguments:
    listed = [ast.arg(each, **_HERE) for each in parameters]
    return ast.arguments([], listed, None, [], [], None, [])
