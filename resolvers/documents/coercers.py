"""In charge of functions that coerce values, made once for each type.

They do what graphql-core does, but for telling what is amiss. The objects of a list are looked at
by field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import NoneType
from typing import Any, Final, NamedTuple, cast

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    Undefined,
    is_leaf_type,
    is_required_input_field,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from catalog.columns import ABSENT, Absent, Columns, Rows, columns_of

Coerce = Callable[[Any, int], Any]
"""Makes a value of what came as JSON, so many lists and objects deep; raises ``UnfitError``."""

_DEEPEST: Final = 200
"""How deep graphql-core goes."""


class UnfitError(Exception):
    """The value is none of its type, or one that graphql-core had better look at."""


class Coercers:
    """The functions for the types of one schema."""

    def __init__(self) -> None:
        self._made: dict[str, Coerce] = {}
        self._objects: dict[str, _Objects] = {}

    def of(self, kind: Any) -> Coerce:
        """The function for a type."""
        if isinstance(kind, GraphQLNonNull):
            return _given(self._present(cast("Any", kind).of_type))
        return _nullable(self._present(kind))

    def _present(self, kind: Any) -> Coerce:
        """The function for what is not null."""
        if isinstance(kind, GraphQLList):
            return self._listed(cast("Any", kind).of_type)
        if kind.name not in self._made:
            # It may hold itself: who asks for it meanwhile is given what will have been made.
            self._made[kind.name] = partial(self._later, kind.name)
            self._made[kind.name] = _leaf(kind) if is_leaf_type(kind) else self._object(kind)
        return self._made[kind.name]

    def _later(self, name: str, value: Any, depth: int) -> Any:
        return self._made[name](value, depth)

    def _listed(self, kind: Any) -> Coerce:
        """The function for a list of this type."""
        one = self.of(kind)
        objects = self._objects.get(str(kind).removesuffix("!"))
        return _listed(one, objects.many if objects else None)

    def _object(self, kind: Any) -> Coerce:
        made = _Objects()
        becomes_dict = kind.out_type is GraphQLInputObjectType.out_type and not kind.is_one_of
        if becomes_dict:
            self._objects[kind.name] = made
        made.parts = [self._part(name, field) for name, field in kind.fields.items()]
        return made.one if becomes_dict else _turned(kind, made.one)

    def _part(self, name: str, field: Any) -> _Part:
        is_nullable = not isinstance(field.type, GraphQLNonNull)
        present = field.type if is_nullable else field.type.of_type
        return _Part(
            name,
            field.out_name or name,
            self._present(present),
            is_nullable,
            str if present is GraphQLString else bool if present is GraphQLBoolean else None,
            is_required_input_field(field),
            coerce_default_value(field),
        )


class _Part(NamedTuple):
    """A field of an input object; a value of the ``plain`` type is as it is to be."""

    name: str
    out: str
    present: Coerce
    is_nullable: bool
    plain: type | None
    required: bool
    default: Any


class _Objects:
    """Coerces input objects of one type; ``parts`` are set once all of them are known."""

    def __init__(self) -> None:
        self.parts: Sequence[_Part] = ()

    def one(self, value: Any, depth: int) -> Any:
        """An object by itself."""
        if type(value) is not dict or depth >= _DEEPEST:
            raise UnfitError
        raw, made, absent = cast("dict[str, Any]", value), dict[str, Any](), 0
        for name, out, present, is_nullable, plain, required, default in self.parts:
            if name in raw:
                item = raw[name]
                if type(item) is plain or (item is None and is_nullable):
                    made[out] = item
                elif item is None:
                    raise UnfitError
                else:
                    made[out] = present(item, depth + 1)
            elif required:
                raise UnfitError
            else:
                absent += 1
                if default is not Undefined:
                    made[out] = default
        if len(raw) + absent != len(self.parts):  # there are others besides
            raise UnfitError
        return made

    def many(self, objects: Sequence[dict[str, Any]], depth: int) -> Sequence[Any]:
        """Objects of a list, by field."""
        given, whole = columns_of(objects)
        if depth >= _DEEPEST or not given.keys() <= {part.name for part in self.parts}:
            raise UnfitError
        made: dict[str, Sequence[Any]] = {}
        for part in self.parts:
            if part.name in given:
                made[part.out] = _column(part, given[part.name], depth + 1)
            elif part.required:
                raise UnfitError
            elif part.default is not Undefined:
                made[part.out] = [part.default] * len(objects)
        return Rows(Columns(made, whole), len(objects)).listed()


def _column(part: _Part, values: Sequence[Any], depth: int) -> Sequence[Any]:
    """The values of a field, of which some may be `ABSENT`."""
    kinds = set(map(type, values))
    if (NoneType in kinds and not part.is_nullable) or (Absent in kinds and part.required):
        raise UnfitError
    if not _are_as_they_will_be(part, kinds, values):
        present = part.present
        values = [v if v is None or v is ABSENT else present(v, depth) for v in values]
    if Absent in kinds and part.default is not Undefined:
        return [part.default if value is ABSENT else value for value in values]
    return values


def _are_as_they_will_be(part: _Part, kinds: set[type], values: Sequence[Any]) -> bool:
    """Whether the values, of these types, need not be looked at one by one."""
    there = kinds - {NoneType, Absent}
    if there == {int} and part.present is _whole:
        numbers = values if kinds == there else [value for value in values if type(value) is int]
        return min(numbers) >= GRAPHQL_MIN_INT and max(numbers) <= GRAPHQL_MAX_INT
    return there <= {part.plain}


def _turned(kind: Any, inner: Coerce) -> Coerce:
    """Of an object that is not to be a dict, as one that may have one field only."""

    def coerce(value: Any, depth: int) -> Any:
        made = inner(value, depth)
        if kind.is_one_of and (len(value) != 1 or None in made.values()):
            raise UnfitError
        return kind.out_type(made)

    return coerce


def _listed(one: Coerce, many: Coerce | None) -> Coerce:
    """Of a list; ``many`` is for one that is all of objects."""

    def coerce(value: Any, depth: int) -> Any:
        if type(value) is not list or depth >= _DEEPEST:
            raise UnfitError
        items = cast("list[Any]", value)
        if many and set(map(type, items)) == {dict}:
            return many(items, depth + 1)
        return [one(item, depth + 1) for item in items]

    return coerce


def _leaf(kind: Any) -> Coerce:
    return _whole if kind is GraphQLInt else _parsed(kind.coerce_input_value)


def _whole(value: Any, _depth: int) -> Any:
    if type(value) is not int or not GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        raise UnfitError
    return value


def _parsed(parse: Callable[[Any], Any]) -> Coerce:

    def coerce(value: Any, _depth: int) -> Any:
        try:
            made = parse(value)
        except Exception as error:  # whatever a scalar says, graphql-core tells
            raise UnfitError from error
        if made is Undefined:
            raise UnfitError
        return made

    return coerce


def _given(inner: Coerce) -> Coerce:
    def coerce(value: Any, depth: int) -> Any:
        if value is None:
            raise UnfitError
        return inner(value, depth)

    return coerce


def _nullable(inner: Coerce) -> Coerce:
    def coerce(value: Any, depth: int) -> Any:
        return None if value is None else inner(value, depth)

    return coerce
