"""In charge of a whole library in memory: its graph, and questions to it without HTTP."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from strawberry import Schema
from strawberry.extensions import ParserCache, ValidationCache
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
from resolvers.paging import PageLimits
from schema import build_schema, extensions_in
from tests.library.rows import documents, tables
from tests.library.sources import CountingSource

LIMITS = PageLimits(default=100, most=200)


@functools.cache
def catalog() -> Catalog:
    """The catalog of the library's models."""
    return catalog_of(models_in(tests.library.models))


@functools.cache
def schema(*more: type, fields_traced: bool = False) -> Schema:
    """The schema of the library, with more extensions than its own; used as the server uses it."""
    used = [ParserCache, ValidationCache, Observe, *([TraceFields] if fields_traced else [])]
    extensions = [*extensions_in(tests.library.extensions), *more]
    return build_schema(catalog(), extensions, schema_extensions=used)


class Library:
    """A graph over fresh rows in memory, which tests may change, and the calls that it makes."""

    def __init__(
        self,
        *more: type,
        cache: Cache | None = None,
        limits: PageLimits = LIMITS,
        postgres: Callable[[DataSource], CountingSource] = CountingSource,
        mongo: Callable[[DataSource], CountingSource] = CountingSource,
        fields_traced: bool = False,
    ) -> None:
        self.tables, self.documents = tables(), documents()
        self.postgres = postgres(MemorySource(catalog(), Store.POSTGRES, self.tables))
        self.mongo = mongo(MemorySource(catalog(), Store.MONGO, self.documents))
        self.graph = Graph(
            catalog=catalog(),
            schema=schema(*more, fields_traced=fields_traced),
            sources={Store.POSTGRES: self.postgres, Store.MONGO: self.mongo},
            cache=cache or NoCache(),
            cache_ttl=60,
            page_limits=limits,
        )

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to a query, with its errors as clients are told them."""
        result = await self.graph.schema.execute(
            query, variable_values=variables, context_value=self.graph.context(ANONYMOUS)
        )
        refused = isinstance(result, PreExecutionError)
        errors = [told(error, before_execution=refused) for error in result.errors or ()]
        return {"data": result.data, **({"errors": errors} if errors else {})}

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


def titles(page: Mapping[str, Any]) -> list[str]:
    """The titles of a page of books asked for by ``nodes { title }``."""
    return [node["title"] for node in page["nodes"]]
