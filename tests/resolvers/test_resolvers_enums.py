"""Enums of models in resolvers of users: what they are given, and give, are the models' members."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import pytest
import strawberry

from auth import ANONYMOUS
from resolvers.subscriptions import source_of, subscription_in
from schema import batched, extends, requires
from tests.library.extensions.author import Mood
from tests.library.library import Library, titles
from tests.library.models.book import Book, Genre
from tests.library.models.review import Verdict
from tests.library.models.shelf import Format


@strawberry.input
class Within:
    """An input in an input."""

    verdicts: list[list[Verdict | None]] | None = None
    named: Annotated[Genre, strawberry.lazy("tests.library.models.book")] | None = None


@strawberry.input
class Wanted:
    """What somebody wants, in enums of both stores."""

    genre: Genre = Genre.NOVEL
    verdict: Verdict | None = strawberry.UNSET
    formats: list[Format] = strawberry.field(default_factory=lambda: [Format.QUARTO])
    within: Within | None = None


@strawberry.type
class Heard:
    """What a resolver was given, and gives."""

    told: str
    genre: Genre | None = None
    verdicts: list[list[Verdict | None]] | None = None


@extends("Query")
class Asking:
    """Fields of the root that take members."""

    @strawberry.field
    def heard(
        self,
        genre: Genre | None = None,
        genres: list[Genre] | None = None,
        verdict: Annotated[Verdict, strawberry.argument(description="In a word.")] = Verdict.SKIP,
        mood: Mood = Mood.STORMY,
    ) -> Heard:
        """All of it, as Python tells it."""
        return Heard(told=repr((genre, genres, verdict, mood)), genre=genre)

    @strawberry.field
    def wanted(self, wanted: Wanted) -> Heard:
        """The same of an input."""
        within = wanted.within
        return Heard(
            told=repr(wanted), genre=wanted.genre, verdicts=within.verdicts if within else None
        )

    @strawberry.field
    def unset(self, genre: Genre | None = strawberry.UNSET) -> bool:
        """Whether nothing is said."""
        return genre is strawberry.UNSET

    @strawberry.field
    async def books_of(self, info: strawberry.Info, genre: Genre) -> list[Book]:
        """By a key, and by a filter."""
        where = {"genre": {"in": [genre]}}
        return await info.context.load(Book, {"genre": genre}, where=where)


@extends(Book)
class Judged:
    """Fields of rows that take members."""

    @strawberry.field
    @requires("genre")
    def is_one(self, genre: Genre, others: list[Genre] | None = None) -> bool:
        """Rows hold names."""
        return self.genre in [each.name for each in (genre, *(others or ()))]

    @strawberry.field
    @batched
    @requires("genre")
    @staticmethod
    def are(books: list[Book], genre: Genre = Genre.POETRY) -> list[Genre | None]:
        """A member for each."""
        return [genre if book.genre == genre.name else None for book in books]


@extends("Mutation")
class Doing:
    """A mutation that takes members."""

    @strawberry.mutation
    def done(self, wanted: Wanted, verdicts: list[Verdict]) -> list[Verdict]:
        """Turned round."""
        assert type(wanted.genre) is Genre
        return verdicts[::-1]


@extends("Subscription")
class Telling:
    """A subscription that takes members."""

    @strawberry.subscription
    async def told(self, genres: list[Genre]) -> AsyncGenerator[Genre, None]:
        """One after the other."""
        for genre in genres:
            assert type(genre) is Genre
            yield genre


@pytest.fixture
def library() -> Library:
    """One whose extensions take members of its models' enums."""
    return Library(Asking, Judged, Doing, Telling)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", (None, None, Verdict.SKIP, Mood.STORMY)),
        ("(genre: POETRY)", (Genre.POETRY, None, Verdict.SKIP, Mood.STORMY)),
        ("(genre: null, verdict: READ)", (None, None, Verdict.READ, Mood.STORMY)),
        ("(genres: [NOVEL, NOVEL])", (None, [Genre.NOVEL] * 2, Verdict.SKIP, Mood.STORMY)),
        ("(genres: SCIENCE, mood: CALM)", (None, [Genre.SCIENCE], Verdict.SKIP, Mood.CALM)),
    ],
)
async def test_arguments_are_members(library, arguments, told):
    """Optional ones, lists, one for a list, defaults; and an enum that only the extension uses."""
    data = await library.data(f"{{ heard{arguments} {{ told genre }} }}")
    genre = told[0] and told[0].name
    assert data == {"heard": {"told": repr(told), "genre": genre}}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, (Genre.SCIENCE, None)),
        ({"one": "NOVEL"}, (Genre.NOVEL, None)),
        ({"one": None, "many": "POETRY"}, (None, [Genre.POETRY])),
        ({"one": "POETRY", "many": ["NOVEL", "POETRY"]},
         (Genre.POETRY, [Genre.NOVEL, Genre.POETRY])),
    ],
)  # fmt: skip
async def test_variables_are_members(library, variables, told):
    """With a default of the document's, null, and a single value for a list."""
    query = """query ($one: Genre = SCIENCE, $many: [Genre!]) {
      heard(genre: $one, genres: $many, verdict: READ, mood: CALM) { told } }"""
    data = await library.data(query, **variables)
    assert data["heard"]["told"] == repr((*told, Verdict.READ, Mood.CALM))


WANTED = "query ($wanted: Wanted!) { wanted(wanted: $wanted) { told genre verdicts } }"


async def test_inputs_hold_members(library):
    """With defaults, UNSET, lists of lists, inputs within, and types that are found later."""
    given = (
        "{verdict: READ, formats: OCTAVO, within: {verdicts: [[READ, null], SKIP], named: POETRY}}"
    )
    raw = {
        "verdict": "READ",
        "formats": "OCTAVO",
        "within": {"verdicts": [["READ", None], "SKIP"], "named": "POETRY"},
    }
    written = await library.data(f"{{ wanted(wanted: {given}) {{ told genre verdicts }} }}")
    assert await library.data(WANTED, wanted=raw) == written
    within = Within(verdicts=[[Verdict.READ, None], [Verdict.SKIP]], named=Genre.POETRY)
    wanted = Wanted(verdict=Verdict.READ, formats=[Format.OCTAVO], within=within)
    assert written == {
        "wanted": {
            "told": repr(wanted),
            "genre": "NOVEL",
            "verdicts": [["READ", None], ["SKIP"]],
        }
    }
    bare = await library.data(WANTED, wanted={})
    assert bare["wanted"]["told"] == repr(Wanted())


async def test_what_is_not_said_is_unset(library):
    """And null is said."""
    data = await library.data("{ unset null: unset(genre: null) there: unset(genre: NOVEL) }")
    assert data == {"unset": True, "null": False, "there": False}


async def test_rows_are_found_by_members(library):
    """What a resolver is given it may read by."""
    data = await library.data("{ booksOf(genre: POETRY) { title genre } }")
    assert {book["genre"] for book in data["booksOf"]} == {"POETRY"}


async def test_fields_of_rows_take_members(library):
    """Called for each row, and once for all; below `node` as well."""
    fields = "nodeId genre isOne(genre: NOVEL, others: POETRY) are other: are(genre: NOVEL)"
    data = await library.data(f"{{ books {{ nodes {{ {fields} }} }} }}")
    nodes = data["books"]["nodes"]
    for node in nodes:
        assert node["isOne"] == (node["genre"] in {"NOVEL", "POETRY"})
        assert node["are"] == ("POETRY" if node["genre"] == "POETRY" else None)
        assert node["other"] == ("NOVEL" if node["genre"] == "NOVEL" else None)
    assert {node["genre"] for node in nodes} > {"NOVEL", "POETRY"}
    again = await library.data(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Book {{ {fields} }} }} }}",
        id=nodes[0]["nodeId"],
    )
    assert again == {"node": nodes[0]}


async def test_mutations_take_members(library):
    """As fields do."""
    query = "mutation ($genre: Genre!) { done(wanted: {genre: $genre}, verdicts: [READ, SKIP]) }"
    assert await library.data(query, genre="NOVEL") == {"done": ["SKIP", "READ"]}


async def test_subscriptions_take_members(library):
    """And tell them."""
    query, graph = "subscription ($genres: [Genre!]!) { told(genres: $genres) }", library.graph
    tree = subscription_in(graph.schema._schema, query, None)
    source = await source_of(
        graph.schema, tree, graph.context(ANONYMOUS), {"genres": ["NOVEL", "POETRY"]}
    )
    told = [
        (await source.answer(each, graph.context(ANONYMOUS))).data async for each in source.events()
    ]
    assert told == [{"told": "NOVEL"}, {"told": "POETRY"}]


@pytest.mark.parametrize(
    "query",
    [
        "{ heard(genre: PROSE) { told } }",
        '{ heard(genre: "NOVEL") { told } }',
        "{ heard(verdict: 1) { told } }",
        "{ heard(verdict: null) { told } }",
        "{ wanted(wanted: {genre: n}) { told } }",
    ],
)
async def test_what_is_no_member_is_refused(library, query):
    """Unknown names, texts, values of members, and null where none may be."""
    assert await library.code(query) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("given", ["PROSE", "n", 1, ["NOVEL"], {"name": "NOVEL"}, None])
async def test_what_is_no_member_is_refused_in_variables(library, given):
    """And by graphql-core's words."""
    (error,) = (await library.ask("query ($g: Genre!) { booksOf(genre: $g) { title } }", g=given))[
        "errors"
    ]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_filters_find_what_they_found(library):
    """By names of both stores, as literals and as variables; rows of members that were no texts."""
    data = await library.data("{ books(where: {genre: {eq: POETRY}}) { nodes { title } } }")
    query = "query ($in: [Genre!]) { books(where: {genre: {in: $in}}) { nodes { title } } }"
    assert await library.data(query, **{"in": "POETRY"}) == data
    assert titles(data["books"])
    query = "query ($w: ReviewFilter) { reviews(where: $w) { nodes { verdict } } }"
    for name in ("READ", "SKIP"):
        found = await library.data(query, w={"verdict": {"eq": name}})
        assert {node["verdict"] for node in found["reviews"]["nodes"]} == {name}


async def test_defaults_are_told_by_name(library):
    """By introspection, and in the schema's text."""
    query = '{ __type(name: "Query") { fields { name args { name defaultValue } } } }'
    told = await library.graph.schema.execute(query, context_value=library.graph.context(ANONYMOUS))
    (args,) = [each["args"] for each in told.data["__type"]["fields"] if each["name"] == "heard"]
    assert {each["name"]: each["defaultValue"] for each in args} == {
        "genre": "null", "genres": "null", "verdict": "SKIP", "mood": "STORMY",
    }  # fmt: skip
    text = library.graph.schema.as_str()
    assert "genre: Genre! = NOVEL" in text
    assert "formats: [Format!]! = [QUARTO]" in text
