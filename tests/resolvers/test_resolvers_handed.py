"""Filters and orders of the graph, taken by resolvers of users and handed on to `load`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import pytest
import strawberry

from resolvers.documents.info import core_of
from resolvers.documents.parsing import tree_in
from resolvers.limits.judging import judge_of
from resolvers.limits.limits import DEFAULTS
from schema import build_schema, extends, requires
from tests.library.library import Library, catalog, schema
from tests.library.models.book import Book, Genre
from tests.library.models.shelf import Shelf

if TYPE_CHECKING:
    BookFilter = Mapping[str, Any]
    BookOrder = Mapping[str, Any]


@strawberry.input
class Choice:
    """An input of one's own that holds some of the graph's."""

    where: BookFilter | None = None
    order_by: list[BookOrder] = strawberry.field(default_factory=list)
    other: Choice | None = None


@extends(Shelf)
class Chosen:
    """What stands at a shelf."""

    @strawberry.field
    @requires("code")
    async def chosen(
        self,
        info: strawberry.Info,
        where: Annotated[BookFilter | None, strawberry.argument(description="Which.")] = None,
        order_by: list[BookOrder] | None = None,
        first: int = 100,
    ) -> list[Book]:
        """Loaded by what the client says."""
        key = {"shelf_code": self.code}
        return await info.context.load(Book, key, where=where, order_by=order_by or (), first=first)


@extends("Query")
class Choosing:
    """What is chosen at the root."""

    @strawberry.field
    async def novels_like(self, info: strawberry.Info, choice: Choice) -> list[Book]:
        """By an input of one's own."""
        inner = choice.other or choice
        return await info.context.load(
            Book, {"genre": Genre.NOVEL}, where=inner.where, order_by=inner.order_by
        )

    @strawberry.field
    def said(self, where: BookFilter) -> str:
        """What came."""
        return repr(where)


@pytest.fixture
def library() -> Library:
    """One with the fields above."""
    return Library(Chosen, Choosing)


WHERE = """{or: [{genre: {in: [NOVEL, POETRY]}, addedAt: {gt: "2000-01-01T00:00:00Z"}},
  {price: {gte: "1.5"}, authors: {some: {name: {ne: "Xi"}}}},
  {reviews: {some: {stars: {gt: 3}}}}]}"""


async def test_a_field_finds_what_a_relation_does(library):
    """By a filter of every kind, also one that leads into the other store; one read for all."""
    order = "[{genre: DESC}, {title: ASC}]"
    query = """{ shelves { nodes { code
      chosen(where: %s, orderBy: %s) { isbn genre }
      books(where: %s, orderBy: %s) { nodes { isbn genre } } } } }"""
    data = await library.data(query % (WHERE, order, WHERE, order))
    nodes = data["shelves"]["nodes"]
    assert any(node["chosen"] for node in nodes)
    for node in nodes:
        assert node["chosen"] == node["books"]["nodes"]
    reads = [read for read in library.reads() if read.entity.name == "Book"]
    assert sorted(len(read.batch.keys) for read in reads) == [len(nodes), len(nodes)]


async def test_variables_are_handed_on(library):
    """As a whole, as a part, and as a value; also lists, which are read by columns."""
    query = """query ($w: BookFilter!, $o: [BookOrder!], $genre: Genre) {
      shelves { nodes { chosen(where: $w, orderBy: $o) { isbn }
        one: chosen(where: {and: [$w, {genre: {eq: $genre}}]}, orderBy: $o) { isbn }
        books(where: $w, orderBy: $o) { nodes { isbn genre } } } } }"""
    where = {"or": [{"genre": {"eq": "NOVEL"}}, {"genre": {"eq": "POETRY"}}]}
    data = await library.data(query, w=where, o={"isbn": "DESC"}, genre="NOVEL")
    assert any(node["one"] for node in data["shelves"]["nodes"])
    for node in data["shelves"]["nodes"]:
        books = node["books"]["nodes"]
        assert node["chosen"] == [{"isbn": book["isbn"]} for book in books]
        novels = [book for book in books if book["genre"] == "NOVEL"]
        assert node["one"] == [{"isbn": book["isbn"]} for book in novels]


async def test_inputs_of_ones_own_hold_them(library):
    """And themselves."""
    choice = '{where: {title: {like: "%s"}}, orderBy: {title: DESC}}'
    data = await library.data(
        f"""{{ all: novelsLike(choice: {choice % "%"}) {{ title }}
             none: novelsLike(choice: {{other: {choice % "no such"}}}) {{ title }}
             novels {{ title }} }}"""
    )
    assert data["all"] == sorted(data["novels"], key=lambda book: book["title"], reverse=True)
    assert (len(data["all"]) > 1, data["none"]) == (True, [])


async def test_what_is_handed_is_a_mapping_by_the_graph_s_names(library):
    """With what GraphQL makes of values; what was not said is not there."""
    data = await library.data(
        "{ said(where: {inPrint: {eq: true}}) list: said(where: {genre: {in: NOVEL}}) }"
    )
    assert data["said"] == repr({"inPrint": {"eq": True}})
    assert data["list"] == repr({"genre": {"in": [Genre.NOVEL]}})


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("{titel: {eq: 1}}", "GRAPHQL_VALIDATION_FAILED"),
        ("{title: {eq: null}}", "BAD_USER_INPUT"),
        ("{title: null}", "BAD_USER_INPUT"),
    ],
)
async def test_what_is_amiss_is_told_as_of_any_filter(library, where, code):
    """By validation, or by who reads it."""
    query = f'{{ shelf(code: "A") {{ chosen(where: {where}) {{ title }} }} }}'
    assert await library.code(query) == code


def test_two_schemas_have_inputs_of_their_own():
    """Which users name in the same classes."""
    first = build_schema(catalog(), [Chosen, Choosing]).as_str()
    assert build_schema(catalog(), [Chosen, Choosing]).as_str() == first
    assert '"""Which."""\n    where: BookFilter = null' in first
    assert "input Choice {\n  where: BookFilter = null\n  orderBy: [BookOrder!]! = []" in first


def test_what_is_handed_weighs_as_where_the_graph_takes_it():
    """By its values, and by the other store that it asks."""

    def cost(field: str) -> float:
        tree = tree_in(f'{{ shelf(code: "A") {{ {field} }} }}', None, DEFAULTS)
        assert tree is not None
        judge = judge_of(core_of(schema(Chosen, Choosing)))
        return judge.asked(*tree, {}).cost

    own = cost(f"chosen(where: {WHERE}) {{ isbn }}") - cost("chosen { isbn }")
    engine = cost(f"books(where: {WHERE}) {{ totalCount }}") - cost("books { totalCount }")
    assert own == engine > 0
