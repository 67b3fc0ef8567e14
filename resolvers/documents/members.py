"""In charge of the marks that tie a GraphQL field to what it stands for in the catalog.

The schema puts one on every field it generates; selection reads nothing else to know what to fetch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from graphql import GraphQLField

from catalog.entity import Entity, Relation
from catalog.routine import Routine
from catalog.types import Field
from resolvers.writes.kinds import Write

MEMBER = "bigraph.member"
"""The key of the mark in a Strawberry field's metadata."""

PRODUCE = "bigraph.produce"
"""The key of the function that gives the value of a field of the engine's own."""


@dataclass(frozen=True, slots=True)
class Reads:
    """A field that is not stored itself but needs these fields of its entity: `nodeId`, user's."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class One:
    """A root field that gives one entity, by the values of these fields."""

    entity: Entity
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A root field that gives a connection of an entity."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class Anyone:
    """The root field that gives a row of any entity, by its opaque id."""


@dataclass(frozen=True, slots=True)
class Calls:
    """A root field that gives what a routine does."""

    routine: Routine


@dataclass(frozen=True, slots=True)
class Writes:
    """A root field that writes."""

    write: Write


Member = Field | Relation | Reads | One | Many | Anyone | Calls | Writes


def member_of(definition: GraphQLField) -> Member | None:
    """The mark of a field; none on fields that stand for nothing in the catalog."""
    field = definition.extensions["strawberry-definition"]
    return cast("Member | None", field.metadata.get(MEMBER))
