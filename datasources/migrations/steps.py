"""In charge of the steps of a migration that Alembic lacks: of MongoDB, of views and of enums.

They are called as its own are: ``op.create_collection("notes")``. Importing this adds them to
``op``. Each step of MongoDB says which commands it takes, and what may be lost by it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations
from bson import json_util

from datasources.migrations.collections import Collections, Command, IndexSpec, Schema
from datasources.mongo.validators import accepts_all

_HARMLESS: Final = frozenset({"create", "createIndexes", "insert", "ping"})


class DocumentStep(MigrateOperation, ABC):
    """One step of MongoDB."""

    @abstractmethod
    def commands(self, there: Collections) -> Iterator[Command]:
        """What it takes, where ``there`` is what the database has; noted there as done."""

    def loss(self, there: Collections) -> str | None:
        """What may be lost by it, if anything."""
        del there
        return None


@Operations.register_operation("create_collection")
class CreateCollection(DocumentStep):
    """``op.create_collection("notes")``."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def create_collection(cls, operations: Operations, name: str) -> None:
        """Makes a collection, if it is missing."""
        operations.invoke(cls(name))

    def commands(self, there: Collections) -> Iterator[Command]:
        """Makes it."""
        return there.create(self.name)


@Operations.register_operation("drop_collection")
class DropCollection(DocumentStep):
    """``op.drop_collection("notes")``."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def drop_collection(cls, operations: Operations, name: str) -> None:
        """Drops a collection with its documents, if it is there."""
        operations.invoke(cls(name))

    def commands(self, there: Collections) -> Iterator[Command]:
        """Drops it."""
        return there.drop(self.name)

    def loss(self, there: Collections) -> str | None:
        """All of its documents."""
        lost = f"drops the collection {self.name}, with its documents"
        return lost if there.may_lose(self.name) else None


@Operations.register_operation("set_validator")
class SetValidator(DocumentStep):
    """``op.set_validator("notes", {"bsonType": "object", …})``."""

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = name
        self.schema = schema

    @classmethod
    def set_validator(cls, operations: Operations, name: str, schema: Schema) -> None:
        """Gives a collection another ``$jsonSchema``; an empty one takes it away."""
        operations.invoke(cls(name, schema))

    def commands(self, there: Collections) -> Iterator[Command]:
        """Changes the collection."""
        return there.validate(self.name, self.schema)

    def loss(self, there: Collections) -> str | None:
        """The right to write what the collection takes so far; a new collection takes nothing."""
        wider = accepts_all(there.schema(self.name), self.schema)
        if wider or not there.may_lose(self.name):
            return None
        return f"lets {self.name} refuse documents that it takes so far"


@Operations.register_operation("create_collection_index")
class CreateCollectionIndex(DocumentStep):
    """``op.create_collection_index("notes", {"flight_id": 1}, name="flight_id_1")``."""

    def __init__(self, collection: str, spec: IndexSpec) -> None:
        self.collection = collection
        self.spec = spec

    @classmethod
    def create_collection_index(
        cls, operations: Operations, collection: str, key: dict[str, Any], **options: Any
    ) -> None:
        """Makes an index of a collection; ``options`` are MongoDB's, the ``name`` among them."""
        named = "_".join(f"{path}_{kind}" for path, kind in key.items())
        operations.invoke(cls(collection, {"key": key, "name": named, **options}))

    def commands(self, there: Collections) -> Iterator[Command]:
        """Makes it."""
        return there.index(self.collection, self.spec)


@Operations.register_operation("drop_collection_index")
class DropCollectionIndex(DocumentStep):
    """``op.drop_collection_index("notes", "flight_id_1")``."""

    def __init__(self, collection: str, name: str) -> None:
        self.collection = collection
        self.name = name

    @classmethod
    def drop_collection_index(cls, operations: Operations, collection: str, name: str) -> None:
        """Drops an index of a collection, if it is there."""
        operations.invoke(cls(collection, name))

    def commands(self, there: Collections) -> Iterator[Command]:
        """Drops it."""
        return there.unindex(self.collection, self.name)

    def loss(self, there: Collections) -> str | None:
        """What it kept unique, or made quick."""
        lost = f"drops the index {self.name} of {self.collection}"
        return lost if there.may_lose(self.collection) else None


@Operations.register_operation("run_command")
class RunCommand(DocumentStep):
    """``op.run_command({"update": "notes", "updates": […]})``: rows of one's own, as they become.

    It may be made twice, if a crash comes between; so it must be one that does no harm then.
    """

    def __init__(self, command: Command) -> None:
        self.command = command

    @classmethod
    def run_command(cls, operations: Operations, command: Command) -> None:
        """Runs any command of MongoDB."""
        operations.invoke(cls(command))

    def commands(self, there: Collections) -> Iterator[Command]:
        """The command itself."""
        del there
        yield self.command

    def loss(self, there: Collections) -> str | None:
        """Whatever the command may do; only some are known to take nothing away."""
        del there
        name = next(iter(self.command), "")
        return None if name in _HARMLESS else f"runs {written(self.command)}"


@Operations.register_operation("create_enum")
class CreateEnum(MigrateOperation):
    """``op.create_enum("soil", ["SAND", "LOAM"])``."""

    def __init__(self, name: str, labels: Sequence[str], schema: str | None = None) -> None:
        self.name = name
        self.labels = labels
        self.schema = schema

    @classmethod
    def create_enum(
        cls, operations: Operations, name: str, labels: Sequence[str], *, schema: str | None = None
    ) -> None:
        """Makes a type of Postgres."""
        operations.invoke(cls(name, labels, schema))


@Operations.register_operation("add_enum_label")
class AddEnumLabel(MigrateOperation):
    """``op.add_enum_label("soil", "CLAY", after="LOAM")``."""

    def __init__(
        self, name: str, label: str, after: str | None = None, schema: str | None = None
    ) -> None:
        self.name = name
        self.label = label
        self.after = after
        self.schema = schema

    @classmethod
    def add_enum_label(
        cls,
        operations: Operations,
        name: str,
        label: str,
        *,
        after: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Adds a label to a type, behind another one, else as the first; if it is missing."""
        operations.invoke(cls(name, label, after, schema))


@Operations.register_operation("create_view")
class CreateView(MigrateOperation):
    """``op.create_view("day", "SELECT …")``."""

    def __init__(self, name: str, definition: str, schema: str | None = None) -> None:
        self.name = name
        self.definition = definition
        self.schema = schema

    @classmethod
    def create_view(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> None:
        """Makes a view of Postgres."""
        operations.invoke(cls(name, definition, schema))


@Operations.register_operation("drop_view")
class DropView(MigrateOperation):
    """``op.drop_view("day")``."""

    def __init__(self, name: str, schema: str | None = None) -> None:
        self.name = name
        self.schema = schema

    @classmethod
    def drop_view(cls, operations: Operations, name: str, *, schema: str | None = None) -> None:
        """Drops a view of Postgres."""
        operations.invoke(cls(name, schema))


@Operations.implementation_for(CreateEnum)
def _create_enum(operations: Operations, step: CreateEnum) -> None:
    labels = ", ".join(map(_literal, step.labels))
    _execute(operations, f"CREATE TYPE {_quoted(operations, step)} AS ENUM ({labels})")


@Operations.implementation_for(AddEnumLabel)
def _add_enum_label(operations: Operations, step: AddEnumLabel) -> None:
    added = f"ADD VALUE IF NOT EXISTS {_literal(step.label)}"
    behind = f" AFTER {_literal(step.after)}" if step.after else ""
    _execute(operations, f"ALTER TYPE {_quoted(operations, step)} {added}{behind}")


@Operations.implementation_for(CreateView)
def _create_view(operations: Operations, step: CreateView) -> None:
    _execute(operations, f"CREATE VIEW {_quoted(operations, step)} AS {step.definition}")


@Operations.implementation_for(DropView)
def _drop_view(operations: Operations, step: DropView) -> None:
    _execute(operations, f"DROP VIEW {_quoted(operations, step)}")


def _execute(operations: Operations, statement: str) -> None:
    """Runs a statement as it is: a colon begins no parameter."""
    impl = operations.get_context().impl
    impl.execute(sa.text(statement.replace(":", r"\:")))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(operations: Operations, step: CreateEnum | AddEnumLabel | CreateView | DropView) -> str:
    """The name as SQL has it."""
    prepare = operations.get_context().dialect.identifier_preparer
    schema = f"{prepare.quote_schema(step.schema)}." if step.schema else ""
    return f"{schema}{prepare.quote(step.name)}"


def written(command: Command) -> str:
    """A command as one line of JSON, in MongoDB's extended form."""
    return json.dumps(command, default=json_util.default, ensure_ascii=False)
