"""In charge of validators: what the models say of documents, as ``$jsonSchema``. Pure.

A validator takes whatever Bigraph can read: any number where a number is meant, null and a missing
key where a field may be without a value, keys that no model names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, assert_never

from catalog.entity import Entity
from catalog.types import DocumentType, EnumType, Field, FieldType, ListType, Scalar, UnionType
from datasources.mongo.paths import document_of
from datasources.mongo.values import encoded

Schema: TypeAlias = dict[str, Any]
"""A JSON schema, in the dialect of MongoDB."""

_BSON: Final[Mapping[Scalar, str]] = {
    Scalar.INT: "number",
    Scalar.BIGINT: "number",
    Scalar.FLOAT: "number",
    Scalar.DECIMAL: "number",
    Scalar.STRING: "string",
    Scalar.BOOLEAN: "bool",
    Scalar.DATE: "date",
    Scalar.TIME: "string",
    Scalar.DATETIME: "date",
    Scalar.UUID: "binData",
    Scalar.BYTES: "binData",
    Scalar.OBJECT_ID: "objectId",
}
_POINT: Final[Schema] = {
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"enum": ["Point"]},
        "coordinates": {"bsonType": "array", "minItems": 2, "items": {"bsonType": "number"}},
    },
}


def validator_of(entities: Iterable[Entity]) -> Schema:
    """The schema of a collection's documents, as all entities say that it holds.

    Of two that show the same documents either will do; a kind of documents is in its family's.
    """
    whole = [entity for entity in entities if entity.portion is None]
    schemas = [_document(document_of(entity)) for entity in whole]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def accepts_all(old: Schema, new: Schema) -> bool:
    """Whether ``new`` surely takes each value that ``old`` takes; False if it cannot be told.

    A key that ``old`` does not name counts as one that no value has.
    """
    return old == new or all(_holds(name, old, said) for name, said in new.items())


def _holds(name: str, old: Schema, said: Any) -> bool:
    """Whether what one keyword of the new schema says is said by the old one already."""
    match name:
        case "bsonType":
            return "bsonType" in old and _types(old["bsonType"]) <= _types(said)
        case "enum":
            return "enum" in old and all(value in said for value in old["enum"])
        case "required":
            return set(said) <= set(old.get("required", ()))
        case "properties":
            before = old.get("properties", {})
            return all(accepts_all(before[key], said[key]) for key in said if key in before)
        case "items":
            return accepts_all(old.get("items", {}), said)
        case "anyOf":
            ways = old.get("anyOf", [old])
            return all(any(accepts_all(way, other) for other in said) for way in ways)
        case _:
            return old.get(name) == said


def _types(said: str | Sequence[str]) -> set[str]:
    return {said} if isinstance(said, str) else set(said)


def _document(kind: DocumentType | UnionType) -> Schema:
    if isinstance(kind, UnionType):
        return {"anyOf": [_member(kind, name) for name in kind.types]}
    fields = [field for field in kind.fields.values() if field.computed is None]
    # MongoDB gives each document its key, so it need not be asked for.
    required = [field.stored for field in fields if not field.nullable and field.stored != "_id"]
    return {
        "bsonType": "object",
        **({"required": required} if required else {}),
        "properties": {field.stored: _field(field) for field in fields},
    }


def _member(union: UnionType, name: str) -> Schema:
    """One kind of documents, which its tag tells."""
    schema, tag = _document(union.types[name]), union.fields[union.tag]
    told = {"enum": [encoded(tag.type, value) for value in union.values(name)]}
    required = [tag.stored, *(each for each in schema.get("required", ()) if each != tag.stored)]
    return {
        **schema,
        "required": required,
        "properties": {**schema["properties"], tag.stored: told},
    }


def _field(field: Field) -> Schema:
    schema = _value(field.type)
    return _or_null(schema) if field.nullable else schema


def _or_null(schema: Schema) -> Schema:
    match schema:
        case {"bsonType": str(kind), **rest}:
            return {"bsonType": [kind, "null"], **rest}
        case {"enum": [*values]}:
            return {"enum": [*values, None]}
        case {"anyOf": [*schemas]}:
            return {"anyOf": [*schemas, {"bsonType": "null"}]}
        case _:
            return schema


def _value(kind: FieldType) -> Schema:
    match kind:
        case EnumType():
            return {"enum": list(kind.members.values())}
        case ListType():
            items = _value(kind.of)
            items = _or_null(items) if kind.items_nullable else items
            return {"bsonType": "array", **({"items": items} if items else {})}
        case DocumentType() | UnionType():
            return _document(kind)
        case Scalar.POINT:
            return {"bsonType": "object", **_POINT}
        case Scalar.JSON:
            return {}
        case Scalar():
            return {"bsonType": _BSON[kind]}
        case _:
            assert_never(kind)
