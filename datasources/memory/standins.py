"""In charge of rows that stand for any row: one of every kind, whose keys all agree."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Mapping
from typing import Any, Final, assert_never

from catalog.entity import Catalog, Store
from catalog.geo import GeoPoint
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType
from datasources.memory.tables import Row, document_of

_VALUES: Final[Mapping[Scalar, Any]] = {
    Scalar.INT: 0,
    Scalar.BIGINT: 0,
    Scalar.FLOAT: 0.0,
    Scalar.DECIMAL: decimal.Decimal(0),
    Scalar.STRING: "?",
    Scalar.BOOLEAN: True,
    Scalar.DATE: datetime.date(1970, 1, 1),
    Scalar.TIME: datetime.time(),
    Scalar.DATETIME: datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
    Scalar.UUID: uuid.UUID(int=0),
    Scalar.BYTES: b"",
    Scalar.JSON: None,
    Scalar.OBJECT_ID: "0" * 24,
    Scalar.POINT: GeoPoint(0.0, 0.0),
}


def stand_ins(catalog: Catalog, store: Store) -> dict[str, list[Row]]:
    """The rows of every entity of a store, by its name; any relation finds its row."""
    return {entity.name: _values(document_of(entity)) for entity in catalog.of(store)}


def _values(kind: FieldType) -> list[Any]:
    match kind:
        case Scalar():
            return [_VALUES[kind]]
        case EnumType(_, members):
            return [next(iter(members))]
        case ListType(of):
            return [_values(of)]
        case DocumentType():
            return [_fields(kind)]
        case UnionType(tag=tag, types=types):
            own = {name: _values(field.type)[0] for name, field in kind.fields.items()}
            return [
                {**own, **_fields(member), tag: kind.values(name)[0]}
                for name, member in types.items()
            ]
        case _:
            assert_never(kind)


def _fields(kind: DocumentType) -> dict[str, Any]:
    return {name: _values(field.type)[0] for name, field in kind.fields.items()}
