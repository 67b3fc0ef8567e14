"""Enums of every make, which both stores hold: written, found, and taken by resolvers of users."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest
import strawberry
from patient import sources_at
from tin_models import CATALOG, ROWS, Box, Level, Metal, Shade, Sort, Tin

from auth import ANONYMOUS
from datasources.embedded import EmbeddedUrls
from datasources.load import load
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema, extends

FIELDS = "id metal level shade sort shades"


@strawberry.input
class Sought:
    """What is looked for."""

    metal: Metal = Metal.FERRUM
    level: Level | None = None
    shade: Shade = Shade.DARK
    sort: Sort | None = None


@extends("Query")
class Seeking:
    """What finds by members."""

    @strawberry.field
    async def tins_like(self, info: strawberry.Info, like: Sought) -> list[Tin]:
        """In Postgres."""
        return await _found(info, Tin, like)

    @strawberry.field
    async def boxes_like(self, info: strawberry.Info, like: Sought) -> list[Box]:
        """In MongoDB."""
        return await _found(info, Box, like)

    @strawberry.field
    def told(
        self,
        metal: Metal = Metal.FERRUM,
        levels: list[Level] | None = None,
        shade: Shade | None = None,
        sort: Sort = Sort.SQUARE,
    ) -> str:
        """What came."""
        return repr((metal, levels, shade, sort))

    @strawberry.field
    def given(self, metal: Metal, level: Level, shade: Shade, sort: Sort) -> Tin | None:
        """Nothing but leaves that were given."""
        assert [type(each) for each in (metal, level, shade, sort)] == [Metal, Level, Shade, Sort]
        return None

    @strawberry.field
    def shades(self, shades: list[Shade]) -> list[Shade]:
        """As they came."""
        return shades

    @strawberry.field
    def sorts(self, levels: list[Level], sort: Sort) -> list[Level | None]:
        """As they came."""
        return [*levels, None] if sort is Sort.ROUND else []


async def _found(info: strawberry.Info, model: type, like: Sought) -> list[Any]:
    wished = {"shade": {"eq": like.shade}, "sort": {"eq": like.sort}, "level": {"eq": like.level}}
    where = {name: wish for name, wish in wished.items() if wish["eq"] is not None}
    return await info.context.load(model, {"metal": like.metal}, where=where)


@extends("Mutation")
class Making:
    """What writes members."""

    @strawberry.mutation
    async def make(self, info: strawberry.Info, id: int, like: Sought) -> str:
        """A tin and a box."""
        values = {"id": id, "metal": like.metal, "shade": like.shade, "level": like.level}
        made = await info.context.write(
            """mutation ($tin: TinCreate!, $box: BoxCreate!, $shades: [Shade!]!) {
                 createTin(input: $tin) { __typename }
                 createBox(input: $box) { __typename }
                 updateBox(id: 9, input: {shades: $shades}) { __typename } }""",
            {"tin": values, "box": {**values, "sort": like.sort}, "shades": [like.shade]},
        )
        return ", ".join(each["__typename"] for each in made.values())


@pytest.fixture(scope="module")
async def graph(servers: EmbeddedUrls) -> AsyncGenerator[Graph]:
    """Both stores, with the same rows."""
    urls = {"postgres_url": servers.postgres, "mongo_url": servers.mongo}
    await load(CATALOG, [], **urls, progress=lambda *_: None)
    made = Graph(
        catalog=CATALOG,
        schema=build_schema(CATALOG, [Seeking, Making]),
        sources=sources_at(CATALOG, servers),
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 200),
    )
    inputs = "[TinCreate!]!", "[BoxCreate!]!"
    for field, kind in zip(("createTins", "createBoxes"), inputs, strict=True):
        await data(
            made,
            f"mutation ($rows: {kind}) {{ {field}(input: $rows) {{ __typename }} }}",
            rows=ROWS,
        )
    yield made
    await made.close()


async def data(graph: Graph, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer without errors: the same by both ways of completion."""
    result = await graph.schema.execute(
        query, variable_values=variables, context_value=graph.context(ANONYMOUS)
    )
    assert not result.errors, result.errors
    operation = graph.operations.find(query, None)
    answered = operation and await operation.run(graph.context(ANONYMOUS), variables)
    if answered:
        assert not answered.errors
        assert orjson.loads(answered.data) == result.data
    return result.data


@pytest.mark.parametrize("many", ["tins", "boxes"])
async def test_rows_are_told_by_the_names_of_members(graph: Graph, many: str):
    """The first of two for the same; a default of the model's that is told otherwise as well."""
    found = await data(graph, f"{{ {many}(where: {{id: {{lt: 9}}}}) {{ nodes {{ {FIELDS} }} }} }}")
    assert found[many]["nodes"] == ROWS


@pytest.mark.parametrize("many", ["tins", "boxes"])
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"metal": {"eq": "IRON"}}, [1, 3]),
        ({"metal": {"ne": "IRON"}}, [2]),
        ({"level": {"in": ["HIGH", "LOW"]}}, [1, 2]),
        ({"shade": {"eq": "DARK"}}, [1]),
        ({"shade": {"notIn": "DARK"}}, [2]),
        ({"sort": {"in": ["SQUARE"]}}, [2]),
        ({"shades": {"some": {"eq": "DARK"}}}, [2, 3]),
    ],
    ids=repr,
)
async def test_filters_find_by_names(graph: Graph, many: str, where: Any, found: list[int]):
    """As literals, as a whole variable and as the variable of a value."""
    among = {"and": [where, {"id": {"lt": 9}}]}
    kind = f"{ {'tins': 'Tin', 'boxes': 'Box'}[many] }Filter"
    whole = f"query ($w: {kind}) {{ {many}(where: $w) {{ nodes {{ id }} }} }}"
    written = await data(graph, f"{{ {many}(where: {_literal(among)}) {{ nodes {{ id }} }} }}")
    assert await data(graph, whole, w=among) == written
    assert [node["id"] for node in written[many]["nodes"]] == found


async def test_the_variable_of_a_value_is_compared_with_what_is_stored(graph: Graph):
    """One plan for every value of it."""
    query = """query ($metal: Metal, $shades: [Shade!]) {
      tins(where: {metal: {eq: $metal}, shade: {in: $shades}}) { nodes { id } }
      boxes(where: {metal: {eq: $metal}, shade: {in: $shades}}) { nodes { id } } }"""
    for metal, shades, at in (("IRON", "DARK", 1), ("GOLD", ["LIGHT", "DARK"], 2)):
        found = await data(graph, query, metal=metal, shades=shades)
        assert found == {many: {"nodes": [{"id": at}]} for many in ("tins", "boxes")}


async def test_resolvers_are_given_members_whatever_their_values(graph: Graph):
    """Whose values are numbers, or names of others; and what they find by them."""
    told = "told(levels: [HIGH, LOW], shade: DARK)"
    given = "given(metal: GOLD, level: LOW, shade: DARK, sort: ROUND) { id }"
    more = "shades(shades: [DARK, LIGHT]) sorts(levels: HIGH, sort: ROUND)"
    assert await data(graph, f"{{ {told} {given} {more} }}") == {
        "told": repr((Metal.IRON, [Level.HIGH, Level.LOW], Shade.DARK, Sort.SQUARE)),
        "given": None,
        "shades": ["DARK", "LIGHT"],
        "sorts": ["HIGH", None],
    }
    found = await data(
        graph,
        """query ($like: Sought!) {
             tinsLike(like: $like) { id sort } boxesLike(like: $like) { id }
             gold: boxesLike(like: {metal: GOLD, level: HIGH, shade: LIGHT, sort: SQUARE}) { id }
           }""",
        like={"level": "LOW"},
    )
    assert found == {
        "tinsLike": [{"id": 1, "sort": "ROUND"}],
        "boxesLike": [{"id": 1}],
        "gold": [{"id": 2}],
    }


async def test_members_are_written_as_they_were_given(graph: Graph):
    """By `context.write`, in inputs and in lists."""
    like = "{metal: GOLD, shade: LIGHT, sort: ROUND, level: HIGH}"
    made = await data(graph, f"mutation {{ make(id: 9, like: {like}) }}")
    assert made == {"make": "TinWritten, BoxWritten, BoxWritten"}
    row = {"id": 9, "metal": "GOLD", "level": "HIGH", "shade": "LIGHT"}
    found = await data(graph, f"{{ tin(id: 9) {{ {FIELDS} }} box(id: 9) {{ {FIELDS} }} }}")
    gone = "deleteTin(id: 9) { __typename } deleteBox(id: 9) { __typename }"
    await data(graph, f"mutation {{ {gone} }}")
    assert found == {
        "tin": {**row, "sort": None, "shades": []},
        "box": {**row, "sort": "ROUND", "shades": ["LIGHT"]},
    }


async def test_the_schema_tells_of_members_what_strawberry_was_told(graph: Graph):
    """Which says more than the class does; a second name for a member is Python's own."""
    text = graph.schema.as_str()
    assert '"""What it is made of; one has two names."""\nenum Metal {\n  IRON\n  GOLD\n}' in text
    assert '  """As a box."""\n  SQUARE @deprecated(reason: "None is.")' in text
    assert "metal: Metal! = IRON" in text


def _literal(value: Any) -> str:
    """A filter as it stands in a document."""
    match value:
        case dict():
            return f"{{{', '.join(f'{name}: {_literal(each)}' for name, each in value.items())}}}"
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case _:
            return str(value)
