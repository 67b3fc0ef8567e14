"""Resolvers of many objects: one call, whoever completes, and what becomes of what it gives.

`library.ask` compares the engine's own answer with graphql-core's.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
import strawberry
from structlog.testing import capture_logs

from auth import ANONYMOUS
from catalog import ModelError
from resolvers.documents.info import core_of
from resolvers.operations.explain import resolvers_text
from schema import batched, extends, requires
from tests.library.library import Library
from tests.library.models.author import Author

AUTHORS = "{ authors(orderBy: [{id: ASC}]) { nodes { id %s } } }"


class Calls:
    """With how many objects each function was called, and for how long a list."""

    made: ClassVar[list[tuple[str, int]]] = []


@strawberry.type
class Medal:
    """Of an author."""

    year: int

    @strawberry.field
    @batched
    @staticmethod
    async def metal(medals: "list[Medal]") -> "list[str]":
        """Of all of them at once."""
        Calls.made.append(("metal", len(medals)))
        return ["gold" if medal.year % 2 else "tin" for medal in medals]


@extends(Author)
class Counted:
    """Functions that keep account."""

    @strawberry.field
    @batched
    @requires("name")
    @staticmethod
    def initial(authors: list[Author], size: int = 1) -> list[str]:
        """A plain function."""
        Calls.made.append(("initial", len(authors)))
        return [author.name[:size] for author in authors]

    @strawberry.field
    @batched
    @requires("id")
    @staticmethod
    async def medals(authors: list[Author]) -> list[list[Medal]]:
        """A coroutine function."""
        Calls.made.append(("medals", len(authors)))
        return [[Medal(year=1990 + n) for n in range(author.id)] for author in authors]

    @strawberry.field
    @batched
    @staticmethod
    async def short(_: list[Author], what: str) -> list[int | None]:
        """Not what was promised."""
        given: dict[str, Any] = {"fewer": [1], "text": "12345", "none": None, "none at all": []}
        return given[what]

    @strawberry.field
    @batched
    @requires("id")
    @staticmethod
    def debts_all(authors: list[Author]) -> list[int | Exception]:
        """Where none may be null."""
        return [ValueError("lost") if author.id == 2 else author.id for author in authors]

    @strawberry.field
    @batched
    @staticmethod
    def nothing(authors: list[Author]) -> list[int | None]:
        """Fails for all of them."""
        raise LookupError(len(authors))


@extends("Query")
class Roots:
    """What belongs to no row."""

    @strawberry.field
    @batched
    @staticmethod
    async def anyone(nobody: list[None], size: int) -> list[list[int]]:
        """Asked once."""
        return [list(range(size)) for _ in nobody]


@pytest.fixture
def counting() -> Library:
    """With what keeps account."""
    Calls.made.clear()
    return Library(Counted)


async def both(library: Library, query: str) -> tuple[Counter[Any], Counter[Any]]:
    """The calls that the engine's own completion makes, and graphql-core's."""
    Calls.made.clear()
    answer = await library.ask_directly(query)
    assert answer is not None
    assert "errors" not in answer
    direct = Counter(Calls.made)
    Calls.made.clear()
    result = await library.graph.schema.execute(
        query, context_value=library.graph.context(ANONYMOUS)
    )
    assert result.errors is None
    assert result.data == answer["data"]
    return direct, Counter(Calls.made)


@pytest.mark.parametrize(
    ("asked", "calls"),
    [
        ("initial", {("initial", 5): 1}),
        ("medals { year }", {("medals", 5): 1}),
        ("medals { year metal }", {("medals", 5): 1, ("metal", 15): 1}),
        ("initial again: initial", {("initial", 5): 2}),
        ("initial two: initial(size: 2)", {("initial", 5): 2}),
        ("initial ... on Author { initial }", {("initial", 5): 1}),
        ("initial @skip(if: true) medals @include(if: false) { year }", {}),
        ("pupils { initial }", {("initial", 3): 1}),
        ("pupils { pupils { medals { metal } } }", {("medals", 1): 1, ("metal", 5): 1}),
        ("students { nodes { medals { metal } } }", {("medals", 3): 1, ("metal", 10): 1}),
    ],
)
async def test_one_call_for_all_of_a_level(counting, asked, calls):
    """Also below other resolvers, in lists of lists; each place in the document is its own."""
    query = AUTHORS % asked.replace("pupils {", "pupils { id")
    direct, standard = await both(counting, query)
    assert direct == standard == calls


@pytest.mark.parametrize(
    "asked",
    [
        "fans { name }",
        "fans(most: 0) { name shouts }",
        "fans { shouts loud: shouts(times: 2) __typename }",
        "motto { text number }",
        'motto(wish: {words: ["sigh"]}) { text loud }',
        'a: motto(wish: {words: ["a"]}) { text } b: motto { titleFound }',
        "bestPupil { name motto { text } fans { name } books { totalCount } }",
        "mentor { fans { name } bestPupil { name } }",
        "students { nodes { fans { name } } aggregate { count } }",
        "pupils { fans { shouts } }",
        "fans(most: 99999999999) { name }",
    ],
)
async def test_answers_are_the_same_by_whomever(library, asked):
    """Nulls, lists, objects, rows of the engine's, errors at their places, and other resolvers."""
    await library.ask(AUTHORS % asked)


async def test_the_error_of_one_is_its_own_where_null_may_not_be(counting):
    """It spreads as any other: here over the whole list."""
    answer = await counting.ask(AUTHORS % "debtsAll")
    assert answer["data"] == {"authors": None}
    (error,) = answer["errors"]
    assert error["path"] == ["authors", "nodes", 1, "debtsAll"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ('short(what: "fewer")', "Counted.short gave 1 values for 5 objects."),
        ('short(what: "none at all")', "Counted.short gave 0 values for 5 objects."),
        ('short(what: "none")', "Counted.short gave a NoneType, rather than a list of values."),
        ('short(what: "text")', "Counted.short gave a str, rather than a list of values."),
        ("nothing", "5"),
    ],
)
async def test_what_is_no_value_for_each_is_an_error_of_all(counting, asked, said):
    """Masked, as what a developer did not foresee; the log says what it was."""
    with capture_logs() as logs:
        answer = await counting.ask(AUTHORS % f"x: {asked}")
    assert {error["message"] for error in answer["errors"]} == {"Internal error."}
    paths = [error["path"] for error in answer["errors"]]
    assert paths == [["authors", "nodes", n, "x"] for n in range(5)]
    assert {str(line["exc_info"]) for line in logs if line["event"] == "unexpected error"} == {said}


async def test_a_root_field_may_be_one():
    """It is called for nobody, once."""
    assert await Library(Roots).data("{ a: anyone(size: 2) b: anyone(size: 0) }") == {
        "a": [0, 1],
        "b": [],
    }


async def test_explain_says_that_it_is_called_once(counting):
    """Of the engine's own completion."""
    operation = counting.graph.operations.find(AUTHORS % "initial", None)
    assert operation is not None
    context = counting.graph.context(ANONYMOUS)
    (root,) = operation.roots(context.planner, {}) or ()
    assert root.form == "resolvers"
    assert root.field is not None
    assert "! Author.initial: called once" in resolvers_text(root.field, context.reach)


def test_what_gives_no_list_is_refused():
    """When it is declared; so is what takes no rows."""
    with pytest.raises(ModelError, match="is batched, and gives no list"):

        @batched
        def one(authors: list[Author]) -> int:
            return len(authors)

    with pytest.raises(ModelError, match="is batched, and takes no rows"):

        @batched
        def none() -> list[int]:
            return []


@extends(Author)
class Spelt:
    """What a function may say that it returns, in text and as it is."""

    @strawberry.field
    @batched
    @staticmethod
    def a(authors: list[Author]) -> "list[int | Exception | None]":
        """In text, as all of a module's annotations may be."""
        return [None for _ in authors]

    @strawberry.field
    @batched
    @staticmethod
    def b(authors: list[Author]) -> "Sequence[list[Medal]]":
        """A list of lists."""
        return [[] for _ in authors]

    @strawberry.field
    @batched
    @requires("name")
    @staticmethod
    def c(authors: list[Author]) -> Sequence[Author | Exception]:
        """A row of the engine's, never null."""
        return authors

    @strawberry.field
    @batched
    @staticmethod
    async def d(authors: list[Author], *, at: int, info: strawberry.Info) -> list[str | None]:
        """Arguments by name alone; the info is none of them."""
        return [f"{at} {info.field_name}" for _ in authors]


async def test_a_field_has_the_type_of_one_value():
    """Errors are left out of it."""
    library = Library(Spelt)
    fields = core_of(library.graph.schema).type_map["Author"].fields  # type: ignore[attr-defined]
    assert {name: str(fields[name].type) for name in "abcd"} == {
        "a": "Int", "b": "[Medal!]!", "c": "Author!", "d": "String",
    }  # fmt: skip
    assert list(fields["d"].args) == ["at"]
    data = await library.data(
        "{ authors(first: 1) { nodes { a b { year } c { name } d(at: 3) } } }"
    )
    assert data["authors"]["nodes"] == [
        {"a": None, "b": [], "c": {"name": "Ann Archer"}, "d": "3 d"}
    ]
