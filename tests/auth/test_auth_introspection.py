"""Introspection and suggestions by viewer: what is told can be asked for, and the rest cannot."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import httpx
import pytest
import strawberry
from asking import DENIED, asked, graph_of
from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    assert_valid_schema,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_non_null_type,
)
from pydantic import BaseModel
from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from auth import ANONYMOUS, Principal
from catalog import (
    Access,
    Search,
    anyone,
    authenticated,
    catalog_of,
    claim,
    roles,
    routine,
    rows,
    scopes,
)
from edge.app import create_app
from edge.graph import Graph
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.introspection import Introspection
from schema import Authenticated, Policy, extends, policies

ASKED: list[frozenset[str]] = []


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Base(Table, table=True):
    """Some of them are seen by all."""

    __access__ = Access(read=rows({"open": {"eq": True}}) | roles("planner"))

    id: int = Field(primary_key=True)
    city: str
    open: bool
    crew: list["Crew"] = Relationship(back_populates="base")


class Crew(Table, table=True):
    """Of whom not everything is for everybody."""

    __access__ = Access(
        read=anyone,
        fields={
            "pay": scopes("pay"),
            "badge": rows({"id": {"eq": claim("id")}}) | scopes("pay"),
            "notes": authenticated,
        },
    )
    __search__ = Search("name", "notes")

    id: int = Field(primary_key=True)
    name: str
    pay: int
    badge: str = Field(unique=True)
    notes: str | None = None
    base_id: int = Field(foreign_key="base.id", index=True)
    base: Base = Relationship(back_populates="crew")
    secrets: list["Secret"] = Relationship(back_populates="crew")


class Secret(Table, table=True):
    """For those with the scope."""

    __access__ = Access(read=scopes("secret"))

    id: int = Field(primary_key=True)
    text: str
    score: float = 0
    crew_id: int = Field(foreign_key="crew.id", index=True)
    crew: Crew = Relationship(back_populates="secrets")


class Asset(BaseModel):
    """Of several kinds."""

    __collection__ = "assets"
    __discriminator__ = "kind"
    __access__ = Access(read=authenticated, fields={"price": scopes("price")})

    id: int
    kind: str
    price: int


class Truck(Asset):
    """A kind with a rule about what it alone has."""

    __access__ = Access(
        read=authenticated, fields={"price": scopes("price"), "plate": scopes("plate")}
    )

    kind: Literal["truck"]
    plate: str


class Ship(Asset):
    """A kind with the rules of all."""

    kind: Literal["ship"]


@routine(int, read=roles("planner"), python=lambda held: len(held("Crew")))
def crew_count() -> object:
    """How many there are."""
    return select(func.count()).select_from(Crew)


@strawberry.interface
class Thing:
    """What the following have in common."""

    label: str | None
    weight: int | None


@strawberry.type(directives=[Authenticated()])
class Safe(Thing):
    """A type that is for some."""

    combination: str | None = None


@strawberry.type
class Crate(Thing):
    """Of which a field is for some."""

    weight: int | None = strawberry.field(directives=[Authenticated()])


@strawberry.type(directives=[Authenticated()])
class Chest:
    """Another one."""

    size: int | None = None


@strawberry.type
class Report:
    """Only reached by a field with a policy."""

    text: str


@strawberry.input
class Wish:
    """Only for a field with a policy."""

    size: int


@extends("Query")
class OfQuery:
    """Fields of the top."""

    @strawberry.field
    def things(self) -> list[Thing]:
        return [Crate(label="c", weight=1)]

    @strawberry.field
    def either(self) -> list[Annotated[Safe | Crate, strawberry.union("Either")]]:
        return []

    @strawberry.field
    def only(self) -> list[Annotated[Safe | Chest, strawberry.union("Only")] | None]:
        return []

    @strawberry.field(directives=[Policy(policies=[["auditor"]])])
    def report(self, wish: Wish | None = None) -> Report | None:
        return Report(text=str(wish))

    @strawberry.field
    def first_secret(self) -> Secret | None:
        return None


@policies
async def decide(principal: Principal, names: frozenset[str], context: Context) -> Any:
    """Who is called so."""
    ASKED.append(names)
    return names if principal.subject == "auditor" else None


@cache
def graph(introspection: Introspection = Introspection.ALLOWED, **more: Any) -> Graph:
    """The graph of these models."""
    held: dict[str, list[dict[str, Any]]] = {
        "Crew": [{"id": 1, "name": "A", "pay": 1, "badge": "a", "notes": "n", "base_id": 1}],
        "Base": [{"id": 1, "city": "N", "open": True}],
        "Secret": [{"id": 1, "text": "t", "score": 1.5, "crew_id": 1}],
        "Asset": [{"id": 1, "kind": "truck", "price": 1, "plate": "p"}],
    }
    models = [Base, Crew, Secret, Asset, Truck, Ship, crew_count]
    return graph_of(
        catalog_of(models), held, [OfQuery], decide, introspection=introspection, **more
    )


ADA = Principal("i", "ada", claims={"id": 1})
PAYS = Principal("i", "pays", frozenset({"pay", "secret"}), claims={"id": 1})
EVERYTHING = Principal(
    "i", "auditor", frozenset({"pay", "secret", "price", "plate"}), frozenset({"planner"})
)
VIEWERS = {"nobody": ANONYMOUS, "ada": ADA, "pays": PAYS, "everything": EVERYTHING}


def whole() -> GraphQLSchema:
    """The schema, which nobody is told of as it is."""
    return core_of(graph().schema)


async def told(who: Principal, *to: Introspection) -> GraphQLSchema:
    """The schema that a viewer is told of, which is valid."""
    query = get_introspection_query(input_value_deprecation=True)
    data, errors = await asked(graph(*to), who, query)
    assert not errors
    schema = build_client_schema(data)
    assert_valid_schema(schema)
    return schema


def coordinates(schema: GraphQLSchema) -> set[str]:
    """All types, fields, values and arguments."""
    return set(_coordinates(schema))


def _coordinates(schema: GraphQLSchema) -> Iterator[str]:
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name
        for member, field in {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}.items():
            yield f"{name}.{member}"
            yield from (f"{name}.{member}({argument})" for argument in getattr(field, "args", {}))
        yield from (f"{name} = {each.name}" for each in getattr(kind, "types", ()))
        yield from (f"{name}: {each.name}" for each in getattr(kind, "interfaces", ()))


async def test_who_may_see_everything_is_told_everything():
    """And who sees more is told more."""
    assert coordinates(await told(EVERYTHING)) == coordinates(whole())
    seen = [coordinates(await told(who)) for who in (ANONYMOUS, ADA, PAYS, EVERYTHING)]
    for less, more in pairwise(seen):
        assert less < more


async def test_nobody_is_told_of_what_is_not_for_them():
    """Types, fields, root fields, inputs, routines, and what only these led to."""
    seen = coordinates(await told(ANONYMOUS))
    hidden = {
        *("Secret", "SecretConnection", "SecretFilter", "SecretOrder", "SecretSum"),
        *("Query.secret", "Query.secrets", "Query.firstSecret", "Crew.secrets"),
        *("CrewFilter.secrets", "Crew.pay", "CrewFilter.pay", "CrewOrder.pay", "CrewSum.pay"),
        *("CrewGroupBy.pay", "CrewGroupKey.pay", "CrewExtremes.pay", "CrewExtremesHaving.pay"),
        *("CrewFilter.badge", "CrewOrder.badge", "Query.crewByBadge", "Crew.notes"),
        *("CrewFilter.search", "CrewOrder.search", "SearchRanking", "CrewOrder.base"),
        *("CrewGroupBy.base", "CrewGroupKey.base", "Query.crewCount", "Query.report"),
        *("Report", "Wish", "Safe", "Only", "Query.only", "Either = Safe", "Crate.weight"),
        *("Thing.weight", "Asset", "Truck", "Ship", "Query.assets", "Truck: Asset"),
    }
    assert hidden <= coordinates(whole())
    assert seen & hidden == set()
    shown = {
        *("Crew.badge", "CrewFilter.base", "CrewFilter.name", "Crew.base", "Query.crews"),
        *("Either = Crate", "Crate: Thing", "Thing.label", "CrewOrder.name", "Node", "Crew: Node"),
        *("Query.bases(where)", "BaseFilter.crew", "CrewGroupBy.name", "Query.node(id)"),
    }
    assert shown <= seen


@pytest.mark.parametrize("who", VIEWERS.values(), ids=VIEWERS)
async def test_what_is_told_can_be_asked_for(who: Principal):
    """Each field of the root, of rows and of inputs; and what is not told is refused."""
    seen = coordinates(await told(who))
    for coordinate, query in dict(_probes()).items():
        _, errors = await asked(graph(), who, query)
        codes = {code for code, _ in errors}
        assert (DENIED in codes) is (coordinate not in seen) or coordinate in USELESS, coordinate
        assert codes <= {DENIED}


USELESS = {"Query.firstSecret", "Query.only"}
"""Fields of users that are refused to nobody, but may give nothing that somebody may see."""


def _probes() -> Iterator[tuple[str, str]]:
    """For each coordinate a query that asks for nothing else that could be refused."""
    types = whole().type_map
    fields = types["Query"].fields
    roots = {"Crew": "crews", "Base": "bases", "Secret": "secrets", "Asset": "assets"}
    for name, field in fields.items():
        if not any(is_non_null_type(each.type) for each in field.args.values()):
            below = "" if name == "crewCount" else " { __typename }"
            yield f"Query.{name}", f"{{ {name}{below} }}"
    yield "Query.crewByBadge", '{ crewByBadge(badge: "a") { __typename } }'
    for kind, root in roots.items():
        for name, field in types[kind].fields.items():
            below = " { __typename }" if hasattr(get_named_type(field.type), "fields") else ""
            yield f"{kind}.{name}", f"{{ {root} {{ nodes {{ {name}{below} }} }} }}"
        for name, field in types[f"{kind}Filter"].fields.items():
            where = _where(name, get_named_type(field.type))
            yield f"{kind}Filter.{name}", f"{{ {root}(where: {where}) {{ totalCount }} }}"
        for name, field in types[f"{kind}Order"].fields.items():
            if name != "search":
                order = _ordering(name, get_named_type(field.type))
                yield f"{kind}Order.{name}", f"{{ {root}(orderBy: [{order}]) {{ totalCount }} }}"
        for name, field in types[f"{kind}GroupBy"].fields.items():
            inner = isinstance(get_named_type(field.type), GraphQLInputObjectType)
            value = "{id: VALUE}" if inner else "VALUE"
            groups = f"groupBy(by: [{{{name}: {value}}}]) {{ __typename }}"
            yield f"{kind}GroupBy.{name}", f"{{ {root} {{ {groups} }} }}"
        for function, family in (
            ("sum", "Sum"),
            ("max", "Extremes"),
            ("countDistinct", "Distinct"),
        ):
            for name in types[f"{kind}{family}"].fields:
                yield (
                    f"{kind}{family}.{name}",
                    f"{{ {root} {{ aggregate {{ {function} {{ {name} }} }} }} }}",
                )


def _where(name: str, kind: Any) -> str:
    if name in {"and", "or"}:
        return f"{{{name}: []}}"
    if name == "search":
        return '{search: "x"}'
    if name == "not" or "isNull" not in kind.fields:
        return f"{{{name}: {{}}}}"
    return f"{{{name}: {{isNull: false}}}}"


def _ordering(name: str, kind: Any) -> str:
    return f"{{{name}: {'{id: ASC}' if isinstance(kind, GraphQLInputObjectType) else 'ASC'}}}"


async def test_types_by_name():
    """`__type` knows those that are told, and of an interface the same kinds as its fields tell."""
    query = """{
      secret: __type(name: "Secret") { name }
      crew: __type(name: "Crew") { fields { name } }
      thing: __type(name: "Thing") { possibleTypes { name } fields { name } }
      __typename
      crews { totalCount }
    }"""
    data, errors = await asked(graph(), ANONYMOUS, query)
    assert not errors
    assert data["secret"] is None
    assert {"name": "pay"} not in data["crew"]["fields"]
    assert data["thing"] == {"possibleTypes": [{"name": "Crate"}], "fields": [{"name": "label"}]}
    assert (data["__typename"], data["crews"]) == ("Query", {"totalCount": 1})
    data, errors = await asked(graph(), EVERYTHING, query)
    assert data["secret"] == {"name": "Secret"}
    assert {each["name"] for each in data["thing"]["possibleTypes"]} == {"Crate", "Safe"}


async def test_variables_of_types_that_are_not_told():
    """They are executed as ever."""
    query = (
        "query($w: SecretFilter, $n: String!) {"
        " __type(name: $n) { name } secrets(where: $w) { totalCount } }"
    )
    data, errors = await asked(graph(), ANONYMOUS, query, w={}, n="Crew")
    assert data == {"__type": {"name": "Crew"}, "secrets": None}
    assert errors == [(DENIED, ["secrets"])]


async def test_policies_have_a_say():
    """The function is asked about all of them, once, and only for a question about the schema."""
    ASKED.clear()
    assert "Report" in coordinates(await told(EVERYTHING))
    assert [frozenset({"auditor"})] * 2 == ASKED  # in each way of completion
    await asked(graph(), EVERYTHING, "{ crews { __typename } }")
    assert len(ASKED) == 2


async def test_kinds_of_viewers_share_what_they_are_told():
    """Whatever else is in their tokens."""
    shown = [
        graph().context(Principal("i", name, frozenset({name}), claims={"id": number})).shown
        for number, name in enumerate(["a", "b", "c"])
    ]
    assert shown[0] is shown[1] is shown[2]
    assert shown[0] is not whole()
    other = Principal("i", "x", EVERYTHING.scopes, EVERYTHING.roles)
    assert graph().context(other).shown is not whole()


async def wording(on: Graph, who: Principal, query: str, **variables: Any) -> str:
    """What is told of a document that is not valid, or of variables that do not fit."""
    result: Any = await on.schema.execute(query, variables, context_value=on.context(who))
    return " ".join(error.message for error in result.errors)


WRONG = [
    ("{ crews { nodes { payy } } }", "'pay'"),
    ("{ crews { nodes { namex } } }", "'name'"),
    ("{ secretss { totalCount } }", "'secrets'"),
    ("{ crews(where: {payy: {eq: 1}}) { totalCount } }", "'pay'"),
    ("query($w: SecretFilterr) { crews { totalCount } }", "'SecretFilter'"),
    ("{ crews { nodes { ... on Secrett { id } } } }", "'Secret'"),
    ("{ things { combination } }", "'Safe'"),
    ("{ reports { text } }", "'report'"),
]
FOR_ALL = {"'name'"}


@pytest.mark.parametrize(("query", "suggested"), WRONG)
async def test_suggestions(query: str, suggested: str):
    """Everything to everybody; to each the own; nothing to anybody. The rest is the same."""
    everything = await wording(graph(Introspection.ALL), ANONYMOUS, query)
    assert suggested in everything.partition("Did you mean")[2]
    assert "Did you mean" not in await wording(graph(Introspection.OFF), EVERYTHING, query)
    nobody = await wording(graph(), ANONYMOUS, query)
    known = await wording(graph(), EVERYTHING, query)
    assert (suggested in nobody.partition("Did you mean")[2]) is (suggested in FOR_ALL)
    assert suggested in known.partition("Did you mean")[2] or "report" in query
    assert nobody.partition(" Did")[0].partition(", found")[0].rstrip(".") in everything


async def test_suggestions_over_variables():
    """They are made in execution, and only where everything is told."""
    query = "query($w: CrewFilter) { crews(where: $w) { totalCount } }"
    for on, there in ((graph(Introspection.ALL), True), (graph(), False)):
        said = await wording(on, ANONYMOUS, query, w={"payy": {"eq": 1}})
        assert "payy" in said
        assert ("Did you mean" in said) is there


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"payy": 1}, ""),
        (1, ""),
        ({"payy": 1, "namee": 1}, ""),
        ({"name": 1}, " at .name"),
        ({"name": {"eqq": 1}}, " at .name"),
        ({"name": {"eq": 1}}, " at .name.eq"),
    ],
)
async def test_why_an_input_does_not_fit_is_not_told_where_nothing_is(value: Any, where: str):
    """But where: a name that is there is told of as any, and no type but the operation's own."""
    query = "query($w: CrewFilter) { crews(where: $w) { totalCount } }"
    said = await wording(graph(Introspection.OFF), ANONYMOUS, query, w=value)
    assert said == f"Variable '$w' has invalid value{where}."


async def test_why_a_leaf_does_not_fit_is_told():
    """Its type is named by the operation."""
    query = "query($n: Int) { crews(first: $n) { totalCount } }"
    said = await wording(graph(Introspection.OFF), ANONYMOUS, query, n="x")
    assert said == "Variable '$n' has invalid value: Int cannot represent non-integer value: 'x'"
    query = "query($n: Int!) { crews(first: $n) { totalCount } }"
    assert "to be provided" in await wording(graph(Introspection.OFF), ANONYMOUS, query)


async def test_all_is_told_to_everybody():
    """In development."""
    assert coordinates(await told(ANONYMOUS, Introspection.ALL)) == coordinates(whole())


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ crews { totalCount } x: __type(name: "Crew") { name } }',
        "{ ...F } fragment F on Query { ... { __schema { types { name } } } }",
        "query($no: Boolean = false) { __schema @include(if: $no) { description } __typename }",
    ],
)
async def test_nothing_is_told(query: str):
    """Whole operations are refused that ask, by a code that stays; `__typename` is none of it."""
    app = create_app(graph(Introspection.OFF), max_body_bytes=10_000, examples=None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    accept = {"accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        answer = await client.post("/graphql", json={"query": query}, headers=accept)
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "INTROSPECTION_DISABLED"
        assert error["locations"]
        assert "data" not in answer.json()
        fine = await client.post(
            "/graphql", json={"query": "{ __typename crews { __typename } }"}, headers=accept
        )
        assert fine.json() == {
            "data": {"__typename": "Query", "crews": {"__typename": "CrewConnection"}}
        }


@pytest.mark.parametrize("name", ["_service", "_entities"])
async def test_other_ways_to_ask_for_the_schema_are_fields_like_any(name: str):
    """Those of Apollo's federation: there are none, and they are refused as what nobody has."""
    transport = httpx.ASGITransport(
        create_app(graph(Introspection.OFF), max_body_bytes=10_000, examples=None)
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        told = []
        for asked in (name, "_nothing"):
            answer = await client.post("/graphql", json={"query": f"{{ {asked} {{ sdl }} }}"})
            (error,) = answer.json()["errors"]
            assert "data" not in answer.json()
            told.append((error["message"].replace(asked, "?"), error["extensions"]))
    assert told[0] == told[1]
    assert told[0][1] == {"code": "GRAPHQL_VALIDATION_FAILED"}
