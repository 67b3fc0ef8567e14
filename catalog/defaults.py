"""In charge of what models say of values that nobody gives, and of the enums that columns hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Mapper

from catalog.entity import Entity, Store


def defaults_of(entity: Entity) -> Mapping[str, Callable[[], Any]]:
    """What makes the values that the model has for fields which are left out of a new row.

    They are Python's own; null is what a field is without. What the store gives is not among them.
    """
    return dict(_of_columns(entity) if entity.store is Store.POSTGRES else _of_document(entity))


def renewed_of(entity: Entity) -> Mapping[str, Callable[[], Any]]:
    """What makes the values that a table has for columns whenever a row changes (``onupdate``).

    They are Python's own; those in SQL are the store's to make.
    """
    if entity.store is not Store.POSTGRES:
        return {}
    columns = {name: _column(entity, name) for name in entity.stored_fields}
    return {
        name: partial(_of_column, column.onupdate)
        for name, column in columns.items()
        if column.onupdate is not None
        and (column.onupdate.is_scalar or column.onupdate.is_callable)
    }


def members_of(entity: Entity, name: str) -> Mapping[str, Any] | None:
    """The members of the Python enum that a table's column holds, by their names."""
    if entity.store is not Store.POSTGRES:
        return None
    kind: Any = _column(entity, name).type
    python = getattr(getattr(kind, "item_type", kind), "enum_class", None)
    return getattr(python, "__members__", None)


def _of_columns(entity: Entity) -> Iterator[tuple[str, Callable[[], Any]]]:
    for name in entity.stored_fields:
        column = _column(entity, name)
        if _is_made_by_column(column):
            yield name, partial(_of_column, column.default)
        elif has_default(entity, name):
            yield name, partial(_of_info, _info(entity, name))


def _of_column(default: Any) -> Any:
    # SQLAlchemy's form of a function takes a context.
    return default.arg if default.is_scalar else default.arg(None)


def has_default(entity: Entity, name: str) -> bool:
    """Whether Python has a value for a column; one in SQL it cannot make.

    SQLModel leaves the default of a field out of a column that is given as it is.
    """
    column, info = _column(entity, name), _info(entity, name)
    if _is_made_by_column(column) or info is None or info.is_required():
        return _is_made_by_column(column)
    made_in_sql = column.default is not None or column.server_default is not None
    return not made_in_sql and (info.default_factory is not None or info.default is not None)


def is_made_in_sql(column: sa.Column[Any]) -> bool:
    """Whether the model has an expression for it, which the store computes for each new row."""
    default: Any = column.default
    return default is not None and bool(default.is_clause_element)


def _is_made_by_column(column: sa.Column[Any]) -> bool:
    default: Any = column.default
    return default is not None and (default.is_scalar or default.is_callable)


def _info(entity: Entity, name: str) -> Any:
    return cast("Mapping[str, Any]", getattr(entity.model, "model_fields", {})).get(name)


def _column(entity: Entity, name: str) -> Any:
    return cast("Mapper[Any]", sa.inspect(entity.model)).columns[name]


def _of_document(entity: Entity) -> Iterator[tuple[str, Callable[[], Any]]]:
    infos = cast("type[BaseModel]", entity.model).model_fields
    for name in entity.stored_fields:
        if name in infos and not infos[name].is_required():
            yield name, partial(_of_info, infos[name])


def _of_info(info: Any) -> Any:
    try:
        return info.get_default(call_default_factory=True)
    except (TypeError, ValueError):  # one that is made of other fields
        return None
