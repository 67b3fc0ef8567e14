"""In charge of one root field that writes: what stands in the document, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, assert_never, cast

from graphql import FieldNode, GraphQLError, GraphQLObjectType

from catalog.entity import Entity, Store
from catalog.errors import BigraphError
from catalog.filters import all_of
from catalog.query import Filter, Key
from resolvers.documents.fields import Asked, Scope, arguments_of, asked_fields
from resolvers.errors import PageSizeError
from resolvers.planning.arguments import (
    filter_of,
    value_of,
)
from resolvers.planning.seen import Seen
from resolvers.roots import found_by
from resolvers.rows import Row
from resolvers.writes.changing import Changing
from resolvers.writes.inputs import Inputs
from resolvers.writes.kinds import Alter, Create, Remove, Upsert, Write
from resolvers.writes.nested import Changes, NewRow, written_by
from resolvers.writes.refusals import RefusedError
from resolvers.writes.trees import changes_of, new_rows

_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Written:
    """The value of a field whose write was made; of its rows those that the viewer sees."""

    affected: int
    rows: Sequence[Row] = ()

    @property
    def row(self) -> Row | None:
        """The one row of a write that is about one."""
        return self.rows[0] if self.rows else None


class Step:
    """A root field that writes, with its arguments; ``judge`` speaks for its entity's model."""

    def __init__(self, write: Write, inputs: Inputs, scope: Scope, asked: Asked) -> None:
        self.key = asked.key
        self.write = write
        self.judge = inputs.judges[write.entity.name]
        self.scope = scope
        self._inputs = inputs
        self._asked = asked
        self._new: Sequence[NewRow] | None = None
        self._changes: Changes | None = None
        self._amiss: Exception | None = None

    @property
    def entity(self) -> Entity:
        """What is written."""
        return self.write.entity

    @cached_property
    def arguments(self) -> Mapping[str, Any]:
        """Coerced; raises ``GraphQLError``."""
        return arguments_of(self.scope, self._asked)

    async def read(self) -> None:
        """Reads what is given of rows, once; what is amiss with it is raised by who asks for it."""
        if self._new is self._changes is self._amiss is None:
            try:
                await self._read()
            except (RefusedError, BigraphError, GraphQLError) as error:
                self._amiss = error

    async def _read(self) -> None:
        match self.write:
            case Create() | Upsert():
                self._new = await new_rows(self._inputs, self.judge, self.arguments["input"])
            case Alter():
                self._changes = await changes_of(self._inputs, self.judge, self.arguments)
            case Remove():
                return
            case _:
                assert_never(self.write)

    @property
    def new(self) -> Sequence[NewRow]:
        """The rows to be made, which were read, with all that is nested.

        Raises ``RefusedError``, ``InputError`` and ``GraphQLError``.
        """
        return self._there(self._new)

    @property
    def changes(self) -> Changes:
        """What becomes of rows that are there, with all that is nested. Raises the same."""
        return self._there(self._changes)

    def _there(self, given: _Given | None) -> _Given:
        if self._amiss is not None:
            raise self._amiss
        assert given is not None  # noqa: S101 (it was read, as for this kind of write)
        return given

    @cached_property
    def written(self) -> frozenset[Entity]:
        """The entities of which rows may be written; but its own, if its arguments will not do."""
        try:
            return frozenset({self.entity, *self._nested()})
        except (RefusedError, BigraphError, GraphQLError):
            return frozenset({self.entity})

    def _nested(self) -> Iterator[Entity]:
        match self.write:
            case Create() | Upsert():
                yield from written_by(self.new)
            case Alter():
                yield from self.changes.written()
            case Remove():
                return
            case _:
                assert_never(self.write)

    @property
    def seeks(self) -> bool:
        """Whether rows are made where there are none. Raises as ``new`` and ``changes`` do."""
        match self.write:
            case Create() | Upsert():
                return any(row.seeks for row in self.new)
            case Alter():
                return self.changes.seeks
            case Remove():
                return False
            case _:
                assert_never(self.write)

    @property
    def stores(self) -> frozenset[Store]:
        """The stores that are written to."""
        return frozenset(entity.store for entity in self.written)

    @cached_property
    def views(self) -> list[Sequence[FieldNode]]:
        """The nodes of each field that asks for the rows."""
        name = self.entity.plural if self.write.many else self.entity.singular
        kind = self.scope.schema.type_map[written_type(self.write)]
        asked = asked_fields(self.scope, cast("GraphQLObjectType", kind), self._asked.nodes)
        return [each.nodes for each in asked if each.name == name]

    def sought(self, catalog: Seen) -> Filter:
        """Which rows the arguments say: by key, or by a filter, of rows that the viewer sees.

        Raises ``UnauthorizedError``, and ``InputError``.
        """
        key = getattr(self.write, "key", None)
        if key is None:
            return self.seen(catalog, self.arguments["where"])
        fields = [self.entity.fields[name] for name in key]
        values = [value_of(field.type, self.arguments[field.api]) for field in fields]
        return found_by(catalog, self.entity, key, values)

    def matched(self, catalog: Seen) -> Filter | None:
        """What the row must be like as it was, if that is said."""
        said = self.arguments.get("ifMatch")
        return None if said is None else self.seen(catalog, said)

    def seen(self, catalog: Seen, where: Mapping[str, Any]) -> Filter:
        """A filter of the client's: it finds only rows that are seen."""
        return all_of((catalog.rows(self.entity), filter_of(catalog, self.entity, where)))

    async def told(self, changing: Changing, keys: Sequence[Key]) -> Written:
        """What is told of these rows, as they are now; only what is asked for is read.

        Raises ``PageSizeError`` for more rows that a filter found than a page may have.
        """
        most = changing.context.planner.most
        found = isinstance(self.write, Alter | Remove) and len(keys) > most
        if found and self.views:
            message = f"{len(keys)} rows match, but an answer holds {most} of them at most."
            hint = f"Ask for `affected` without `{self.entity.plural}`, or write fewer at a time."
            raise PageSizeError(message, len(keys), most, hint=hint)
        rows = await changing.rows(self.entity, keys, self.views) if self.views else ()
        return Written(len(keys), rows)


def written_type(write: Write) -> str:
    """The name of the type that tells what came of a write."""
    return f"{write.entity.name}{'List' if write.many else ''}Written"
