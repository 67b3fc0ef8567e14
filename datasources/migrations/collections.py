"""In charge of what MongoDB has as migrations see it: collections, their validators and indexes.

Each step is told by the commands that it still needs, so that one which a crash cut off is
completed when it is made again, and one that is made already costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from pymongo.database import Database

from datasources.own import SCHEMA

Command: TypeAlias = dict[str, Any]
"""A command of MongoDB, as ``db.runCommand`` takes it."""
Schema: TypeAlias = dict[str, Any]
IndexSpec: TypeAlias = dict[str, Any]
"""An index, as ``createIndexes`` takes it: ``key``, ``name``, and what else it is told."""

_COMPARED: Final = ("unique", "weights", "default_language", "sparse", "partialFilterExpression")


@dataclass(slots=True)
class Collection:
    """One collection: its ``$jsonSchema``, empty without one, and its indexes by name."""

    schema: Schema = field(default_factory=dict[str, Any])
    indexes: dict[str, IndexSpec] = field(default_factory=dict[str, IndexSpec])


@dataclass(slots=True)
class Collections:
    """The collections by name; what is done to them is noted here, whether it is done or planned.

    ``new`` are those that were made meanwhile: nothing can be lost of them.
    """

    named: dict[str, Collection] = field(default_factory=dict[str, Collection])
    new: set[str] = field(default_factory=set[str])

    @property
    def others(self) -> list[str]:
        """The names of those that are not Bigraph's own."""
        return [name for name in self.named if not name.startswith(f"{SCHEMA}_")]

    def may_lose(self, name: str) -> bool:
        """Whether a collection was there from the start."""
        return name in self.named and name not in self.new

    def schema(self, name: str) -> Schema:
        """The schema of a collection; empty if there is none."""
        return self.named[name].schema if name in self.named else {}

    def create(self, name: str) -> Iterator[Command]:
        """Makes a collection that is missing."""
        if name not in self.named:
            self.named[name] = Collection()
            self.new.add(name)
            yield {"create": name}

    def drop(self, name: str) -> Iterator[Command]:
        """Drops a collection that is there."""
        if self.named.pop(name, None):
            yield {"drop": name}

    def validate(self, name: str, schema: Schema) -> Iterator[Command]:
        """Gives a collection another schema; an empty one lets everything in.

        Documents that are there already may still be changed, though they do not fit.
        """
        yield from self.create(name)
        if self.named[name].schema != schema:
            self.named[name].schema = schema
            validator = {"$jsonSchema": schema} if schema else {}
            level = "moderate" if schema else "off"
            yield {"collMod": name, "validator": validator, "validationLevel": level}

    def index(self, name: str, spec: IndexSpec) -> Iterator[Command]:
        """Makes an index that is missing; one of this name that is another one, anew."""
        yield from self.create(name)
        indexes = self.named[name].indexes
        there = indexes.get(spec["name"])
        if there and is_same(there, spec):
            return
        if there:
            yield from self.unindex(name, spec["name"])
        indexes[spec["name"]] = spec
        yield {"createIndexes": name, "indexes": [spec]}

    def unindex(self, name: str, index: str) -> Iterator[Command]:
        """Drops an index that is there."""
        if name in self.named and self.named[name].indexes.pop(index, None):
            yield {"dropIndexes": name, "index": index}


def is_same(one: IndexSpec, other: IndexSpec) -> bool:
    """Whether two indexes of one name are alike: MongoDB tells the keys of a text index its way."""
    told = [each.get(name) or None for each in (one, other) for name in _COMPARED]
    half = len(_COMPARED)
    textual = any("text" in each["key"].values() for each in (one, other))
    return told[:half] == told[half:] and (
        textual or list(one["key"].items()) == list(other["key"].items())
    )


def collections_in(database: Database[Any]) -> Collections:
    """What the database has. Raises the driver's errors."""
    found = Collections()
    for told in database.list_collections():
        if told.get("type", "collection") != "collection":
            continue
        indexes = database[told["name"]].list_indexes()
        found.named[told["name"]] = Collection(_schema_in(told), dict(_indexes_in(indexes)))
    return found


def _schema_in(told: Mapping[str, Any]) -> Schema:
    options = told.get("options", {})
    off = options.get("validationLevel") == "off"
    return {} if off else dict(options.get("validator", {}).get("$jsonSchema", {}))


def _indexes_in(told: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, IndexSpec]]:
    for index in told:
        if index["name"] != "_id_":
            yield index["name"], {**index, "key": dict(index["key"])}
