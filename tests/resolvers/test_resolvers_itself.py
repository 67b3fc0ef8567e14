"""Rows that fields of the user's give back: they hold what is asked of them there."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
import strawberry

from schema import batched, extends, requires
from tests.library.library import Library
from tests.library.models.book import Book
from tests.library.models.recording import Disc, Recording
from tests.library.models.review import Review


@strawberry.type
class Held:
    """A type of one's own that holds a row."""

    book: Book
    inner: list[Held]


@extends(Book)
class Itself:
    """Fields that give the book itself."""

    @strawberry.field
    def me(self) -> Book:
        return self  # type: ignore[return-value]

    @strawberry.field
    @requires("price")
    def dear(self) -> Book | None:
        return self if self.price and self.price > 1 else None  # type: ignore[return-value,attr-defined]

    @strawberry.field
    def held(self) -> Held:
        book: Any = self
        return Held(book=book, inner=[Held(book=book, inner=[])])

    @strawberry.field
    def either(self) -> list[Annotated[Held | Review, strawberry.union("Either")]]:
        return [Held(book=self, inner=[])]  # type: ignore[arg-type]

    @strawberry.field
    @batched
    @staticmethod
    async def each(books: list[Book]) -> list[list[Book]]:
        return [[book, book] for book in books]


@extends(Recording)
class Played:
    """A field of rows of several kinds."""

    @strawberry.field
    def again(self) -> Recording:
        return self  # type: ignore[return-value]


@extends(Disc)
class Turned:
    """A field of one kind alone, which says less of what it gives."""

    @strawberry.field
    def turned(self) -> Recording:
        return self  # type: ignore[return-value]


@pytest.fixture
def library() -> Library:
    """One whose rows give themselves."""
    return Library(Itself, Played, Turned)


@pytest.mark.parametrize(
    "asked",
    [
        "title",
        "isbn title pages",
        "nodeId",
        "shelf { code location { room } }",
        "authors { totalCount nodes { name } }",
        "loans(first: 1) { totalCount nodes { borrower } }",
        "reviews { nodes { stars book { title } } }",
        "priceWithTax(rate: 1)",
        "lastLoan { number }",
        "me { title me { pages } }",
        "__typename ... on Book { title } ... on Node { nodeId }",
    ],
)
@pytest.mark.parametrize(
    ("way", "places"),
    [
        ("me {{ {} }}", ["me"]),
        ("dear {{ {} }}", ["dear"]),
        ("held {{ inner {{ book {{ {} }} }} }}", ["held", "inner", 0, "book"]),
        ("each {{ {} }}", ["each", 1]),
        ("either {{ ... on Held {{ book {{ {} }} }} }}", ["either", 0, "book"]),
    ],
)
async def test_a_row_that_is_given_back_has_what_is_asked_of_it(library, asked, way, places):
    """Of columns, relations in both stores, ids and other fields: as where it came from."""
    query = '{{ book: bookByIsbn(isbn: "i1") {{ {} }} }}'
    plain = (await library.data(query.format(asked)))["book"]
    found = (await library.data(query.format(way.format(asked))))["book"]
    for place in places:
        found = found[place]
    assert found == plain


async def test_no_more_is_read_for_it_than_that(library):
    """By the one read of its row, which asks for no column twice."""
    await library.data(
        '{ bookByIsbn(isbn: "i1") { isbn me { title nodeId held { book { pages } } } } }'
    )
    (read,) = library.reads()
    assert sorted(read.fields) == [("id",), ("isbn",), ("pages",), ("title",)]


async def test_a_row_of_several_kinds_is_given_back(library):
    """By what all kinds have, and by what one has."""
    known = 'where: {medium: {in: ["film", "tape", "disc"]}}'
    data = await library.data(
        f"""{{ recordings({known}) {{
               nodes {{ again {{ __typename title
                                 ... on Film {{ colour }} ... on Disc {{ layers }} }}
                        ... on Disc {{ turned {{ minutes ... on Disc {{ layers tracks }} }} }} }}
               plain: nodes {{ __typename title ... on Film {{ colour }}
                               ... on Disc {{ layers minutes tracks }} }} }} }}"""
    )
    nodes, plain = data["recordings"]["nodes"], data["recordings"]["plain"]
    assert {each["__typename"] for each in plain} >= {"Film", "Disc"}
    for node, expected in zip(nodes, plain, strict=True):
        turned = node.get("turned") or {}
        assert {**node["again"], **turned} == expected
        assert bool(turned) == (expected["__typename"] == "Disc")
