"""Documents that ask for too much: what of, how much, and that nothing is done for them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from graphql import GraphQLError, Node, Visitor, get_introspection_query, parse, visit
from limit_libraries import client_of, limits_with

import models
import resolvers.documents.parsing
import resolvers.documents.validation
import resolvers.limits.tokens
from assembly import limits
from edge.insight import Insight
from edge.rules import SAFE
from edge.uploads import UploadLimits
from packages import examples as examples_in
from resolvers.documents.info import core_of
from resolvers.limits.judging import judge_of
from resolvers.limits.limits import DEFAULTS
from resolvers.limits.tokens import check_text
from settings import Settings
from tests.library.library import LIMITS, schema
from tests.library.parts import MIXED

DOUBLED = "{ authors { nodes { ...F0 } } }" + "".join(
    f"fragment F{n} on Author {{ a: mentor {{ ...F{n + 1} }} b: mentor {{ ...F{n + 1} }} }}"
    for n in range(40)
)
LAST = "fragment F40 on Author { name }"


def lots(text: str, times: int) -> str:
    """The text that often, numbered."""
    return " ".join(text.replace("#", str(n)) for n in range(times))


def nested(times: int) -> str:
    """Authors' mentors, so deep."""
    return "{ author(id: 1) " + "{ mentor " * (times - 2) + "{ name }" + " }" * (times - 1)


CASES = {
    "document_length": ("DOCUMENT_LENGTH_EXCEEDED", "{__typename}".ljust),
    "tokens": ("TOKENS_EXCEEDED", lambda n: "{ " + "openingHours " * (n - 2) + "}"),
    "depth": ("DEPTH_EXCEEDED", nested),
    "aliases": ("ALIASES_EXCEEDED", lambda n: "{ " + lots("a#: openingHours", n) + " }"),
    "root_fields": ("ROOT_FIELDS_EXCEEDED", lambda n: "{ " + "openingHours " * n + "}"),
    "directives": (
        "DIRECTIVES_EXCEEDED",
        lambda n: "{ " + lots("a#: openingHours @skip(if: false)", n) + " }",
    ),
    "fields": ("FIELDS_EXCEEDED", lambda n: "{ authors { nodes { " + "id " * (n - 2) + "} } }"),
    "nested_rows": (
        "NESTED_ROWS_EXCEEDED",
        lambda n: (
            f"{{ authors(first: {n}) {{ nodes {{ books(first: 1) {{ nodes {{ id }} }} }} }} }}"
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_each_limit_is_kept_to_the_last_one(limit, name):
    """What is as large as may be is answered; what is larger by one is not."""
    code, made = CASES[name]
    async with client_of(limit(**{name: 12})) as client:
        answered = await client.post("/graphql", json={"query": made(12)})
        assert (answered.status_code, "errors" in answered.json()) == (200, False)
        for accept, status in (("application/graphql-response+json", 400), ("*/*", 200)):
            refused = await client.post(
                "/graphql", json={"query": made(13)}, headers={"accept": accept}
            )
            assert refused.status_code == status
            (error,) = refused.json()["errors"]
            extensions = error["extensions"]
            assert (extensions["code"], extensions["measured"], extensions["limit"]) == (
                code,
                13,
                12,
            )
            assert "13" in error["message"]
            assert "12" in error["message"]
            assert "data" not in refused.json()


async def test_fields_under_one_name_are_compared_up_to_a_limit(limit):
    """Each with each other: 40 of them are 1,600 times."""
    library = limit(comparisons=1_602)  # two more for what is around them
    assert not library.graph.operations.problems(
        "{ authors { nodes { " + "id " * 40 + "} } }", None
    )
    assert (
        await library.code("{ authors { nodes { " + "id " * 41 + "} } }") == "COMPARISONS_EXCEEDED"
    )


@pytest.mark.parametrize(
    "unused", ["fragment X on Author { FIELDS }", "query X { authors { nodes { FIELDS } } }"]
)
async def test_what_is_not_executed_counts_as_well(limit, unused):
    """It is validated all the same."""
    text = f"query A {{ openingHours }} {unused.replace('FIELDS', 'id ' * 50)}"
    (problem,) = limit(comparisons=1_000).graph.operations.problems(text, "A")
    assert problem.original_error.code == "COMPARISONS_EXCEEDED"


class Counting(Visitor):
    """Counts what selection sets hold."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes = 0

    def enter_selection_set(self, node: Node, *_: object) -> None:
        """Fields, spreads and inline fragments."""
        self.nodes += len(node.selections)


async def test_fragments_that_double_are_measured_in_one_pass(limit, monkeypatch):
    """40 levels ask for a million millions of fields; each node of the text is looked at once."""
    document = parse(DOUBLED + LAST)
    measuring, counting = judge_of(core_of(schema())).measuring(document), Counting()
    visit(document, counting)
    found = dict(measuring.definitions())
    assert measuring.visited == counting.nodes
    assert next(iter(found.values())).aliases == 2**41 - 2

    def validated(*_given, **_named):
        raise AssertionError

    monkeypatch.setattr(resolvers.documents.validation, "Walk", validated)
    errors = (await limit(depth=100).ask(DOUBLED + LAST))["errors"]
    codes = [error["extensions"]["code"] for error in errors]
    assert codes == ["ALIASES_EXCEEDED", "FIELDS_EXCEEDED", "COMPARISONS_EXCEEDED"]
    assert errors[0]["extensions"]["measured"] == 2**41 - 2


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A openingHours }",
        "{ openingHours ...A }",
    ],
)
async def test_fragments_that_there_are_not_are_for_validation(limit, text):
    """And those that hold themselves."""
    assert await limit().code(text) == "GRAPHQL_VALIDATION_FAILED"


async def test_more_levels_than_any_number_can_tell(limit):
    """The number that is told is the largest that JavaScript knows."""
    text = "{ ...F0 }" + "".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(150)
    )
    answer = await limit().ask(text + "fragment F150 on Query { openingHours }")
    assert {error["extensions"]["measured"] for error in answer["errors"]} == {2**53 - 1}


async def test_too_many_tokens_are_not_parsed(limit, monkeypatch):
    """8,000 aliases, or a megabyte: they are counted, and that is all."""

    def parsed(*_given, **_named):
        raise AssertionError

    monkeypatch.setattr(resolvers.documents.parsing, "_Parser", parsed)
    async with client_of(limit(document_length=1_000_000)) as client:
        for text in ("{ " + lots("a#: openingHours", 8_000) + " }", "{" * 400_000, '"""' * 100_000):
            response = await client.post("/graphql", json={"query": text})
            (error,) = response.json()["errors"]
            assert error["extensions"]["code"] == "TOKENS_EXCEEDED"
            assert error["extensions"]["measured"] <= 50_000


LONG = ('{ a(b: "', '{ a(b: """', "{ a #", "{ a " + "\n", "{ b ", "@defer ")
WAYS = {
    "alone": {},
    "in parts": {"headers": MIXED},
    "by events": {"headers": {"accept": "text/event-stream"}},
    "explained": {"extensions": {"explain": True}},
    "once": {"headers": {"idempotency-key": "a"}},
    "with files": {"files": True},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_what_is_too_long_is_not_looked_at(limit, monkeypatch, way):
    """Not even for tokens: a text without an end is one."""

    def looked_at(*_given, **_named):
        raise AssertionError

    monkeypatch.setattr(resolvers.documents.parsing, "_Parser", looked_at)
    monkeypatch.setattr(resolvers.limits.tokens, "tokens_in", looked_at)
    options = {
        "rules": replace(SAFE, insight=Insight(everybody=True)),
        "uploads": UploadLimits(10, 1),
    }
    async with client_of(limit(), **options) as client:
        for begun in LONG:
            text = begun.ljust(DEFAULTS.document_length + 1, begun[-1])
            response = await _sent(client, text, **way)
            assert '"code":"DOCUMENT_LENGTH_EXCEEDED"' in response.text
            assert '"measured":100001,"limit":100000' in response.text


async def _sent(client, text, headers=None, files=None, **more):
    said = {"query": text, **more}
    if files is None:
        return await client.post("/graphql", json=said, headers=headers)
    form = {
        "operations": json.dumps({**said, "variables": {"f": None}}),
        "map": '{"0": ["variables.f"]}',
    }
    return await client.post(
        "/graphql", data=form, files={"0": ("a", b"x")}, headers={"graphql-preflight": "1"}
    )


def test_as_many_tokens_as_somebody_allows_are_counted():
    """However many that are."""
    allowed = limits_with(document_length=1_000_000, tokens=60_000)
    check_text("a " * 60_000, allowed)
    with pytest.raises(GraphQLError, match="60001 tokens"):
        check_text("a " * 70_000, allowed)


NESTED = (
    "query Q($n: Int = 2) { authors(first: $n) { nodes { books(last: $n) { nodes { title } } } } }"
)


async def test_pages_are_as_large_as_variables_say(limit):
    """Without a value, as their default says; directly and by graphql-core."""
    library = limit(nested_rows=100)
    for variables in ({}, {"n": 10}, {"n": None}):
        known = variables.get("n", 2) is not None  # without one, pages have their usual size
        assert (await library.ask_directly(NESTED, **variables) is not None) is known
        assert ("data" in await library.ask(NESTED, **variables)) is True
        codes = [
            e["extensions"]["code"]
            for e in (await library.ask(NESTED, **variables)).get("errors", ())
        ]
        assert codes == ([] if known else ["NESTED_ROWS_EXCEEDED"])
    assert await library.code(NESTED, n=11) == "NESTED_ROWS_EXCEEDED"
    assert await library.ask_directly(NESTED, n=11) is None


async def test_what_is_left_out_is_not_read(limit):
    """By a variable, too."""
    text = """query Q($no: Boolean!) {
      authors(first: 50) { nodes { books(first: 50) @skip(if: $no) { nodes { title } } } } }"""
    library = limit(nested_rows=100)
    assert "errors" not in await library.ask(text, no=True)
    assert await library.ask_directly(text, no=True) is not None
    assert await library.code(text, no=False) == "NESTED_ROWS_EXCEEDED"


def test_nothing_is_asked_of_variables_that_cannot_be_too_large(limit):
    """A repeated document pays nothing, where its pages may be as large as any page."""
    operations = limit(nested_rows=LIMITS.most**2).graph.operations
    found = operations.find(NESTED, None)
    assert found is not None
    assert found._allows is None


def test_defaults_are_those_of_the_settings():
    """And let the sample's examples, and GraphiQL's question about the schema, pass."""
    assert limits(Settings(_env_file=None)) == DEFAULTS  # type: ignore[call-arg]
    judge = judge_of(core_of(schema()))
    for text in (
        get_introspection_query(input_value_deprecation=True),
        *(e.query for e in examples_in(models)),
    ):
        document = parse(text)
        assert judge.refusals(document) == ()
