"""In charge of putting rows into the stores, by means that know nothing of the data sources."""

import datetime
from typing import Any

import bson
import psycopg
import pymongo
import sqlalchemy as sa
from agreement_data import Rows
from agreement_tables import TABLES, Table
from bson.binary import Binary

from catalog.entity import Catalog, Entity
from catalog.query import Record
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType


def fill_postgres(url: str, catalog: Catalog, rows: Rows) -> None:
    """Makes the tables, by SQLAlchemy as their authors would, and fills them."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema("agreement"))
        connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
        Table.metadata.create_all(connection)
        for model in TABLES:
            for row in rows.get(model.__name__, ()):
                values = _column_values(catalog[model.__name__], model, row)
                connection.execute(sa.insert(sa.inspect(model).local_table).values(values))
    engine.dispose()


def _column_values(entity: Entity, model: type, row: Record) -> Record:
    mappers = sa.inspect(model).self_and_descendants
    columns = {name: column for mapper in mappers for name, column in mapper.columns.items()}
    return {
        columns[name].name: _json(entity.fields[name].type, value)
        if isinstance(columns[name].type, sa.JSON)
        else _column_value(columns[name].type, value)
        for name, value in row.items()
    }


def _json(kind: FieldType, value: Any) -> Any:
    """As Pydantic writes it."""
    match kind:
        case _ if value is None:
            return None
        case DocumentType(fields=fields):
            return {fields[name].stored: _json(fields[name].type, value[name]) for name in value}
        case UnionType(name, tag, fields):
            return _json(kind.member(value[tag]) or DocumentType(name, fields), value)
        case ListType(of=of):
            return [_json(of, item) for item in value]
        case EnumType(members=members):
            return members[value]
        case Scalar.DATETIME:
            return value.isoformat().replace("+00:00", "Z")
        case Scalar.DATE | Scalar.TIME:
            return value.isoformat()
        case Scalar.DECIMAL | Scalar.UUID:
            return str(value)
        case _:
            return value


def _column_value(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if isinstance(value, datetime.datetime) and isinstance(kind, sa.DateTime) and not kind.timezone:
        return value.replace(tzinfo=None)
    return value


def fill_mongo(url: str, catalog: Catalog, rows: Rows) -> None:
    """Fills the collections with documents as Bigraph says that they are stored."""
    with pymongo.MongoClient(url) as client:
        database = client.get_default_database("bigraph")
        for name, records in rows.items():
            entity = catalog[name]
            kind = entity.document
            collection = database[entity.table]
            collection.insert_many([_stored(kind, record) for record in records])
            for index in entity.indexes[1:]:
                is_point = any(entity.fields[field].type is Scalar.POINT for field in index)
                kind = "2dsphere" if is_point else pymongo.ASCENDING
                collection.create_index([(entity.fields[field].stored, kind) for field in index])


def _stored(kind: FieldType, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case DocumentType(fields=fields):
            return {fields[name].stored: _stored(fields[name].type, value[name]) for name in value}
        case UnionType(name, tag, fields):
            return _stored(kind.member(value[tag]) or DocumentType(name, fields), value)
        case ListType(of=of):
            return [_stored(of, item) for item in value]
        case EnumType(members=members):
            return members[value]
        case Scalar.DECIMAL:
            return bson.Decimal128(value)
        case Scalar.DATE:
            return datetime.datetime.combine(value, datetime.time(), datetime.UTC)
        case Scalar.TIME:
            return value.isoformat()
        case Scalar.UUID:
            return Binary.from_uuid(value)
        case Scalar.OBJECT_ID:
            return bson.ObjectId(value)
        case Scalar.POINT:
            return {"type": "Point", "coordinates": [value.longitude, value.latitude]}
        case _:
            return value
