"""Rows and documents of several kinds, from question to answer, on real stores and directly."""

import orjson
import pytest
from agreement_settings import SECONDS

from auth import ANONYMOUS
from catalog.query import DataSource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

pytestmark = pytest.mark.timeout(SECONDS)

KNOWN = '{made: {in: ["bolt", "rivet\'s", "plate"]}}'
PIECES = f"""
{{
  pieces(where: {KNOWN}, orderBy: [{{mass: DESC}}]) {{
    totalCount
    nodes {{
      __typename nodeId mass
      ... on Bolt {{ length spare {{ __typename id ... on Rivet {{ day }} }} }}
      ... on Rivet {{ day }}
      ... on Plate {{ said: label }}
      owner {{ name pieces(where: {KNOWN}, first: 2) {{ edges {{ cursor node {{ id }} }} }} }}
    }}
  }}
  bolts(last: 3) {{ nodes {{ made ... on PlainBolt {{ length }} }} aggregate {{ count }} }}
  rivets(where: {{spare: {{mass: {{isNull: false}}}}}}) {{
    nodes {{ id day spareOf {{ totalCount nodes {{ __typename id }} }} }}
  }}
  owners(where: {{pieces: {{some: {{made: {{eq: "plate"}}}}}}}}) {{ nodes {{ id }} }}
  plate(id: 1) {{ id }} bolt(id: 2) {{ id }}
}}
"""
HOLDINGS = """
{
  things(where: {holding: {kind: {ne: "odd"}}}) {
    nodes {
      id
      holding {
        __typename
        ... on Coin { worth place { city } }
        ... on Letter { words said: worth at: place }
      }
    }
  }
  rich: things(where: {holding: {coin: {worth: {isNull: false}}}}) { nodes { id } }
  other: things(where: {not: {holding: {coin: {worth: {isNull: false}}}}}) { nodes { id } }
  some: things(where: {holdings: {some: {letter: {words: {none: {isNull: true}}}}}}) {
    nodes { id }
  }
  none: things(where: {holdings: {every: {or: [{kind: {isNull: true}}, {coin: {place: {}}}]}}}) {
    nodes { id }
  }
}
"""


def _graph(world, source: DataSource) -> Graph:
    return Graph(
        catalog=world.catalog,
        schema=build_schema(world.catalog),
        sources={source.store: source},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
    )


async def _answer(graph: Graph, query: str) -> dict:
    """What graphql-core completes, and without errors."""
    result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
    assert not result.errors, result.errors
    assert result.data
    return orjson.loads(orjson.dumps(result.data))


async def _directly(graph: Graph, query: str) -> dict:
    """What the engine completes itself, and leaves nothing of to graphql-core."""
    operation = graph.operations.find(query, None)
    assert operation
    answered = await operation.run(graph.context(ANONYMOUS), None)
    assert answered
    assert answered.data
    (roots,) = operation._plans.values()
    assert [root.refused for root in roots] == [None] * len(roots)
    return orjson.loads(answered.data)


async def test_rows_of_several_kinds(world):
    """An interface, an interface below it, kinds, and relations from, to and between them."""
    real, memory = _graph(world, world.source), _graph(world, world.memory)
    expected = await _answer(memory, PIECES)
    nodes = expected["pieces"]["nodes"]
    assert {node["__typename"] for node in nodes} == {"PlainBolt", "Rivet", "Plate"}
    assert await _answer(real, PIECES) == expected
    assert await _directly(real, PIECES) == expected
    assert await _directly(memory, PIECES) == expected


async def test_documents_of_several_types(mongo):
    """In a field and in a list; asked for, and filtered by."""
    real, memory = _graph(mongo, mongo.source), _graph(mongo, mongo.memory)
    expected = await _answer(memory, HOLDINGS)
    held = [node["holding"] for node in expected["things"]["nodes"]]
    assert {one["__typename"] for one in held} == {"Coin", "Letter"}
    assert all(expected[name]["nodes"] for name in ("rich", "other", "some", "none"))
    assert await _answer(real, HOLDINGS) == expected
    assert await _directly(real, HOLDINGS) == expected
    assert await _directly(memory, HOLDINGS) == expected


async def test_a_kind_that_no_model_has_costs_its_row_alone(world):
    """An error at that row, on each store; its neighbours stay."""
    query = "{ pieces { nodes { __typename id } } }"
    for source in (world.source, world.memory):
        graph = _graph(world, source)
        result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
        nodes = result.data["pieces"]["nodes"]
        odd = [at for at, node in enumerate(nodes) if node is None]
        assert odd
        assert len(odd) < len(nodes)
        assert [error.path for error in result.errors] == [["pieces", "nodes", at] for at in odd]
