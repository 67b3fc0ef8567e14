"""A relation tells what the fields hold that it compares: who may not read them may not follow."""

from functools import cache
from typing import Any, ClassVar

import pytest
from asking import DENIED, asked, graph_of
from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from auth import ANONYMOUS, Principal
from catalog import (
    Access,
    Index,
    Link,
    anyone,
    authenticated,
    catalog_of,
    claim,
    roles,
    rows,
    scopes,
)
from catalog.access import nobody
from edge.access import access_text
from edge.graph import Graph
from resolvers.documents.introspection import Introspection


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Stay(Table, table=True):
    """Who was where; the guests are not for everybody."""

    __access__ = Access(read=anyone, fields={"guest_id": roles("desk")})

    id: int = Field(primary_key=True)
    guest_id: int = Field(foreign_key="guest.id", index=True)
    inn_id: int = Field(foreign_key="inn.id", index=True)


class Guest(Table, table=True):
    """Their homes are for those with the scope, their doctors for themselves or the desk."""

    __access__ = Access(
        read=anyone,
        fields={
            "home_id": scopes("homes"),
            "doctor_id": rows({"id": {"eq": claim("id")}}) | roles("desk"),
            "secret_id": nobody,
            "open_secret": anyone,
        },
    )
    __links__: ClassVar = (
        Link("city", to="City", on={"nickname": "nickname"}, back="guests"),
        Link("secret", to="Home", on={"secret_id": "id"}, back="keepers"),
        Link("open_secret", to="Home", on={"secret_id": "id"}),
    )

    id: int = Field(primary_key=True)
    home_id: int = Field(foreign_key="home.id", index=True)
    doctor_id: int = Field(foreign_key="doctor.id", index=True)
    secret_id: int = Field(index=True)
    nickname: str = Field(index=True)
    home: "Home" = Relationship(back_populates="guests")
    doctor: "Doctor" = Relationship(back_populates="patients")
    inns: list["Inn"] = Relationship(back_populates="guests", link_model=Stay)


class Home(Table, table=True):
    """Open, but for who lives there."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    guests: list[Guest] = Relationship(back_populates="home")


class Doctor(Table, table=True):
    """Open."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    patients: list[Guest] = Relationship(back_populates="doctor")


class Inn(Table, table=True):
    """Open."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    guests: list[Guest] = Relationship(back_populates="inns", link_model=Stay)


class City(BaseModel):
    """In the other store; found by what is not for everybody."""

    __collection__ = "cities"
    __access__ = Access(read=anyone, fields={"nickname": authenticated})

    __indexes__ = (Index("nickname", unique=True),)

    code: str = Key(alias="_id")
    nickname: str


ROWS: dict[str, list[dict[str, Any]]] = {
    "Guest": [
        {"id": 1, "home_id": 1, "doctor_id": 1, "secret_id": 2, "nickname": "NYC"},
        {"id": 2, "home_id": 2, "doctor_id": 1, "secret_id": 1, "nickname": "LA"},
    ],
    "Home": [{"id": 1}, {"id": 2}],
    "Doctor": [{"id": 1}],
    "Inn": [{"id": 1}],
    "Stay": [{"id": 1, "guest_id": 1, "inn_id": 1}],
    "City": [{"code": "a", "nickname": "NYC"}, {"code": "b", "nickname": "LA"}],
}
CATALOG = catalog_of([Stay, Guest, Home, Doctor, Inn, City])
HOMES = Principal("i", "h", scopes=frozenset({"homes"}))
DESK = Principal("i", "d", roles=frozenset({"desk"}))
ADA = Principal("i", "ada", claims={"id": 1})

WHO = {"nobody": ANONYMOUS, "homes": HOMES, "desk": DESK, "ada": ADA}
WAYS = {
    "home": (
        "{ guests { nodes { home { id } } } }",
        "{ guests(where: {home: {id: {eq: 1}}}) { totalCount } }",
        {"homes"},
    ),
    "the homes' guests": (
        "{ homes { nodes { guests { totalCount } } } }",
        "{ homes(where: {guests: {some: {id: {eq: 1}}}}) { totalCount } }",
        {"homes"},
    ),
    "doctor": (
        "{ guests { nodes { doctor { id } } } }",
        "{ guests(orderBy: [{doctor: {id: ASC}}]) { nodes { id } } }",
        {"desk"},
    ),
    "the doctors' patients": (
        "{ doctors { nodes { patients { nodes { id } } } } }",
        "{ doctors(where: {patients: {none: {}}}) { nodes { id } } }",
        {"desk"},
    ),
    "inns": (
        "{ guests { nodes { inns { nodes { id } } } } }",
        "{ guests(where: {inns: {every: {id: {eq: 1}}}}) { totalCount } }",
        {"desk"},
    ),
    "the inns' guests": (
        "{ inns { nodes { guests { aggregate { count } } } } }",
        "{ inns(where: {guests: {some: {}}}) { totalCount } }",
        {"desk"},
    ),
    "city": (
        "{ guests { nodes { city { code } } } }",
        "{ guests(orderBy: [{city: {code: ASC}}]) { nodes { id } } }",
        {"ada", "desk", "homes"},
    ),
    "the cities' guests": (
        "{ cities { nodes { guests { nodes { id } } } } }",
        "{ cities(where: {guests: {some: {id: {eq: 1}}}}) { totalCount } }",
        {"ada", "desk", "homes"},
    ),
    "secret": (
        "{ guests { nodes { secret { id } } } }",
        "{ guests { groupBy(by: [{secret: {id: VALUE}}]) { aggregate { count } } } }",
        set[str](),
    ),
    "the secrets' keepers": (
        "{ homes { nodes { keepers { nodes { id } } } } }",
        "{ homes(where: {keepers: {some: {}}}) { totalCount } }",
        set[str](),
    ),
}
"""Who may follow each: how it is followed, and how it is looked at."""


@cache
def whole_graph() -> Graph:
    """The graph of these models, made once somebody asks."""
    return graph_of(CATALOG, ROWS)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("way", WAYS)
async def test_a_relation_has_the_rules_of_what_it_compares(way: str, who: str):
    """Of either side, of the link table, and in the other store; neither followed nor looked at."""
    *queries, may = WAYS[way]
    for query in queries:
        _, errors = await asked(whole_graph(), WHO[who], query)
        assert {code for code, _ in errors} == (set() if who in may else {DENIED}), query


async def test_a_rule_of_its_own_goes_before():
    """Who says that a relation is open has meant it, though its field is nobody's."""
    query = "{ guests(where: {openSecret: {id: {eq: 2}}}) { nodes { id openSecret { id } } } }"
    data, errors = await asked(whole_graph(), ANONYMOUS, query)
    assert (data["guests"]["nodes"], errors) == ([{"id": 1, "openSecret": {"id": 2}}], [])
    _, errors = await asked(whole_graph(), ANONYMOUS, "{ guests { nodes { secretId } } }")
    assert {code for code, _ in errors} == {DENIED}


def test_it_is_shown():
    """In the SDL, in the table, and in what somebody is told of the schema."""
    sdl = whole_graph().schema.as_str()
    assert '  home: Home @requiresScopes(scopes: [["homes"]])\n' in sdl
    assert '  doctor: Doctor @policy(policies: [["role:desk"]])\n' in sdl
    assert "  openSecret: Home\n" in sdl
    told = [" ".join(line.split()) for line in access_text(CATALOG, DESK).splitlines()]
    assert '.home no scopes("homes")' in told
    assert '.inns yes roles("desk")' in told
    assert ".secret no nobody" in told


async def test_who_is_told_of_the_schema_is_not_told_of_it():
    """With its field, a relation is gone."""
    graph = graph_of(CATALOG, ROWS, introspection=Introspection.ALLOWED)
    query = '{ __type(name: "Guest") { fields { name } } }'
    data, _ = await asked(graph, HOMES, query)
    names = {each["name"] for each in data["__type"]["fields"]}
    assert {"home", "homeId", "openSecret", "city"} <= names
    assert not {"doctor", "secret", "secretId", "inns"} & names
