"""In charge of building routines: what declared functions say, checked and frozen."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa

from catalog.access import Rule, anyone, checked, has_rows, rule_said_in
from catalog.declare import Declared
from catalog.documents import annotated_type
from catalog.entity import Entity, Store
from catalog.errors import ModelError
from catalog.expressions import sql_type
from catalog.names import PAGE_ARGUMENTS, RESERVED_ARGUMENTS, api_name, check_root_name
from catalog.routine import VALUE, Argument, Gives, Routine
from catalog.routine_arguments import arguments_in, named
from catalog.routine_sql import rows_sql, value_sql
from catalog.routine_stages import pipeline_of
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    UnionType,
    element_of,
)


def routine_of(entities: Mapping[str, Entity], declared: Declared) -> Routine:
    """The routine that a function declares; raises ``ModelError``."""
    name, arguments = declared.name, tuple(arguments_in(declared))
    gives, said = _returned(entities, declared)
    made = _body(declared, arguments)
    store = said.store if isinstance(said, Entity) else _store_of(declared, made)
    entity = said if isinstance(said, Entity) else _value_entity(declared, store, said)
    _check(declared, gives, arguments)
    if store is Store.POSTGRES:
        _check_sql_types(name, arguments)
        of = value_sql if gives is Gives.VALUE else rows_sql
        body = of(name, entity, made, _sql_types(arguments))
    else:
        body = pipeline_of(name, entities, made, {argument.name for argument in arguments})
    return Routine(
        name=name,
        api=api_name(name, name),
        gives=gives,
        entity=entity,
        arguments=arguments,
        body=body,
        read=_read(declared, gives),
        description=inspect.getdoc(declared.function),
        python=declared.python,
    )


def _read(declared: Declared, gives: Gives) -> Rule:
    """Who may call it; rows have their entity's rule besides."""
    said = declared.read
    if said is None:
        said = rule_said_in(declared.module) if gives is Gives.VALUE else anyone
    if has_rows(checked(declared.name, said)):
        reason = "would have a rule about rows, which only an entity can have"
        raise ModelError(declared.name, None, reason, mend="Say read=, with another rule.")
    return said


def _returned(
    entities: Mapping[str, Entity], declared: Declared
) -> tuple[Gives, Entity | FieldType]:
    """What it gives, and of which entity, or of which type."""
    returns, inside = declared.returns, typing.get_args(declared.returns)
    if typing.get_origin(returns) is list and (entity := _entity(entities, inside[0])):
        return Gives.ROWS, entity
    given = [each for each in inside if each is not type(None)] if inside else [returns]
    if len(given) == 1 and (entity := _entity(entities, given[0])):
        return Gives.ROW, entity
    kind, _ = annotated_type(named(declared), declared.name, returns)
    if isinstance(element_of(kind), (DocumentType, UnionType)):
        reason = f"gives {returns!r}, which is no model that is served"
        mend = "Return list[Model], Model, or a type that a column can have."
        raise ModelError(declared.name, None, reason, mend=mend)
    return Gives.VALUE, kind


def _entity(entities: Mapping[str, Entity], said: Any) -> Entity | None:
    named = said if isinstance(said, str) else getattr(said, "__forward_arg__", None)
    if named:
        return entities.get(named)
    entity = entities.get(getattr(said, "__name__", ""))
    return entity if entity and entity.model is said else None


def _value_entity(declared: Declared, store: Store, kind: FieldType) -> Entity:
    field = Field(VALUE, VALUE, VALUE, kind, nullable=True)
    return Entity(
        name=declared.name,
        store=store,
        table=declared.name,
        fields={VALUE: field},
        key=(VALUE,),
        unique=(),
        indexes=(),
        relations={},
        singular=VALUE,
        plural=VALUE,
        model=named(declared),
    )


def _check_sql_types(owner: str, arguments: tuple[Argument, ...]) -> None:
    for argument in arguments:
        kind = argument.type
        item = kind.of if isinstance(kind, ListType) else kind
        if not isinstance(item, EnumType) and sql_type(item) is None:
            mend = "Take a text."
            raise ModelError(owner, argument.name, "is of a type that Postgres has not", mend=mend)


def _check(declared: Declared, gives: Gives, arguments: tuple[Argument, ...]) -> None:
    name = declared.name
    check_root_name(name, api_name(name, name), mend="Give it another name=.")
    seen = set(RESERVED_ARGUMENTS | PAGE_ARGUMENTS if gives is Gives.ROWS else RESERVED_ARGUMENTS)
    for argument in arguments:
        if argument.api in seen:
            reason = f"the argument {argument.api!r} is one that its field has already"
            raise ModelError(name, argument.name, reason, mend="Rename it.")
        seen.add(argument.api)


# --- What the function makes of them --------------------------------------------------------------


def _body(declared: Declared, arguments: tuple[Argument, ...]) -> Any:
    # One without a type, as of an enum, takes that of what it is compared with.
    stand_ins = {
        name: sa.bindparam(name, type_=kind) for name, kind in _sql_types(arguments).items()
    }
    try:
        return declared.function(**stand_ins)
    except Exception as error:
        reason = f"it fails when it is called with stand-ins for its arguments: {error}"
        mend = "Put them into SQL or into stages as they are; their values come with each request."
        raise ModelError(declared.name, None, reason, mend=mend) from error


def _sql_types(
    arguments: tuple[Argument, ...],
) -> dict[str, sa.types.TypeEngine[Any] | None]:
    return {argument.name: sql_type(argument.type) for argument in arguments}


def _store_of(declared: Declared, made: Any) -> Store:
    if isinstance(made, (str, sa.ClauseElement)):
        return Store.POSTGRES
    if isinstance(made, (tuple, list)) and len(cast("tuple[Any, ...]", made)):
        return Store.MONGO
    mend = "Return an SQL expression, or a model or a collection with its stages."
    raise ModelError(declared.name, None, f"it gives {made!r}", mend=mend)
