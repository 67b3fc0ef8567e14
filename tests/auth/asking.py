"""In charge of asking a graph in memory as somebody, in both ways of completing answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auth import Principal
from catalog import Catalog, Store
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.errors import told
from edge.graph import Graph
from resolvers.documents.introspection import Introspection
from resolvers.guards import Decide
from resolvers.planning.paging import PageLimits
from schema import build_schema

DENIED = "UNAUTHORIZED_FIELD_OR_TYPE"
Rows = Mapping[str, list[dict[str, Any]]]


def graph_of(
    catalog: Catalog,
    rows: Rows,
    extensions: Sequence[type] = (),
    decide: Decide | None = None,
    introspection: Introspection = Introspection.ALL,
    **more: Any,
) -> Graph:
    """The graph of a catalog whose stores are in memory."""
    held = {
        store: {
            entity.name: rows[entity.name] for entity in catalog.of(store) if entity.name in rows
        }
        for store in Store
    }
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions, decide=decide, introspection=introspection),
        sources={store: MemorySource(catalog, store, held[store]) for store in Store},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
        **more,
    )


async def asked(
    graph: Graph, principal: Principal, query: str, **variables: Any
) -> tuple[Any, list[tuple[str, Any]]]:
    """The data, and each error's code and path; both ways of completion say the same."""
    found = graph.operations.find(query, None)
    assert found, graph.operations.problems(query, None)
    direct = await found.run(graph.context(principal), variables)
    standard: Any = await graph.schema.execute(
        query, variables, context_value=graph.context(principal)
    )
    assert direct
    errors = [told(error, before_execution=False) for error in direct.errors]
    others = [told(error, before_execution=False) for error in standard.errors or ()]
    key: Callable[[Any], str] = str
    assert sorted(errors, key=key) == sorted(others, key=key)
    data = json.loads(direct.data or b"null")
    assert data == standard.data
    return data, [(error["extensions"]["code"], error.get("path")) for error in errors]
