"""Aggregates and groups of a filter into the other store are those that one store would have."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from reach_models import CATALOG, filters, full_tables, guesses, narrowed, rows
from test_resolvers_reach_laws import UNITED, stores

from catalog import Entity, Store
from catalog.filters import leads_across
from catalog.query import ALWAYS, Batch, Compare, Filter, IsNull, Key, Operator, Order
from catalog.summary import Function, GroupKey, Measure, Summary
from datasources.memory import MemorySource
from resolvers.across.reach import Reach
from resolvers.errors import ReachError

ANY = settings(max_examples=200)
MEASURES = (
    Measure(Function.COUNT),
    *(Measure(function, ("size",)) for function in Function if function is not Function.COUNT),
)


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """Of any entity that has sizes, whole or in groups, over filters that lead across."""
    entity = CATALOG[draw(st.sampled_from(["Train", "Stop", "Forecast", "Region"]))]
    keys = tuple(draw(st.lists(st.sampled_from(_keys(entity)), max_size=2, unique=True)))
    measures = tuple(draw(st.lists(st.sampled_from(MEASURES), min_size=1, unique=True)))
    whole = Summary(entity, keys, measures, filter=draw(narrowed(entity) | filters(entity)))
    if not keys:
        return whole
    return replace(
        whole,
        having=draw(_having(measures[0])),
        order=tuple(Order((key.name,), descending=draw(st.booleans())) for key in keys),
        limit=draw(st.sampled_from([None, 1, 2])),
        offset=draw(st.integers(0, 1)),
    )


def _keys(entity: Entity) -> list[GroupKey]:
    """Its own fields, and those of rows of its own store that it leads to."""
    own = [GroupKey((name,), field.type) for name, field in entity.fields.items()]
    near = [it for it in entity.relations.values() if not it.many and not it.cross_store]
    beyond = [
        GroupKey((name,), field.type, (relation,))
        for relation in near
        for name, field in CATALOG[relation.target].fields.items()
    ]
    return own + beyond


def _having(measure: Measure) -> st.SearchStrategy[Filter]:
    path = (measure.name,)
    return st.sampled_from([ALWAYS, IsNull(path), Compare(path, Operator.GT, 1)])


async def groups(source: Any, summary: Summary) -> Mapping[Key, list[dict[str, Any]]]:
    """The groups of each key; without a batch there is the one key `()`."""
    (answers,) = await source.read([summary])
    return {key: [dict(row) for row in answer.rows] for key, answer in answers.items()}


async def expected(tables: Any, summary: Summary) -> Mapping[Key, list[dict[str, Any]]]:
    """What one store says."""
    source = MemorySource(UNITED, Store.POSTGRES, tables)
    return await groups(source, replace(summary, entity=UNITED[summary.entity.name]))


@ANY
@given(rows() | full_tables(), summaries())
async def test_two_stores_sum_up_as_one_would(tables, summary):
    """Counts, sums and groups are of exactly the rows that the filter means."""
    sources = stores(tables)
    near = await Reach(CATALOG, sources).within(summary)
    assert not leads_across(near)
    assert await groups(sources[summary.entity.store], near) == await expected(tables, summary)


@ANY
@given(rows() | full_tables(), summaries(), st.integers(1, 4), guesses())
async def test_a_cap_refuses_or_changes_nothing(tables, summary, most, sizes):
    """A count is never of a part of the rows."""
    sources = stores(tables)
    try:
        near = await Reach(CATALOG, sources, most, sizes).within(summary)
    except ReachError as error:
        event(error.code)
        return
    event("answered")
    assert await groups(sources[summary.entity.store], near) == await expected(tables, summary)


@ANY
@given(
    rows() | full_tables(),
    summaries(),
    st.integers(1, 4),
    st.sets(st.integers(0, 3), min_size=1, max_size=2),
)
async def test_summaries_below_parents_are_those_of_one_store(tables, summary, most, parents):
    """Each parent has its own, also where its key narrows what the other side is asked for."""
    field = {"Train": "id", "Forecast": "region_id"}.get(summary.entity.name, "train_id")
    keys = tuple((parent,) for parent in sorted(parents))
    summary = replace(summary, batch=Batch((field,), keys))
    sources = stores(tables)
    try:
        near = await Reach(CATALOG, sources, most).within(summary, keys)
    except ReachError as error:
        event(error.code)
        return
    assert await groups(sources[summary.entity.store], near) == await expected(tables, summary)
