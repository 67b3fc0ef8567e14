"""In charge of rows on their way out of Postgres: flat tuples into records and answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from psycopg.postgres import types

from catalog.errors import StoredValueError
from catalog.query import Answer, Key, Record
from catalog.types import EnumType, Field, FieldType, ListType, Scalar

Row: TypeAlias = tuple[Any, ...]
Decoder: TypeAlias = Callable[[Any], Any]

_FIRST_USER_DEFINED: Final = 16384


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a record stands in a row: its fields from ``start`` on, joined records anywhere.

    ``present`` is the place of a boolean that says whether there is a record at all.
    """

    start: int
    fields: tuple[Field, ...]
    joins: tuple[tuple[str, Shape], ...] = ()
    present: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What a statement's rows hold: a key's number from 1, a total, a record; by their places."""

    number: int | None
    total: int | None
    record: Shape | None


def answers_in(
    layout: Layout, keys: Sequence[Key], rows: Iterable[Row], types: Sequence[int]
) -> dict[Key, Answer]:
    """The rows as answers, under the keys that they belong to (``()`` if there are no numbers).

    ``types`` are the type OIDs of the columns that came back.
    """
    records: dict[Key, list[Record]] = {} if layout.number is not None else {(): []}
    totals: dict[Key, int] = {}
    read = _reader(layout.record, types) if layout.record else _nothing
    for row in rows:
        number: int = 0 if layout.number is None else row[layout.number]
        key = keys[number - 1] if number else ()
        found = records.setdefault(key, [])
        if (record := read(row)) is not None:
            found.append(record)
        if layout.total is not None:
            totals[key] = row[layout.total]
    return {key: Answer(found, totals.get(key)) for key, found in records.items()}


def _nothing(_row: Row) -> None:
    return None


def _reader(shape: Shape, types: Sequence[int]) -> Callable[[Row], Record | None]:
    names = [field.name for field in shape.fields]
    start, stop = shape.start, shape.start + len(names)
    decoders = list(_decoders(shape.fields, types[start:stop]))
    joined = [(name, _reader(inner, types)) for name, inner in shape.joins]
    present = shape.present

    def record(row: Row) -> Record | None:
        if present is not None and not row[present]:
            return None
        made: Record = dict(zip(names, row[start:stop], strict=True))
        for name, decode in decoders:
            if made[name] is not None:
                made[name] = decode(made[name])
        for name, read in joined:
            made[name] = read(row)
        return made

    return record


def _decoders(fields: Iterable[Field], types: Iterable[int]) -> Iterable[tuple[str, Decoder]]:
    for field, oid in zip(fields, types, strict=True):
        decode = decoder_of(field.type, oid)
        if decode is not None:
            yield field.name, decode


def decoder_of(kind: FieldType, oid: int) -> Decoder | None:
    """What makes a value of ``kind`` from what psycopg made of a column of type ``oid``.

    None if that is the value already. Where the column's type is not the model's, every value is
    a ``StoredValueError``.
    """
    match kind:
        case ListType(of):
            element = _ELEMENT.get(oid)
            return _wrong(kind) if element is None else _each(decoder_of(of, element))
        case EnumType(name, members):
            return _enum(name, {label: member for member, label in members.items()})
        case Scalar.STRING if oid >= _FIRST_USER_DEFINED:
            return None  # citext, or an enum that the model calls a string
        case Scalar.FLOAT if oid in _NUMBERS:
            return float
        case Scalar.DECIMAL if oid in _NATIVE[Scalar.INT]:
            return Decimal
        case Scalar.UUID if oid in _NATIVE[Scalar.STRING]:
            return _uuid
        case Scalar():
            return None if oid in _NATIVE[kind] else _wrong(kind)
        case _:
            return _wrong(kind)


def _each(decode: Decoder | None) -> Decoder | None:
    if decode is None:
        return None
    return lambda items: [None if item is None else decode(item) for item in items]


def _enum(name: str, members: Mapping[Any, str]) -> Decoder:
    def member(label: Any) -> str | StoredValueError:
        known = members.get(label) if isinstance(label, str) else None
        return known or StoredValueError(f"The stored value is no member of {name}.")

    return member


def _uuid(text: str) -> uuid.UUID | StoredValueError:
    try:
        return uuid.UUID(text)
    except ValueError:
        return StoredValueError("The stored value is no UUID.")


def _wrong(kind: FieldType) -> Decoder:
    name = kind.value if isinstance(kind, Scalar) else getattr(kind, "name", "list")
    return lambda _value: StoredValueError(f"The stored value is no {name}.")


def _oids(*names: str) -> frozenset[int]:
    return frozenset(types[name].oid for name in names)


_NUMBERS: Final = _oids("int2", "int4", "int8", "numeric")
_NATIVE: Final[Mapping[Scalar, frozenset[int]]] = {
    Scalar.INT: _oids("int2", "int4", "int8"),
    Scalar.BIGINT: _oids("int2", "int4", "int8"),
    Scalar.FLOAT: _oids("float4", "float8"),
    Scalar.DECIMAL: _oids("numeric"),
    Scalar.STRING: _oids("text", "varchar", "bpchar", "name"),
    Scalar.BOOLEAN: _oids("bool"),
    Scalar.DATE: _oids("date"),
    Scalar.TIME: _oids("time", "timetz"),
    Scalar.DATETIME: _oids("timestamp", "timestamptz"),
    Scalar.UUID: _oids("uuid"),
    Scalar.BYTES: _oids("bytea"),
    Scalar.JSON: _oids("json", "jsonb"),
    Scalar.OBJECT_ID: frozenset(),
}
_ELEMENT: Final = {info.array_oid: info.oid for info in types if info.array_oid}
