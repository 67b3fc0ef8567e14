"""In charge of what of an entity can be written: which fields, and which of them must be given."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from catalog.access import nobody
from catalog.defaults import has_default, is_made_in_sql
from catalog.entity import Entity, Store
from catalog.types import Field, ListType, Scalar, is_leaf


class Action(enum.Enum):
    """What can be done to rows; each has a rule of its own in `Access`."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Writable:
    """A field that clients may give a value; one that is ``fixed`` only when the row is made.

    ``required`` says that a row cannot be made without. ``given`` says that, left out, the store
    gives it a value, though the model may ask for one.
    """

    field: Field
    required: bool
    fixed: bool
    given: bool


def may_ever(entity: Entity, action: Action) -> bool:
    """Whether there is somebody whom the rules let do this."""
    if entity.view or entity.kinds or entity.access is None:
        return False
    return getattr(entity.access, action.value) != nobody


def is_written(entity: Entity) -> bool:
    """Whether anything can be done to its rows."""
    return any(may_ever(entity, action) for action in Action)


def writable_fields(entity: Entity) -> tuple[Writable, ...]:
    """What can be written of an entity, in the order of its model."""
    told = _implied(entity)
    found = _columns(entity) if entity.store is Store.POSTGRES else _keys(entity)
    return tuple(each for each in found if each.field.name not in told)


def _implied(entity: Entity) -> frozenset[str]:
    """The tag, where there is one value that it can have."""
    portion = entity.portion
    return frozenset({portion.tag} if portion and len(portion.values) == 1 else ())


def _columns(entity: Entity) -> Iterator[Writable]:
    mapper = cast("Mapper[Any]", sa.inspect(entity.model))
    table = cast("sa.Table", mapper.local_table)
    infos = _infos(entity)
    for field in entity.stored_fields.values():
        column = mapper.columns[field.name]
        if column.computed is not None or (column.identity and column.identity.always):
            continue
        counted = column is table.autoincrement_column
        made = column.server_default is not None or column.identity is not None
        given = counted or made or is_made_in_sql(column)
        optional = given or field.nullable or has_default(entity, field.name)
        yield Writable(field, not optional, _is_fixed(entity, field, infos), given)


def _keys(entity: Entity) -> Iterator[Writable]:
    infos = _infos(entity)
    for field in entity.stored_fields.values():
        given = field.name in entity.key and field.type is Scalar.OBJECT_ID
        info = infos.get(field.name)
        made = info is not None and not info.is_required()  # a key is never null, and may be made
        required = not (field.nullable or given or made)
        yield Writable(field, required, _is_fixed(entity, field, infos), given)


def _infos(entity: Entity) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", getattr(entity.model, "model_fields", {}))


def _is_fixed(entity: Entity, field: Field, infos: Mapping[str, Any]) -> bool:
    """Whether it stays as it is: what identifies a row, what it is, and what its model freezes."""
    tag = entity.portion.tag if entity.portion else None
    return field.name in (*entity.key, tag) or bool(getattr(infos.get(field.name), "frozen", None))


def is_counted(field: Field) -> bool:
    """Whether it is a number, to which another can be added."""
    return field.type in (Scalar.INT, Scalar.BIGINT, Scalar.FLOAT, Scalar.DECIMAL)


def is_listed(field: Field) -> bool:
    """Whether it is a list, to which values can be put."""
    return isinstance(field.type, ListType)


def is_pulled(field: Field) -> bool:
    """Whether it is a list of single values, which can be taken from it."""
    return isinstance(field.type, ListType) and is_leaf(field.type.of)
