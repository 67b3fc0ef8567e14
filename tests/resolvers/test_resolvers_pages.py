"""Paging through connections: nothing lost, nothing repeated, in any order, both ways."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.library import Library, titles
from tests.library.paging import Walk, ids_of

ORDERS = {
    "books": [
        [],
        [{"genre": "ASC"}],
        [{"genre": "DESC_NULLS_FIRST"}, {"price": "ASC"}],
        [{"rating": "ASC_NULLS_FIRST"}, {"pages": "DESC"}],
        [{"price": "DESC"}, {"title": "ASC"}],
        [{"sold": "ASC"}],
        [{"published": "ASC"}, {"addedAt": "DESC"}],
        [{"readingHour": "DESC_NULLS_FIRST"}],
        [{"cover": "ASC"}],
        [{"inPrint": "DESC"}, {"id": "DESC"}],
        [{"title": "ASC"}, {"title": "DESC"}],
    ],
    "loans": [
        [],
        [{"number": "DESC"}],
        [{"bookId": "DESC"}],
        [{"book": {"title": "DESC"}}, {"lentOn": "ASC"}],
        [{"book": {"genre": "ASC_NULLS_FIRST"}}],
        [{"fee": "ASC"}],
    ],
    "authors": [
        [{"born": "DESC"}],
        [{"mentor": {"name": "DESC"}}],
        [{"mentor": {"mentor": {"name": "ASC_NULLS_FIRST"}}}, {"name": "DESC"}],
    ],
    "shelves": [
        [],
        [{"location": {"floor": "ASC"}}],
        [{"location": {"position": {"column": "DESC"}}}, {"litFrom": "ASC_NULLS_FIRST"}],
        [{"parent": {"location": {"room": "DESC"}}}],
    ],
    "reviews": [
        [{"stars": "DESC"}],
        [{"verdict": "ASC"}, {"paid": "DESC_NULLS_FIRST"}],
        [{"shelf": {"location": {"floor": "ASC_NULLS_FIRST"}}}, {"writtenAt": "DESC"}],
    ],
}


@pytest.mark.parametrize(
    ("field", "order"), [(field, order) for field, orders in ORDERS.items() for order in orders]
)
async def test_all_pages_together_are_the_list(library, field, order):
    """By pages of one, two and three rows, forward and backward; ties and nulls included."""
    walk = Walk(library, field, order)
    everything = await walk.all()
    assert len(set(everything)) == len(everything) > 3
    for size in (1, 2, 3):
        for pages in (await walk.forward(size), await walk.backward(size)):
            assert list(itertools.chain(*pages)) == everything
            assert {len(page) for page in pages[1:-1]} <= {size}


@pytest.mark.parametrize("order", [[{"genre": "DESC"}], [{"rating": "ASC_NULLS_FIRST"}]])
async def test_every_cursor_parts_the_list_in_two(library, order):
    """After it come all later rows, before it all earlier ones; between two those between."""
    walk = Walk(library, "books", order)
    edges = (await walk.page())["edges"]
    everything = [edge["node"]["nodeId"] for edge in edges]
    for place, edge in enumerate(edges):
        assert ids_of(await walk.page(after=edge["cursor"])) == everything[place + 1 :]
        assert ids_of(await walk.page(before=edge["cursor"])) == everything[:place]
    second, fifth = edges[1]["cursor"], edges[4]["cursor"]
    assert ids_of(await walk.page(after=second, before=fifth)) == everything[2:4]
    assert ids_of(await walk.page(after=second, last=2)) == everything[-2:]
    assert ids_of(await walk.page(before=fifth, first=2)) == everything[:2]


async def test_nulls_come_last_unless_they_are_asked_for_first(library):
    """In both directions, as the enum says."""
    data = await library.data(
        """{ asc: books(orderBy: [{pages: ASC}, {isbn: ASC}]) { nodes { title } }
             desc: books(orderBy: [{pages: DESC}, {isbn: ASC}]) { nodes { title } }
             first: books(orderBy: [{pages: ASC_NULLS_FIRST}, {isbn: ASC}]) { nodes { title } }
             last: books(orderBy: [{pages: DESC_NULLS_FIRST}, {isbn: ASC}]) { nodes { title } } }"""
    )
    rising, falling = ["birds", "Ashes", "Émile", "Dust"], ["Cells 100%", "Ashes", "Émile", "Dust"]
    null = ["Dust"]
    assert titles(data["asc"]) == [*rising, "Cells 100%", *null]
    assert titles(data["first"]) == [*null, *rising, "Cells 100%"]
    assert titles(data["desc"]) == [*falling, "birds", *null]
    assert titles(data["last"]) == [*null, *falling, "birds"]


async def test_offset_counts_from_the_start_or_from_the_cursor(library):
    """It passes over rows; beyond the end there are none."""
    walk = Walk(library, "books", [{"isbn": "ASC"}])
    edges = (await walk.page())["edges"]
    everything = [edge["node"]["nodeId"] for edge in edges]
    page = await walk.page(first=2, offset=3)
    assert ids_of(page) == everything[3:5]
    assert (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]) == (True, True)
    assert ids_of(await walk.page(after=edges[0]["cursor"], offset=2)) == everything[3:]
    assert ids_of(await walk.page(first=2, offset=99)) == []


async def test_a_page_may_be_empty(library):
    """No rows, no cursors; `first: 0` asks for none, but can ask whether there are any."""
    nothing = {"title": {"eq": "no such"}}
    page = await Walk(library, "books", [], where=nothing).page(first=5)
    assert page["edges"] == []
    assert set(page["pageInfo"].values()) == {False, None}
    page = await Walk(library, "books", []).page(first=0)
    assert (page["edges"], page["pageInfo"]["hasNextPage"]) == ([], True)


rows = st.lists(
    st.fixed_dictionaries(
        {
            "genre": st.sampled_from([None, "NOVEL", "POETRY", "SCIENCE"]),
            "pages": st.sampled_from([None, 1, 2]),
            "rating": st.sampled_from([None, -0.0, 0.5, 1e300]),
            "title": st.sampled_from(["", "a", "B", "é", "\x00", "\N{GRINNING FACE}"]),
        }
    ),
    max_size=12,
)
orders = st.lists(
    st.builds(
        lambda name, way: {name: way},
        st.sampled_from(["genre", "pages", "rating", "title"]),
        st.sampled_from(["ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_FIRST"]),
    ),
    max_size=4,
)


@settings(max_examples=40)
@given(rows, orders, st.integers(1, 5))
async def test_any_rows_in_any_order_are_paged_without_loss(rows, order, size):
    """Whatever the values, both ways see every row once, in one order."""
    library = Library()
    base = library.tables["Book"][0]
    library.tables["Book"][:] = [
        base | row | {"id": type(base["id"])(int=number)} for number, row in enumerate(rows)
    ]
    walk = Walk(library, "books", order)
    everything = await walk.all()
    assert len(set(everything)) == len(rows)
    assert list(itertools.chain(*await walk.forward(size))) == everything
    assert list(itertools.chain(*await walk.backward(size))) == everything
