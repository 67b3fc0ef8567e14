"""In charge of a whole library in memory: its graph, and questions to it without HTTP."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from strawberry import Schema
from strawberry.types.execution import PreExecutionError

import tests.library.extensions
import tests.library.models
from auth import ANONYMOUS
from catalog import Catalog, Store, catalog_of, models_in
from catalog.query import DataSource, Read
from datasources.memory import MemorySource
from datasources.redis import Cache, NoCache
from edge.errors import told
from edge.graph import Graph
from edge.observe import Observe, TraceFields
from resolvers.operations.answering import as_json
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in
from tests.library.answers import comparable_errors, data_in
from tests.library.rows import documents, tables
from tests.library.sources import CountingSource, DownSource

LIMITS = PageLimits(default=100, most=200)


@functools.cache
def catalog() -> Catalog:
    """The catalog of the library's models."""
    return catalog_of(models_in(tests.library.models))


@functools.cache
def schema(*more: type, fields_traced: bool = False) -> Schema:
    """The schema of the library, with more extensions than its own; used as the server uses it."""
    used = [Observe, *([TraceFields] if fields_traced else [])]
    extensions = [*extensions_in(tests.library.extensions), *more]
    return build_schema(catalog(), extensions, schema_extensions=used)


class Library:
    """A graph over fresh rows in memory, which tests may change, and the calls that it makes."""

    def __init__(
        self,
        *more: type,
        cache: Cache | None = None,
        local_bytes: int = 0,
        limits: PageLimits = LIMITS,
        postgres: Callable[[DataSource], CountingSource] = CountingSource,
        mongo: Callable[[DataSource], CountingSource] = CountingSource,
        fields_traced: bool = False,
    ) -> None:
        self.tables, self.documents = tables(), documents()
        self._sources = (postgres, mongo)
        self.postgres, self.mongo = self._opened()
        self.graph = Graph(
            catalog=catalog(),
            schema=schema(*more, fields_traced=fields_traced),
            sources={Store.POSTGRES: self.postgres, Store.MONGO: self.mongo},
            cache=cache or NoCache(),
            cache_ttl=60,
            cache_local_bytes=local_bytes,
            page_limits=limits,
            direct=not fields_traced,
        )
        self._repeatable = cache is None and {postgres, mongo} <= {CountingSource, DownSource}

    def _opened(self) -> tuple[CountingSource, CountingSource]:
        postgres, mongo = self._sources
        return (
            postgres(MemorySource(catalog(), Store.POSTGRES, self.tables)),
            mongo(MemorySource(catalog(), Store.MONGO, self.documents)),
        )

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to a query, with its errors as clients are told them.

        It is graphql-core's; the engine's own, over sources of its own, must be the same.
        """
        result = await self.graph.schema.execute(
            query, variable_values=variables, context_value=self.graph.context(ANONYMOUS)
        )
        refused = isinstance(result, PreExecutionError)
        errors = [told(error, before_execution=refused) for error in result.errors or ()]
        answer = {"data": result.data, **({"errors": errors} if errors else {})}
        if self._repeatable:
            direct = await self.ask_directly(query, **variables)
            as_sent = data_in(as_json(answer["data"]))
            standard = _comparable({**answer, "data": as_sent})
            assert direct is None or _comparable(direct) == standard
        return answer

    async def ask_directly(self, query: str, **variables: Any) -> dict[str, Any] | None:
        """The engine's own answer; None for what it leaves to graphql-core as a whole."""
        postgres, mongo = self._opened()
        sources = {Store.POSTGRES: postgres, Store.MONGO: mongo}
        graph = dataclasses.replace(self.graph, sources=sources)
        operation = self.graph.operations.find(query, None)
        answered = operation and await operation.run(graph.context(ANONYMOUS), variables)
        if not answered:
            return None
        errors = [told(error, before_execution=False) for error in answered.errors]
        data = None if answered.data is None else data_in(answered.data)
        return {"data": data, **({"errors": errors} if errors else {})}

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must be without errors."""
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def code(self, query: str, **variables: Any) -> str:
        """The code of the one error of an answer."""
        (error,) = (await self.ask(query, **variables))["errors"]
        return error["extensions"]["code"]

    def calls(self) -> dict[str, list[list[str]]]:
        """The entities that each call of each store has read so far."""
        return {"postgres": _entities(self.postgres.calls), "mongo": _entities(self.mongo.calls)}

    def reads(self) -> list[Read]:
        """Every read so far: those of Postgres, then those of MongoDB."""
        return [
            read for calls in (self.postgres.calls, self.mongo.calls) for c in calls for read in c
        ]


def _entities(calls: Sequence[Sequence[Read]]) -> list[list[str]]:
    return [[read.entity.name for read in reads] for reads in calls]


def _comparable(answer: dict[str, Any]) -> Any:
    return answer["data"], comparable_errors(answer["data"], answer.get("errors", ()))


def titles(page: Mapping[str, Any]) -> list[str]:
    """The titles of a page of books asked for by ``nodes { title }``."""
    return [node["title"] for node in page["nodes"]]
