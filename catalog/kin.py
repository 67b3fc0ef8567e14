"""In charge of where a model stands among those that share its table or collection."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Mapper

from catalog.types import EnumType, FieldType, Scalar


@dataclass(frozen=True, slots=True)
class Kin:
    """Whom a model extends and how its rows are told from those of others.

    ``parent`` names the model that it extends, ``tag`` the field of the first of them that tells
    the kinds apart, and ``values`` are those that the tag has in rows of its own kind.
    """

    parent: str | None = None
    tag: str | None = None
    values: tuple[Any, ...] = ()


def kin_of_table(model: type) -> Kin:
    """That of a mapped class, by SQLAlchemy's word."""
    mapper = cast("Mapper[Any]", sa.inspect(model))
    parent = mapper.inherits.class_.__name__ if mapper.inherits is not None else None
    identity = mapper.polymorphic_identity
    return Kin(parent, _tag(mapper.base_mapper), () if identity is None else (identity,))


def _tag(root: Mapper[Any]) -> str | None:
    """The attribute that tells the kinds; none where nothing does, or something computed."""
    column = root.polymorphic_on
    mapped = any(column is each for each in root.columns)
    return root.get_property_by_column(cast("Any", column)).key if mapped else None


def kin_of_document(model: type[BaseModel]) -> Kin:
    """That of a document class: ``__discriminator__`` and the tag's `Literal` say it."""
    parent, root = parent_document(model), root_document(model)
    if "__discriminator__" not in vars(root):
        return Kin()
    tag = vars(root)["__discriminator__"]
    values = tags_in(model, tag) if tag in model.model_fields else ()
    return Kin(parent.__name__ if parent else None, tag, values)


def names_collection(model: type) -> bool:
    """True for a Pydantic class that says itself where its documents lie."""
    return issubclass(model, BaseModel) and isinstance(vars(model).get("__collection__"), str)


def root_document(model: type) -> type:
    """The class that names the collection, if one does."""
    return next(filter(names_collection, model.__mro__), model)


def parent_document(model: type) -> type | None:
    """The class of whose documents this one's are a kind; None if they are not."""
    root = root_document(model)
    return model.__mro__[1] if root is not model and "__discriminator__" in vars(root) else None


def tags_in(model: type[BaseModel], tag: str) -> tuple[Any, ...]:
    """The values that a document's tag may have, as sources give them; none but for a `Literal`."""
    annotation = model.model_fields[tag].annotation
    several = (annotation, *typing.get_args(annotation))  # Literal["cat"], or that or None
    said = [typing.get_args(each) for each in several if typing.get_origin(each) is Literal]
    return tuple(getattr(value, "name", value) for values in said for value in values)


def told_by(kind: FieldType, value: Any) -> Any:
    """A declared value of a tag as sources give it; None if the tag's type has no such value."""
    match kind:
        case EnumType(members=members):
            name = getattr(value, "name", value)
            return name if name in members else _named(members, value)
        case Scalar.STRING:
            return value if isinstance(value, str) else None
        case Scalar.INT | Scalar.BIGINT:
            return value if type(value) is int else None
        case _:
            return None


def _named(members: Mapping[str, Any], stored: Any) -> str | None:
    return next((name for name, value in members.items() if value == stored), None)
