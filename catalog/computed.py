"""In charge of computed fields: which ones a model has, and what refuses one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import assert_never, cast

from catalog.computed_columns import held_columns, sql_computation
from catalog.computed_paths import mongo_computation
from catalog.declare import Computed
from catalog.documents import annotated_type
from catalog.entity import Entity, Store
from catalog.errors import ModelError
from catalog.names import api_name
from catalog.types import Field


def with_computed(entity: Entity) -> Entity:
    """The entity with the fields that its store computes; raises ``ModelError``."""
    fields = dict(entity.fields)
    for field in _computed(entity):
        if field.name in fields or field.name in entity.relations:
            reason = "a computed field of this name collides with another member"
            raise ModelError(entity.name, field.name, reason, mend="Rename one of them.")
        fields[field.name] = field
    return dataclasses.replace(entity, fields=fields)


def _computed(entity: Entity) -> Iterator[Field]:
    if entity.store is Store.POSTGRES:
        yield from held_columns(entity)
    for declared in _declared(entity):
        yield _field(entity, declared)


def _declared(entity: Entity) -> Sequence[Computed]:
    declared: object = getattr(entity.model, "__computed__", ())
    if isinstance(declared, (list, tuple)):
        listed = cast("Sequence[object]", declared)
        if all(isinstance(each, Computed) for each in listed):
            return cast("Sequence[Computed]", listed)
    mend = "Write __computed__ = (Computed(...),): a tuple, with its comma."
    raise ModelError(entity.name, None, "its __computed__ are no tuple of Computeds", mend=mend)


def _field(entity: Entity, declared: Computed) -> Field:
    kind, optional = annotated_type(entity.model, declared.name, declared.type)
    match entity.store:
        case Store.POSTGRES:
            kind, computation = sql_computation(entity, declared, kind)
        case Store.MONGO:
            computation = mongo_computation(entity, declared)
        case _:
            assert_never(entity.store)
    return Field(
        name=declared.name,
        api=api_name(entity.name, declared.name),
        # A name that no column and no key of a document has; MongoDB keeps the value by it.
        stored=f"~computed_{declared.name}",
        type=kind,
        nullable=optional,
        description=declared.description,
        computed=computation,
    )
