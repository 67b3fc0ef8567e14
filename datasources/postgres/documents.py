"""In charge of values of documents and lists in JSON columns, on their way in and out; pure.

They have the forms in which Pydantic writes them: moments, days, times, UUIDs and decimals as text,
members of an enum as their values.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias, assert_never, cast

from catalog.errors import StoredValueError
from catalog.query import Path
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    step_to,
    stepped_to,
)

Decode: TypeAlias = Callable[[Any], Any]
"""Gives the value for what JSON holds, which is not null; or a ``StoredValueError``."""


def json_form(kind: FieldType, value: Any) -> Any:
    """What JSON holds for a value."""
    if value is None:
        return None
    match kind:
        case ListType(of):
            return [json_form(of, item) for item in value]
        case UnionType():
            return json_form(kind.members[value[kind.tag]], value)
        case DocumentType(fields=fields):
            return {
                fields[name].stored: json_form(fields[name].type, item)
                for name, item in value.items()
            }
        case EnumType(members=members):
            return members[value]
        case Scalar.DECIMAL | Scalar.UUID:
            return str(value)
        case Scalar.DATE | Scalar.TIME | Scalar.DATETIME:
            return value.isoformat()
        case Scalar():
            return value
        case _:
            assert_never(kind)


def json_decoder(kind: FieldType) -> Decode:
    """What makes values of what JSON holds; of another type than this, it is amiss."""
    match kind:
        case ListType(of):
            return partial(_list, json_decoder(of))
        case UnionType():
            readers = {tag: _fields(member) for tag, member in kind.members.items()}
            return partial(_union, kind, readers)
        case DocumentType():
            return partial(_document, kind.name, _fields(kind))
        case EnumType(name, members):
            known = {value: member for member, value in members.items()}
            return partial(_leaf, name, lambda value: known[_plain(value)])
        case Scalar():
            return partial(_leaf, kind.value, _SCALARS[kind])
        case _:
            assert_never(kind)


def asked(field: Field, paths: Iterable[Path]) -> Field:
    """The field, of a type that has no more inside than the paths name."""
    return replace(field, type=_narrowed(field.type, list(paths)))


def _narrowed(kind: FieldType, paths: Sequence[Path]) -> FieldType:
    if isinstance(kind, ListType):
        return replace(kind, of=_narrowed(kind.of, paths))
    if () in paths:
        return kind
    if isinstance(kind, DocumentType):
        return replace(kind, fields=_inner(kind.fields, paths))
    if isinstance(kind, UnionType):
        near = [path for path in paths if stepped_to(path[0]) is None]
        told = (kind.tag,) in paths
        members = {
            tag: replace(member, fields=_inner(*_of_member(kind, member, paths, near, told=told)))
            for tag, member in kind.members.items()
        }
        return replace(kind, members=members)
    return kind


def _of_member(
    kind: UnionType,
    member: DocumentType,
    paths: Sequence[Path],
    near: Sequence[Path],
    *,
    told: bool,
) -> tuple[Mapping[str, Field], Sequence[Path]]:
    """The fields that a member may show, and what is asked of them: its own if its kind is told."""
    if not told:
        return kind.fields, near
    step = step_to(member.name)
    return member.fields, [*near, *(path[1:] for path in paths if path[0] == step)]


def _inner(fields: Mapping[str, Field], paths: Sequence[Path]) -> dict[str, Field]:
    inside: dict[str, list[Path]] = {}
    if () in paths:
        return dict(fields)
    for name, *rest in paths:
        inside.setdefault(name, []).append(tuple(rest))
    return {name: asked(fields[name], rest) for name, rest in inside.items()}


_Fields: TypeAlias = Sequence[tuple[str, str, Decode]]


def _fields(kind: DocumentType) -> _Fields:
    return [(name, f.stored, json_decoder(f.type)) for name, f in kind.fields.items()]


def _document(name: str, fields: _Fields, value: Any) -> Any:
    if not isinstance(value, dict):
        return StoredValueError(f"The stored value is no {name}.")
    return _made(fields, cast("dict[str, Any]", value))


def _made(fields: _Fields, value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if (item := value.get(stored)) is None else decode(item)
        for name, stored, decode in fields
    }


def _union(kind: UnionType, readers: Mapping[Any, _Fields], value: Any) -> Any:
    tag = _tag(kind.fields[kind.tag], value)
    fields = readers.get(tag) if isinstance(tag, str | int) else None
    if fields is None:
        return StoredValueError(f"The stored value is of no kind that {kind.name} has.")
    return _made(fields, value)


def _tag(field: Field, value: Any) -> Any:
    """What tells the kind of a stored document; None if nothing does."""
    stored = cast("dict[str, Any]", value).get(field.stored) if isinstance(value, dict) else None
    return None if stored is None else json_decoder(field.type)(stored)


def _list(decode: Decode, value: Any) -> Any:
    if not isinstance(value, list):
        return StoredValueError("The stored value is no list.")
    items = cast("list[Any]", value)
    return [None if item is None else decode(item) for item in items]


def _leaf(name: str, decode: Decode, value: Any) -> Any:
    try:
        return decode(value)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return StoredValueError(f"The stored value is no {name}.")


def _plain(value: Any) -> Any:
    """A value that may be an enum's: else a number could be taken for true or false."""
    return _same(value, str) if isinstance(value, str) else _number(value)


def _same(value: Any, kind: type) -> Any:
    if type(value) is kind:
        return value
    raise TypeError


def _number(value: Any) -> int | float:
    if type(value) is int or type(value) is float:
        return value
    raise TypeError


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _decimal(value: Any) -> Decimal:
    made = Decimal(value if isinstance(value, str) else str(_number(value)))
    if not made.is_finite():
        raise ValueError
    return made


def _moment(value: Any) -> datetime.datetime:
    parsed = datetime.datetime.fromisoformat(value)
    zoned = parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)
    return zoned.astimezone(datetime.UTC)


_SCALARS: Final[Mapping[Scalar, Decode]] = {
    Scalar.INT: _whole,
    Scalar.BIGINT: _whole,
    Scalar.FLOAT: lambda value: float(_number(value)),
    Scalar.DECIMAL: _decimal,
    Scalar.STRING: lambda value: _same(value, str),
    Scalar.BOOLEAN: lambda value: _same(value, bool),
    Scalar.DATE: datetime.date.fromisoformat,
    Scalar.TIME: datetime.time.fromisoformat,
    Scalar.DATETIME: _moment,
    Scalar.UUID: lambda value: uuid.UUID(_same(value, str)),
    Scalar.JSON: lambda value: value,
}
