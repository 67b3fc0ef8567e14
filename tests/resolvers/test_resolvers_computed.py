"""In charge of computed fields in questions: asked for, filtered, paged through and summed up."""

from __future__ import annotations

import strawberry

from schema import extends, requires
from tests.library.library import Library
from tests.library.models.author import Author
from tests.library.models.book import Book
from tests.library.paging import Walk


@extends(Book)
class Dear:
    """A field of one's own that needs a computed one."""

    @strawberry.field
    @requires("worth")
    def is_dear(self) -> bool:
        """Whether its worth is known, and over a thousand."""
        return self.worth is not None and self.worth > 1000  # type: ignore[attr-defined]


@extends(Author)
class Found:
    """A field of one's own that asks for rows by a computed field."""

    @strawberry.field
    async def spined(self, info: strawberry.Info) -> list[Book]:
        """No index could find them."""
        return await info.context.load(Book, {"spine": "DustB"})


async def test_computed_fields_are_fields():
    """Selected, also across stores; filtered by the operators of their type."""
    data = await Library().data(
        """{
          books(where: {worth: {gt: 1000}, spine: {endsWith: "A"}}, orderBy: [{worth: DESC}]) {
            totalCount
            nodes { title worth spine reviews { nodes { praise } } }
          }
          reviews(where: {praise: {lte: 2}, book: {spine: {startsWith: "D"}}}) { totalCount }
        }"""
    )
    (ashes, birds) = data["books"]["nodes"]
    assert (ashes["title"], ashes["spine"]) == ("birds", "birdsA")
    assert (birds["title"], birds["worth"]) == ("Ashes", "1188.00")
    assert [review["praise"] for review in birds["reviews"]["nodes"]] == [2.5, 2.0, 0.5]
    assert data == data | {"reviews": {"totalCount": 1}}


async def test_pages_are_in_their_order():
    """By cursors that hold the computed value, both ways, where some are null and some equal."""
    for order in ("ASC", "DESC", "ASC_NULLS_FIRST"):
        walk = Walk(Library(), "books", [{"worth": order}])
        whole = await walk.all()
        assert [id for page in await walk.forward(2) for id in page] == whole
        assert [id for page in await walk.backward(2) for id in page] == whole


async def test_they_are_grouped_and_summed_up():
    """As stored fields are."""
    data = await Library().data(
        """{
          reviews {
            aggregate { sum { praise } countDistinct { praise } }
            groupBy(by: [{praise: VALUE}], having: {max: {praise: {gt: 2}}}) {
              key { praise }
              aggregate { count }
            }
          }
        }"""
    )
    assert data["reviews"] == {
        "aggregate": {"sum": {"praise": 8.5}, "countDistinct": {"praise": 4}},
        "groupBy": [{"key": {"praise": 2.5}, "aggregate": {"count": 1}}],
    }


async def test_fields_of_ones_own_require_them():
    """What they require is computed along."""
    library = Library(Dear)
    data = await library.data("{ books(orderBy: [{isbn: ASC}], first: 3) { nodes { isDear } } }")
    assert data["books"]["nodes"] == [{"isDear": True}, {"isDear": True}, {"isDear": False}]


async def test_rows_are_not_loaded_by_them():
    """No index could find them."""
    code = await Library(Found).code("{ author(id: 1) { spined { title } } }")
    assert code == "BAD_USER_INPUT"
