"""The entity cache among many requests: one load for all, and nobody changes what others get."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
import strawberry

from auth import ANONYMOUS
from catalog.query import Answer, DataSource, Key, Read
from catalog.summary import Summary
from datasources.errors import StoreUnavailable
from datasources.redis import may_wait
from resolvers.cache.athand import LOCAL_SECONDS
from resolvers.completion.direct import answer_directly
from schema import extends
from telemetry import Tally, begin, current
from tests.library.library import Library
from tests.library.models.shelf import Shelf
from tests.library.sources import CountingSource, DictCache

QUERY = "{ books(orderBy: [{isbn: ASC}]) { nodes { isbn shelf { code labels } } } }"
HERE = 1_000_000


async def settled() -> None:
    """All go on until they wait at a gate: nothing else takes them time, only turns of the loop."""
    for _ in range(200):
        await asyncio.sleep(0)


class GatedSource(CountingSource):
    """A store that answers when its gate is opened, and fails while it is down."""

    def __init__(self, source: DataSource) -> None:
        super().__init__(source)
        self.gate = asyncio.Event()
        self.down = False

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Waits at the gate."""
        if reads[0].entity.name == "Shelf":
            await self.gate.wait()
            if self.down:
                self.calls.append(reads)
                raise StoreUnavailable("mongo", "mongo does not answer.")
        return await super().read(reads)


class GatedCache(DictCache):
    """A cache that has nothing, and says so when its gate is opened to those who may wait."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Waits at the gate, which counts."""
        if may_wait():
            with current().cache_wait:
                await self.gate.wait()
        return [None] * len(keys)


async def directly(library: Library, query: str = QUERY) -> Any:
    """The engine's own answer, from the one graph; graphql-core is not asked."""
    operation = library.graph.operations.find(query, None)
    assert operation
    context = library.graph.context(ANONYMOUS)
    (root,) = operation.roots(context.planner, {}) or ()
    assert root.level
    begin()
    value = await answer_directly(root.level, context, {})
    return {root.key: orjson.loads(orjson.dumps(value))}


async def by_core(library: Library, query: str = QUERY) -> Any:
    """The same by graphql-core."""
    begin()
    context = library.graph.context(ANONYMOUS)
    result = await library.graph.schema.execute(query, context_value=context)
    assert not result.errors, result.errors
    return result.data


WAYS = pytest.mark.parametrize("ask", [directly, by_core])


@WAYS
@pytest.mark.parametrize("cache", [None, DictCache])
async def test_the_second_request_asks_nobody(ask, cache):
    """Not even Redis, if there is one; absent rows are known to be absent."""
    library = Library(cache=cache and cache(), local_bytes=HERE)
    first = await ask(library)
    assert await ask(library) == first == await Library().data(QUERY)
    assert library.calls()["mongo"] == [["Shelf"]]
    assert current().cache_local_hits == current().cache_hits == 3


async def test_both_ways_of_completion_share_what_is_kept():
    """In either order, under other names and in other selections too."""
    library = Library(local_bytes=HERE)
    for ask in (by_core, directly, by_core):
        assert await ask(library) == await Library().data(QUERY)
        other = QUERY.replace("labels", "l: labels c: code").replace("shelf", "s: shelf")
        assert await ask(library, other) == await Library().data(other)
    assert library.calls()["mongo"] == [["Shelf"]]


@WAYS
async def test_many_who_miss_the_same_load_it_once(ask):
    """500 requests at the same time: one load, and all are answered."""
    library = Library(local_bytes=HERE, mongo=GatedSource)
    asking = [asyncio.create_task(ask(library)) for _ in range(500)]
    await settled()
    library.mongo.gate.set()
    expected = await Library().data(QUERY)
    assert all(answer == expected for answer in await asyncio.gather(*asking))
    assert library.calls()["mongo"] == [["Shelf"]]


async def test_the_first_may_go_away():
    """Who waits for its load is answered all the same, and the load is not made again."""
    library = Library(local_bytes=HERE, mongo=GatedSource)
    asking = []
    for _ in range(10):
        asking.append(asyncio.create_task(directly(library)))
        await settled()
    asking[0].cancel()
    asking[5].cancel()
    await settled()
    library.mongo.gate.set()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    expected = await Library().data(QUERY)
    assert [end == expected for end in ends] == [at not in {0, 5} for at in range(10)]
    assert len(library.mongo.calls) == 1
    assert not library.graph.entity_cache._under_way


async def test_all_may_go_away():
    """The load ends with them, and the next makes another."""
    library = Library(local_bytes=HERE, mongo=GatedSource)
    asking = asyncio.create_task(directly(library))
    await settled()
    assert library.graph.entity_cache._under_way
    asking.cancel()
    await settled()
    assert not library.graph.entity_cache._under_way
    assert not library.graph.entity_cache._errands
    library.mongo.gate.set()
    assert await directly(library) == await Library().data(QUERY)
    assert len(library.mongo.calls) == 1  # counted where it passes the gate


async def test_a_failure_reaches_all_and_is_not_kept():
    """Everybody gets the error; the next request is answered."""
    library = Library(local_bytes=HERE, mongo=GatedSource)
    library.mongo.down = True
    asking = [asyncio.create_task(directly(library)) for _ in range(20)]
    await settled()
    library.mongo.gate.set()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(end) for end in ends} == {StoreUnavailable}
    assert len(library.mongo.calls) == 1
    assert not library.graph.entity_cache._under_way
    library.mongo.down = False
    assert await directly(library) == await Library().data(QUERY)


async def test_only_what_is_not_under_way_is_loaded():
    """One waits for the other's keys, and loads the rest itself."""
    library = Library(local_bytes=HERE, mongo=GatedSource)
    one = QUERY.replace("orderBy", "first: 1, orderBy")
    asking = [asyncio.create_task(directly(library, one))]
    await settled()
    asking.append(asyncio.create_task(directly(library)))
    await settled()
    library.mongo.gate.set()
    await asyncio.gather(*asking)
    keys = [read.batch.keys for reads in library.mongo.calls for read in reads]
    assert keys == [(("A",),), (("B",), ("Z",))]


async def test_what_ends_soon_is_renewed_behind_the_backs_of_those_who_ask(monkeypatch):
    """Nobody waits: the old answer is given once more, then the new one."""
    library = Library(local_bytes=HERE)
    at_hand = library.graph.entity_cache._at_hand
    first = await directly(library)
    library.documents["Shelf"][0]["labels"] = ["new"]
    now = at_hand._clock() + LOCAL_SECONDS * 0.9
    monkeypatch.setattr(at_hand, "_clock", lambda: now)
    assert await directly(library) == first
    assert current().store_calls == {"postgres": 1}
    await settled()
    renewed = await directly(library)
    assert renewed["books"]["nodes"][0]["shelf"] == {"code": "A", "labels": ["new"]}
    assert library.calls()["mongo"] == [["Shelf"], ["Shelf"]]


async def test_what_redis_will_forget_soon_is_renewed_from_the_store(monkeypatch):
    """So that Redis has it all the time; what it keeps for long is taken from there."""
    cache = DictCache()
    library = Library(cache=cache, local_bytes=HERE)
    await directly(library)
    at_hand = library.graph.entity_cache._at_hand
    now = at_hand._clock()
    monkeypatch.setattr(at_hand, "_clock", lambda: now)
    for times, mongo_calls in ((1, 1), (2, 1)):
        now += LOCAL_SECONDS * 0.8
        await directly(library)
        await settled()
        assert len(library.mongo.calls) == mongo_calls, times
    clock = "resolvers.cache.entitycache.time.time"
    monkeypatch.setattr(clock, lambda: orjson.loads(b"4e9"))  # beyond any entry's time
    now += LOCAL_SECONDS * 0.8
    await directly(library)
    await settled()
    assert len(library.mongo.calls) == 2


async def test_who_has_waited_for_redis_does_not_wait_for_another_s_look():
    """It asks the store itself; who may wait does, and its wait is counted."""
    cache = GatedCache()
    library = Library(cache=cache, local_bytes=HERE)
    tallies: list[Tally] = []

    async def asked(waited: float) -> Any:
        tallies.append(begin())
        tallies[-1].cache_wait.finished = waited
        operation = library.graph.operations.find(QUERY, None)
        assert operation
        answer = await operation.run(library.graph.context(ANONYMOUS), {})
        assert answer
        return orjson.loads(answer.data or b"")

    patient = [asyncio.create_task(asked(0.0)) for _ in range(2)]
    await settled()
    await asyncio.sleep(0.01)
    expected = await Library().data(QUERY)
    assert await asyncio.create_task(asked(0.045)) == expected
    assert len(library.mongo.calls) == 1
    assert not any(task.done() for task in patient)
    cache.gate.set()
    assert await asyncio.gather(*patient) == [expected] * 2
    assert len(library.mongo.calls) == 2
    assert [tally.cache_wait.seconds > 0.009 for tally in tallies] == [True] * 3
    assert tallies[2].cache_wait.seconds == 0.045


@extends(Shelf)
class Scribbles:
    """A field that changes what it is given."""

    @strawberry.field
    def scribbled(self) -> list[str]:
        """Adds a label to the row itself."""
        self.labels.append("scribble")
        return self.labels


async def test_a_user_s_field_changes_nothing_for_others():
    """It may do with its row as it likes."""
    query = '{ bookByIsbn(isbn: "i1") { shelf { labels scribbled } } }'
    library = Library(Scribbles, local_bytes=HERE)
    await by_core(library, query)
    again = await by_core(library, query)
    assert again["bookByIsbn"]["shelf"]["scribbled"].count("scribble") == 1
    assert "scribble" not in (await directly(library))["books"]["nodes"][0]["shelf"]["labels"]


async def test_closing_ends_what_is_under_way():
    """A server that stops does not wait for loads that nobody needs."""
    library = Library(local_bytes=HERE, mongo=GatedSource)
    asking = asyncio.create_task(directly(library))
    await settled()
    await library.graph.close()
    with pytest.raises(StoreUnavailable, match="stops"):
        await asyncio.wait_for(asking, 30)
