"""Filters that reach into the other store: what they find and cost, and when they are refused."""

from dataclasses import replace

import pytest
import strawberry
from strawberry.types.info import Info

from catalog.errors import StoredValueError
from catalog.query import Compare, Operator
from schema import extends, requires
from tests.library.library import Library, titles
from tests.library.models.book import Book
from tests.library.models.shelf import Shelf
from tests.library.rows import book_id
from tests.library.sources import DictCache, DownSource, SpoiltSource

KEYS = {"books": "isbn", "authors": "id", "loans": "borrower", "shelves": "code", "reviews": "id"}


async def found(library: Library, root: str, where: str) -> str:
    """What a filter finds: the last letters of its rows' keys, in order."""
    data = await library.data(f"{{ {root}(where: {where}) {{ nodes {{ key: {KEYS[root]} }} }} }}")
    return "".join(str(node["key"])[-1] for node in data[root]["nodes"])


def capped(most: int, **options) -> Library:
    """A library that reads so many keys for a relation at most."""
    library = Library(**options)
    library.graph = replace(library.graph, max_reach_keys=most)
    return library


@pytest.mark.parametrize(
    ("root", "where", "expected"),
    [
        ("books", "{shelf: {}}", "1236"),
        ("books", "{not: {shelf: {}}}", "45"),
        ("books", '{shelf: {location: {room: {eq: "Hall"}}}}', "12"),
        ("books", '{not: {shelf: {location: {room: {eq: "Hall"}}}}}', "3456"),
        ("books", "{shelf: {location: {floor: {isNull: true}}}}", "36"),
        ("books", '{shelf: {parent: {code: {eq: "A"}}}}', "36"),
        ("books", "{reviews: {some: {}}}", "124"),
        ("books", "{reviews: {none: {}}}", "356"),
        ("books", "{reviews: {every: {}}}", "123456"),
        ("books", "{reviews: {every: {stars: {gte: 4}}}}", "3456"),
        ("books", "{reviews: {some: {stars: {gte: 4}}, none: {stars: {lt: 3}}}}", "4"),
        ("books", "{or: [{reviews: {some: {paid: {isNull: false}}}}, {pages: {gt: 200}}]}", "13"),
        ("shelves", "{books: {some: {genre: {eq: NOVEL}}}}", "AB"),
        ("shelves", "{books: {every: {genre: {eq: NOVEL}}}}", "CD"),
        ("shelves", '{books: {some: {authors: {some: {name: {eq: "Bob Brandt"}}}}}}', "AB"),
        ("reviews", "{book: {genre: {eq: NOVEL}}}", "1236"),
        ("reviews", "{not: {book: {}}}", "5"),
        ("authors", "{books: {some: {reviews: {some: {stars: {eq: 1}}}}}}", "1"),
        ("loans", '{book: {shelf: {code: {eq: "A"}}}}', "oiio"),
        ("shelves", "{books: {some: {reviews: {some: {shelf: {books: {none: {}}}}}}}}", ""),
        ("reviews", "{book: {reviews: {some: {book: {pages: {isNull: true}}}}}}", "6"),
    ],
)
async def test_what_they_find(library, root, where, expected):
    """The same as within a store: null keys and rows that are gone match nothing but `not`."""
    assert sorted(await found(library, root, where)) == sorted(expected)


@pytest.mark.parametrize(
    ("where", "calls"),
    [
        ('{shelf: {code: {gt: "A"}}, pages: {gt: 1}}', {"postgres": 1, "mongo": 1}),
        ("{or: [{shelf: {}}, {shelf: {parent: {}}}, {reviews: {some: {}}}]}",
         {"postgres": 1, "mongo": 1}),
        ("{shelf: {books: {some: {reviews: {every: {stars: {gt: 1}}}}}}}",
         {"postgres": 2, "mongo": 2}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [1, 30])
async def test_each_turn_is_one_call_of_each_store_whatever_the_number_of_rows(where, calls, times):
    """Relations side by side go together; each is asked once it is known what is inside it."""
    library = Library()
    books = library.tables["Book"]
    books += [books[0] | {"id": book_id(100 + n), "isbn": f"x{n}"} for n in range(times * 6)]
    await library.data(f"{{ books(where: {where}) {{ totalCount }} }}")
    assert {store: len(made) for store, made in library.calls().items()} == calls


async def test_the_same_question_is_asked_once_a_request(library):
    """Under two roots, under two parents, and inside another filter."""
    await library.data(
        """query($shelf: ShelfFilter = {location: {floor: {gt: 0}}}) {
          books(where: {shelf: $shelf}) { totalCount }
          loans(where: {book: {shelf: $shelf}}) { totalCount }
          authors { nodes { books(where: {shelf: $shelf}) { totalCount } } }
        }"""
    )
    assert library.calls()["mongo"] == [["Shelf"]]


async def test_pages_totals_and_cursors(library):
    """A reaching filter is a part of the list like any other."""
    query = """query($after: String) {
      books(where: {shelf: {}}, orderBy: [{title: DESC}], first: 3, after: $after) {
        totalCount nodes { title } pageInfo { hasNextPage endCursor } } }"""
    first = (await library.data(query))["books"]
    assert (first["totalCount"], titles(first)) == (4, ["birds", "Dust", "Cells 100%"])
    after = first["pageInfo"]["endCursor"]
    second = (await library.data(query, after=after))["books"]
    assert (second["totalCount"], titles(second)) == (4, ["Ashes"])


async def test_lists_below_a_parent(library):
    """The filter is for each parent, and its keys are read once for all."""
    data = await library.data(
        """{ authors { nodes { books(where: {reviews: {some: {stars: {gt: 3}}}}) {
          totalCount nodes { isbn } } } } }"""
    )
    assert [node["books"]["totalCount"] for node in data["authors"]["nodes"]] == [1, 0, 1, 0, 0]
    assert library.calls() == {"postgres": [["Author"], ["Book"]], "mongo": [["Review"]]}


async def test_a_cached_answer_is_of_the_same_keys():
    """What the other store says may change between requests, and the answer with it."""
    library = Library(cache=DictCache())
    query = "{ shelves { nodes { books(where: {reviews: {some: {}}}) { nodes { title } } } } }"
    first = await library.data(query)
    assert titles(first["shelves"]["nodes"][1]["books"]) == []
    library.documents["Review"][4]["book_id"] = book_id(3)
    second = await library.data(query)
    assert titles(second["shelves"]["nodes"][1]["books"]) == ["Cells 100%"]


async def test_a_user_s_resolver_may_reach():
    """`load` takes the same filters; calls of one level are still one batch."""

    @extends(Shelf)
    class Reviewed:
        @strawberry.field
        @requires("code")
        async def reviewed(self, info: Info) -> list[Book]:
            where = {"reviews": {"some": {"stars": {"gt": 3}}}}
            return await info.context.load(Book, {"shelf_code": self.code}, where=where)

    library = Library(Reviewed)
    data = await library.data("{ shelves { nodes { code reviewed { title } } } }")
    shown = {node["code"]: titles({"nodes": node["reviewed"]}) for node in data["shelves"]["nodes"]}
    assert shown == {"A": ["Ashes"], "B": [], "C": [], "D": []}
    assert library.calls() == {"mongo": [["Shelf"], ["Review"]], "postgres": [["Book"]]}


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        # Two shelves are within the cap.
        ('{shelf: {code: {in: ["A", "B"]}}}', [["Shelf"]]),
        # Three are not; but the other conditions leave two keys, which are asked for.
        ('{shelf: {code: {gt: "A"}}, pages: {gt: 90}, genre: {isNull: false}}',
         [["Shelf"], ["Shelf"]]),
        # Without a condition over there, the books are asked first.
        ("{shelf: {}, genre: {eq: NOVEL}}", [["Shelf"]]),
        # What was within the cap narrows what was not.
        ('{shelf: {labels: {isNull: false}}, and: [{reviews: {some: {reviewer: {eq: "sue"}}}}]}',
         [["Shelf", "Review"], ["Shelf"]]),
    ],
)  # fmt: skip
async def test_the_smaller_side_is_asked(where, asked):
    """The other side first; then the side of the filter, as far as its conditions narrow it."""
    library, small = Library(), capped(2)
    assert await found(small, "books", where) == await found(library, "books", where)
    assert small.calls()["mongo"] == asked
    keys = [read.batch.keys for read in small.reads() if read.batch]
    assert all(len(each) <= 2 for each in keys)


async def test_parents_narrow_the_filter_of_their_lists():
    """Below few parents, a list may ask what it may not at the root."""
    library = capped(2)
    books = 'books(where: {reviews: {some: {reviewer: {gt: ""}}}}) { totalCount }'
    assert await library.code(f"{{ {books} }}") == "REACH_TOO_WIDE"
    data = await library.data(f'{{ shelf(code: "A") {{ {books} }} }}')
    assert data == {"shelf": {"books": {"totalCount": 2}}}


@pytest.mark.parametrize(
    "where",
    [
        "{shelf: {labels: {isNull: false}}}",
        "{shelf: {}}",
        '{or: [{pages: {gt: 100}}, {shelf: {code: {ne: ""}}}]}',
        "{reviews: {none: {stars: {gt: 0}}}, pages: {gt: 1}}",
        '{shelf: {books: {some: {title: {gt: ""}}}}}',
    ],
)
async def test_what_is_too_wide_is_refused(where):
    """Neither side has few keys: an error that says what to do, and never a part of the answer."""
    library = capped(1)
    answer = await library.ask(f"{{ books(where: {where}) {{ nodes {{ isbn }} }} }}")
    (error,) = answer["errors"]
    extensions = error["extensions"]
    assert extensions["code"] == "REACH_TOO_WIDE"
    assert (extensions["measured"], extensions["limit"]) == (2, 1)
    assert "more than 1 keys" in error["message"]
    assert "MAX_REACH_KEYS" in extensions["hint"]
    assert answer["data"] == {"books": None}


async def test_a_refused_list_costs_itself_only():
    """The row that it starts from stays, and so do its other relations."""
    answer = await capped(1).ask(
        """{ authors(first: 1) { nodes { name students { totalCount }
          books(where: {shelf: {code: {ne: ""}}}) { totalCount } } } }"""
    )
    (author,) = answer["data"]["authors"]["nodes"]
    assert author == {"name": "Ann Archer", "students": {"totalCount": 2}, "books": None}
    (error,) = answer["errors"]
    assert error["path"] == ["authors", "nodes", 0, "books"]
    assert error["extensions"]["code"] == "REACH_TOO_WIDE"


async def test_a_store_that_is_away_costs_the_filters_that_ask_it():
    """Its rows are not taken for rows that do not match."""
    library = Library(mongo=DownSource)
    answer = await library.ask(
        """{ books(where: {not: {shelf: {}}}) { totalCount }
             loans { totalCount }
             authors { nodes { books(where: {shelf: {}}) { totalCount } } } }"""
    )
    assert answer["data"]["books"] is None
    assert answer["data"]["loans"] == {"totalCount": 5}
    assert {node["books"] for node in answer["data"]["authors"]["nodes"]} == {None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"STORE_UNAVAILABLE"}


async def test_a_stored_key_of_a_wrong_type_matches_nothing():
    """It is an error where it is shown, but here it only equals no key of the other store."""

    def spoil(entity, record):
        if entity == "Shelf" and record.get("code") == "A":
            record["code"] = StoredValueError("no text")

    library = Library(mongo=lambda source: SpoiltSource(source, spoil))
    assert await found(library, "books", "{shelf: {}}") == "36"
    (read,) = [read for read in library.reads() if read.entity.name == "Book"]
    assert read.filter == Compare(("shelf_code",), Operator.IN, ("B", "C", "D"))


async def test_refusals_stay_few_however_deep_the_filter():
    """Each level asks each side once at most."""
    library, depth = capped(1), 12
    where = "{shelf: {books: {some: " * depth + '{title: {gt: ""}}' + "}}}" * depth
    assert await library.code(f"{{ books(where: {where}) {{ totalCount }} }}") == "REACH_TOO_WIDE"
    assert len(library.reads()) < 4 * depth
