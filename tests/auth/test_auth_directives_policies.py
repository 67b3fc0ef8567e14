"""Policies that a user's function decides: once an operation; what it leaves is denied."""

import asyncio
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any

import pytest
import strawberry
from asking import DENIED, asked, graph_of
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from auth import ANONYMOUS, Principal
from catalog import Access, ModelError, anyone, catalog_of
from edge.graph import Graph
from resolvers.context import Context
from resolvers.reasons import Form
from schema import Policy, extends, policies, policies_in, requires


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Book(Table, table=True):
    """Read by everybody."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    owner: str


@strawberry.type(directives=[Policy(policies=[["secret"], ["role:boss", "trusted"]])])
class Secret:
    """Of a type with a policy."""

    text: str


@strawberry.type
class Known:
    """What everybody may see."""

    text: str


@extends(Book)
class OfBook:
    """Fields of rows."""

    @strawberry.field(directives=[Policy(policies=[["owner", "active"]])])
    @requires("owner")
    def whose(self) -> str | None:
        return self.owner

    @strawberry.field(directives=[Policy(policies=[["scope:price"], ["owner"]])])
    async def price(self) -> int | None:
        return 7

    @strawberry.field
    async def either(self) -> list[Annotated[Secret | Known, strawberry.union("Either")] | None]:
        return [Secret(text="s"), Known(text="k")]


CATALOG = catalog_of([Book])
ROWS: dict[str, list[dict[str, Any]]] = {
    "Book": [{"id": 1, "owner": "ada"}, {"id": 2, "owner": "bo"}]
}
Call = tuple[str | None, frozenset[str]]


def deciding(
    told: Callable[[Principal, frozenset[str]], Any], **more: Any
) -> tuple[Graph, list[Call]]:
    """A graph whose policies this function decides about, and what it was asked."""
    calls: list[Call] = []

    @policies
    async def decide(principal: Principal, names: frozenset[str], context: Context) -> Any:
        calls.append((principal.subject, names))
        await asyncio.sleep(0)
        return told(principal, names)

    return graph_of(CATALOG, ROWS, [OfBook], decide, **more), calls


ADA, BO = Principal("i", "ada"), Principal("i", "bo")
ALL = "{ books(orderBy: [{id: ASC}]) { nodes { whose price either { ... on Secret { text } } } } }"


async def test_once_for_all_rows_and_names():
    """Both ways of completion ask once, with all names that matter to the operation."""
    graph, calls = deciding(lambda _, names: names)
    data, errors = await asked(graph, ADA, ALL)
    assert errors == []
    assert data["books"]["nodes"][1] == {"whose": "bo", "price": 7, "either": [{"text": "s"}, {}]}
    assert calls == [("ada", frozenset({"owner", "active", "secret", "trusted"}))] * 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("{ books { nodes { id either { __typename ... on Known { text } } } } }", None),
        ("{ books { nodes { price } } }", {"owner"}),
        ("{ a: books { nodes { p: price } } b: books { nodes { whose } } }", {"owner", "active"}),
        (
            "{ books { nodes { ...F } } } fragment F on Book { ...G } fragment G on Book { price }",
            {"owner"},
        ),
        ("{ book(id: 1) { price @skip(if: true) id } }", {"owner"}),
        ("{ book(id: 1) { either { ... on Secret { text } } } }", {"secret", "trusted"}),
        ('{ node(id: "x") { ... on Book { whose } } }', {"owner", "active"}),
        ("{ __schema { queryType { name } } books { totalCount } }", None),
    ],
)
async def test_only_what_the_operation_touches(query: str, names: set[str] | None):
    """Nobody is asked in vain."""
    graph, calls = deciding(lambda _, names: names)
    await asked(graph, ADA, query)
    assert calls == ([("ada", frozenset(names))] * 2 if names else [])


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        "owner",
        7,
        [["owner"]],
        ["other", "owners"],
        {"owner": "yes", "active": 1},
        {"owner": None},
        ["active"],
        LookupError("hunter2"),
    ],
)
async def test_undecided_is_denied(told: Any, capsys):
    """So is what failed; why is in the log, and not in the answer."""

    def tell(_: Principal, __: frozenset[str]) -> Any:
        if isinstance(told, Exception):
            raise told
        return told

    graph, _ = deciding(tell)
    data, errors = await asked(graph, ADA, "{ books { nodes { id whose price } } }")
    assert data["books"]["nodes"] == [
        {"id": 1, "whose": None, "price": None},
        {"id": 2, "whose": None, "price": None},
    ]
    assert {code for code, _ in errors} == {DENIED}
    assert len(errors) == 4
    failed = isinstance(told, Exception | str | int) or told == [["owner"]]
    assert ("policies_undecided" in capsys.readouterr().out) is failed


async def test_slow_is_denied():
    """The operation goes on without."""

    @policies
    async def decide(principal: Principal, names: frozenset[str], context: Context) -> Any:
        await asyncio.sleep(30)
        return names

    graph = graph_of(CATALOG, ROWS, [OfBook], decide, policy_seconds=0.02)
    data, errors = await asked(graph, ADA, "{ book(id: 1) { id price } }")
    assert data == {"book": {"id": 1, "price": None}}
    assert errors == [(DENIED, ["book", "price"])]


async def test_by_a_mapping_and_with_scopes():
    """What is True holds; a scope needs no word of the function."""
    graph, _ = deciding(lambda _, __: {"owner": True, "active": True, "trusted": True})
    boss = Principal("i", "b", roles=frozenset({"boss"}))
    assert (await asked(graph, boss, ALL))[1] == []
    data, errors = await asked(graph, ADA, "{ book(id: 1) { either { ... on Secret { text } } } }")
    assert data["book"]["either"] == [None, {}] or data["book"]["either"] is None
    assert {code for code, _ in errors} == {DENIED}
    graph, _ = deciding(lambda _, __: None)
    priced = Principal("i", "p", frozenset({"price"}))
    assert await asked(graph, priced, "{ book(id: 1) { price } }") == ({"book": {"price": 7}}, [])


async def test_viewers_of_one_document():
    """Plans are of those to whom the same was granted, whoever came before."""
    graph, _ = deciding(lambda who, names: names if who.subject == "ada" else [])
    query = "{ book(id: 1) { price whose } }"
    found = graph.operations.find(query, None)
    assert found
    for _ in range(3):
        for who, seen in ((ADA, b'"price":7'), (BO, b'"price":null'), (ANONYMOUS, b'"price":null')):
            answered = await found.run(graph.context(who), None)
            assert answered
            assert answered.data
            assert seen in answered.data
    assert len(found._plans) == 3  # nobody is of another kind than those who have signed in


async def test_at_the_same_time():
    """What is granted to one is nobody else's."""
    graph, _ = deciding(lambda who, names: names if who.subject == "ada" else [])
    found = graph.operations.find("{ book(id: 1) { price } }", None)
    assert found
    people = [ADA, BO] * 20
    answers = await asyncio.gather(*(found.run(graph.context(who), None) for who in people))
    for who, answered in zip(people, answers, strict=True):
        assert answered
        assert answered.data == (b'{"book":{"price":%s}}' % (b"7" if who is ADA else b"null"))


async def test_granted_fields_are_answered_level_by_level():
    """As those without a directive are; what is denied is left to graphql-core."""
    graph, _ = deciding(lambda _, names: names)
    found = graph.operations.find("{ book(id: 1) { price } }", None)
    assert found
    for granted, form in (({"owner"}, Form.RESOLVERS), (set[str](), Form.STANDARD)):
        context = graph.context(Principal("i", "x", policies=frozenset(granted)))
        roots = found.roots(context.planner, None)
        assert roots
        assert [root.form for root in roots] == [form]


async def test_who_decides_has_the_viewers_data():
    """`context.load` finds what this viewer may read, before anything is granted."""
    seen: list[Any] = []

    @policies
    async def decide(principal: Principal, names: frozenset[str], context: Context) -> set[str]:
        rows = await context.load(Book, {"owner": principal.subject})
        seen.extend(row.id for row in rows)
        return {"owner", "active"} if rows else set()

    graph = graph_of(CATALOG, ROWS, [OfBook], decide)
    assert (await asked(graph, BO, "{ book(id: 1) { whose } }"))[0] == {"book": {"whose": "ada"}}
    assert seen == [2, 2]
    assert (await asked(graph, ANONYMOUS, "{ book(id: 1) { whose } }"))[1]


def test_it_is_found_in_a_package():
    """One at most; what was imported from elsewhere is not its own."""

    async def decide(principal: Principal, names: frozenset[str], context: Context) -> None:
        """Nothing."""

    async def other(principal: Principal, names: frozenset[str], context: Context) -> None:
        """Nothing."""

    package = ModuleType("yours")
    vars(package).update(decide=policies(decide), other=other)
    assert policies_in(package) is None
    decide.__module__ = other.__module__ = "yours"
    assert policies_in(package) is decide
    policies(other)
    with pytest.raises(ModelError, match="decide and other both decide"):
        policies_in(package)
