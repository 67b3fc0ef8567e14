"""Rules by every way to a row: by key, node, list, relation, filter, order, aggregate, groups."""

from functools import cache
from typing import Any

import httpx
import pytest
from asking import DENIED, asked, graph_of
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel
from structlog.testing import capture_logs

from auth import ANONYMOUS, Principal
from catalog import (
    Access,
    ModelError,
    anyone,
    authenticated,
    catalog_of,
    claim,
    roles,
    rows,
    scopes,
)
from edge.app import create_app
from edge.graph import Graph
from resolvers.planning.cursors import node_id
from resolvers.planning.paging import PageLimits
from resolvers.planning.sights import Sights

ROWS: dict[str, list[dict[str, Any]]] = {
    "Crew": [
        {"id": 1, "name": "Ada", "airline": "UA", "pay": 10, "base_id": 1},
        {"id": 2, "name": "Bo", "airline": "UA", "pay": 20, "base_id": 2},
        {"id": 3, "name": "Cy", "airline": "DL", "pay": 30, "base_id": 1},
    ],
    "Base": [{"id": 1, "city": "Newark", "open": True}, {"id": 2, "city": "Boston", "open": False}],
    "Secret": [{"id": 1, "text": "x", "crew_id": 1}],
}


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Base(Table, table=True):
    """Closed ones are for those with the role."""

    __access__ = Access(read=rows({"open": {"eq": True}}) | roles("planner"))

    id: int = Field(primary_key=True)
    city: str
    open: bool
    crew: list["Crew"] = Relationship(back_populates="base")


class Crew(Table, table=True):
    """Each airline sees its own."""

    __access__ = Access(
        read=authenticated & rows({"airline": {"eq": claim("airline")}}) | scopes("all", "crew"),
        fields={"pay": scopes("pay")},
    )

    id: int = Field(primary_key=True)
    name: str
    airline: str
    pay: int
    base_id: int = Field(foreign_key="base.id", index=True)
    base: Base = Relationship(back_populates="crew")
    secrets: list["Secret"] = Relationship(back_populates="crew")


class Secret(Table, table=True):
    """Nobody's: it has no rule."""

    id: int = Field(primary_key=True)
    text: str
    crew_id: int = Field(foreign_key="crew.id", index=True)
    crew: Crew = Relationship(back_populates="secrets")


CATALOG = catalog_of([Base, Crew, Secret])
ADA = Principal("i", "ada", claims={"airline": "UA"})
ALL = Principal("i", "root", frozenset({"all", "crew", "pay"}), frozenset({"planner"}))


@cache
def whole_graph() -> Graph:
    """The graph of these models, made once somebody asks."""
    return graph_of(CATALOG, ROWS)


async def ask(principal: Principal, query: str) -> tuple[Any, list[tuple[str, Any]]]:
    """The data, and each error's code and path."""
    return await asked(whole_graph(), principal, query)


@pytest.mark.parametrize(
    ("principal", "names"),
    [
        (ADA, ["Ada", "Bo"]),
        (ALL, ["Ada", "Bo", "Cy"]),
        (Principal("i", "x"), []),
        (Principal("i", "x", claims={"airline": 7}), []),
        (Principal("i", "x", claims={"airline": ["UA"]}), []),
        (Principal("i", "x", claims={"airline": None}), []),
        (Principal("i", "x", frozenset({"all"}), claims={"airline": "DL"}), ["Cy"]),
    ],
)
async def test_rows_by_claims(principal: Principal, names: list[str]):
    """In lists, totals, aggregates and groups, by keys and by nodes."""
    data, errors = await ask(
        principal,
        "{ crews(orderBy: [{id: ASC}]) { totalCount nodes { name } aggregate { count max { name } }"
        " groupBy(by: [{airline: VALUE}]) { aggregate { count } } } }",
    )
    assert not errors
    assert [each["name"] for each in data["crews"]["nodes"]] == names
    assert data["crews"]["totalCount"] == len(names)
    assert data["crews"]["aggregate"] == {
        "count": len(names),
        "max": {"name": names[-1] if names else None},
    }
    assert sum(each["aggregate"]["count"] for each in data["crews"]["groupBy"]) == len(names)
    for row in ROWS["Crew"]:
        shown = {"name": row["name"]} if row["name"] in names else None
        data, errors = await ask(principal, f"{{ crew(id: {row['id']}) {{ name }} }}")
        assert data == {"crew": shown}
        found = node_id(CATALOG["Crew"], row)
        data, errors = await ask(
            principal, f'{{ node(id: "{found}") {{ ... on Crew {{ name }} }} }}'
        )
        assert data == {"node": shown}


@pytest.mark.parametrize(
    "query",
    [
        "{ crews { totalCount } }",
        "{ crew(id: 1) { name } }",
        "{ x: crews { nodes { name } } }",
        "{ crews { aggregate { count } } }",
    ],
)
async def test_who_may_read_nothing_is_told(query: str):
    """Null, and an error at its place; what else was asked is there."""
    data, errors = await ask(ANONYMOUS, query[:-1] + " bases { totalCount } }")
    key = query.split()[1].split(":", maxsplit=1)[0].split("(", maxsplit=1)[0]
    assert data == {key: None, "bases": {"totalCount": 1}}
    assert errors == [(DENIED, [key])]


async def test_relations_lead_to_rows_that_may_be_read():
    """To one it is null where the row is not for the viewer; to many it leaves them out."""
    data, errors = await ask(
        ADA, "{ crews(orderBy: [{id: ASC}]) { nodes { name base { city } } } }"
    )
    assert not errors
    assert data["crews"]["nodes"] == [
        {"name": "Ada", "base": {"city": "Newark"}},
        {"name": "Bo", "base": None},
    ]
    data, errors = await ask(ADA, "{ bases { nodes { city crew { totalCount nodes { name } } } } }")
    assert data["bases"]["nodes"] == [
        {"city": "Newark", "crew": {"totalCount": 1, "nodes": [{"name": "Ada"}]}}
    ]


async def test_a_relation_to_what_may_not_be_read():
    """An error for each row, and the row stays."""
    data, errors = await ask(
        ADA, "{ crews(orderBy: [{id: ASC}]) { nodes { name secrets { totalCount } } } }"
    )
    assert [each["secrets"] for each in data["crews"]["nodes"]] == [None, None]
    assert errors == [(DENIED, ["crews", "nodes", n, "secrets"]) for n in (0, 1)]
    data, errors = await ask(ANONYMOUS, "{ bases { nodes { city crew { totalCount } } } }")
    assert errors == [(DENIED, ["bases", "nodes", 0, "crew"])]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ('{base: {city: {ne: ""}}}', ["Ada"]),
        ("{base: {open: {eq: false}}}", []),
        ("{not: {base: {open: {eq: true}}}}", ["Bo"]),
        ('{base: {crew: {some: {name: {eq: "Cy"}}}}}', []),
        ('{base: {crew: {every: {name: {eq: "Ada"}}}}}', ["Ada"]),
        ('{base: {crew: {none: {name: {eq: "Cy"}}}}}', ["Ada"]),
    ],
)
async def test_filters_see_what_the_viewer_sees(where: str, names: list[str]):
    """Rows that are not for the viewer are not there for a filter, in any quantifier."""
    data, errors = await ask(
        ADA,
        "{ crews(where: WHERE, orderBy: [{id: ASC}]) { nodes { name } } }".replace("WHERE", where),
    )
    assert not errors
    assert [each["name"] for each in data["crews"]["nodes"]] == names


@pytest.mark.parametrize(
    "field",
    [
        "nodes { name pay }",
        "edges { node { name money: pay } }",
        "nodes { ... on Crew { name ...F } }",
    ],
)
async def test_a_field_that_is_not_for_the_viewer(field: str):
    """Null, and an error at each place; the rest of the row stays."""
    fragment = " fragment F on Crew { pay }" if "...F" in field else ""
    data, errors = await ask(ADA, "{ crews { " + field + " } bases { totalCount } }" + fragment)
    assert [code for code, _ in errors] == [DENIED, DENIED]
    found = data["crews"].get("nodes") or [edge["node"] for edge in data["crews"]["edges"]]
    assert [list(row.values()) for row in found] == [["Ada", None], ["Bo", None]]
    assert data["bases"] == {"totalCount": 1}
    data, errors = await ask(ALL, "{ crews { " + field + " } }" + fragment)
    assert not errors


@pytest.mark.parametrize(
    "asked",
    [
        "crews(where: {pay: {gt: 10}}) { totalCount }",
        "crews(where: {or: [{pay: {isNull: true}}]}) { totalCount }",
        "crews(orderBy: [{pay: ASC}]) { totalCount }",
        "crews { aggregate { sum { pay } } }",
        "crews { groupBy(by: [{pay: VALUE}]) { aggregate { count } } }",
        "crews { groupBy(by: [{airline: VALUE}], having: {max: {pay: {gt: 1}}}) { __typename } }",
        "crews { groupBy(by: [{airline: VALUE}], orderBy: [{max: {pay: ASC}}]) { __typename } }",
        'crews(where: {secrets: {some: {text: {eq: "x"}}}}) { totalCount }',
        "crews(where: {secrets: {none: {}}}) { totalCount }",
        "bases(where: {crew: {some: {pay: {gt: 10}}}}) { totalCount }",
        "crews(orderBy: [{base: {city: ASC}}]) { totalCount }",
        "crews { groupBy(by: [{base: {city: VALUE}}]) { aggregate { count } } }",
    ],
)
async def test_what_may_not_be_read_may_not_be_looked_at(asked: str):
    """Neither by filters and orders nor by sums and groups; who may read it may do all that."""
    data, errors = await ask(ADA, "{ " + asked + " }")
    assert errors == [(DENIED, [asked.partition("(")[0].split()[0]])]
    assert set(data.values()) == {None}
    if "secrets" not in asked:
        _, errors = await ask(ALL, "{ " + asked + " }")
        assert not errors


async def test_plans_are_shared_by_those_who_see_the_same():
    """Only the values of claims are somebody's own."""
    query = "{ crews(first: 7) { nodes { name } } }"
    found = whole_graph().operations.find(query, None)
    assert found
    for airline in ("UA", "DL", "AA"):
        who = Principal("i", airline, frozenset({airline}), claims={"airline": airline})
        answered = await found.run(whole_graph().context(who), None)
        assert answered
        assert not answered.errors
    assert len(found._plans) == 1


async def test_what_somebody_sees_is_remembered_of_them_alone():
    """Of the same one; another one is another, however alike they are."""
    sights = Sights(CATALOG, PageLimits(1, 1))
    first, other = [Principal("i", "x", claims={"airline": name}) for name in ("UA", "DL")]
    assert sights.of(first) is sights.of(first)
    assert sights.of(first).planner is sights.of(other).planner
    assert list(sights.of(first).claims.values()) == ["UA"]
    assert list(sights.of(other).claims.values()) == ["DL"]
    for number in range(5_000):
        sights.of(Principal("i", str(number), claims={"airline": str(number)}))
    assert len(sights._known) == 2_000
    assert list(sights.of(first).claims.values()) == ["UA"]


async def test_rows_that_a_resolver_loads_are_the_viewers():
    """`load` is the way to data for code of one's own."""
    for who, count in ((ADA, 1), (ALL, 2)):
        rows = await whole_graph().context(who).load("Crew", {"base_id": 1})
        assert len(rows) == count


@pytest.mark.parametrize(
    ("access", "said"),
    [
        ({"read": "anyone"}, "wrong rule"),
        ({"read": scopes()}, r"scopes\(\) that names none"),
        ({"read": anyone, "delete": roles()}, r"roles\(\) that names none"),
        ({"read": scopes("a b")}, "scopes with 'a b'"),
        ({"read": anyone, "fields": {"text": authenticated & roles("")}}, "roles with ''"),
        ({"read": rows({"nope": {"eq": 1}})}, "amiss"),
        ({"read": rows({"text": {"equals": 1}})}, "amiss"),
        ({"read": rows({"crew": {"pay": {"eq": claim("x")}, "no": 1}})}, "amiss"),
        ({"read": anyone, "fields": {"nope": anyone}}, "no field"),
        ({"read": anyone, "fields": {"id": anyone}}, "nodeId"),
        ({"read": anyone, "fields": {"text": rows({"no": {"eq": 1}})}}, "amiss"),
    ],
)
def test_rules_that_cannot_be_followed(access: dict[str, Any], said: str, monkeypatch):
    """Told at the start, with the model."""
    monkeypatch.setattr(Secret, "__access__", Access(**access), raising=False)
    with pytest.raises(ModelError, match=said) as refused:
        Sights(catalog_of([Base, Crew, Secret]), PageLimits(1, 1))
    assert str(refused.value).startswith("Secret")


async def posted(graph: Graph, query: str) -> httpx.Response:
    """The answer over HTTP to nobody."""
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        return await client.post("/graphql", json={"query": query})


async def test_an_operation_may_be_refused_whole():
    """Where any of it may not be read: its errors, and nothing of what was found."""
    graph = graph_of(CATALOG, ROWS, reject_unauthorized=True)
    answer = await posted(
        graph, "{ bases { totalCount } crews { totalCount } secrets { totalCount } }"
    )
    body = answer.json()
    assert "data" not in body
    assert sorted(error["path"][0] for error in body["errors"]) == ["crews", "secrets"]
    assert {error["extensions"]["code"] for error in body["errors"]} == {DENIED}
    answer = await posted(graph, "{ bases { totalCount } }")
    assert answer.json() == {"data": {"bases": {"totalCount": 1}}}


async def test_rules_may_be_tried():
    """Everything is seen, and what would not have been is logged."""
    graph = graph_of(CATALOG, ROWS, access_dry_run=True)
    query = (
        "{ crews(where: {pay: {gt: 1}}) { nodes { pay secrets { totalCount } base { open } } } }"
    )
    with capture_logs() as logged:
        data, errors = await asked(graph, ADA, query)
    assert not errors
    assert [row["pay"] for row in data["crews"]["nodes"]] == [10, 20, 30]
    assert [row["secrets"]["totalCount"] for row in data["crews"]["nodes"]] == [1, 0, 0]
    denied = {line["would_deny"] for line in logged if line["event"] == "access_dry_run"}
    assert denied == {
        *("some rows of Crew", "some rows of Base", "no rows of Secret"),
        *("Crew.pay", "Crew.secrets"),
    }
