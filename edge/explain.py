"""In charge of explaining an operation: how each root field is answered, and what stores are asked.

No database is touched, and no resolver called: the plan is run over rows that stand for any row,
and every call of a store is noted. Filters let them all through, so that nothing stays unread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from graphql import GraphQLError
from strawberry import Schema

from auth import ANONYMOUS
from catalog.change import Isolation, Transaction
from catalog.entity import Catalog, Entity, Store
from catalog.errors import BigraphError
from catalog.query import ALWAYS, Answer, DataSource, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask
from catalog.viewer import Viewer
from datasources.errors import StoreError
from datasources.memory import MemorySource
from datasources.memory.standins import stand_ins
from datasources.redis import NoCache
from datasources.texts import call_text
from edge.errors import BAD_USER_INPUT
from edge.graph import Graph
from resolvers.breadth.fields import Followed
from resolvers.context import Context
from resolvers.errors import ReachError
from resolvers.execute import execute, follow
from resolvers.operations.explain import fields_below, root_text
from resolvers.operations.known import Operations
from resolvers.operations.root_plans import Root
from resolvers.planning.paging import PageLimits
from resolvers.rows import Row


class ExplainError(BigraphError):
    """An operation that cannot be explained."""

    code = BAD_USER_INPUT


class Explained(NamedTuple):
    """What is to be explained: a document, the name of an operation in it, and variables."""

    query: str
    operation: str | None
    variables: dict[str, Any]


_Call = tuple[Store, Sequence[Read | Summary]]


class Noting:
    """A source that notes what it is asked, and answers as if all filters let all rows through."""

    policy = ""

    def __init__(self, source: DataSource, noted: list[_Call]) -> None:
        self.store = source.store
        self._source = source
        self._noted = noted

    def as_seen_by(self, viewer: Viewer) -> Noting:  # noqa: ARG002
        """Itself: no store is told who asks."""
        return self

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Notes one call."""
        self._noted.append((self.store, reads))
        return await self._source.read([_open(read) for read in reads])

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        return await self.read([ask.read for ask in asks])

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:  # noqa: ARG002
        """Of nothing: no statistics are asked for."""
        return {}

    def begin(self, isolation: Isolation | None = None) -> AbstractAsyncContextManager[Transaction]:
        """One of the source's own, which notes nothing: only queries are explained."""
        return self._source.begin(isolation)

    def begin_own(
        self, isolation: Isolation | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """The same."""
        return self._source.begin_own(isolation)

    async def ping(self) -> str | None:
        """None: there is nothing to reach."""
        return None

    async def close(self) -> None:
        """Nothing is open."""


def _open(read: Read | Summary) -> Read | Summary:
    if isinstance(read, Summary):
        return dataclasses.replace(
            read, filter=ALWAYS, having=ALWAYS, order=(), offset=0, call=None
        )
    return dataclasses.replace(read, filter=ALWAYS, after=ALWAYS, order=(), offset=0, call=None)


async def explanation(
    catalog: Catalog, schema: Schema, limits: PageLimits, asked: Explained
) -> str:
    """The whole explanation, root field by root field; raises ``ExplainError``."""
    operations = Operations(schema, catalog)
    if problems := operations.problems(asked.query, asked.operation, inside=True):
        raise ExplainError(_told(problems[0]))
    operation = operations.find(asked.query, asked.operation)
    if operation is None:
        raise ExplainError("Only a query can be explained: graphql-core executes all else.")
    planner = _graph(catalog, schema, limits, []).context(ANONYMOUS).planner
    roots = operation.explained(planner, asked.variables)
    if isinstance(roots, GraphQLError):
        raise ExplainError(_told(roots))
    texts = [await _root_text(catalog, schema, limits, root) for root in roots]
    return "\n".join(texts)


def _told(error: GraphQLError) -> str:
    places = error.locations or ()
    at = f" (line {places[0].line}, column {places[0].column})" if places else ""
    return f"{error.message}{at}"


async def _root_text(catalog: Catalog, schema: Schema, limits: PageLimits, root: Root) -> str:
    noted: list[_Call] = []
    context = _graph(catalog, schema, limits, noted).context(ANONYMOUS)
    try:
        await _run(root, context)
    except (StoreError, ReachError) as error:
        said = [f"-- {error}\n"]
    else:
        said = []
    calls = [f"-- {store.value}\n{call_text(catalog, store, reads)}" for store, reads in noted]
    return "\n".join([root_text(root, context.reach), *calls, *said])


async def _run(root: Root, context: Context) -> None:
    """Asks all that the root's plan asks, and what relations of rows that resolvers give ask."""
    if root.island:
        await execute(root.island, context)
    for field in fields_below(root.field) if root.field else ():
        if isinstance(field.source, Followed) and field.source.hop:
            relation = field.source.hop.relation
            entity = context.catalog[relation.source]
            rows = stand_ins(context.catalog, entity.store)[entity.name]
            await follow(field.source.hop, [Row(entity, dict(row)) for row in rows], context)


def _any_rows(catalog: Catalog, store: Store) -> DataSource:
    return MemorySource(catalog, store, stand_ins(catalog, store))


def _graph(
    catalog: Catalog,
    schema: Schema,
    limits: PageLimits,
    noted: list[_Call],
) -> Graph:
    return Graph(
        catalog=catalog,
        schema=schema,
        sources={store: Noting(_any_rows(catalog, store), noted) for store in Store},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=limits,
    )
