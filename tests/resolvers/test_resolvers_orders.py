"""Orders by values of the other store: what they give and cost, and when they are refused."""

from dataclasses import replace

import pytest

from auth import ANONYMOUS
from catalog.errors import StoredValueError
from resolvers.across import places
from tests.library.library import Library
from tests.library.paging import Walk
from tests.library.rows import book_id
from tests.library.sources import DictCache, DownSource, SpoiltSource

FLOOR = "{shelf: {location: {floor: %s}}}"


def capped(most: int, **options) -> Library:
    """A library that reads so many keys for a relation at most."""
    library = Library(**options)
    library.graph = replace(library.graph, max_reach_keys=most)
    return library


async def listed(library: Library, order: str, root: str = "books", key: str = "isbn") -> str:
    """The last letters of the rows' keys, in an order."""
    data = await library.data(f"{{ {root}(orderBy: [{order}]) {{ nodes {{ key: {key} }} }} }}")
    return "".join(str(node["key"])[-1] for node in data[root]["nodes"])


def many_shelves(shelves: int, most: int, *, every: int = 3) -> Library:
    """So many shelves, each on a floor of its own, with a book on every third; and a cap."""
    library = capped(most)
    shelf, book = library.documents["Shelf"][0], library.tables["Book"][0]
    library.documents["Shelf"][:] = [
        shelf | {"code": f"s{n:04}", "location": {"room": "Hall", "floor": n}}
        for n in range(shelves)
    ]
    library.tables["Book"][:] = [
        book | {"id": book_id(n), "isbn": f"i{n:04}", "shelf_code": f"s{n:04}"}
        for n in range(0, shelves, every)
    ]
    return library


@pytest.mark.parametrize(
    ("root", "order", "expected"),
    [
        # Shelf A is on a floor; B has none, book 4 no shelf, and nobody knows the shelf of 5.
        ("books", FLOOR % "ASC", "123456"),
        ("books", FLOOR % "DESC_NULLS_FIRST", "345612"),
        ("books", "{shelf: {code: DESC}}", "361245"),
        ("books", "{shelf: {code: DESC}}, {pages: DESC}", "361254"),
        ("books", "{pages: ASC}, {shelf: {code: DESC}}", "261534"),
        ("books", "{shelf: {parent: {code: DESC}}}", "361245"),
        ("reviews", "{book: {title: DESC}}, {stars: ASC}", "463215"),
        ("reviews", "{shelf: {parent: {code: ASC}}}, {book: {pages: DESC}}", "213456"),
    ],
)
async def test_what_comes_first(library, root, order, expected):
    """As within a store: what leads nowhere is null, ties are ended by the key."""
    key = {"books": "isbn", "reviews": "id"}[root]
    assert await listed(library, order, root, key) == expected


ORDERS = [
    [{"shelf": {"location": {"floor": "ASC"}}}],
    [{"shelf": {"location": {"floor": "DESC_NULLS_FIRST"}}}, {"title": "ASC"}],
    [{"genre": "ASC"}, {"shelf": {"parent": {"code": "DESC"}}}],
    [{"shelf": {"litFrom": "ASC_NULLS_FIRST"}}, {"shelf": {"location": {"room": "DESC"}}}],
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 4])
async def test_pages_both_ways(library, order, size):
    """By cursors, on both ways of completion: nothing is lost or repeated, nulls included."""
    walk = Walk(library, "books", order)
    whole = await walk.all()
    assert [row for page in await walk.forward(size) for row in page] == whole
    assert [row for page in await walk.backward(size) for row in page] == whole
    skipped = await walk.page(first=6, offset=2)
    assert [edge["node"]["nodeId"] for edge in skipped["edges"]] == whole[2:]


async def test_a_cursor_holds_the_value_and_not_the_place(library):
    """The other store's rows may change: what comes next is what is beyond the value."""
    walk = Walk(library, "books", [{"shelf": {"location": {"room": "ASC"}}}])
    first = await walk.page(first=3)  # Attic: 3 and 6, Hall: 1
    after = first["pageInfo"]["endCursor"]
    rest = [str(book_id(n)) for n in (2, 4, 5)]
    library.documents["Shelf"].append({"code": "Z", "location": {"room": "Bath"}})
    assert await ids_after(library, walk, after) == [rest[0], rest[1]]  # Bath is before Hall
    library.documents["Shelf"][-1]["location"] = {"room": "Yard"}
    assert await ids_after(library, walk, after) == [rest[0], rest[2], rest[1]]
    library.documents["Shelf"][0]["location"] = None  # nobody is in the Hall any more
    assert await ids_after(library, walk, after) == [rest[2], str(book_id(1)), rest[0], rest[1]]


async def ids_after(library: Library, walk: Walk, after: str) -> list:
    """The ids of the books beyond a cursor."""
    page = await walk.page(first=6, after=after)
    ids = {edge["node"]["nodeId"] for edge in page["edges"]}
    data = await library.data("{ books { nodes { nodeId id } } }")
    by_node = {node["nodeId"]: node["id"] for node in data["books"]["nodes"]}
    assert len(ids) == len(page["edges"])
    return [by_node[edge["node"]["nodeId"]] for edge in page["edges"]]


@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize(
    ("order", "where", "asked"),
    [
        # The few shelves there are, whatever the condition; each order is a question of its own.
        (FLOOR % "ASC", "{}", ["Shelf"]),
        (FLOOR % "ASC", "{pages: {gt: 1}}", ["Shelf"]),
        ("{shelf: {code: ASC}}, " + FLOOR % "ASC", "{}", ["Shelf", "Shelf"]),
    ],
)
async def test_an_order_is_one_call_more(times, order, where, asked):
    """Of the other store, whatever the number of rows."""
    library = Library()
    books = library.tables["Book"]
    books += [books[0] | {"id": book_id(100 + n), "isbn": f"x{n}"} for n in range(times * 6)]
    arguments = f"orderBy: [{order}], where: {where}, first: 2"
    await library.data(f"{{ books({arguments}) {{ nodes {{ isbn }} }} }}")
    assert library.calls() == {"postgres": [["Book"]], "mongo": [asked]}


async def test_a_page_after_a_cursor_asks_no_more(library):
    """The values that were read say what is beyond the cursor's."""
    query = """query($after: String) {
      books(orderBy: [{shelf: {code: DESC}}], first: 2, after: $after) {
        nodes { isbn } pageInfo { endCursor } } }"""
    first = (await library.data(query))["books"]
    before = [len(calls) for calls in library.calls().values()]
    second = (await library.data(query, after=first["pageInfo"]["endCursor"]))["books"]
    assert [node["isbn"] for node in second["nodes"]] == ["i1", "i2"]
    assert [len(calls) for calls in library.calls().values()] == [2 * count for count in before]


async def test_where_only_a_total_is_asked_nothing_is_ordered(library):
    """Nor is the other store asked."""
    order = FLOOR % "ASC"
    await library.data(f"{{ books(orderBy: [{order}]) {{ totalCount aggregate {{ count }} }} }}")
    assert library.calls()["mongo"] == []


async def test_a_walk_ends_when_the_page_is_full(monkeypatch):
    """Ten of the shelves are enough for two books; for 30 it takes 100."""
    monkeypatch.setattr(places, "_STRIDES", (10, 100))
    query = """{ books(orderBy: [{shelf: {location: {floor: DESC}}}], first: %d, offset: %d) {
      totalCount nodes { isbn } } }"""
    expected = [f"i{n:04}" for n in range(597, 0, -3)]
    for first, offset, limits in [(2, 0, [11]), (10, 20, [11, 101])]:
        library = many_shelves(600, 150)
        data = await library.data(query % (first, offset))
        isbns = [node["isbn"] for node in data["books"]["nodes"]]
        assert isbns == expected[offset : offset + first]
        assert data["books"]["totalCount"] == 200
        assert [read.limit for read in library.reads() if read.entity.name == "Shelf"] == limits


async def test_a_walk_pages_as_far_as_there_are_values():
    """Each page begins at its cursor, so that all can be seen; nulls at the end are refused."""
    library = many_shelves(60, 15)
    library.tables["Book"].append(
        library.tables["Book"][0] | {"id": book_id(99), "shelf_code": None}
    )
    walk = Walk(library, "books", [{"shelf": {"location": {"floor": "DESC"}}}])
    seen, after = [], None
    for _ in range(5):
        page = await walk.page(first=3, after=after)
        seen += page["edges"]
        after = page["pageInfo"]["endCursor"]
    assert len({edge["node"]["nodeId"] for edge in seen}) == 15
    query = """query($after: String) {
      books(orderBy: [{shelf: {location: {floor: DESC}}}], first: 9, after: $after) {
        nodes { isbn } } }"""
    assert await library.code(query, after=after) == "ORDER_TOO_WIDE"


async def test_a_walk_does_not_part_equals(monkeypatch):
    """Where more keys may share the last value, those of it that were read are left for later."""
    monkeypatch.setattr(places, "_STRIDES", (3,))
    library = many_shelves(12, 8, every=1)
    for shelf in library.documents["Shelf"][:6]:
        shelf["location"]["floor"] = 0
    library.documents["Shelf"].reverse()  # among equals the last shelf is found first
    data = await library.data(
        "{ books(orderBy: [{shelf: {location: {floor: ASC}}}], first: 1) { nodes { isbn } } }"
    )
    assert data["books"]["nodes"] == [{"isbn": "i0000"}]


@pytest.mark.parametrize(
    "arguments",
    [
        "orderBy: [{pages: ASC}, {shelf: {location: {floor: ASC}}}], first: 2",
        "orderBy: [{shelf: {location: {floor: ASC_NULLS_FIRST}}}], first: 2",
        "orderBy: [{shelf: {location: {floor: ASC}}}], last: 2",
        "orderBy: [{shelf: {location: {floor: ASC}}}], first: 20",
    ],
)  # fmt: skip
async def test_what_is_too_wide_is_refused(arguments):
    """With the cap's name and a hint, and never by a part of the rows."""
    library = many_shelves(60, 10)
    answer = await library.ask(f"{{ books({arguments}) {{ nodes {{ isbn }} }} }}")
    (error,) = answer["errors"]
    extensions = error["extensions"]
    assert extensions["code"] == "ORDER_TOO_WIDE"
    assert (extensions["measured"], extensions["limit"]) == (11, 10)
    assert "more than 10 keys of Shelf" in error["message"]
    assert "MAX_REACH_KEYS" in extensions["hint"]
    assert answer["data"] == {"books": None}


async def test_few_rows_are_ordered_whatever_the_other_side_holds():
    """Their own keys are asked for."""
    library = many_shelves(60, 10)
    order = "orderBy: [{shelf: {location: {floor: DESC_NULLS_FIRST}}}]"
    where = 'where: {isbn: {in: ["i0003", "i0030", "i0009"]}}'
    data = await library.data(f"{{ books({order}, {where}) {{ nodes {{ isbn }} }} }}")
    assert [node["isbn"] for node in data["books"]["nodes"]] == ["i0030", "i0009", "i0003"]
    assert library.calls() == {"postgres": [["Book"], ["Book"]], "mongo": [["Shelf"]]}


async def test_lists_below_parents(library):
    """Each in order, with cursors; the places are read once for all."""
    data = await library.data(
        """{ authors { nodes { books(orderBy: [{shelf: {code: DESC}}], first: 1) {
          totalCount nodes { isbn } pageInfo { hasNextPage endCursor } } } } }"""
    )
    pages = [node["books"] for node in data["authors"]["nodes"]]
    shown = [[node["isbn"] for node in page["nodes"]] for page in pages]
    assert shown == [["i1"], ["i6"], ["i3"], ["i6"], []]
    assert library.calls() == {"postgres": [["Author"], ["Book"]], "mongo": [["Shelf"]]}
    after = pages[2]["pageInfo"]["endCursor"]
    data = await library.data(
        """query($after: String) { author(id: 3) {
          books(orderBy: [{shelf: {code: DESC}}], first: 1, after: $after) {
            nodes { isbn } } } }""",
        after=after,
    )
    assert data["author"]["books"]["nodes"] == [{"isbn": "i4"}]


async def test_a_cached_list_is_of_the_same_places():
    """What the other store says may change between requests, and the order with it."""
    library = Library(cache=DictCache())
    query = (
        """{ shelves { nodes { reviews(orderBy: [{book: {pages: ASC}}]) { nodes { id } } } } }"""
    )
    first = await library.data(query)
    library.tables["Book"][1]["pages"] = 900
    second = await library.data(query)
    assert first["shelves"]["nodes"][0] != second["shelves"]["nodes"][0]


async def test_a_store_that_is_away_costs_the_lists_it_orders():
    """They are not given in another order."""
    library = Library(mongo=DownSource)
    answer = await library.ask(
        """{ books(orderBy: [{shelf: {code: ASC}}]) { nodes { isbn } } loans { totalCount }
             authors { nodes { books(orderBy: [{shelf: {code: ASC}}]) {
               totalCount nodes { isbn } } } } }"""
    )
    assert answer["data"]["books"] is None
    assert answer["data"]["loans"] == {"totalCount": 5}
    assert {node["books"] for node in answer["data"]["authors"]["nodes"]} == {None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"STORE_UNAVAILABLE"}


async def test_a_stored_value_of_a_wrong_type_has_its_place_but_no_cursor():
    """The list is there; where its cursor is asked for, the page says what is amiss."""

    def spoil(entity, record):
        if entity == "Shelf" and "location" in record and record.get("code") == "A":
            record["location"] = StoredValueError("no place")

    library = Library(mongo=lambda source: SpoiltSource(source, spoil))
    query = "{ books(orderBy: [{shelf: {location: {floor: ASC}}}], first: 1) { %s } }"
    data = await library.data(query % "nodes { isbn }")
    assert data["books"]["nodes"] == [{"isbn": "i1"}]
    assert await library.code(query % "edges { cursor }") == "STORED_VALUE_INVALID"


async def test_groups_are_not_ordered_by_the_other_store(library):
    """A group has the values that it was made by, and these are of one store."""
    query = """{ books { groupBy(by: [{shelfCode: VALUE}],
      orderBy: [{key: {shelf: {code: ASC}}}]) { aggregate { count } } } }"""
    assert await library.code(query) == "GROUP_INVALID"


async def test_a_user_s_resolver_may_order_so(library):
    """`load` takes the same orders, as far as there are keys enough."""
    context = library.graph.context(ANONYMOUS)
    rows = await context.load("Book", {"genre": "NOVEL"}, order_by=[{"shelf": {"code": "DESC"}}])
    assert [row.isbn for row in rows] == ["i6", "i1", "i4"]
