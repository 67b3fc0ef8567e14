"""In charge of what the inputs of entities consist of, for as long as there is a schema."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.entity import Entity, Relation
from catalog.nesting import Side, side_of, supplied_fields
from catalog.writing import writable_fields
from resolvers.writes.judging import Judge


class Input:
    """What the input of an entity's new rows consists of, besides fields."""

    def __init__(self, entities: Mapping[str, Entity], entity: Entity) -> None:
        self.relations = {each.api: each for each in entity.relations.values()}
        supplied = supplied_fields(entities, entity)
        required = [each.field for each in writable_fields(entity) if each.required]
        self.needed = [field for field in required if field.name in supplied]
        """What the schema lets clients leave out, though somebody must give it."""


class Inputs:
    """Those of all entities, each made when it is asked for."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self.judges = {name: Judge(entity) for name, entity in entities.items()}
        """What speaks for the models, by the names of entities."""
        self._entities = entities
        self._made: dict[str, Input] = {}

    def of(self, entity: Entity) -> Input:
        """That of one entity."""
        if entity.name not in self._made:
            self._made[entity.name] = Input(self._entities, entity)
        return self._made[entity.name]

    def side_of(self, relation: Relation) -> Side | None:
        """Which rows are written to relate others."""
        return side_of(self._entities, relation)
