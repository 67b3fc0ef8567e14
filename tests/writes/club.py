"""In charge of a club over some stores, its rows at first, and what is asked of its stores."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg
import pymongo
import sqlalchemy as sa
import strawberry
from club_models import CATALOG, Table
from shop import ANN, Shop

from auth import Principal
from catalog import Store
from catalog.query import DataSource
from datasources.memory import MemorySource
from datasources.own import METADATA
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

STATE = """{
  teams(orderBy: [{id: ASC}]) { nodes { id name owner cityCode } }
  members(orderBy: [{id: ASC}]) { nodes {
    id email name owner teamId badge { code } skills(orderBy: [{id: ASC}]) { nodes { name } } } }
  tasks(orderBy: [{id: ASC}]) { nodes { id title memberId wholeId } }
  badges(orderBy: [{code: ASC}]) { nodes { code memberId } }
  skills(orderBy: [{id: ASC}]) { nodes { id name } }
  boards(orderBy: [{code: ASC}]) { nodes { code title teamId } }
  cards(orderBy: [{code: ASC}]) { nodes { code text boardCode of } } }"""
"""All that there is."""


def rows() -> dict[Store, dict[str, list[dict[str, Any]]]]:
    """What there is at first."""
    return {
        Store.POSTGRES: {
            "City": [{"code": "NYC", "secret": False}, {"code": "XXX", "secret": True}],
            "Team": [
                {"id": 1, "name": "Reds", "owner": "ann", "city_code": "NYC"},
                {"id": 2, "name": "Blues", "owner": "bob", "city_code": None},
            ],
            "Member": [
                _member(1, "a@x", "ann", 1),
                _member(2, "b@x", "bob", 2),
                _member(3, "c@x", "ann", None),
            ],
            "Badge": [{"code": "A", "owner": "ann", "member_id": 1}, _badge("B"), _badge("C")],
            "Skill": [{"id": 1, "name": "run", "owner": "ann"}, _skill(2, "jump")],
            "Membership": [{"member_id": 1, "skill_id": 1}],
            "Task": [_task(1, "sweep", 1, None), _task(2, "mop", 1, 1), _task(3, "cook", 2, None)],
            "Rule": [],
        },
        Store.MONGO: {
            "Board": [
                {"code": "b", "title": "Board", "owner": "ann", "team_id": 1},
                {"code": "o", "title": "Other", "owner": "bob", "team_id": None},
            ],
            "Card": [_card("1", "one", "b"), _card("2", "two", "b"), _card("3", "three", None)],
        },
    }


def _member(number: int, email: str, owner: str, team: int | None) -> dict[str, Any]:
    named = {"name": email[0], "pin": 100 + number}
    return {"id": number, "email": email, "owner": owner, "team_id": team, **named}


def _badge(code: str) -> dict[str, Any]:
    return {"code": code, "owner": "ann", "member_id": None}


def _skill(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "owner": "bob"}


def _task(number: int, title: str, member: int, whole: int | None) -> dict[str, Any]:
    owner = "bob" if member == 2 else "ann"
    related = {"member_id": member, "whole_id": whole}
    return {"id": number, "title": title, "owner": owner, **related}


def _card(code: str, text: str, board: str | None) -> dict[str, Any]:
    return {"code": code, "text": text, "owner": "ann", "board_code": board, "of": None}


@cache
def club_schema() -> strawberry.Schema:
    """The schema of a club, made once somebody asks."""
    return build_schema(CATALOG)


class Club(Shop):
    """A graph over some stores; in memory, if nothing is said."""

    def __init__(self, sources: Mapping[Store, DataSource] | None = None) -> None:
        held = sources or {
            store: MemorySource(CATALOG, store, tables) for store, tables in rows().items()
        }
        self.graph = Graph(
            catalog=CATALOG,
            schema=club_schema(),
            sources=held,
            cache=NoCache(),
            cache_ttl=0,
            page_limits=PageLimits(default=100, most=1000),
        )

    async def held(self) -> dict[str, list[dict[str, Any]]]:
        """All rows that there are."""
        answer = await self.ask(STATE)
        return {name: page["nodes"] for name, page in answer["data"].items()}

    async def gives(self, field: str, by: Principal = ANN, **variables: Any) -> Any:
        """What a field that writes answers, of which nothing was refused."""
        value = await self.write(field, by, **variables)
        assert value is not None
        assert "errors" not in value, value
        return value


class ClubStores:
    """Both stores by their URLs, which can be put back to how they were at first."""

    def __init__(self, postgres: str, mongo: str) -> None:
        self._engine = sa.create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(postgres)
        )
        self._client = pymongo.MongoClient(mongo)
        self._mongo = self._client.get_default_database("bigraph")
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {METADATA.schema}"))
            METADATA.create_all(connection)
            Table.metadata.create_all(connection)
        self._mongo["cards"].create_index("text", unique=True)

    def reset(self) -> None:
        """The rows of the beginning, and no others."""
        held, tables = rows(), Table.metadata.sorted_tables
        with self._engine.begin() as connection:
            names = ", ".join(table.name for table in tables)
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            for table in tables:
                given = held[Store.POSTGRES][table.name.capitalize()]
                for row in given:
                    connection.execute(sa.insert(table).values(row))
                if "id" in table.c:
                    reset = f"ALTER SEQUENCE {table.name}_id_seq RESTART WITH {len(given) + 1}"
                    connection.execute(sa.text(reset))
        for name, documents in held[Store.MONGO].items():
            collection = self._mongo[f"{name.lower()}s"]
            collection.delete_many({})
            collection.insert_many(_document(each) for each in documents)

    def close(self) -> None:
        """Gives back the connections."""
        with contextlib.suppress(Exception):
            self._client.close()
        self._engine.dispose()


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"_id" if name == "code" else name: value for name, value in row.items()}
