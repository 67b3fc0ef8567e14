"""What operations cost: as estimated by their documents, and as it came of the rows."""

from __future__ import annotations

import pytest
import strawberry
from limit_libraries import client_of, limits_with
from pydantic import BaseModel, Field

import models
from catalog import Access, ModelError, anyone, catalog_of, models_in
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Document, tree_in
from resolvers.limits.allowing import allowing, costing
from resolvers.limits.judging import Judge, judge_of
from resolvers.limits.limits import DEFAULTS
from schema import Cost, ListSize, build_schema, extends
from telemetry.tally import begin
from tests.library.library import Library, schema
from tests.library.models.book import Book

REPORT = {"graphql-cost": "report"}
VALUE = 1 / 16


def estimated(text: str, variables: dict | None = None, **more) -> float:
    """Of the library, in rows."""
    tree = tree_in(text, None, DEFAULTS)
    assert tree is not None
    return judge_of(core_of(schema(**more))).asked(*tree, variables or {}).cost


ESTIMATES = {
    "a row": ('{ bookByIsbn(isbn: "i1") { title } }', 1),
    "a page": ("{ books(first: 7) { nodes { title } } }", 7),
    "a page of the usual size": ("{ books { edges { node { title } } } }", 100),
    "rows that are counted": ("{ books(first: 7) { totalCount nodes { title } } }", 5 + 7),
    "no rows": ("{ books { aggregate { count } } }", 10),
    "groups": ("{ books { groupBy(by: [{title: VALUE}], first: 3) { key { title } } } }", 10 + 3),
    "a row beside each": ("{ authors(first: 7) { nodes { mentor { name } } } }", 7 + 7),
    "a row of the other store": ("{ books(first: 7) { nodes { shelf { code } } } }", 7 + 7 * 2),
    "pages of the other store": (
        "{ books(first: 7) { nodes { reviews(first: 3) { nodes { stars } } } } }",
        7 + 7 * (1 + 3),
    ),
    "a filter by the other store": (
        "{ books(first: 7, where: {or: [{shelf: {code: {}}}, {title: {}}]}) { nodes { id } } }",
        7 + 10,
    ),
    "an order by the other store": (
        "{ books(first: 7, orderBy: [{shelf: {code: ASC}}, {title: ASC}]) { nodes { title } } }",
        7 + 10 + 2 * VALUE,
    ),
    "a filter by its own store": (
        "{ books(first: 7, where: {authors: {some: {mentor: {}}}}) { nodes { id } } }",
        7 + 2,
    ),
    "ten values": (
        """{ books(first: 7, where: {pages: {in: [1, 2, 3, 4, 5, 6, 7, 8]}, and: [
             {title: {eq: "x"}}, {not: {title: {isNull: true}}}]}) { nodes { id } } }""",
        7 + 10 * VALUE,
    ),
    "a filter of each row's": (
        """{ books(first: 7) { nodes { reviews(first: 3, where: {stars: {in: [1, 2]}}) {
             nodes { stars } } } } }""",
        7 + 7 * (1 + 3 + 2 * VALUE),
    ),
    "orders": (
        "{ books(first: 7, orderBy: [{title: ASC}, {pages: DESC}]) { nodes { id } } }",
        7 + 2 * VALUE,
    ),
    "a field of one's own": ("{ openingHours }", 1),
}


@pytest.mark.parametrize(("text", "cost"), ESTIMATES.values(), ids=ESTIMATES)
def test_what_things_are_estimated_to_cost(text, cost):
    """By the directives that the schema shows."""
    assert estimated(text) == cost


def test_filters_that_come_by_variables_weigh_what_those_do_that_are_written():
    """Also where a part of one does, and where it is a default."""
    whole = "query Q($w: BookFilter) { books(first: 7, where: $w) { nodes { title } } }"
    part = "query Q($w: ShelfFilter) { books(first: 7, where: {not: {shelf: $w}}) { totalCount } }"
    across = {"shelf": {"code": {"eq": "A"}}}
    assert estimated(whole) == 7
    assert estimated(whole, {"w": {"and": [across, {"not": across}]}}) == 7 + 20 + 2 * VALUE
    assert estimated(part, {"w": {"books": {"some": across}}}) == 5 + 10 + 20 + VALUE
    default = whole.replace("BookFilter", "BookFilter = {shelf: {}}")
    assert estimated(default) == 7 + 10
    deep: dict = across
    for _ in range(5_000):
        deep = {"not": deep}
    assert estimated(whole, {"w": deep}) == 7  # it is refused as none of its type


IN = "query Q($n: [Int!]) { books(first: 1, where: {pages: {in: $n}}) { nodes { title } } }"


async def test_thousands_of_values_weigh_in_the_estimate_and_in_what_it_came_to(limit):
    """Also by the form that is kept of an operation, which rates go by; and there is a limit."""
    given, cost = {"n": [*range(9_000)]}, 1 + 9_000 * VALUE
    assert estimated(IN, given) == cost
    library = Library()
    operation = library.graph.operations.find(IN, None)
    assert operation is not None
    assert [operation.cost({"n": [1] * many}) for many in (9_000, 10, 0)] == [cost, 1.625, 1]
    async with client_of(library) as client:
        body = {"query": IN, "variables": given}
        told = (await client.post("/graphql", json=body, headers=REPORT)).json()
    assert len(told["data"]["books"]["nodes"]) == 1
    assert told["extensions"]["cost"]["actual"] == told["extensions"]["cost"]["estimated"] == cost
    refusing = limit(cost=500)
    assert (await refusing.ask(IN, **given))["errors"][0]["extensions"]["code"] == "COST_EXCEEDED"
    assert await refusing.ask_directly(IN, **given) is None
    assert await refusing.ask_directly(IN, n=[1]) is not None


def test_what_no_variable_can_make_too_dear_is_asked_nothing():
    """No more values come than may: an operation is free of questions by what they weigh."""
    for text, free in (
        (IN, True),
        ("query Q($w: BookFilter) { books(where: $w) { nodes { id } } }", True),
        ("query Q($t: String) { books(where: {title: {eq: $t}}) { nodes { id } } }", True),
        (
            """query Q($w: BookFilter) {
              authors { nodes { books(where: $w) { nodes { id } } } } }""",
            False,
        ),
    ):
        tree = tree_in(text, None, DEFAULTS)
        assert tree is not None
        judge = judge_of(core_of(schema()))
        assert (allowing(judge, Document(text, tree)) is None) is free


NOTE = {"author": "ada", "text": "Late.", "flightId": 1}
MANY = "mutation Q($n: [NoteCreate!]!) { createNotes(input: $n) "
ROWS = "{ ... on NoteListWritten { notes { text flight { carrier } } } } }"
WRITES = {
    "a row": ("mutation Q($n: NoteCreate!) { createNote(input: $n) { __typename } }", NOTE, 10 + 1),
    "rows": (MANY + "{ __typename } }", [NOTE] * 1_500, 10 + 1_500),
    "rows, and what is asked of each": (MANY + ROWS, [NOTE] * 1_500, 10 + 1_500 * (1 + 1 + 2)),
    "one in place of a list": (MANY + ROWS, NOTE, 10 + 1 + 1 + 2),
    "rows within a row": (
        """mutation Q($n: FlightUpdateNotes) { updateFlight(id: 1, input: {notes: $n, watches: {
          delete: [{id: 1}], create: [{subject: "a"}, {subject: "b"}]}}) { __typename } }""",
        {
            "connect": [{"id": "a"}] * 3,
            "create": [NOTE] * 5,
            "update": [{"where": {"id": "a"}}] * 7,
            "connectOrCreate": [{"where": {"id": "a"}, "create": NOTE}] * 11,
        },
        10 + 1 + 2 + 3 + 5 + 7 + 11 * 2,
    ),
    "what a filter finds": (
        """mutation Q($n: NoteUpdate) { updateNotes(where: {}, input: $n) {
          ... on NoteListWritten { affected notes { text } } } }""",
        {},
        10 + 100,
    ),
}


@pytest.fixture(scope="module")
def flights() -> Judge:
    """Of the sample, which has all kinds of writes."""
    return judge_of(core_of(build_schema(catalog_of(models_in(models)))))


@pytest.mark.parametrize(("text", "given", "cost"), WRITES.values(), ids=WRITES)
def test_writes_cost_by_their_rows(flights: Judge, text, given, cost):
    """Those that are given, at any depth, and those that come back; by the same values of each."""
    tree = tree_in(text, None, DEFAULTS)
    assert tree is not None
    asked = costing(flights, Document(text, tree))
    assert asked({"n": given}).cost == flights.asked(*tree, {"n": given}).cost == cost


async def test_costs_are_reported_if_asked_for():
    """What was estimated, and what it came to; nothing else changes."""
    text = "{ books(first: 50) { totalCount nodes { title shelf { code } } } }"
    async with client_of(Library()) as client:
        plain = await client.post("/graphql", json={"query": text})
        told = await client.post("/graphql", json={"query": text}, headers=REPORT)
        wrong = await client.post("/graphql", json={"query": "{ nope }"}, headers=REPORT)
    assert told.json()["data"] == plain.json()["data"]
    assert "extensions" not in plain.json()
    assert "extensions" not in wrong.json()
    nodes = plain.json()["data"]["books"]["nodes"]
    shelved = sum(each["shelf"] is not None for each in nodes)
    assert told.json()["extensions"] == {
        "cost": {
            "estimated": 5 + 50 * 3,
            "actual": 5 + len(nodes) * 2 + shelved,
            "limit": 2_000_000,
        }
    }


async def test_actual_costs_are_of_what_is_merged_and_left_out():
    """A field that is asked for twice is read once; aliases are fields of their own."""
    text = """query Q($no: Boolean!) {
      books(first: 2) { nodes { title ...B } nodes { title } more: edges { node { isbn } } }
      authors(first: 1) @skip(if: $no) { nodes { name } }
      __typename __schema { queryType { name } } }
      fragment B on Book {
        ... on Titled { title } reviews(first: 1) { nodes { stars } totalCount } }"""
    async with client_of(Library()) as client:
        body = {"query": text, "variables": {"no": True}}
        told = (await client.post("/graphql", json=body, headers=REPORT)).json()
    reviews = sum(len(each["reviews"]["nodes"]) for each in told["data"]["books"]["nodes"])
    assert told["extensions"]["cost"]["actual"] == 2 + 2 * (1 + 5) + reviews + 2


async def test_costs_over_the_limit_are_refused(limit):
    """By a literal and by a variable, and by graphql-core as well."""
    library = limit(cost=20)
    for text, variables, cost in (
        ("{ books(first: 21) { nodes { title } } }", {}, 21),
        ("query Q($n: Int!) { books(first: $n) { nodes { title } } }", {"n": 30}, 30),
        (
            "query Q($w: BookFilter) { books(first: 11, where: $w) { nodes { title } } }",
            {"w": {"shelf": {}}},
            21,
        ),
    ):
        (error,) = (await library.ask(text, **variables))["errors"]
        extensions = error["extensions"]
        assert (extensions["code"], extensions["measured"]) == ("COST_EXCEEDED", cost)
        assert await library.ask_directly(text, **variables) is None
    assert "errors" not in await library.ask("{ books(first: 20) { nodes { title } } }")


async def test_costs_may_be_measured_alone(limit):
    """Then nothing is refused for them, and each request's line tells the estimate."""
    library = limit(cost=20, cost_refuses=False)
    text = "query Q($n: Int!) { books(first: $n) { nodes { title } } }"
    for number in (30, 10, 30):
        tally = begin()
        assert await library.ask_directly(text, n=number) is not None
        assert tally.cost == number


async def test_each_value_of_what_matters_is_judged_once(limit, monkeypatch):
    """And others, as those of a filter of this store, have no say."""
    library = limit(cost=20)
    operations, judge = library.graph.operations, judge_of(core_of(library.graph.schema))
    text = """query Q($n: Int!, $w: BookFilter, $t: String) {
      books(first: $n, where: $w) { nodes { title } }
      same: books(first: 1, where: {title: {eq: $t}}) { nodes { isbn } } }"""
    asked, judged = judge.asked, []
    monkeypatch.setattr(judge, "asked", lambda *given: judged.append(given) or asked(*given))
    for number in range(60):
        variables = {"n": number % 3, "w": {"title": {"eq": str(number)}}, "t": str(number)}
        assert await library.ask_directly(text, **variables) is not None
    assert operations.find(text, None) is not None
    assert len(judged) == 3


def test_costs_are_shown_in_the_schema():
    """As IBM's specification of cost directives writes them."""
    text = schema().as_str()
    assert 'type Book implements Titled & Node @cost(weight: "1")' in text
    assert (
        'ReviewConnection @cost(weight: "1") @listSize(assumedSize: 100, '
        'slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"], '
        "requireOneSlicingArgument: false)"
    ) in text
    assert '  shelf: ShelfFilter @cost(weight: "10")' in text
    assert '  authors: AuthorListFilter @cost(weight: "1")' in text
    assert '  in: [Int!] @cost(weight: "0.0625")' in text
    assert 'enum Ordering @cost(weight: "0.0625")' in text


@strawberry.type
class Hit:
    """What a search of one's own finds."""

    title: str


@extends("Query")
class Searches:
    """Root fields that say what they cost."""

    @strawberry.field(
        directives=[Cost(weight="2.5"), ListSize(assumed_size=4, slicing_arguments=["most"])]
    )
    def hits(self, most: int | None = None) -> list[Hit]:
        """So many of them."""
        return [Hit(title="x")] * (most or 1)

    @strawberry.field
    def unsaid(self) -> list[Book]:
        """Of which nothing is known."""
        return []


def test_fields_of_ones_own_say_what_they_cost():
    """Each call, and how many there are; else a call is 1, and a list has 10."""
    more = judge_of(core_of(schema(Searches)))

    def cost(text: str, **variables: int) -> float:
        tree = tree_in(text, None, DEFAULTS)
        assert tree is not None
        return more.asked(*tree, variables).cost

    assert cost("{ hits { title } }") == 2.5
    assert cost("{ unsaid { title } }") == 1 + 10
    assert cost("{ unsaid { reviews(first: 2) { nodes { stars } } } }") == 1 + 10 * (1 + 1 + 2)
    nested = "query($n: Int!) { hits(most: $n) { title } }"
    tree = tree_in(nested, None, DEFAULTS)
    assert more.asked(*tree, {"n": 1000}).rows == 1000


def model(**said: object) -> type[BaseModel]:
    """A document whose class says these."""
    return type(
        "Letter",
        (BaseModel,),
        {
            "__collection__": "letters",
            "__access__": Access(read=anyone),
            "__annotations__": {"id": int},
            "__module__": __name__,
            "id": Field(alias="_id"),
            **said,
        },
    )


def test_models_say_what_their_rows_weigh():
    """Another number than 1, as for documents that are large."""
    built = build_schema(catalog_of([model(__cost__=2.5)]), limits=limits_with())
    tree = tree_in("{ letters(first: 4) { nodes { id } } }", None, DEFAULTS)
    assert judge_of(core_of(built)).asked(*tree, {}).cost == 10
    assert 'type Letter implements Node @cost(weight: "2.5")' in built.as_str()


@pytest.mark.parametrize("said", [-1, "5", float("inf"), True])
def test_a_weight_is_a_number(said):
    """Which is said at start-up."""
    with pytest.raises(ModelError, match="__cost__"):
        build_schema(catalog_of([model(__cost__=said)]))


@pytest.mark.parametrize(
    ("directive", "reason"),
    [
        (Cost(weight="much"), "has the weight 'much'"),
        (Cost(weight="-1"), "has the weight '-1'"),
        (ListSize(sized_fields=["nope"]), "sized field 'nope'"),
    ],
)
def test_directives_that_mean_nothing_are_told_at_start_up(directive, reason):
    """By the field that has them."""

    @extends("Query")
    class Wrong:
        @strawberry.field(directives=[directive])
        def hits(self) -> list[Hit]:
            return []

    with pytest.raises(ModelError, match=reason):
        schema(Wrong)
