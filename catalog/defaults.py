"""In charge of what models say of values that nobody gives, and of the enums that columns hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Mapper

from catalog.entity import Entity, Store


def defaults_of(entity: Entity) -> Iterator[tuple[str, Any]]:
    """The values that the model has for fields which are left out, made anew for each new row.

    They are Python's own. What is null by default is not among them, nor what the store gives.
    """
    found = _of_columns(entity) if entity.store is Store.POSTGRES else _of_document(entity)
    return ((name, value) for name, value in found if value is not None)


def members_of(entity: Entity, name: str) -> Mapping[str, Any] | None:
    """The members of the Python enum that a table's column holds, by their names."""
    if entity.store is not Store.POSTGRES:
        return None
    kind: Any = _column(entity, name).type
    python = getattr(getattr(kind, "item_type", kind), "enum_class", None)
    return getattr(python, "__members__", None)


def _of_columns(entity: Entity) -> Iterator[tuple[str, Any]]:
    for name in entity.stored_fields:
        column = _column(entity, name)
        if has_default(column):
            default: Any = column.default
            # SQLAlchemy's form of a function takes a context.
            yield name, default.arg if default.is_scalar else default.arg(None)


def has_default(column: sa.Column[Any]) -> bool:
    """Whether Python has a value for it; one in SQL it cannot make."""
    default: Any = column.default
    return default is not None and (default.is_scalar or default.is_callable)


def _column(entity: Entity, name: str) -> Any:
    return cast("Mapper[Any]", sa.inspect(entity.model)).columns[name]


def _of_document(entity: Entity) -> Iterator[tuple[str, Any]]:
    infos = cast("type[BaseModel]", entity.model).model_fields
    for name in entity.stored_fields:
        if name in infos and not infos[name].is_required():
            yield name, _default(infos[name])


def _default(info: Any) -> Any:
    try:
        return info.get_default(call_default_factory=True)
    except (TypeError, ValueError):  # one that is made of other fields
        return None
