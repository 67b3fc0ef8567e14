"""Answers in parts by HTTP: who gets them, how they are written, and what is in which."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from catalog.query import Answer, Key
from catalog.templates import Ask
from edge.media import MIXED as MIXED_TYPE
from edge.media import Spec, parts_wanted
from schema import Authenticated, batched, extends
from telemetry import measures
from telemetry.measures import Measures
from tests.library.library import Library
from tests.library.models.book import Book
from tests.library.parts import MIXED, OF_2022, merged, parts_in
from tests.library.sources import CountingSource

QUERY = """query Shelved($late: Boolean = true) {
  books(first: 2) {
    nodes { title ... @defer(if: $late, label: "shelf") { shelf { code } } }
  }
}"""
WHOLE = {
    "books": {
        "nodes": [
            {"title": "Ashes", "shelf": {"code": "A"}},
            {"title": "birds", "shelf": {"code": "A"}},
        ]
    }
}


@extends(Book)
class Judged:
    """What is wrong with books."""

    @strawberry.field(directives=[Authenticated()])
    def secret(self) -> str | None:
        """For few."""
        return "none"

    @strawberry.field
    async def counted(self, info: strawberry.Info) -> int:
        """How many of them are asked about at once."""
        beside = info.context.outcomes.setdefault("beside", set())
        beside.add(id(self))
        for _ in range(5):
            await asyncio.sleep(0)
        return len(beside)

    @strawberry.field
    @batched
    @staticmethod
    async def together(books: list[Book], word: str) -> list[str]:
        """With how many of them it is called."""
        return [f"{word} {len(books)}" for _ in books]

    @strawberry.field
    def missing(self) -> str:
        """Never there, though it must be."""
        raise GraphQLError("It is missing.")


@extends("Mutation")
class Lent:
    """What is done with books."""

    @strawberry.mutation
    async def lend(self, info: strawberry.Info) -> list[Book]:
        """One of them."""
        return await info.context.load("Book", {"title": "Ashes"})


@extends("Query")
class Picked:
    """What is always there."""

    @strawberry.field
    async def picked(self, info: strawberry.Info) -> list[Book]:
        """Some of them."""
        return await info.context.load("Book", {"title": "Ashes"})


@pytest.fixture
def asking(connect):
    """Asks a library of this, and gives all that is answered."""

    async def ask(query: str, headers: Mapping[str, str] = MIXED, **more: Any) -> Any:
        async with connect(Library(Judged, Lent, Picked)) as client:
            return await client.post("/graphql", json={"query": query, **more}, headers=headers)

    return ask


@pytest.fixture
def measured():
    """What is counted meanwhile."""
    found = Measures()
    measures.install(found)
    yield found
    measures.install(None)


async def told(asking: Any, query: str, headers: Mapping[str, str] = MIXED, **more: Any) -> Any:
    """The parts of an answer."""
    answer = await asking(query, headers, **more)
    assert answer.status_code == 200, answer.text
    return parts_in(answer.content)


async def test_parts_are_told_by_id(asking):
    """As the specification has it; nothing on the way is to keep them back."""
    answer = await asking(QUERY, MIXED | {"accept-encoding": "gzip"})
    kind = 'multipart/mixed; boundary="-"; incrementalSpec=v0.2'
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers
    assert parts_in(answer.content) == [
        {
            "data": {"books": {"nodes": [{"title": "Ashes"}, {"title": "birds"}]}},
            "pending": [
                {"id": "0", "path": ["books", "nodes", 0], "label": "shelf"},
                {"id": "1", "path": ["books", "nodes", 1], "label": "shelf"},
            ],
            "hasNext": True,
        },
        {
            "incremental": [
                {"id": "0", "data": {"shelf": {"code": "A"}}},
                {"id": "1", "data": {"shelf": {"code": "A"}}},
            ],
            "completed": [{"id": "0"}, {"id": "1"}],
            "hasNext": False,
        },
    ]


async def test_parts_are_told_by_path(asking):
    """As in 2022, if that is what a client names."""
    answer = await asking(QUERY, OF_2022)
    kind = 'multipart/mixed; boundary="-"; deferSpec=20220824'
    assert answer.headers["content-type"] == kind
    first, second = parts_in(answer.content)
    assert first == {
        "data": {"books": {"nodes": [{"title": "Ashes"}, {"title": "birds"}]}},
        "hasNext": True,
    }
    shelf = {"data": {"shelf": {"code": "A"}}, "label": "shelf"}
    paths = [["books", "nodes", 0], ["books", "nodes", 1]]
    assert second == {"incremental": [shelf | {"path": path} for path in paths], "hasNext": False}


@pytest.mark.parametrize("headers", [MIXED, OF_2022])
async def test_a_list_is_told_item_by_item(asking, headers):
    """So many at once, and then the others; what resolvers do for these they do together."""
    query = "{ books(first: 4) { nodes @stream(initialCount: 1) { title counted } } }"
    first, *others = await told(asking, query, headers)
    assert first["data"] == {"books": {"nodes": [{"title": "Ashes", "counted": 1}]}}
    items = [
        each for part in others for one in part.get("incremental", ()) for each in one["items"]
    ]
    assert [each["title"] for each in items] == ["birds", "Cells 100%", "Dust"]
    assert {each["counted"] for each in items} == {4}
    if headers is OF_2022:
        assert others[0]["incremental"][0]["path"] == ["books", "nodes", 1]


@pytest.mark.parametrize(
    ("accept", "spec"),
    [
        ("multipart/mixed", Spec.PENDING),
        ("multipart/mixed;incrementalSpec=v0.2,application/json;q=0.9", Spec.PENDING),
        ("multipart/mixed;deferSpec=20220824,application/json", Spec.OF_2022),
        ('Multipart/Mixed; DeferSpec="20220824"', Spec.OF_2022),
        ("multipart/mixed;deferSpec=20230101, multipart/mixed", Spec.PENDING),
        ("multipart/mixed;deferSpec=20230101", None),
        ('multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json', None),
        ("multipart/mixed;q=0", None),
        ("multipart/*", None),
        ("*/*", None),
        ("", None),
    ],
)
def test_how_parts_are_asked_for(accept, spec):
    """By the media type's own name."""
    assert parts_wanted(accept, MIXED_TYPE) == spec


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"accept": "application/json"}, {}),
        ({"accept": "*/*"}, {}),
        ({"accept": "multipart/mixed;deferSpec=20230101, application/json"}, {}),
        (MIXED, {"variables": {"late": False}}),
        (MIXED | {"graphql-cost": "report"}, {}),
    ],
)
async def test_who_does_not_read_parts_is_answered_whole(asking, headers, more):
    """The directives are then nothing to mind; nor if they are off."""
    answer = await asking(QUERY, headers, **more)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["data"] == WHOLE


async def test_who_names_parts_alone_gets_them(asking):
    """And JSON for what is no part: errors, and answers of which nothing is late."""
    alone = {"accept": "multipart/mixed"}
    answer = await asking(QUERY, alone)
    assert parts_in(answer.content)[-1]["hasNext"] is False
    for query in ("{ openingHours }", "{"):
        answer = await asking(query, alone)
        assert answer.headers["content-type"].startswith("application/json")
    answer = await asking(QUERY, {"accept": "multipart/mixed;deferSpec=20230101"})
    assert answer.status_code == 406


@pytest.mark.parametrize(
    "query",
    [
        "{ openingHours }",
        '{ bookByIsbn(isbn: "none") { title ... @defer { pages } } }',
        "{ openingHours @skip(if: true) ... @defer @skip(if: true) { openingHours } }",
    ],
)
async def test_where_nothing_is_late_nothing_is_in_parts(asking, query):
    """Whatever the client would read."""
    answer = await asking(query)
    assert answer.headers["content-type"].startswith("application/json")
    assert "errors" not in answer.json()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nope ... @defer { openingHours } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ openingHours @defer }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ books { totalCount @stream } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            '{ ... @defer(label: "a") { openingHours } ... @defer(label: "a") { __typename } }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("query ($n: Int!) { books { nodes @stream(initialCount: $n) { id } } }", "BAD_USER_INPUT"),
    ],
)
async def test_what_is_wrong_is_told_as_ever(asking, query, code):
    """Before anything is executed, as JSON."""
    answer = await asking(query)
    assert answer.headers["content-type"].startswith("application/json")
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == [code]


async def test_a_count_of_less_than_none(asking):
    """It is an error of the list."""
    query = "{ books { nodes @stream(initialCount: -1) { id } } }"
    answer = (await asking(query)).json()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["books", "nodes"]


@pytest.mark.parametrize("headers", [MIXED, OF_2022])
async def test_what_may_not_be_read_is_told_in_its_part(asking, headers):
    """Null and an error, there and nowhere else."""
    query = "{ books(first: 1) { nodes { title ... @defer { secret pages } } } }"
    first, second = await told(asking, query, headers)
    assert "errors" not in first
    (one,) = second["incremental"]
    assert one["data"]["secret"] is None
    (error,) = one["errors"]
    assert error["path"] == ["books", "nodes", 0, "secret"]
    assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"


async def test_a_null_that_spreads_stops_at_its_part(asking):
    """What was told before is still so."""
    query = "{ books(first: 1) { nodes { title ... @defer { missing } } } }"
    first, second = await told(asking, query)
    assert first["data"] == {"books": {"nodes": [{"title": "Ashes"}]}}
    (completed,) = second["completed"]
    assert completed["errors"][0]["path"] == ["books", "nodes", 0, "missing"]
    _, second = await told(asking, query, OF_2022)
    (one,) = second["incremental"]
    assert one["data"] is None
    assert one["path"] == ["books", "nodes", 0]


ROWS, BY_LEVELS, PARTS = ("rows", ""), ("resolvers", ""), ("standard", "parts")
LATE = "late: books(first: 1) { nodes { title ... @defer { pages } } }"


@pytest.mark.parametrize(
    ("query", "forms"),
    [
        ("{ books(first: 2) { nodes { title } } %s }", {ROWS: 1, PARTS: 1}),
        ("{ books(first: 2) { nodes { title counted } } %s }", {BY_LEVELS: 1, PARTS: 1}),
        ("{ ... @defer { books(first: 2) { nodes { title } } } %s }", {ROWS: 1, PARTS: 1}),
        (
            "{ books { totalCount } %s ... @defer { books { nodes { pages } } } }",
            {PARTS: 2},
        ),
        (
            """query Q($n: Int = 2) { __typename ... @defer { ...All } %s }
            fragment All on Query { books(first: $n) { ... @defer(if: false) { totalCount } } }""",
            {ROWS: 1, PARTS: 1},
        ),
    ],
)
@pytest.mark.parametrize("headers", [MIXED, OF_2022])
async def test_a_field_in_one_piece_is_completed_directly(asking, measured, headers, query, forms):
    """At once or later, beside a field that comes in parts, which alone is left to graphql-core."""
    whole = (await asking(query % LATE, {"accept": "application/json"})).json()["data"]
    measured.completions.clear()
    parts = await told(asking, query % LATE, headers)
    assert measured.completions == forms
    assert merged(parts, parts_wanted(headers["accept"], MIXED_TYPE))["data"] == whole


async def test_errors_of_fields_in_one_piece(asking):
    """They are told in the part that the field is in, and nulls spread as ever."""
    secret = "books(first: 2) { nodes { title secret } }"
    first, *_ = await told(asking, f"{{ {secret} {LATE} }}")
    assert [each["secret"] for each in first["data"]["books"]["nodes"]] == [None, None]
    assert [each["path"] for each in first["errors"]] == [
        ["books", "nodes", number, "secret"] for number in range(2)
    ]
    _, *others = await told(asking, f"{{ ... @defer {{ {secret} }} {LATE} }}")
    (one,) = [each for part in others for each in part["incremental"] if "books" in each["data"]]
    assert [each["path"][2] for each in one["errors"]] == [0, 1]


async def test_a_null_that_spreads_from_a_field_in_one_piece(asking):
    """To all of the answer, which then is whole; or to the part that the field is in."""
    missing = "picked { title missing }"
    query = f"{{ {missing} {LATE} }}"
    answer, whole = [
        (await asking(query, headers)).json() for headers in (MIXED, {"accept": "application/json"})
    ]
    assert answer == whole
    assert answer["data"] is None
    first, *others = await told(asking, f"{{ ... @defer {{ {missing} }} {LATE} }}")
    assert list(first["data"]) == ["late"]
    failed = [each for part in others for each in part["completed"] if "errors" in each]
    assert [each["errors"][0]["path"][2] for each in failed] == ["missing"]


async def test_a_log_line_tells_all_of_it_once(asking, lines, measured):
    """With the codes of all parts; completion is counted with its reason."""
    await told(asking, "query Secret { books(first: 1) { nodes { title ... @defer { secret } } } }")
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["operation"], line["status"]) == ("Secret", 200)
    assert line["errors"] == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert measured.completions == {PARTS: 1}


class Noting(CountingSource):
    """Tells how many rows' keys each read was for."""

    keys: list[tuple[str, int]]

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """As the source within."""
        self.calls.append([])
        noted = [(ask.template.read.entity.name, len(ask.keys)) for ask in asks]
        self.keys = [*getattr(self, "keys", ()), *noted]
        return await self._source.run(asks)


async def test_what_is_late_is_read_late_and_at_once(connect):
    """All rows of one relation by one call, in another than what is told first."""
    library = Library(postgres=Noting, mongo=Noting)
    query = """{ books(first: 4) {
      nodes { title ... @defer { reviews(first: 1) { nodes { stars } } } }
      ... @defer { totalCount }
    } }"""
    async with connect(library) as client:
        answer = await client.post("/graphql", json={"query": query}, headers=MIXED)
    first, *_ = parts_in(answer.content)
    assert first["data"] == {
        "books": {"nodes": [{"title": t} for t in ("Ashes", "birds", "Cells 100%", "Dust")]}
    }
    postgres: Any = library.postgres
    mongo: Any = library.mongo
    assert postgres.keys == [("Book", 0), ("Book", 0)]
    assert mongo.keys == [("Review", 4)]


async def test_a_mutation_is_answered_whole(asking):
    """Of what it does nothing is left for later."""
    answer = await asking("mutation { lend { title ... @defer { shelf { code } } } }")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {"data": {"lend": [{"title": "Ashes", "shelf": {"code": "A"}}]}}


async def test_a_batched_field_that_is_late_is_called_once_for_all_rows(asking):
    """And once for those that are told at once."""
    query = """{ books(first: 2) { nodes {
      now: together(word: "now") ... @defer { late: together(word: "late") }
    } } }"""
    first, second = await told(asking, query)
    assert first["data"]["books"]["nodes"] == [{"now": "now 2"}, {"now": "now 2"}]
    assert [each["data"] for each in second["incremental"]] == [{"late": "late 2"}] * 2
