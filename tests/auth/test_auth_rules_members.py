"""Rules about members: values of some rows, keys, link tables, kinds, searches, routines."""

from functools import cache
from typing import Any, Literal

import pytest
import strawberry
from asking import DENIED, asked, graph_of
from pydantic import BaseModel
from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel, col

from auth import ANONYMOUS, Principal
from catalog import (
    Access,
    Link,
    ModelError,
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
from catalog.access import Rule
from edge.graph import Graph
from schema import extends


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Seat(Table, table=True):
    """Who sits where: everybody sees the own seats."""

    __access__ = Access(read=rows({"personId": {"eq": claim("id")}}) | roles("planner"))

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    team_id: int = Field(primary_key=True, foreign_key="team.id", index=True)


class Team(Table, table=True):
    """Open to all."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    name: str
    people: list["Person"] = Relationship(back_populates="teams", link_model=Seat)


class Person(Table, table=True):
    """Everybody sees the own pay, and the boss that of those in the same city."""

    __access__ = Access(
        read=anyone,
        fields={
            "pay": rows({"id": {"eq": claim("id")}})
            | roles("boss") & rows({"home": {"city": {"eq": claim("city")}}})
            | scopes("pay"),
            "badge": scopes("badge"),
            "notes": authenticated,
            "secret_teams": roles("planner"),
        },
    )
    __plural__ = "people"
    __search__ = Search("name", "notes")
    __links__ = (Link("secret_teams", to="Team", on={"id": "id"}),)

    id: int = Field(primary_key=True)
    name: str
    pay: int
    badge: str = Field(unique=True)
    notes: str | None = None
    home_id: int = Field(foreign_key="home.id", index=True)
    home: "Home" = Relationship(back_populates="people")
    teams: list[Team] = Relationship(back_populates="people", link_model=Seat)


class Home(Table, table=True):
    """Where people live."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    city: str
    people: list[Person] = Relationship(back_populates="home")


@routine(list[Person], read=scopes("call"), python=lambda rows: rows("Person"))
def callable_people() -> object:
    """All of them, for those with the scope."""
    return select(Person)


@routine(int, read=roles("planner"), python=lambda rows: len(rows("Person")))
def people_count() -> object:
    """How many there are."""
    return select(func.count(col(Person.id))).scalar_subquery()


@routine(int, python=lambda rows: len(rows("Home")))
def unsaid() -> object:
    """Nobody's: it has no rule."""
    return select(func.count(col(Person.id))).scalar_subquery()


@extends("Query")
class Finding:
    """What hands on what clients say."""

    @strawberry.field
    async def found(
        self,
        info: strawberry.Info,
        where: "PersonFilter | None" = None,  # type: ignore[name-defined]  # noqa: F821
        order_by: "list[PersonOrder] | None" = None,  # type: ignore[name-defined]  # noqa: F821
    ) -> list[Person]:
        """People of a home."""
        return await info.context.load(Person, {"home_id": 1}, where=where, order_by=order_by or ())


@extends(Person)
class Itself:
    """What gives the row that it is of."""

    @strawberry.field
    def me(self) -> Person:
        """The same."""
        return self  # type: ignore[return-value]


ROWS: dict[str, list[dict[str, Any]]] = {
    "Person": [
        {"id": 1, "name": "Ada", "pay": 10, "badge": "a", "notes": "tall", "home_id": 1},
        {"id": 2, "name": "Bo", "pay": 20, "badge": "b", "notes": None, "home_id": 1},
        {"id": 3, "name": "Cy", "pay": 30, "badge": "c", "notes": "tall", "home_id": 2},
    ],
    "Home": [{"id": 1, "city": "Rome"}, {"id": 2, "city": "Oslo"}],
    "Team": [{"id": 1, "name": "red"}, {"id": 2, "name": "blue"}],
    "Seat": [{"person_id": 1, "team_id": 1}, {"person_id": 2, "team_id": 1}],
}
CATALOG = catalog_of([Seat, Team, Person, Home, callable_people, people_count, unsaid])
ADA = Principal("i", "ada", claims={"id": 1, "city": "Rome"})
BOSS = Principal("i", "boss", roles=frozenset({"boss"}), claims={"id": 3, "city": "Rome"})
PAYS = Principal("i", "pays", scopes=frozenset({"pay", "badge"}))
PLANNER = Principal("i", "p", roles=frozenset({"planner"}))


@cache
def whole_graph() -> Graph:
    """The graph of these models, made once somebody asks."""
    return graph_of(CATALOG, ROWS)


async def ask(principal: Principal, query: str, **variables: Any) -> tuple[Any, Any]:
    """The data, and each error's code and path."""
    return await asked(whole_graph(), principal, query, **variables)


@pytest.mark.parametrize(
    ("who", "pays"),
    [
        (ADA, [10, None, None]),
        (BOSS, [10, 20, 30]),
        (PAYS, [10, 20, 30]),
        (PLANNER, [None, None, None]),
        (ANONYMOUS, [None, None, None]),
    ],
)
async def test_a_value_that_is_seen_in_some_rows(who: Principal, pays: list[int | None]):
    """In lists and by key, under relations and aliases: null elsewhere, and the row stays."""
    data, errors = await ask(
        who,
        "{ people(orderBy: [{id: ASC}]) { nodes { name money: pay pay } edges { node { pay } } } }",
    )
    assert not errors
    assert [(each["name"], each["money"], each["pay"]) for each in data["people"]["nodes"]] == [
        (row["name"], pay, pay) for row, pay in zip(ROWS["Person"], pays, strict=True)
    ]
    assert [each["node"]["pay"] for each in data["people"]["edges"]] == pays
    data, errors = await ask(
        who,
        "{ homes(orderBy: [{id: ASC}]) { nodes { ...P } } }"
        " fragment P on Home { people(orderBy: [{id: ASC}]) { nodes { pay } } }",
    )
    inner = [row["pay"] for home in data["homes"]["nodes"] for row in home["people"]["nodes"]]
    assert (inner, errors) == (pays, [])
    for number, pay in enumerate(pays, 1):
        data, errors = await ask(
            who, "query($id: Int!) { person(id: $id) { pay home { city } } }", id=number
        )
        assert (data["person"]["pay"], errors) == (pay, [])
        assert data["person"]["home"]["city"]


async def test_a_row_that_a_field_gives_back_shows_what_it_shows():
    """Neither what is seen in some rows, nor what nobody may read, is there by another way."""
    graph = graph_of(CATALOG, ROWS, [Itself])
    query = "{ people(orderBy: [{id: ASC}]) { nodes { me { name pay notes badge } } } }"
    data, errors = await asked(graph, ADA, query)
    shown = [(each["me"]["name"], each["me"]["pay"]) for each in data["people"]["nodes"]]
    assert shown == [("Ada", 10), ("Bo", None), ("Cy", None)]
    assert {code for code, _ in errors} == {DENIED}
    query = "{ people(orderBy: [{id: ASC}]) { nodes { me { me { pay badge } } } } }"
    data, errors = await asked(graph, PAYS, query)
    inner = [each["me"]["me"] for each in data["people"]["nodes"]]
    assert [(each["pay"], each["badge"]) for each in inner] == [(10, "a"), (20, "b"), (30, "c")]
    assert not errors


@pytest.mark.parametrize(
    "asked_for",
    [
        "people(where: {pay: {gt: 10}}) { totalCount }",
        "people(where: {not: {pay: {isNull: true}}}) { totalCount }",
        "people(orderBy: [{pay: ASC}]) { totalCount }",
        "people { aggregate { sum { pay } } }",
        "people { groupBy(by: [{pay: VALUE}]) { aggregate { count } } }",
        "homes(where: {people: {some: {pay: {gt: 10}}}}) { totalCount }",
    ],
)
async def test_nothing_is_found_by_what_is_seen_in_some_rows_only(asked_for: str):
    """The rows found would tell of those whose value is not seen."""
    data, errors = await ask(ADA, "{ " + asked_for + " }")
    assert [code for code, _ in errors] == [DENIED]
    assert set(data.values()) == {None}
    assert (await ask(PAYS, "{ " + asked_for + " }"))[1] == []


async def test_nobody_is_found_by_a_key_that_is_not_for_the_viewer():
    """Whether there is such a badge would be told else."""
    for badge in ("a", "zzz"):
        data, errors = await ask(ADA, f'{{ personByBadge(badge: "{badge}") {{ name }} }}')
        assert (data, errors) == ({"personByBadge": None}, [(DENIED, ["personByBadge"])])
    data, errors = await ask(PAYS, '{ personByBadge(badge: "a") { name badge } }')
    assert (data["personByBadge"], errors) == ({"name": "Ada", "badge": "a"}, [])


async def test_texts_are_not_searched_that_are_not_for_the_viewer():
    """A search looks through all of its fields."""
    query = '{ people(where: {search: "tall"}) { totalCount } }'
    assert (await ask(ANONYMOUS, query))[1] == [(DENIED, ["people"])]
    assert await ask(ADA, query) == ({"people": {"totalCount": 2}}, [])


async def test_a_link_table_of_which_not_all_is_seen_links_nothing():
    """Which rows it links would tell which it holds."""
    query = "{ teams(orderBy: [{id: ASC}]) { nodes { people { totalCount } } } }"
    data, errors = await ask(ADA, query)
    assert [each["people"] for each in data["teams"]["nodes"]] == [None, None]
    assert {code for code, _ in errors} == {DENIED}
    data, errors = await ask(PLANNER, query)
    assert [each["people"]["totalCount"] for each in data["teams"]["nodes"]] == [2, 0]
    query = '{ people(where: {teams: {some: {name: {eq: "red"}}}}) { totalCount } }'
    assert (await ask(ADA, query))[1] == [(DENIED, ["people"])]
    assert await ask(PLANNER, query) == ({"people": {"totalCount": 2}}, [])
    assert await ask(ADA, "{ seats { totalCount } }") == ({"seats": {"totalCount": 1}}, [])


async def test_a_relation_with_a_rule_of_its_own():
    """Though its target is for everybody."""
    query = "{ person(id: 1) { name secretTeams { name } } }"
    data, errors = await ask(ADA, query)
    assert data == {"person": {"name": "Ada", "secretTeams": None}}
    assert errors == [(DENIED, ["person", "secretTeams"])]
    assert await ask(PLANNER, query) == (
        {"person": {"name": "Ada", "secretTeams": {"name": "red"}}},
        [],
    )


async def test_routines_have_rules():
    """Of their own; and their rows have those of their entity."""
    data, errors = await ask(ADA, "{ callablePeople { totalCount } peopleCount unsaid }")
    assert set(data.values()) == {None}
    assert sorted(errors) == [
        (DENIED, ["callablePeople"]),
        (DENIED, ["peopleCount"]),
        (DENIED, ["unsaid"]),
    ]
    caller = Principal("i", "c", frozenset({"call"}), claims={"id": 2})
    data, errors = await ask(caller, "{ callablePeople { totalCount nodes { id pay badge } } }")
    assert [row["pay"] for row in data["callablePeople"]["nodes"]] == [None, 20, None]
    assert [code for code, _ in errors] == [DENIED] * 3
    assert await ask(PLANNER, "{ peopleCount }") == ({"peopleCount": 3}, [])
    sdl = whole_graph().schema.as_str()
    assert "callablePeople(" in sdl
    assert 'peopleCount: Int @policy(policies: [["role:planner"]])' in sdl
    assert 'unsaid: Int @policy(policies: [["nobody"]])' in sdl


def test_a_ruled_field_may_be_null():
    """Whatever the column says: so the rest of a row stays."""
    sdl = whole_graph().schema.as_str()
    assert '  badge: String @requiresScopes(scopes: [["badge"]])\n' in sdl
    assert "  name: String!\n" in sdl
    assert (
        '  pay: Int @policy(policies: [["role:boss", "rows"], ["rows"], ["scope:pay"]])\n'
        not in sdl
    )
    assert '  pay: Int @policy(policies: [["rows"], ["scope:pay"]])\n' in sdl


class Asset(BaseModel):
    """Of several kinds, with a price that not all may see."""

    __collection__ = "assets"
    __discriminator__ = "kind"
    __access__ = Access(read=anyone, fields={"price": scopes("price")})

    id: int
    kind: str
    price: int


class Truck(Asset):
    """A kind with a rule about what it alone has."""

    __access__ = Access(read=anyone, fields={"price": scopes("price"), "plate": scopes("plate")})

    kind: Literal["truck"]
    plate: str


class Ship(Asset):
    """A kind with the rules of all."""

    kind: Literal["ship"]


async def test_rows_of_kinds_have_the_rules_of_all_and_their_own():
    """As rows of the interface and of their own."""
    held = {"Asset": [{"id": 1, "kind": "truck", "price": 5, "plate": "x"}]}
    graph = graph_of(catalog_of([Asset, Truck, Ship]), held)
    query = (
        "{ assets { nodes { price ... on Truck { plate id } } } trucks { nodes { plate price } } }"
    )
    data, errors = await asked(graph, Principal("i", "p", frozenset({"plate"})), query)
    assert data["assets"]["nodes"] == [{"price": None, "plate": "x", "id": 1}]
    assert data["trucks"]["nodes"] == [{"price": None, "plate": "x"}]
    assert [path[-1] for _, path in errors] == ["price", "price"]
    data, errors = await asked(graph, Principal("i", "p", frozenset({"price"})), query)
    assert data["assets"]["nodes"] == [{"price": 5, "plate": None, "id": 1}]
    assert [path[-1] for _, path in errors] == ["plate", "plate"]


@pytest.mark.parametrize(
    ("access", "said"),
    [
        (Access(read=scopes("x"), fields={"price": scopes("price")}), "another rule for reading"),
        (Access(read=anyone), "price: has another rule"),
        (Access(read=anyone, fields={"price": anyone}), "price: has another rule"),
    ],
)
def test_a_kind_cannot_have_other_rules_for_what_all_have(access: Access, said: str, monkeypatch):
    """Its rows would be found by those of the interface."""
    monkeypatch.setattr(Truck, "__access__", access)
    with pytest.raises(ModelError, match=said):
        catalog_of([Asset, Truck, Ship])


@pytest.mark.parametrize(
    ("rule", "said"),
    [(rows({"id": {"eq": 1}}), "rule about rows"), ("all", "wrong rule"), (Rule(), "wrong rule")],
)
def test_rules_that_a_routine_cannot_have(rule: Any, said: str):
    """It has no rows of its own."""

    @routine(int, read=rule)
    def wrong() -> object:
        return select(1)

    with pytest.raises(ModelError, match=said):
        catalog_of([Home, Person, Team, Seat, wrong])


OF_THE_BOSS = rows({"desk": {"boss": {"eq": claim("name")}}})


class Desk(Table, table=True):
    """Where things lie."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    boss: str
    letters: list["Letter"] = Relationship(back_populates="desk")
    bills: list["Bill"] = Relationship(back_populates="desk")


class Letter(Table, table=True):
    """One of two models with the same rule."""

    __access__ = Access(read=OF_THE_BOSS)

    id: int = Field(primary_key=True)
    desk_id: int = Field(foreign_key="desk.id", index=True)
    desk: Desk = Relationship(back_populates="letters")


class Bill(Table, table=True):
    """The other one, whose relation is by another column."""

    __access__ = Access(read=OF_THE_BOSS)

    id: int = Field(primary_key=True)
    desk_id: int
    paid_at: int = Field(foreign_key="desk.id", index=True)
    desk: Desk = Relationship(back_populates="bills")


async def test_a_rule_that_models_share_is_read_for_each():
    """Its words are the same; the relations that they name are not."""
    held = {
        "Desk": [{"id": 1, "boss": "Ada"}, {"id": 2, "boss": "Bo"}],
        "Letter": [{"id": 1, "desk_id": 1}, {"id": 2, "desk_id": 2}],
        "Bill": [{"id": 1, "desk_id": 1, "paid_at": 2}, {"id": 2, "desk_id": 2, "paid_at": 1}],
    }
    graph = graph_of(catalog_of([Desk, Letter, Bill]), held)
    who = Principal("i", "a", claims={"name": "Ada"})
    data, errors = await asked(graph, who, "{ letters { nodes { id } } bills { nodes { id } } }")
    assert data == {"letters": {"nodes": [{"id": 1}]}, "bills": {"nodes": [{"id": 2}]}}
    assert not errors


@pytest.mark.parametrize(
    "given",
    ['where: {badge: {ne: "x"}}', 'where: {not: {badge: {eq: "x"}}}', "orderBy: {badge: ASC}",
     "where: {home: {people: {some: {badge: {isNull: false}}}}}"],
)  # fmt: skip
async def test_a_filter_that_is_handed_on_is_the_viewer_s(given):
    """A field one may not read can be neither filtered nor sorted by."""
    graph = graph_of(CATALOG, ROWS, [Finding])
    query = f"{{ found({given}) {{ name }} }}"
    _, errors = await asked(graph, ANONYMOUS, query)
    assert errors == [(DENIED, ["found"])]
    holder = Principal("test", "1", scopes=frozenset({"badge"}))
    data, errors = await asked(graph, holder, query)
    assert (len(data["found"]) > 0, errors) == (True, [])
