"""In charge of routines: reads that models write themselves, and that take arguments."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.access import Rule
from catalog.entity import Entity
from catalog.types import Field, FieldType

REQUIRED: Final = object()
"""Stands for the default of an argument that has none."""

VALUE: Final = "value"
"""The one field of the one row of a routine that gives a value."""


class Gives(enum.Enum):
    """What a routine gives: rows of its entity, one row or none, or a value."""

    ROWS = "rows"
    ROW = "row"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Argument:
    """What a routine is given by clients; ``name`` is the Python name, ``api`` the GraphQL name."""

    name: str
    api: str
    type: FieldType
    nullable: bool
    default: Any = field(hash=False)
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Stands in a pipeline for an argument: for its value, or in an expression its ``$literal``."""

    name: str
    literal: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages over the documents of a collection, in which there may be `Given`s."""

    collection: str
    stages: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, eq=False)
class Routine:
    """A read that a model's author wrote, in the language of its entity's store.

    ``body`` is an SQL clause with a parameter for each argument, by its name, or a `Pipeline`. What
    gives a value has an entity of its own, whose one row has it as the field `VALUE`. ``python``
    makes the rows in memory. ``read`` says who may call it.
    """

    name: str
    api: str
    gives: Gives
    entity: Entity
    arguments: tuple[Argument, ...]
    body: Any = field(repr=False)
    read: Rule
    description: str | None = None
    python: Callable[..., Any] | None = field(default=None, repr=False)

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """Its arguments, and its value, as fields: for the types that they bring along."""
        arguments = (Field(a.name, a.api, a.name, a.type, a.nullable) for a in self.arguments)
        own = self.entity.fields.values() if self.gives is Gives.VALUE else ()
        return (*arguments, *own)

    def __repr__(self) -> str:
        return f"Routine({self.name!r})"


@dataclass(frozen=True, slots=True)
class Call:
    """A routine with a value for each of its arguments, in their order; a list is a tuple."""

    routine: Routine
    values: tuple[Any, ...]

    @property
    def by_name(self) -> dict[str, tuple[Argument, Any]]:
        """Each argument with its value, by its Python name."""
        pairs = zip(self.routine.arguments, self.values, strict=True)
        return {argument.name: (argument, value) for argument, value in pairs}
