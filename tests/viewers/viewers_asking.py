"""In charge of who asks the post office, and of asking it as somebody."""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from strawberry import Schema
from viewers_models import BOXES, CITIES, LETTERS, Delivered, post

from auth import ANONYMOUS, Principal
from catalog import Store
from catalog.query import DataSource
from datasources.memory import MemorySource
from datasources.redis import Cache, NoCache
from edge.errors import told
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema


@cache
def schema() -> Schema:
    """Its schema, with a field of its own."""
    return build_schema(post(), [Delivered])


def graph_of(sources: Mapping[Store, DataSource], cache: Cache | None = None) -> Graph:
    """With a cache, all is kept that can be."""
    return Graph(
        catalog=post(),
        schema=schema(),
        sources=sources,
        cache=cache or NoCache(),
        cache_ttl=60 if cache else 0,
        cache_local_bytes=10**6 if cache else 0,
        page_limits=PageLimits(100, 1000),
    )


def somebody(subject: str, *roles: str, **claims: Any) -> Principal:
    """Who has signed in by a token that says so."""
    said = {"sub": subject, **claims}
    return Principal("https://issuer", subject, roles=frozenset(roles), claims=said)


ADA, BOB, CLERK = somebody("ada"), somebody("bob"), somebody("bob", "clerk")
PEOPLE = {"ada": ADA, "bob": BOB, "nobody": ANONYMOUS, "eve": somebody("eve")}


async def answered(graph: Graph, who: Principal, query: str) -> Any:
    """The data, and the codes of errors; both ways of completion say the same."""
    operation = graph.operations.find(query, None)
    assert operation, graph.operations.problems(query, None)
    direct, standard = await asyncio.gather(
        operation.run(graph.context(who), {}),
        graph.schema.execute(query, context_value=graph.context(who)),
    )
    assert direct
    data = orjson.loads(direct.data or b"null")
    assert data == standard.data
    codes = [told(each, before_execution=False)["extensions"]["code"] for each in direct.errors]
    return data, codes


def left_for(who: Principal) -> Graph:
    """A graph that holds nothing but what is for somebody, in memory."""
    owner = who.subject or "all"
    clerk = "clerk" in who.roles
    held = {
        "Letter": [row for row in LETTERS if row["owner"] == owner],
        "Box": [row for row in BOXES if clerk or row["owner"] == owner],
    }
    return graph_of(
        {
            Store.POSTGRES: MemorySource(post(), Store.POSTGRES, held),
            Store.MONGO: MemorySource(post(), Store.MONGO, {"City": CITIES}),
        }
    )
