"""In charge of coerced inputs as values that sources know, by field name.

What cannot be stored is noted as a refusal with its path, so that all of them are told at once.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, assert_never, cast

from catalog.geo import GeoPoint
from catalog.names import lower_first
from catalog.types import DocumentType, EnumType, Field, FieldType, ListType, Scalar, UnionType
from resolvers.errors import InputError
from resolvers.planning.arguments import value_of
from resolvers.writes.refusals import ApiPath, Refusal, RefusedError, Why

Raw = Mapping[str, Any]

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{24}")
DEEPEST: Final = 90
"""How deep JSON may be nested: MongoDB takes documents of a hundred levels."""
_DEGREES: Final = (("latitude", 90), ("longitude", 180))


_SAME: Final[Mapping[Scalar, frozenset[type]]] = {
    Scalar.INT: frozenset({int, type(None)}),
    Scalar.BIGINT: frozenset({int, type(None)}),
    Scalar.FLOAT: frozenset({float, type(None)}),
    Scalar.STRING: frozenset({str, type(None)}),
    Scalar.BOOLEAN: frozenset({bool, type(None)}),
    Scalar.DATE: frozenset({datetime.date, type(None)}),
    Scalar.UUID: frozenset({uuid.UUID, type(None)}),
    Scalar.BYTES: frozenset({bytes, type(None)}),
}


def same_types(kind: FieldType) -> frozenset[type]:
    """Python's types of values that are the same in inputs, in models and in sources."""
    return _SAME.get(kind, frozenset()) if isinstance(kind, Scalar) else frozenset()


class Refusals:
    """Those that were found in the arguments of one field."""

    def __init__(self) -> None:
        self._found: list[Refusal] = []

    def add(
        self, path: ApiPath, message: str, hint: str | None = None, why: Why = Why.VALUE_INVALID
    ) -> None:
        """Notes that the value at a path will not do."""
        self._found.append(Refusal(why, message, path, hint))

    def __len__(self) -> int:
        return len(self._found)

    def check(self) -> None:
        """Raises ``RefusedError`` if there are any."""
        if self._found:
            raise RefusedError(*self._found)


def by_api(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Fields by the names that clients see."""
    return {field.api: field for field in fields.values()}


def stored(kind: FieldType, raw: Any, path: ApiPath, amiss: Refusals) -> Any:
    """The value that a coerced input means; noted in ``amiss`` if no store can hold it."""
    if raw is None:
        return None
    match kind:
        case ListType():
            items = enumerate(cast("Sequence[Any]", raw))
            return [stored(kind.of, item, (*path, str(at)), amiss) for at, item in items]
        case DocumentType():
            return fields_in(named_fields(kind.fields), raw, path, amiss)
        case UnionType():
            return _member(kind, raw, path, amiss)
        case Scalar() | EnumType():
            return _leaf(kind, raw, path, amiss)
        case _:
            assert_never(kind)


class Named(NamedTuple):
    """A field, by the name that clients see, and Python's types of values that are the same."""

    name: str
    type: FieldType
    same: frozenset[type]


def named_fields(fields: Mapping[str, Field]) -> Mapping[str, Named]:
    """Those that an input may have."""
    return {
        field.api: Named(field.name, field.type, same_types(field.type))
        for field in fields.values()
    }


def fields_in(
    fields: Mapping[str, Named], raw: Raw, path: ApiPath, amiss: Refusals
) -> dict[str, Any]:
    """The values of what an input gives, by the names of the fields."""
    values: dict[str, Any] = {}
    for api, value in raw.items():
        name, kind, same = fields[api]
        # A path takes longer than all the rest.
        as_it_is = type(value) in same
        values[name] = value if as_it_is else stored(kind, value, (*path, api), amiss)
    return values


def _member(kind: UnionType, raw: Raw, path: ApiPath, amiss: Refusals) -> dict[str, Any]:
    ((name, value),) = raw.items()
    member = next(each for each in kind.types.values() if lower_first(each.name) == name)
    document = fields_in(named_fields(member.fields), value, (*path, name), amiss)
    values = kind.values(member.name)
    tag = document.setdefault(kind.tag, values[0])
    if tag not in values:
        said = ", ".join(map(repr, values))
        amiss.add((*path, name, kind.fields[kind.tag].api), f"This tells another kind than {said}.")
    return document


def _leaf(kind: Scalar | EnumType, raw: Any, path: ApiPath, amiss: Refusals) -> Any:
    if kind is Scalar.POINT:
        return _point(raw, path, amiss)
    if kind is Scalar.JSON and _is_deep(raw):
        amiss.add(path, f"JSON goes {DEEPEST} levels deep at most.")
        return None
    if kind is Scalar.OBJECT_ID and not _OBJECT_ID.fullmatch(str(raw)):
        amiss.add(path, "An ObjectId is 24 hex digits, in small letters.")
        return None
    try:
        return value_of(kind, raw)
    except InputError as error:
        amiss.add(path, error.message, error.hint)
        return None


def _is_deep(raw: Any) -> bool:
    """Whether JSON is nested deeper than it may be; level by level, however deep it is."""
    level: list[Any] = [raw]
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [inner for each in level for inner in _inside(each)]
    return any(isinstance(each, dict | list) for each in level)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).values()
    return cast("list[Any]", value) if isinstance(value, list) else ()


def _point(raw: Raw, path: ApiPath, amiss: Refusals) -> GeoPoint | None:
    for name, most in _DEGREES:
        if not -most <= raw[name] <= most:
            amiss.add((*path, name), f"It lies between -{most} and {most} degrees.")
            return None
    return GeoPoint(raw["latitude"], raw["longitude"])
