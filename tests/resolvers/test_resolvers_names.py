"""Names: a model's fields may be called anything, also what the engine calls its own."""

from typing import Any, ClassVar

from pydantic import BaseModel

from auth import ANONYMOUS
from catalog import Access, Catalog, Index, Link, Store, anyone, catalog_of
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

__access__ = Access(read=anyone)


def graph_of(catalog: Catalog, rows: dict[str, list[dict[str, Any]]]) -> Graph:
    """A graph over documents in memory."""
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog),
        sources={Store.MONGO: MemorySource(catalog, Store.MONGO, rows)},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(10, 10),
    )


class Class(BaseModel):
    """Named, as its relation is, by words of Python's; its plural is one, too."""

    __collection__: ClassVar = "classes"
    __plural__: ClassVar = "import"
    __links__: ClassVar = (
        Link("from", to="Class", on={"room": "id"}, back="return"),  # type: ignore[arg-type]
    )
    __indexes__: ClassVar = (Index("room"),)

    id: str
    room: str | None


async def test_entities_and_relations_may_be_called_what_python_reserves():
    """Names are GraphQL's affair."""
    catalog = catalog_of([Class])
    rows = [{"id": "a", "room": None}, {"id": "b", "room": "a"}]
    graph = graph_of(catalog, {"Class": rows})
    query = '{ class(id: "b") { from { id return { totalCount } } } import { totalCount } }'
    result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
    assert result.errors is None
    assert result.data == {
        "class": {"from": {"id": "a", "return": {"totalCount": 1}}},
        "import": {"totalCount": 2},
    }


class Record(BaseModel):
    """Fields named as attributes of the engine's rows, of pages, of dicts and of types."""

    __collection__: ClassVar = "records"
    __links__: ClassVar = (Link("record_twin", to="Record", on={"record_": "entity"}),)
    __indexes__: ClassVar = (Index("entity", unique=True),)

    entity: int
    record_: int | None
    links_: str
    is_type_of: str
    nodes: str
    items: str
    page_info: str
    edges: str


async def test_fields_may_be_called_what_the_engine_calls_its_own():
    """Every value is the row's, and the relation is followed."""
    catalog = catalog_of([Record])
    names = list(Record.model_fields)
    own = {name: name for name in names}
    rows = [{**own, "id": f"{n:024x}", "entity": n, "record_": 3 - n} for n in (1, 2)]
    graph = graph_of(catalog, {"Record": rows})
    query = """{ records { nodes {
      __typename nodeId entity record isTypeOf nodes items pageInfo edges
      links recordTwin { entity recordTwin { entity } }
    } } }"""
    result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
    assert result.errors is None
    assert result.data is not None
    first = result.data["records"]["nodes"][0]
    assert first.pop("nodeId")
    assert first == {
        "__typename": "Record",
        "entity": 1,
        "record": 2,
        "isTypeOf": "is_type_of",
        "nodes": "nodes",
        "items": "items",
        "pageInfo": "page_info",
        "edges": "edges",
        "links": "links_",
        "recordTwin": {"entity": 2, "recordTwin": {"entity": 1}},
    }
