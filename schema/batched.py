"""In charge of how users declare a resolver of many objects; to Strawberry it is one of each."""

from __future__ import annotations

import ast
import functools
import inspect
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any, cast

from strawberry.types.info import Info

from catalog.errors import ModelError
from resolvers.batched import INFO, Many, gathered, mark

_ERRORS = (Exception, BaseException)
_ERROR_NAMES = {each.__name__ for each in _ERRORS}
_LISTS = (list, Sequence)


def batched(function: Callable[..., Any]) -> Callable[..., Any]:
    """Has a function of all rows of a level, and the arguments, give the values of all of them.

    It is a static method below ``@strawberry.field``, whose first parameter is the list of rows. It
    returns ``list[T]``, or ``list[T | Exception]``, for a field of type ``T``: as many as there are
    rows, in their order. An exception is the error of its row alone. Sync or async.
    """
    plain: Callable[..., Any] = getattr(function, "__func__", function)
    own = inspect.signature(plain)
    parameters = list(own.parameters.values())
    if not parameters:
        mend = "Let its first parameter be the list of rows."
        raise ModelError(plain.__qualname__, None, "is batched, and takes no rows", mend=mend)
    arguments = [each for each in parameters[1:] if each.name != INFO]
    many = Many(plain, takes_info=len(arguments) < len(parameters) - 1)

    async def resolver(self: Any, info: Info, **arguments: Any) -> Any:
        return await gathered(many, self, info, arguments)

    returned = _item_of(plain, own.return_annotation)
    made = functools.wraps(function)(resolver)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    row = inspect.Parameter("self", kind)
    info = inspect.Parameter(INFO, inspect.Parameter.KEYWORD_ONLY, annotation=Info)
    shown = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in arguments]
    signature = inspect.Signature([row, info, *shown], return_annotation=returned)
    cast("Any", made).__signature__ = signature
    said = {each.name: each.annotation for each in (info, *shown)}
    made.__annotations__ = {**said, "return": returned}
    mark(made, many)
    return made


def _item_of(function: Callable[..., Any], annotation: Any) -> Any:
    """What one of the values is, of what the function says that it returns."""
    item = _item_in_text(annotation) if isinstance(annotation, str) else _item(annotation)
    if item is None:
        mend = "Let it return a list[...] of as many values as there are rows."
        raise ModelError(function.__qualname__, None, "is batched, and gives no list", mend=mend)
    return item


def _item(annotation: Any) -> Any:
    if typing.get_origin(annotation) not in _LISTS:
        return None
    (item,) = typing.get_args(annotation)
    if typing.get_origin(item) in {typing.Union, types.UnionType}:
        members = tuple(each for each in typing.get_args(item) if each not in _ERRORS)
        return typing.Union[members]  # noqa: UP007 (built at run time)
    return item


def _item_in_text(annotation: str) -> str | None:
    """The same of an annotation that cannot be looked into yet."""
    match ast.parse(annotation, mode="eval").body:
        case ast.Subscript(value, item) if _last_name(value) in {"list", "List", "Sequence"}:
            members = [each for each in _members(item) if _last_name(each) not in _ERROR_NAMES]
            return " | ".join(map(ast.unparse, members))
        case _:
            return None


def _members(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left, ast.BitOr(), right):
            return [*_members(left), *_members(right)]
        case _:
            return [node]


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
