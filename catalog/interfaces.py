"""In charge of the interfaces that users declare: which fields their entities share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from pydantic import BaseModel

from catalog.declare import is_interface
from catalog.entity import Entity, Interface
from catalog.errors import ModelError
from catalog.names import check_type_name, description_of
from catalog.types import Field


def interfaces_of(model: type) -> tuple[type, ...]:
    """The interfaces that a class extends, the nearest first."""
    return tuple(base for base in model.__mro__[1:] if is_interface(base))


def interfaces_in(entities: Mapping[str, Entity]) -> Iterator[Interface]:
    """What the entities' models declare as interfaces; raises ``ModelError``."""
    declared = {each: None for e in entities.values() for each in interfaces_of(e.model)}
    for cls in declared:
        check_type_name(cls.__name__)
        if cls.__name__ in entities:
            reason = "is both an interface and an entity"
            raise ModelError(cls.__name__, None, reason, mend="Rename one of them.")
        sharing = [entity for entity in entities.values() if issubclass(entity.model, cls)]
        fields = {name: _shared(cls, name, sharing) for name in _names(cls)}
        if not fields:
            mend = "Annotate the fields that its entities share."
            raise ModelError(cls.__name__, None, "is an interface without fields", mend=mend)
        above = tuple(base.__name__ for base in interfaces_of(cls))
        yield Interface(cls.__name__, fields, above, description_of(cls))


def _names(cls: type) -> list[str]:
    if issubclass(cls, BaseModel):
        return list(cls.model_fields)
    annotated = [vars(base).get("__annotations__", {}) for base in reversed(cls.__mro__)]
    return [
        name
        for some in annotated
        for name, annotation in cast("Mapping[str, object]", some).items()
        if not name.startswith("_") and "ClassVar" not in str(annotation)
    ]


def _shared(cls: type, name: str, entities: list[Entity]) -> Field:
    """The field that all have; refused where one lacks it or has another."""
    first = entities[0]
    for entity in entities:
        if name not in entity.fields:
            reason = f"is a field of the interface {cls.__name__}, but {entity.name} has none"
            mend = f"Give {entity.name} the field, or take it out of {cls.__name__}."
            raise ModelError(entity.name, name, reason, mend=mend)
        ours, theirs = first.fields[name], entity.fields[name]
        if (ours.type, ours.nullable, ours.api) != (theirs.type, theirs.nullable, theirs.api):
            reason = f"is {_label(theirs)} here and {_label(ours)} in {first.name}"
            mend = f"Declare it alike in both, or take it out of {cls.__name__}."
            raise ModelError(entity.name, name, reason, mend=mend)
    return replace(first.fields[name], description=None)


def _label(field: Field) -> str:
    kind = getattr(field.type, "value", None) or getattr(field.type, "name", "a list")
    return f"{kind}{'' if field.nullable else ', never null,'}"
