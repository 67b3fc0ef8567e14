"""Row-level security of Postgres: everybody is answered as if only the own rows were there.

What people see is compared with the answer of a graph in memory that holds nothing else.
"""

import asyncio
from functools import cache
from random import Random

import pytest
from viewers_asking import ADA, BOB, CLERK, PEOPLE, answered, left_for
from viewers_models import LETTERS, post

from auth import ANONYMOUS
from catalog.query import Read
from datasources.redis import RedisCache
from telemetry import begin
from tests.library.sources import DictCache

QUERIES = [
    "{ letter(id: 4) { text box { name } } }",
    "{ letters { totalCount nodes { id text nodeId } } }",
    "{ letters(first: 2, orderBy: [{text: DESC}]) { edges { cursor } pageInfo { hasNextPage } } }",
    "{ letters { aggregate { count max { text } countDistinct { boxId } } } }",
    "{ letters { groupBy(by: [{city: VALUE}]) { key { city } aggregate { count } } } }",
    "{ letters { groupBy(by: [{box: {name: VALUE}}]) { key { box { name } } } } }",
    "{ letters(orderBy: [{box: {name: ASC}}, {id: DESC}]) { nodes { id box { name owner } } } }",
    "{ boxes { nodes { letters(first: 2) { totalCount nodes { id } aggregate { count } } } } }",
    '{ boxes(where: {letters: {some: {city: {eq: "AYR"}}}}) { nodes { name } } }',
    "{ boxes(where: {letters: {none: {}}}) { nodes { name } } }",
    '{ letters(where: {box: {owner: {eq: "ada"}}}) { totalCount } }',
    '{ letters(where: {place: {name: {eq: "Ayr"}}}) { nodes { id place { name } } } }',
    "{ letters(orderBy: [{place: {name: DESC}}, {id: ASC}], first: 3) { nodes { id } } }",
    "{ cities { nodes { name letters { totalCount nodes { text box { name } } } } } }",
    "{ cities { nodes { letters { groupBy(by: [{owner: VALUE}]) { key { owner } } } } } }",
    '{ cities(where: {letters: {some: {text: {startsWith: "ada"}}}}) { nodes { name } } }',
    '{ cities(where: {letters: {every: {owner: {eq: "bob"}}}}) { nodes { name } } }',
    "{ cities { nodes { name texts } } }",
    '{ lettersTo(city: "AYR") { totalCount nodes { id box { name } } } }',
    "{ howMany }",
]
KEPT = [
    "{ cities { nodes { name letters { totalCount nodes { text } } } } }",
    "{ boxes { nodes { name letters { totalCount nodes { text } } } } }",
]
EVERYBODY = [*PEOPLE.values(), CLERK]


@cache
def expected(number: int, query: str):
    """As a graph answers in which nothing else is."""
    return asyncio.ensure_future(answered(left_for(EVERYBODY[number]), EVERYBODY[number], query))


async def node_queries() -> list[str]:
    """By the opaque ids of one letter of everybody's."""
    found = []
    for who in (ADA, BOB, ANONYMOUS):
        data, _ = await answered(left_for(who), who, "{ letters(first: 1) { nodes { nodeId } } }")
        (node,) = data["letters"]["nodes"]
        found.append(f'{{ node(id: "{node["nodeId"]}") {{ ... on Letter {{ text }} }} }}')
    return found


async def compared(graph, number: int, query: str) -> None:
    """Fails if somebody is told another thing."""
    told = await answered(graph, EVERYBODY[number], query)
    assert told == await expected(number, query), (EVERYBODY[number], query)
    assert not told[1]


@pytest.mark.parametrize("query", QUERIES)
async def test_every_way_to_rows(served, query):
    """One after the other, on one connection: nothing of somebody stays for the next."""
    graph = served(pool_size=1)
    for number in (*range(len(EVERYBODY)), 0):
        await compared(graph, number, query)


async def test_people_see_different_things(served):
    """Of each query there are several answers, or it would prove nothing."""
    for query in QUERIES:
        told = [str(await expected(number, query)) for number in range(len(EVERYBODY))]
        assert len(set(told)) > 1, query


async def test_an_opaque_id(served):
    """It finds a letter for its owner only."""
    graph = served()
    for place, query in enumerate(await node_queries()):
        for number, who in enumerate((ADA, BOB, ANONYMOUS)):
            data, codes = await answered(graph, who, query)
            assert (data["node"] is not None, codes) == (number == place, [])


async def test_cursors(served):
    """Somebody else's cursor is a place in an order, and shows nothing that is not one's own."""
    graph = served()
    pages = "{{ letters(first: 3{}) {{ edges {{ cursor node {{ owner }} }} }} }}"
    data, _ = await answered(graph, ADA, pages.format(""))
    cursor = data["letters"]["edges"][-1]["cursor"]
    for who in (ADA, BOB):
        data, codes = await answered(graph, who, pages.format(f', after: "{cursor}"'))
        owners = {edge["node"]["owner"] for edge in data["letters"]["edges"]}
        assert (owners, codes) == ({who.subject}, [])


@pytest.mark.parametrize("query", KEPT)
async def test_warm_caches_are_nobody_elses(served, urls, query):
    """Of Valkey and of the process: what is kept of one is found by that one only."""
    cache = RedisCache(urls.redis, space="warm")
    graph = served(cache=cache)
    for number in (0, 4, 1, 2) * 2:
        await compared(graph, number, query)
    await cache.drain()
    for beside in (graph, served(cache=RedisCache(urls.redis, space="warm"))):
        tally = begin()
        await compared(beside, 1, query)
        assert tally.cache_hits
        assert not tally.cache_misses


async def test_what_mongodb_holds_is_kept_for_all(served):
    """It has no say in who sees it."""
    query = "{ letters { nodes { place { name } } } }"
    cache = DictCache()
    graph = served(cache=cache)
    for number in range(3):
        await compared(graph, number, query)
    assert len(cache.content) == 2  # the cities


async def test_a_hundred_people_on_three_connections(served):
    """All at once, and again when all is kept that can be."""
    graph, random = served(cache=DictCache(), pool_size=3), Random(4)  # noqa: S311 (no secret)
    for _ in range(2):
        asked = [(random.randrange(len(EVERYBODY)), random.choice(QUERIES)) for _ in range(100)]
        await asyncio.gather(*(compared(graph, number, query) for number, query in asked))


@pytest.mark.parametrize("mode", ["auto", "force_generic_plan", "force_custom_plan"])
async def test_plans_that_are_kept_serve_everybody(served, mode):
    """A generic plan looks at the settings when it runs, and another role has another plan."""
    graph = served(pool_size=1, options=f"&options=-c%20plan_cache_mode%3D{mode}")
    for _ in range(8):
        for number in range(len(EVERYBODY)):
            await compared(graph, number, QUERIES[1])
            await compared(graph, number, QUERIES[7])


async def test_a_source_that_is_told_of_nobody_reads_for_nobody(served):
    """Whoever forgets to say for whom sees what strangers see."""
    source = next(iter(served().sources.values()))
    (found,) = await source.read([Read(post()["Letter"], (("owner",),))])
    assert {row["owner"] for row in found[()].rows} == {"all"}
    assert len(found[()].rows) == sum(row["owner"] == "all" for row in LETTERS)
