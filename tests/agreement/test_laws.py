"""In charge of laws that hold within one store, whatever another says."""

import dataclasses
from typing import Any

import pytest
from agreement_keyset import after
from agreement_settings import SECONDS, examples
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.errors import StoredValueError
from catalog.query import Answer, Join, Not, Order, Read, Record

pytestmark = pytest.mark.timeout(SECONDS)


async def _answer(world, read: Read) -> Answer:
    (answers,) = await world.source.read([read])
    return answers[()]


async def _ids(world, read: Read) -> list[Any]:
    return [row["id"] for row in (await _answer(world, read)).rows]


def _things(world, **options: Any) -> Read:
    return Read(world.things, (("id",),), **options)


@examples(20)
@given(data=st.data())
async def test_a_filter_and_its_complement_part_all_rows(world, data):
    """Every row is in ``where F`` or in ``where not F``, and none is in both."""
    filter = data.draw(world.filters)
    those = await _ids(world, _things(world, filter=filter))
    others = await _ids(world, _things(world, filter=Not(filter)))
    assert sorted(those + others) == sorted(await _ids(world, _things(world)))


@examples(10)
@given(data=st.data())
async def test_pages_by_keyset_make_the_whole_list(world, data):
    """Pages that each begin after the last row of the one before lose and repeat no row."""
    order = data.draw(world.orders)
    size = data.draw(st.sampled_from([9, 20]))
    whole = await _ids(world, _things(world, order=order))
    read = Read(world.things, *_asked(order), order=order, limit=size)
    paged: list[Any] = []
    while rows := (await _answer(world, read)).rows:
        paged += [row["id"] for row in rows]
        assert len(paged) <= len(whole)
        last = tuple(_value(rows[-1], term) for term in order)
        read = dataclasses.replace(read, after=after(order, last))
    assert paged == whole


@examples(20)
@given(data=st.data())
async def test_the_reversed_order_gives_the_reversed_list(world, data):
    """What reading backwards relies on."""
    order = data.draw(world.orders)
    backwards = tuple(term.reversed() for term in order)
    whole = await _ids(world, _things(world, order=order))
    assert whole == (await _ids(world, _things(world, order=backwards)))[::-1]


@examples(20)
@given(data=st.data())
async def test_a_total_counts_every_match_whatever_page_is_read(world, data):
    """Limit, offset and after change the rows, never the total."""
    filter = data.draw(world.filters)
    whole = _things(world, filter=filter, total=True)
    page = dataclasses.replace(
        whole,
        after=data.draw(world.filters),
        limit=data.draw(st.sampled_from([0, 1, 5, None])),
        offset=data.draw(st.sampled_from([0, 1, 1000])),
    )
    answer = await _answer(world, whole)
    assert (await _answer(world, page)).total == answer.total == len(answer.rows)


def _asked(order: tuple[Order, ...]) -> tuple[tuple[tuple[str, ...], ...], tuple[Join, ...]]:
    """The fields and joins that hold the values which an order looks at."""
    own = {("id",): None} | {term.path: None for term in order if not term.relations}
    names = dict.fromkeys(term.relations[0] for term in order if term.relations)
    joins = [Join(relation, *_asked_beyond(order, relation.name)) for relation in names]
    return tuple(own), tuple(joins)


def _asked_beyond(order: tuple[Order, ...], name: str) -> tuple[Any, ...]:
    beyond = (
        Order(term.path, term.relations[1:])
        for term in order
        if term.relations and term.relations[0].name == name
    )
    return _asked(tuple(beyond))


def _value(row: Record | None, term: Order) -> Any:
    for name in (*(relation.name for relation in term.relations), *term.path):
        # A document of a kind that no model knows shows nothing to go on from.
        assume(not isinstance(row, StoredValueError))
        row = None if row is None else row[name]
    return row
