"""In charge of the indexes that models declare of documents, and whether a collection has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pymongo import IndexModel

from catalog.declare import Index
from catalog.entity import Entity
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType, element_of
from datasources.mongo.paths import document_of


def declared_indexes(entity: Entity) -> list[IndexModel]:
    """Those of the model's ``__indexes__``; that of the key every collection has."""
    declared = cast("Sequence[Index]", getattr(entity.model, "__indexes__", ()))
    keyed = ((index, list(_keys(entity, index))) for index in declared)
    return [_index(keys, unique=index.unique) for index, keys in keyed if keys != [("_id", 1)]]


def is_there(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the wanted index is among those that the driver gives as ``index_information``."""
    found = there.get(wanted["name"], {})
    same = found.get("key") == list(wanted["key"].items())
    return same and bool(found.get("unique")) == wanted["unique"]


def _index(keys: list[tuple[str, int | str]], *, unique: bool) -> IndexModel:
    # The version is MongoDB's own; without it, SecantusDB takes a second start's for another index.
    sphere = any(kind == "2dsphere" for _, kind in keys)
    return IndexModel(keys, unique=unique, **({"2dsphereIndexVersion": 3} if sphere else {}))


def _keys(entity: Entity, index: Index) -> Iterator[tuple[str, int | str]]:
    for name in index.fields:
        stored = ".".join(_stored_path(document_of(entity), name.split(".")))
        yield stored, "2dsphere" if _is_point(document_of(entity), name.split(".")) else 1


def _is_point(kind: FieldType, path: Sequence[str]) -> bool:
    for name in path:
        kind = element_of(kind)
        if not isinstance(kind, DocumentType | UnionType):
            return False
        kind = kind.fields[name].type
    return kind is Scalar.POINT


def _stored_path(kind: FieldType, path: Sequence[str]) -> Iterator[str]:
    for at, name in enumerate(path):
        while isinstance(kind, ListType):  # an index covers each element
            kind = kind.of
        if not isinstance(kind, (DocumentType, UnionType)):
            yield from path[at:]  # into JSON, whose keys no model names
            return
        yield kind.fields[name].stored
        kind = kind.fields[name].type
