"""In charge of rows on their way out of Postgres: flat tuples into records and answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from psycopg.postgres import types

from catalog.errors import StoredValueError
from catalog.flat import Decoder, FlatReader, FlatRow, Shape
from catalog.lines import Told
from catalog.query import Answer, Key
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType
from datasources.postgres.documents import json_decoder
from datasources.postgres.loaders import (
    date_of,
    date_text,
    moment_of,
    moment_text,
    moment_without_zone_of,
    moment_without_zone_text,
    time_of,
    time_text,
)

_FIRST_USER_DEFINED: Final = 16384


@dataclass(frozen=True, slots=True)
class Layout:
    """What a statement's rows hold: a key's number from 1, a total, a record; by their places."""

    number: int | None
    total: int | None
    record: Shape | None

    @property
    def holds_records_alone(self) -> bool:
        """Whether each row is a record, and nothing else."""
        beside = self.number is not None or self.total is not None
        return not beside and self.record is not None and self.record.present is None


def answers_in(
    layout: Layout, keys: Sequence[Key], rows: Sequence[FlatRow], reader: FlatReader | None
) -> dict[Key, Answer]:
    """The rows as answers, under the keys that they belong to (``()`` if there are no numbers).

    Rows come in the order of their keys.
    """
    if layout.number is None:
        return {(): _answer(layout, rows, reader)}
    answers: dict[Key, Answer] = {}
    number: int
    for number, listed in groupby(rows, itemgetter(layout.number)):
        answers[keys[number - 1]] = _answer(layout, [*listed], reader)
    return answers


def _answer(layout: Layout, rows: Sequence[FlatRow], reader: FlatReader | None) -> Answer:
    """The rows of one key; where there is none, one row may still tell the total."""
    record, total = layout.record, None
    if layout.total is not None and rows:
        total = rows[0][layout.total]
    if record is None:
        rows = ()
    elif record.present is not None:
        rows = [row for row in rows if row[record.present]]
    return Answer(rows, total, reader)


def reader_of(shape: Shape, types: Sequence[int], *, lines: bool = True) -> FlatReader:
    """What reads rows of this shape; ``types`` are the type OIDs of their columns.

    With ``lines`` it says of values that they can be had in lines.
    """
    return FlatReader(
        shape,
        dict(_decoders(shape, types)),
        frozenset(_exact(shape, types)),
        dict(_told(shape, types)),
        dict(_lined(shape, types)) if lines else None,
    )


def _lined(shape: Shape, types: Sequence[int]) -> Iterator[tuple[int, Told]]:
    for at, field in enumerate(shape.fields, shape.start):
        if told := _LINED.get((field.type, types[at])):
            yield at, told
    for inner in shape.parts:
        yield from _lined(inner, types)


def _told(shape: Shape, types: Sequence[int]) -> Iterator[tuple[int, Decoder]]:
    for at, field in enumerate(shape.fields, shape.start):
        if isinstance(field.type, Scalar) and types[at] in _NATIVE[field.type] & _WRITTEN.keys():
            yield at, _WRITTEN[types[at]][1]
    for inner in shape.parts:
        yield from _told(inner, types)


def _exact(shape: Shape, types: Sequence[int]) -> Iterator[int]:
    for at, field in enumerate(shape.fields, shape.start):
        if (field.type, types[at]) in _EXACT:
            yield at
    for inner in shape.parts:
        yield from _exact(inner, types)


def _decoders(shape: Shape, types: Sequence[int]) -> Iterator[tuple[int, Decoder]]:
    for at, field in enumerate(shape.fields, shape.start):
        decode = decoder_of(field.type, types[at])
        if decode is not None:
            yield at, decode
    for inner in shape.parts:
        yield from _decoders(inner, types)


def decoder_of(kind: FieldType, oid: int) -> Decoder | None:
    """What makes a value of ``kind`` from what psycopg made of a column of type ``oid``.

    None if that is the value already. Where the column's type is not the model's, every value is
    a ``StoredValueError``.
    """
    match kind:
        case DocumentType() | UnionType() | ListType() if oid in _NATIVE[Scalar.JSON]:
            return json_decoder(kind)
        case ListType(of):
            element = _ELEMENT.get(oid)
            return _wrong(kind) if element is None else _each(decoder_of(of, element))
        case EnumType(name, members):
            return _enum(name, {str(label): member for member, label in members.items()})
        case Scalar.STRING if oid >= _FIRST_USER_DEFINED:
            return None  # citext, or an enum that the model calls a string
        case Scalar.FLOAT if oid in _NUMBERS:
            return float
        case Scalar.DECIMAL if oid in _NATIVE[Scalar.INT]:
            return Decimal
        case Scalar.UUID if oid in _NATIVE[Scalar.STRING]:
            return _uuid
        case Scalar() if oid in _NATIVE[kind]:
            return _WRITTEN[oid][0] if oid in _WRITTEN else None
        case Scalar():
            return _wrong(kind)
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
_WRITTEN: Final[Mapping[int, tuple[Decoder, Decoder]]] = {
    types["date"].oid: (date_of, date_text),
    types["time"].oid: (time_of, time_text),
    types["timetz"].oid: (time_of, time_text),
    types["timestamp"].oid: (moment_without_zone_of, moment_without_zone_text),
    types["timestamptz"].oid: (moment_of, moment_text),
}
"""What comes as text: how it is read, and how it is told in an answer."""

_EXACT: Final = frozenset(
    [
        *((Scalar.INT, oid) for oid in _oids("int2", "int4")),
        *((Scalar.BOOLEAN, oid) for oid in _oids("bool")),
        *((Scalar.STRING, oid) for oid in _NATIVE[Scalar.STRING]),
    ]
)
_LINED: Final[Mapping[tuple[FieldType, int], Told]] = {
    (kind, oid): told
    for kind, told, oids in (
        (Scalar.INT, Told.INT, _oids("int2", "int4")),
        (Scalar.BIGINT, Told.BIGINT, _NATIVE[Scalar.BIGINT]),
        (Scalar.FLOAT, Told.FLOAT, _oids("float8")),
        (Scalar.DECIMAL, Told.DECIMAL, _oids("numeric")),
        (Scalar.STRING, Told.TEXT, _oids("text", "varchar")),
        (Scalar.BOOLEAN, Told.BOOLEAN, _oids("bool")),
        (Scalar.DATE, Told.DATE, _oids("date")),
        (Scalar.DATETIME, Told.MOMENT, _oids("timestamptz")),
        (Scalar.DATETIME, Told.MOMENT_WITHOUT_ZONE, _oids("timestamp")),
        (Scalar.UUID, Told.UUID, _oids("uuid")),
    )
    for oid in oids
}
"""Of which type, and in which column, values can stand in a line, and how."""
_ELEMENT: Final = {info.array_oid: info.oid for info in types if info.array_oid}
