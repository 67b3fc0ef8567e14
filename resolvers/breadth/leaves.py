"""In charge of leaves: what lets a value of the right type through, and what makes one of others.

Whatever is not plainly right becomes ``Odd``: it is looked at again, by itself, as graphql-core
looks at each value.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    Undefined,
)
from strawberry.execution import optimized_is_awaitable

from catalog import code

_INT32: Final = 2**31
_MOST_TYPES: Final = 100  # that one leaf remembers
_EXACT: Final[Mapping[Any, type]] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


def inner_type(kind: Any) -> Any:
    """The type without its "never null"."""
    return cast("Any", kind).of_type if isinstance(kind, GraphQLNonNull) else kind


def item_type(kind: Any) -> Any:
    """The type of the items of a list."""
    return inner_type(kind).of_type


class Odd(NamedTuple):
    """Stands in an answer for a value that is still to be looked at."""

    value: Any


Convert = Callable[[Any, list[Odd]], Any]
"""Makes a leaf of a value, or notes that it is odd."""


class Leaf:
    """How values of one output type become leaves, or lists of them."""

    def __init__(self, kind: Any) -> None:
        self._nullable = not isinstance(kind, GraphQLNonNull)
        self._kind: Any = inner_type(kind)
        self.convert: Convert = self._converter()
        exact = _EXACT.get(self._kind)
        self._as_they_are = {exact, type(None)} if exact and self._nullable else {exact}

    def passes(self, values: Iterable[Any]) -> bool:
        """Whether all of them are leaves as they are."""
        return self._as_they_are.issuperset(map(type, values))

    def guarded(self, value: ast.expr, converted: ast.expr) -> ast.expr:
        """The value where its type alone shows that it fits, else ``converted``."""
        fits = self._fits(value)
        return converted if fits is None else code.either(fits, value, converted)

    def _fits(self, value: ast.expr) -> ast.expr | None:
        kind = code.call(code.name("type"), value)
        exact = _EXACT.get(self._kind)
        if exact:
            fits = code.same(kind, code.name(exact.__name__))
            return code.any_of(fits, code.is_none(value)) if self._nullable else fits
        if self._kind is GraphQLInt:
            return code.both(
                code.same(kind, code.name("int")), code.between(-_INT32, value, _INT32 - 1)
            )
        if self._kind is GraphQLFloat:
            return code.both(code.same(kind, code.name("float")), code.is_finite(value))
        return None

    def _converter(self) -> Convert:
        kind = self._kind
        if isinstance(kind, GraphQLList):
            return _list_converter(Leaf(item_type(kind)).convert, nullable=self._nullable)
        return _converter(kind.coerce_output_value, _EXACT.get(kind), nullable=self._nullable)


def _converter(coerce: Callable[[Any], Any], exact: type | None, *, nullable: bool) -> Convert:
    ordinary = set[type[Any]]()

    def convert(value: Any, odd: list[Odd]) -> Any:
        kind = cast("type[Any]", type(value))
        if kind is exact or (value is None and nullable):
            return value
        if kind not in ordinary:
            if not is_ordinary(value):
                return _noted(value, odd)
            if len(ordinary) >= _MOST_TYPES:
                ordinary.clear()
            ordinary.add(kind)
        try:
            made = coerce(value)
        except Exception:  # noqa: BLE001 (it is raised again where it is looked at)
            return _noted(value, odd)
        return _noted(value, odd) if made is None or made is Undefined else made

    return convert


def _list_converter(convert_item: Convert, *, nullable: bool) -> Convert:
    def convert(value: Any, odd: list[Odd]) -> Any:
        if value is None and nullable:
            return None
        if type(value) is list:
            within: list[Odd] = []
            made = [convert_item(item, within) for item in cast("list[Any]", value)]
            if not within:
                return made
        return _noted(value, odd)

    return convert


def is_ordinary(value: Any) -> bool:
    """Whether it is a value as such: nothing to wait for, no error, and not null."""
    return not (
        value is None
        or value is Undefined
        or isinstance(value, Exception)
        or optimized_is_awaitable(value)
    )


def _noted(value: Any, odd: list[Odd]) -> Odd:
    odd.append(noted := Odd(value))
    return noted
