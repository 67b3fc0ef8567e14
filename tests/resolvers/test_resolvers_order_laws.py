"""An order by the other store's values means what it would mean if there were one store for all."""

from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from reach_models import CATALOG, filters, full_tables, guesses, orders
from test_resolvers_reach_laws import UNITED, ids, ids_by_key, stores

from catalog import Store
from catalog.filters import leads_across
from catalog.query import ALWAYS, Batch, Filter, Order, Read, Record
from datasources.memory import MemorySource
from resolvers.across.reach import Reach
from resolvers.errors import ReachError
from resolvers.planning.cursors import cursors_of
from resolvers.planning.paging import Page, PageLimits, page_of
from resolvers.planning.plan import Needs

ANY = settings(max_examples=200)
ORDERED = ["Train", "Stop", "Forecast", "Region"]
LIMITS = PageLimits(100, 100)


@st.composite
def questions(draw):
    """An entity's name, a filter and an order of its rows."""
    name = draw(st.sampled_from([name for name in ORDERED if _is_ordered(name)]))
    filter_ = st.just(ALWAYS) | filters(CATALOG[name], 1)
    return name, draw(filter_), draw(orders(CATALOG[name]))


def _is_ordered(name: str) -> bool:
    return any(not relation.many for relation in CATALOG[name].relations.values())


def asked(name: str, filter_: Filter, order: tuple[Order, ...], page: Page | None = None) -> Read:
    """A read of ids, with all that cursors need."""
    needs = Needs()
    needs.add([("id",)])
    for term in order:
        needs.order(term)
    read = Read(CATALOG[name], *needs.collected(), filter=filter_, order=order)
    if page is None:
        return read
    return replace(
        read, after=page.after, order=page.read_orders, limit=page.size + 1, offset=page.offset
    )


async def expected(tables, read: Read) -> list[int]:
    """What one store finds."""
    source = MemorySource(UNITED, Store.POSTGRES, tables)
    return await ids(source, replace(read, entity=UNITED[read.entity.name], joins=()))


async def answered(reach: Reach, sources, read: Read) -> list[Record]:
    """What two stores find."""
    near = await reach.within(read)
    assert not leads_across(near)
    (answers,) = await sources[read.entity.store].read([near])
    return list(answers[()].rows)


@ANY
@given(full_tables(), questions(), st.sampled_from([None, 1, 3]), st.integers(0, 2))
async def test_two_stores_order_as_one_would(tables, question, limit, offset):
    """Over one link and several, by one field and two, nulls and rows that are gone included."""
    sources = stores(tables)
    read = replace(asked(*question), limit=limit, offset=offset)
    found = await answered(Reach(CATALOG, sources), sources, read)
    assert [row["id"] for row in found] == await expected(tables, read)


@ANY
@given(full_tables(), questions(), st.integers(1, 4), st.sampled_from([None, 1, 2]), guesses())
async def test_a_cap_refuses_or_changes_nothing(tables, question, most, limit, sizes):
    """Also where the target is walked: never an order of a part of the rows."""
    sources = stores(tables)
    read = replace(asked(*question), limit=limit)
    try:
        found = await answered(Reach(CATALOG, sources, most, sizes), sources, read)
    except ReachError as error:
        event(error.code)
        return
    event("answered")
    assert [row["id"] for row in found] == await expected(tables, read)


@st.composite
def places(draw):
    """Which page to ask for, but for the cursor."""
    size = draw(st.integers(1, 3))
    return draw(st.sampled_from([("first", "after"), ("last", "before")])), size


@ANY
@given(full_tables(), questions(), places(), st.sampled_from([2, 4, 100]), guesses())
async def test_all_pages_make_the_whole_list(tables, question, place, most, sizes):
    """Forwards and backwards, nothing is lost or repeated; a cap may end it, and says so."""
    (name, filter_, order), ((how, beyond), size) = question, place
    pages: list[list[int]] = []
    arguments: dict[str, Any] = {how: size}
    while True:
        sources = stores(tables)
        reach = Reach(CATALOG, sources, most, sizes)
        page = page_of(CATALOG, CATALOG[name], order, arguments, LIMITS)
        try:
            found = await answered(reach, sources, asked(name, filter_, order, page))
        except ReachError:
            event("refused")
            return
        pages.append([row["id"] for row in found[:size]])
        if len(found) <= size:
            break
        last = cursors_of(CATALOG, CATALOG[name], order)(found[size - 1], reach.value)
        arguments = {how: size, beyond: last}
    paged = [id for each in pages for id in each]
    whole = await expected(tables, asked(name, filter_, order))
    assert (paged if how == "first" else paged[::-1]) == whole


@ANY
@given(full_tables(), full_tables(), questions(), st.data(), st.sampled_from([2, 4, 100]))
async def test_cursors_stay_right_when_rows_come_and_go(before, after, question, data, most):
    """What comes after a cursor is what is beyond its values, whatever has been written since."""
    name, filter_, order = question
    sources = stores(before)
    reach = Reach(CATALOG, sources)
    shown = await answered(reach, sources, asked(name, ALWAYS, order))
    if not shown:
        return
    text = cursors_of(CATALOG, CATALOG[name], order)(data.draw(st.sampled_from(shown)), reach.value)
    how = data.draw(st.sampled_from([{"first": 2, "after": text}, {"last": 2, "before": text}]))
    page = page_of(CATALOG, CATALOG[name], order, how, LIMITS)
    read, sources = asked(name, filter_, order, page), stores(after)
    try:
        found = await answered(Reach(CATALOG, sources, most), sources, read)
    except ReachError:
        event("refused")
        return
    assert [row["id"] for row in found] == await expected(after, read)


@ANY
@given(
    full_tables(), questions(), st.integers(1, 4), st.sets(st.integers(0, 3), max_size=2),
    st.sampled_from([None, 1, 2]),
)  # fmt: skip
async def test_lists_below_parents_are_ordered_as_one_store_would(
    tables, question, most, parents, limit
):
    """Each parent's rows are in order, by the same places."""
    name = question[0]
    field = {"Forecast": "region_id"}.get(name, "train_id")
    keys = tuple((parent,) for parent in sorted(parents))
    sources, united = stores(tables), MemorySource(UNITED, Store.POSTGRES, tables)
    read = replace(asked(*question), batch=Batch((field,), keys), limit=limit)
    try:
        near = await Reach(CATALOG, sources, most).within(read, keys)
    except ReachError:
        return
    wanted = replace(read, entity=UNITED[name], joins=())
    assert await ids_by_key(sources[read.entity.store], near) == await ids_by_key(united, wanted)
