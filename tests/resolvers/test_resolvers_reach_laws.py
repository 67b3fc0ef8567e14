"""A filter into the other store means what it would mean if there were one store for all."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from reach_models import CATALOG, filters, guesses, narrowed, rows

from catalog import Catalog, Store
from catalog.filters import reaches
from catalog.query import Batch, Filter, Key, Read
from datasources.memory import MemorySource
from resolvers.across.reach import Reach
from resolvers.errors import ReachError
from tests.library.sources import CountingSource

UNITED = Catalog(replace(entity, store=Store.POSTGRES) for entity in CATALOG.values())
"""The same entities, all in one store, where a relation is never out of reach."""


async def ids(source, read: Read) -> list[int]:
    """What a read finds."""
    (answers,) = await source.read([read])
    return [row["id"] for row in answers[()].rows]


async def ids_by_key(source, read: Read) -> dict[Key, list[int]]:
    """What a batch finds for each of its keys."""
    (answers,) = await source.read([read])
    return {key: [row["id"] for row in answers[key].rows] for key in read.batch.keys}


async def expected(tables, name: str, filter_: Filter) -> list[int]:
    """What the filter finds in the one store."""
    source = MemorySource(UNITED, Store.POSTGRES, tables)
    return await ids(source, Read(UNITED[name], (("id",),), filter=filter_))


def stores(tables) -> dict[Store, CountingSource]:
    """The two stores with the same rows."""
    return {
        store: CountingSource(
            MemorySource(CATALOG, store, {e.name: tables[e.name] for e in CATALOG.of(store)})
        )
        for store in Store
    }


@st.composite
def questions(draw):
    """An entity's name, and a filter of its rows."""
    name = draw(st.sampled_from(list(CATALOG)))
    return name, draw(filters(CATALOG[name]) | narrowed(CATALOG[name]))


@settings(max_examples=200)
@given(rows(), questions())
async def test_two_stores_answer_as_one_would(tables, question):
    """To one, to many, over several stores, in any logic, whatever is null or missing."""
    name, filter_ = question
    sources = stores(tables)
    read = Read(CATALOG[name], (("id",),), filter=filter_)
    near = await Reach(CATALOG, sources).within(read)
    assert not reaches(near.filter)
    found = await ids(sources[read.entity.store], near)
    assert found == await expected(tables, name, filter_)


@settings(max_examples=200)
@given(rows(), questions(), st.integers(1, 3), guesses())
async def test_a_cap_refuses_or_changes_nothing(tables, question, most, sizes):
    """Whichever side is asked first, and however often: never an answer that is cut."""
    name, filter_ = question
    sources = stores(tables)
    read = Read(CATALOG[name], (("id",),), filter=filter_)
    try:
        near = await Reach(CATALOG, sources, most, sizes).within(read)
    except ReachError:
        return
    finally:
        asked = [read for source in sources.values() for call in source.calls for read in call]
        bounds = {len(read.batch.keys) <= most if read.batch else read.limit for read in asked}
        assert bounds <= {True, most + 1}
        assert len(asked) == len(set(asked))
    found = await ids(sources[read.entity.store], near)
    assert found == await expected(tables, name, filter_)


@settings(max_examples=200)
@given(rows(), questions(), st.integers(1, 3), st.sets(st.integers(0, 3), max_size=2))
async def test_lists_below_parents_answer_as_one_store_would(tables, question, most, parents):
    """A batch's keys narrow what is asked, and change no answer."""
    name, filter_ = question
    sources, united = stores(tables), MemorySource(UNITED, Store.POSTGRES, tables)
    keys = tuple((parent,) for parent in sorted(parents))
    field = {"Train": "id", "Forecast": "region_id"}.get(name, "train_id")
    batch = Batch((field,), keys)
    read = Read(CATALOG[name], (("id",),), filter=filter_, batch=batch)
    try:
        near = await Reach(CATALOG, sources, most).within(read, keys)
    except ReachError:
        return
    wanted = await ids_by_key(united, replace(read, entity=UNITED[name]))
    assert await ids_by_key(sources[read.entity.store], near) == wanted
