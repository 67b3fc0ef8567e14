"""In charge of what users' resolvers cost, here and by graphql-core.

`python -m benchmarks.completion` asks the sample's own graph, over rows in memory that need no
computing, both ways in turn; answers must be equal. It prints milliseconds of CPU and their ratio.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import orjson

import extensions
import models
from auth import ANONYMOUS
from catalog import Catalog, Store, catalog_of, models_in
from catalog.query import Answer, Key, Read
from catalog.summary import Summary
from catalog.templates import Ask
from catalog.viewer import Viewer
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in

ROWS: Final = 1_000
ROUNDS: Final = 15
QUERIES: Final = {
    "a resolver over 1,000 rows": (
        "{ flights(first: 1000) { nodes { id carrier flight origin dest depDelay onTime } } }"
    ),
    "context.load below 100 rows, twice": (
        "{ planes(first: 100) { nodes { tailnum model lastFlight { id onTime "
        "plane { tailnum lastFlight { id depDelay onTime } } } } } }"
    ),
    "for comparison: 1,000 rows without": (
        "{ flights(first: 1000) { nodes { id carrier flight origin dest depDelay arrDelay } } }"
    ),
}


class Remembering:
    """A source that computes no answer twice: what is measured is not its work."""

    policy = ""

    def __init__(self, source: MemorySource) -> None:
        self.store = source.store
        self._source = source
        self._known: dict[Ask, Mapping[Key, Answer]] = {}

    def as_seen_by(self, viewer: Viewer) -> Remembering:  # noqa: ARG002
        """Itself."""
        return self

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """The answers, computed anew."""
        return await self._source.read(reads)

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The answers, after a turn of the loop as over a network."""
        await asyncio.sleep(0)
        for ask in asks:
            if ask not in self._known:
                (self._known[ask],) = await self._source.run([ask])
        return [self._known[ask] for ask in asks]

    async def ping(self) -> str | None:
        """None: it is always there."""
        return None

    async def close(self) -> None:
        """Nothing is open."""


def main() -> None:
    """Prints a line for each query."""
    graph = _graph()
    for title, query in QUERIES.items():
        standard, direct = asyncio.run(_measured(graph, query))
        ratio = standard / direct
        print(f"{title:<38} graphql-core {standard:7.2f} ms   here {direct:6.2f} ms   {ratio:5.1f}")


async def _measured(graph: Graph, query: str) -> tuple[float, float]:
    """Milliseconds of CPU by graphql-core and here: medians of rounds in turn."""
    operation = graph.operations.find(query, None)
    if operation is None:
        raise ValueError(query)

    async def standard() -> Any:
        result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
        return orjson.dumps(result.data)

    async def direct() -> Any:
        answered = await operation.run(graph.context(ANONYMOUS), None)
        return answered and answered.data

    if orjson.loads(await standard()) != orjson.loads(await direct()):
        raise ValueError(f"answered otherwise: {query}")
    gc.collect()
    taken = [(await _milliseconds(standard), await _milliseconds(direct)) for _ in range(ROUNDS)]
    return statistics.median(s for s, _ in taken), statistics.median(d for _, d in taken)


async def _milliseconds(ask: Callable[[], Awaitable[Any]]) -> float:
    started = time.process_time()
    await ask()
    return (time.process_time() - started) * 1000


def _graph() -> Graph:
    catalog = catalog_of(models_in(models))
    source = MemorySource(catalog, Store.POSTGRES, _rows(catalog))
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={Store.POSTGRES: Remembering(source)},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, ROWS),
    )


def _rows(catalog: Catalog) -> dict[str, list[dict[str, Any]]]:
    """As many flights as are asked for, by a hundred planes."""
    rows: dict[str, list[dict[str, Any]]] = {each.name: [] for each in catalog.of(Store.POSTGRES)}
    flight = {"carrier": "UA", "origin": "JFK", "dest": "SFO"}
    rows["Flight"] = [
        {
            **flight,
            "id": number,
            "flight": number,
            "tailnum": f"N{number % 100}",
            "dep_delay": number % 60,
            "arr_delay": number % 40 if number % 7 else None,
        }
        for number in range(ROWS)
    ]
    rows["Plane"] = [{"tailnum": f"N{number}", "model": "737"} for number in range(100)]
    return rows


if __name__ == "__main__":
    main()
