"""In charge of reading Pydantic documents into entities of MongoDB."""

from __future__ import annotations

import datetime
import decimal
import enum
import types
import typing
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, cast

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from catalog.declare import Index
from catalog.entity import Entity, Store
from catalog.errors import ModelError
from catalog.geo import GeoPoint
from catalog.kin import names_collection, parent_document, tags_in
from catalog.names import (
    api_name,
    cache_ttl_of,
    check_members,
    description_of,
    lower_first,
    member_names,
    plural_of,
)
from catalog.searches import search_of, with_similar
from catalog.stored import check_key, collection_of, indexes_of
from catalog.types import DocumentType, EnumType, Field, FieldType, ListType, Scalar, UnionType

_SCALARS: Mapping[Any, Scalar] = {
    bool: Scalar.BOOLEAN,
    int: Scalar.INT,
    float: Scalar.FLOAT,
    decimal.Decimal: Scalar.DECIMAL,
    str: Scalar.STRING,
    datetime.datetime: Scalar.DATETIME,
    datetime.date: Scalar.DATE,
    datetime.time: Scalar.TIME,
    uuid.UUID: Scalar.UUID,
    bytes: Scalar.BYTES,
    GeoPoint: Scalar.POINT,
    dict: Scalar.JSON,
    Any: Scalar.JSON,
}

_OBJECT_KEY = Field("id", "id", "_id", Scalar.OBJECT_ID, nullable=False)


def is_document(model: type) -> bool:
    """True for a Pydantic class that names its collection, or is a kind of another's documents."""
    return names_collection(model) or parent_document(model) is not None


def entity_of_document(model: type[BaseModel]) -> Entity:
    """The entity that one document class describes, without its links."""
    fields = {field.name: field for field in _fields(model, ())}
    key = next((name for name, field in fields.items() if field.stored == "_id"), None)
    if key is None:
        if "id" in fields:
            reason = f"is stored as {fields['id'].stored!r}, and is no key"
            mend = 'Alias it "_id", or name it otherwise: then the key, an ObjectId, is the id.'
            raise ModelError(model.__name__, "id", reason, mend=mend)
        key, fields = "id", {"id": _OBJECT_KEY, **fields}
    indexes = indexes_of(model, fields)
    with_similar(model, Store.MONGO, fields)
    return Entity(
        name=model.__name__,
        store=Store.MONGO,
        table=collection_of(model),
        fields=fields,
        key=(key,),
        unique=tuple(index.fields for index in indexes if _is_key(index)),
        indexes=((key,), *(index.fields for index in indexes)),
        relations={},
        singular=lower_first(model.__name__),
        plural=plural_of(model),
        model=model,
        description=description_of(model),
        cache_ttl=cache_ttl_of(model),
        search=search_of(model, Store.MONGO, fields),
    )


def _is_key(index: Index) -> bool:
    # An index into nested documents is no key: the key's arguments are fields of the entity.
    return index.unique and not any("." in name for name in index.fields)


def _fields(model: type[BaseModel], parents: tuple[type, ...]) -> Iterator[Field]:
    if model in parents:
        mend = "Store the recursive part as a dict, which is served as JSON."
        raise ModelError(model.__name__, None, "a document that contains itself", mend=mend)
    if not parents and "_id" in model.__private_attributes__:
        mend = 'Write id: str = Field(alias="_id"), or id alone.'
        raise ModelError(model.__name__, "_id", "is private, as Pydantic takes it", mend=mend)
    model.model_rebuild(raise_errors=False)  # what it names may stand below it in its module
    for name, info in model.model_fields.items():
        kind, optional = _type(model, name, info, (*parents, model))
        stored = _stored_name(model, name, info, top=not parents)
        if kind is Scalar.POINT and stored == "_id":
            mend = "Give the document another key."
            raise ModelError(model.__name__, name, "a point cannot be a key", mend=mend)
        yield Field(
            name=name,
            api=api_name(model.__name__, name),
            stored=stored,
            type=kind,
            nullable=stored != "_id" and (optional or not info.is_required()),
            description=info.description,
        )


def _stored_name(model: type, name: str, info: FieldInfo, *, top: bool) -> str:
    if info.validation_alias is not None and not isinstance(info.validation_alias, str):
        reason = "has several aliases, or a path, so that it is not plain which key it is stored by"
        raise ModelError(model.__name__, name, reason, mend="Give it one alias, a text.")
    alias = info.alias if info.validation_alias is None else info.validation_alias
    # As in every mapper of MongoDB documents, a plain ``id`` is the document's key; so it is where
    # aliases are made for all fields, as by `to_camel`.
    is_own = alias is None or alias == name or info.alias_priority == 1
    stored = "_id" if top and name == "id" and is_own else name if alias is None else alias
    check_key(model.__name__, name, stored)
    return stored


def _type(
    model: type, name: str, info: FieldInfo, parents: tuple[type, ...]
) -> tuple[FieldType, bool]:
    marks = [mark for mark in info.metadata if isinstance(mark, Scalar)]
    annotation, optional = _without_none(info.annotation)
    if marks:
        return marks[0], optional
    if info.discriminator is not None:
        return _union(model, name, annotation, info, parents), optional
    return _annotated(model, name, annotation, parents), optional


def field_type(model: type, name: str, info: FieldInfo) -> FieldType:
    """The type that a field of a Pydantic model has in a document; raises ``ModelError``."""
    return _type(model, name, info, (model,))[0]


def annotated_type(model: type, name: str, annotation: Any) -> tuple[FieldType, bool]:
    """The type that an annotation says, and whether it may be None; raises ``ModelError``."""
    if typing.get_origin(annotation) is typing.Annotated:
        said, *marks = typing.get_args(annotation)
        inner, optional = _without_none(said)
        said = typing.Annotated[(inner, *marks)]
        return _annotated(model, name, said, (model,)), optional
    inner, optional = _without_none(annotation)
    return _annotated(model, name, inner, (model,)), optional


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, False
    members = typing.get_args(annotation)
    kept = tuple(member for member in members if member is not types.NoneType)
    if len(kept) == len(members):
        return annotation, False
    rest = kept[0] if len(kept) == 1 else typing.Union[kept]  # noqa: UP007 (built at run time)
    return rest, True


def _annotated(model: type, name: str, annotation: Any, parents: tuple[type, ...]) -> FieldType:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        marks = [mark for mark in arguments[1:] if isinstance(mark, Scalar)]
        told = [mark for mark in arguments[1:] if getattr(mark, "discriminator", None) is not None]
        if told:
            return _union(model, name, _without_none(arguments[0])[0], told[0], parents)
        return marks[0] if marks else _annotated(model, name, arguments[0], parents)
    if origin in (list, set, frozenset, tuple) and len(set(arguments) - {...}) == 1:
        item, optional = _without_none(arguments[0])
        kind = _annotated(model, name, item, parents)
        if kind is Scalar.POINT:
            mend = "Use a list of documents with a point in each."
            raise ModelError(model.__name__, name, "a list of points cannot be served", mend=mend)
        return ListType(kind, items_nullable=optional)
    if origin is Literal and all(isinstance(value, str) for value in arguments):
        return Scalar.STRING
    if origin is Literal and len(set(map(type, cast("tuple[object, ...]", arguments)))) == 1:
        # As a number, or a member of an enum.
        return _annotated(model, name, type(cast("object", arguments[0])), parents)
    kind = _plain(origin or annotation, parents)
    if isinstance(kind, EnumType):
        check_members(model.__name__, name, kind)
    if kind is None:
        mend = "Use a type that docs/models.md lists, or dict, which is served as JSON."
        if all(isinstance(each, type) and issubclass(each, BaseModel) for each in arguments or [0]):
            mend = 'Let a field tell which it is: Annotated[A | B, Field(discriminator="kind")].'
        raise ModelError(model.__name__, name, f"{annotation!r} cannot be served", mend=mend)
    return kind


def _union(
    model: type, name: str, annotation: Any, said: FieldInfo, parents: tuple[type, ...]
) -> UnionType:
    """The union of document classes that a field of theirs tells apart."""
    tag, several = said.discriminator, typing.get_args(annotation) or (annotation,)
    documents = [each for each in several if isinstance(each, type) and issubclass(each, BaseModel)]
    if not isinstance(tag, str) or len(documents) < len(several):
        reason = "is a union of more than documents that one of their fields tells apart"
        mend = 'Say Annotated[A | B, Field(discriminator="kind")] of Pydantic classes.'
        raise ModelError(model.__name__, name, reason, mend=mend)
    members: dict[Any, DocumentType] = {}
    for document in documents:
        kind = _plain(document, parents)
        assert isinstance(kind, DocumentType)  # noqa: S101 (as every Pydantic class is)
        members.update(dict.fromkeys(tags_in(document, tag), kind))
    first, *others = (kind.fields[tag] for kind in members.values())
    if any((other.stored, other.type) != (first.stored, first.type) for other in others):
        reason = f"is told by {tag!r}, which is of another type in one of its members"
        raise ModelError(model.__name__, name, reason, mend="Declare it alike in all of them.")
    title = said.title or "Or".join(document.__name__ for document in documents)
    tags = {tag: replace(first, nullable=True, description=None)}
    return UnionType(title, tag, tags, members, said.description)


def _plain(annotation: Any, parents: tuple[type, ...]) -> FieldType | None:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, enum.Enum):
        return _enum(annotation)
    if issubclass(annotation, RootModel):
        return None  # it is stored as what it holds, and that is for the field to say
    if issubclass(annotation, BaseModel):
        fields = {field.name: field for field in _fields(annotation, parents)}
        return DocumentType(annotation.__name__, fields, description_of(annotation))
    # bson is a driver and stays in datasources; its ObjectId is known by its name.
    if annotation.__module__ == "bson.objectid" and annotation.__name__ == "ObjectId":
        return Scalar.OBJECT_ID
    return next((_SCALARS[base] for base in annotation.__mro__ if base in _SCALARS), None)


def _enum(python: type[enum.Enum]) -> EnumType:
    members = {name: python[name].value for name in member_names(python)}
    return EnumType(python.__name__, members, description_of(python), python)
