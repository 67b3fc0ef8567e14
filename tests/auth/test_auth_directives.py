"""Directives that users write: by every way to a field and to a type, in all ways of answering."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Annotated, Any

import httpx
import pytest
import strawberry
from asking import DENIED, asked, graph_of
from issuing import Door, TestIssuer
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from structlog.testing import capture_logs

from auth import ANONYMOUS, Principal
from catalog import Access, anyone, catalog_of, scopes
from edge.app import create_app
from edge.graph import Graph
from schema import Authenticated, Policy, RequiresScopes, extends, requires

CALLS: list[str] = []


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Crew(Table, table=True):
    """Everybody reads it, but for the pay."""

    __access__ = Access(read=anyone, fields={"pay": scopes("pay")})

    id: int = Field(primary_key=True)
    name: str
    pay: int


class Vault(Table, table=True):
    """For those with the scope."""

    __access__ = Access(read=scopes("vault"))

    id: int = Field(primary_key=True)


@strawberry.type(directives=[RequiresScopes(scopes=[["badge"]])])
class Badge:
    """A type that is for some."""

    code: str
    color: str | None = None

    @strawberry.field
    def holder(self) -> "Badge | None":
        """Which is of the type itself."""
        CALLS.append("holder")
        return Badge(code="held")


@strawberry.interface
class Thing:
    """What some and others have in common."""

    label: str
    weight: int | None


@strawberry.type(directives=[Authenticated()])
class Safe(Thing):
    """For those who have signed in."""

    @strawberry.field
    def combination(self) -> str | None:
        """What it opens by."""
        CALLS.append("combination")
        return "0000"


@strawberry.type
class Crate(Thing):
    """For everybody, but for what is in it."""

    contents: str | None = strawberry.field(
        default="tools", directives=[RequiresScopes(scopes=[["a", "b"], ["c"]])]
    )
    badge: Badge | None = None


@extends(Crew)
class OfCrew:
    """Fields of rows."""

    @strawberry.field(directives=[Authenticated()])
    @requires("name")
    def greeting(self) -> str | None:
        CALLS.append("greeting")
        return f"Hello {self.name}"

    @strawberry.field(directives=[RequiresScopes(scopes=[["must"]])])
    @requires("name")
    async def must(self) -> str:
        CALLS.append("must")
        return self.name

    @strawberry.field
    async def badges(self) -> list[Badge]:
        CALLS.append("badges")
        return [Badge(code="1"), Badge(code="2")]

    @strawberry.field
    def badge(self) -> Badge | None:
        CALLS.append("badge")
        return Badge(code="1")

    @strawberry.field
    def shout(self, text: str = "ho") -> str:
        return text.upper()


@extends("Query")
class OfQuery:
    """Fields of the top."""

    @strawberry.field(directives=[Policy(policies=[["role:boss", "scope:a"], ["authenticated"]])])
    async def news(self) -> str | None:
        CALLS.append("news")
        return "none"

    @strawberry.field(directives=[Policy(policies=[["nobody"]])])
    def never(self) -> str | None:
        CALLS.append("never")
        return "no"

    @strawberry.field
    def things(self) -> list[Thing]:
        return [Safe(label="s", weight=1), Crate(label="c", weight=2, badge=Badge(code="x"))]

    @strawberry.field
    async def either(self) -> list[Annotated[Safe | Crate, strawberry.union("Either")]]:
        return [Safe(label="s", weight=1), Crate(label="c", weight=2)]

    @strawberry.field
    def top_crew(self) -> Crew | None:
        return None

    @strawberry.field(directives=[RequiresScopes(scopes=[["a"]]), Authenticated()])
    def both(self) -> str | None:
        return "both"


ADA = Principal("i", "ada")


@cache
def whole_graph() -> Graph:
    """The graph of these models, made once somebody asks."""
    return graph_of(
        catalog_of([Crew, Vault]),
        {"Crew": [{"id": 1, "name": "Ada", "pay": 1}, {"id": 2, "name": "Bo", "pay": 2}]},
        [OfCrew, OfQuery],
    )


def having(*names: str) -> Principal:
    """Somebody whose token has these scopes."""
    return Principal("i", "x", frozenset(names))


async def ask(principal: Principal, query: str) -> tuple[Any, list[tuple[str, Any]]]:
    """The data, and each error's code and path; of the calls, those of one way of completion."""
    CALLS.clear()
    told = await asked(whole_graph(), principal, query)
    assert all(CALLS.count(name) % 2 == 0 for name in CALLS)  # both ways call the same
    return told


async def test_a_field_of_rows():
    """Denied it is null in each row, and its function is not called."""
    query = "{ crews(orderBy: [{id: ASC}]) { nodes { name greeting shout } } }"
    data, errors = await ask(ANONYMOUS, query)
    assert data["crews"]["nodes"] == [
        {"name": "Ada", "greeting": None, "shout": "HO"},
        {"name": "Bo", "greeting": None, "shout": "HO"},
    ]
    assert errors == [(DENIED, ["crews", "nodes", n, "greeting"]) for n in (0, 1)]
    assert CALLS == []
    data, errors = await ask(ADA, query)
    assert [row["greeting"] for row in data["crews"]["nodes"]] == ["Hello Ada", "Hello Bo"]
    assert (errors, len(CALLS)) == ([], 4)


async def test_a_field_that_is_never_null():
    """Null spreads from it, as from any error."""
    query = "{ crew(id: 1) { name must } crews { totalCount } }"
    data, errors = await ask(ADA, query)
    assert data == {"crew": None, "crews": {"totalCount": 2}}
    assert errors == [(DENIED, ["crew", "must"])]
    assert CALLS == []
    assert (await ask(having("must"), query))[0]["crew"] == {"name": "Ada", "must": "Ada"}


@pytest.mark.parametrize(
    "query",
    [
        "{ crew(id: 1) { badge { code } name } }",
        "{ crew(id: 1) { badge { __typename } name } }",
        "{ crew(id: 1) { b: badge { code } name } }",
        "{ crew(id: 1) { ...F name } } fragment F on Crew { badge { ... on Badge { code } } }",
        "{ crew(id: 1) { ... on Crew { badge { holder { code } } } name } }",
        "query Q { crew(id: 1) { badge @include(if: true) { code } name } }",
    ],
)
async def test_a_type_guards_the_fields_that_give_it(query: str):
    """By fragments and aliases too; what makes its objects is not called."""
    data, errors = await ask(ADA, query)
    key = "b" if "b:" in query else "badge"
    assert data == {"crew": {key: None, "name": "Ada"}}
    assert errors == [(DENIED, ["crew", key])]
    assert CALLS == []
    data, errors = await ask(having("badge"), query)
    assert data["crew"][key]
    assert not errors


async def test_a_list_of_a_type():
    """Denied whole: null spreads as far as it must."""
    query = "{ crews { nodes { badges { code } } } crew(id: 2) { name } }"
    data, errors = await ask(ADA, query)
    assert data == {"crews": None, "crew": {"name": "Bo"}}
    assert errors == [(DENIED, ["crews", "nodes", 0, "badges"])]
    data, errors = await ask(having("badge"), query)
    assert data["crews"]["nodes"] == [{"badges": [{"code": "1"}, {"code": "2"}]}] * 2


@pytest.mark.parametrize("rejects", [False, True])
@pytest.mark.parametrize(
    "field",
    [
        "greeting @include(if: $yes)",
        "greeting @skip(if: $no)",
        "... @include(if: $yes) { badge { code } }",
        "...F @skip(if: $no)",
    ],
)
async def test_what_is_skipped_is_not_denied(field: str, rejects: bool):
    """By one variable's value it is asked for, by the other it is not there."""
    CALLS.clear()
    graph = replace(whole_graph(), reject_unauthorized=rejects)
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    fragment = "fragment F on Crew { greeting }" if "...F" in field else ""
    query = (
        "query($yes: Boolean = true, $no: Boolean = false) "
        f"{{ crew(id: 1) {{ name a: name @include(if: $yes) b: name @skip(if: $no) {field} }} }}"
    ) + fragment
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        skipped, asked_for = [
            (await client.post("/graphql", json={"query": query, "variables": given})).json()
            for given in ({"yes": False, "no": True}, {})
        ]
    assert skipped == {"data": {"crew": {"name": "Ada"}}}
    assert {error["extensions"]["code"] for error in asked_for["errors"]} == {DENIED}
    assert ("data" in asked_for) is not rejects
    assert CALLS == []


@pytest.mark.parametrize("root", ["things", "either"])
async def test_behind_interfaces_and_unions(root: str):
    """A type guards all of its fields, for the objects that are of it."""
    fields = (
        "... on Safe { combination weight } ... on Crate { weight contents badge { code } }"
        if root == "either"
        else "weight ... on Safe { combination } ... on Crate { contents badge { code } }"
    )
    query = "{ " + root + " { __typename " + fields + " } }"
    data, errors = await ask(ANONYMOUS, query)
    safe, crate = data[root]
    assert safe == {"__typename": "Safe", "combination": None, "weight": None}
    assert crate == {"__typename": "Crate", "weight": 2, "contents": None, "badge": None}
    paths = {(root, 0, "combination"), (root, 0, "weight"), (root, 1, "contents")}
    assert {tuple(path) for _, path in errors} == paths | {(root, 1, "badge")}
    assert CALLS == []
    data, errors = await ask(having("c", "badge"), query)
    safe, crate = data[root]
    assert safe == {"__typename": "Safe", "combination": "0000", "weight": 1}
    assert crate["contents"] == "tools"
    assert not errors


async def test_a_field_of_an_interface_that_is_never_null():
    """The object is null with it, and the list, which holds no nulls."""
    data, errors = await ask(ANONYMOUS, "{ things { label } }")
    assert data is None
    assert errors == [(DENIED, ["things", 0, "label"])]
    assert (await ask(ADA, "{ things { label } }"))[0] == {
        "things": [{"label": "s"}, {"label": "c"}]
    }


@pytest.mark.parametrize(
    ("names", "contents"),
    [("", None), ("a", None), ("b", None), ("ab", "tools"), ("c", "tools"), ("abc", "tools")],
)
async def test_all_scopes_of_one_list(names: str, contents: str | None):
    """As Apollo has it."""
    data, errors = await ask(having(*names), "{ things { ... on Crate { contents } } }")
    assert data["things"][1] == {"contents": contents}
    assert bool(errors) is (contents is None)


async def test_policies_that_are_known():
    """Roles, scopes and signing in, as where rules of models are shown."""
    for who, seen in (
        (ANONYMOUS, False),
        (Principal(roles=frozenset({"boss"})), False),
        (Principal(roles=frozenset({"boss"}), scopes=frozenset("a")), True),
        (ADA, True),
    ):
        data, errors = await ask(who, "{ news }")
        assert data == {"news": "none" if seen else None}
        assert (errors == []) is seen
        assert bool(CALLS) is seen
    data, errors = await ask(having("a", "b"), "{ never }")
    assert (data, errors, CALLS) == ({"never": None}, [(DENIED, ["never"])], [])


async def test_all_directives_of_a_field_must_hold():
    """One alone is not enough."""
    for who, seen in (
        (ADA, False),
        (Principal(scopes=frozenset("a")), False),
        (having("a"), True),
    ):
        assert (await ask(who, "{ both }"))[0] == {"both": "both" if seen else None}


async def test_a_field_does_not_open_what_its_row_hides():
    """The rule of the entity holds besides, and of its fields."""
    data, errors = await ask(ADA, "{ crew(id: 1) { greeting pay } vaults { totalCount } }")
    assert data == {"crew": {"greeting": "Hello Ada", "pay": None}, "vaults": None}
    assert sorted(errors) == [(DENIED, ["crew", "pay"]), (DENIED, ["vaults"])]


async def test_viewers_by_turns():
    """One document, whose plans are each kind of viewers' own."""
    query = "{ crews { nodes { greeting badge { code } } } both }"
    told = {}
    for _ in range(2):
        for who in (ANONYMOUS, ADA, having("badge"), having("a")):
            answer = await ask(who, query)
            assert told.setdefault(who, answer) == answer
    assert len({str(each) for each in told.values()}) == 4


def test_the_schema_shows_them():
    """As they are written."""
    sdl = whole_graph().schema.as_str()
    assert "  greeting: String @authenticated\n" in sdl
    assert 'type Badge @requiresScopes(scopes: [["badge"]]) {' in sdl
    assert '  contents: String @requiresScopes(scopes: [["a", "b"], ["c"]])\n' in sdl
    assert 'policies: [["role:boss", "scope:a"], ["authenticated"]]' in sdl


@pytest.mark.parametrize("more", ["", " __schema { queryType { name } }"])
async def test_over_http(issuer: TestIssuer, door_of: Callable[..., Door], more: str):
    """By tokens; beside what is introspection, too."""
    graph = replace(whole_graph(), authenticator=door_of(issuer.issuer()).authenticator)
    app = create_app(graph, max_body_bytes=10_000, examples=None)
    query = {"query": "{ crew(id: 1) { name greeting badge { code } } both" + more + " }"}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        nobody = await client.post("/graphql", json=query)
        assert nobody.status_code == 200
        assert nobody.json()["data"]["crew"] == {"name": "Ada", "greeting": None, "badge": None}
        told = {(error["extensions"]["code"], *error["path"]) for error in nobody.json()["errors"]}
        expected = {("crew", "greeting"), ("crew", "badge"), ("both",)}
        assert told == {(DENIED, *path) for path in expected}
        headers = {"authorization": f"Bearer {issuer.token(scope='a badge')}"}
        known = (await client.post("/graphql", json=query, headers=headers)).json()
    assert "errors" not in known
    assert known["data"]["crew"] == {"name": "Ada", "greeting": "Hello Ada", "badge": {"code": "1"}}
    assert known["data"]["both"] == "both"


async def test_tried_only():
    """In a dry run nothing is denied, and what would be is in the log."""
    with capture_logs() as logged:
        data, errors = await asked(
            replace(whole_graph(), access_dry_run=True),
            ANONYMOUS,
            "{ crew(id: 1) { greeting } never }",
        )
    assert (data, errors) == ({"crew": {"greeting": "Hello Ada"}, "never": "no"}, [])
    denied = {line["would_deny"] for line in logged if line["event"] == "access_dry_run"}
    assert denied == {"Crew.greeting", "Query.never"}
