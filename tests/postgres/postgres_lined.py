"""In charge of a graph whose pages come as lines: its tables, and how it is asked until they do."""

import datetime
import decimal
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from auth import ANONYMOUS, Principal
from catalog import Store
from catalog.lines import MARKS, NULL, PAGE, QUOTE, ROW, WRONG
from edge.graph import Graph
from resolvers.completion.levels import Level


class Table(SQLModel, registry=registry(metadata=sa.MetaData())):
    """The base of these tables, which keeps them apart from the models of other tests."""


class Maker(Table, table=True):
    """Has a name that may be anything."""

    id: int = Field(primary_key=True)
    name: str
    motto: str | None = None
    things: list["Thing"] = Relationship(back_populates="maker")


class Thing(Table, table=True):
    """A field of every type that stands in lines, needed and not."""

    id: int = Field(primary_key=True)
    maker_id: int | None = Field(default=None, foreign_key="maker.id", index=True)
    rank: int | None = Field(default=None, index=True)
    name: str
    note: str | None = None
    short: str | None = Field(default=None, max_length=9)
    small: int | None = Field(default=None, sa_type=sa.SmallInteger)
    big: int | None = Field(default=None, sa_type=sa.BigInteger)
    ratio: float | None = None
    price: decimal.Decimal | None = Field(default=None, sa_type=sa.Numeric)
    flag: bool | None = None
    day: datetime.date | None = None
    naive: datetime.datetime | None = Field(default=None, sa_type=sa.DateTime)
    moment: datetime.datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))  # type: ignore[call-overload]
    token: uuid.UUID | None = None
    maker: Maker = Relationship(back_populates="things")


MAKE = """
create table maker (id int primary key, name text, motto text);
create table thing (
    id int primary key, maker_id int, rank int, name text, note text, short varchar(9),
    small int2, big int8, ratio float8, price numeric, flag bool, day date, naive timestamp,
    moment timestamptz, token uuid
);
insert into maker values (1, 'Ada "the" Countess', null), (2, E'\\\\ \\t\\n', E'tab\\there');
insert into thing (id, maker_id, rank, name) select n, n % 4, n % 3, 'thing ' || n
from generate_series(1, 12) n;
"""
ALL = "id rank name note short small big ratio price flag day naive moment token"
MARKED = st.lists(
    st.sampled_from([*MARKS, QUOTE, NULL, PAGE, ROW, WRONG, '"', "\\", ",", "a", "é", "\n"]),
    max_size=4,
).map("".join)
TEXTS = st.fixed_dictionaries(
    {"name": MARKED, "note": st.none() | MARKED, "motto": st.none() | MARKED}
)
"""Of a thing, and of a maker."""


class Asking:
    """One query, asked until its pages come as lines."""

    def __init__(self, graph: Graph, query: str) -> None:
        found = graph.operations.find(query, None)
        assert found is not None
        self._graph = graph
        self._found = found
        self._variables: Mapping[str, Any] = {}
        self._who = ANONYMOUS

    async def answer(
        self, variables: Mapping[str, Any] = MappingProxyType({}), who: Principal = ANONYMOUS
    ) -> tuple[Any, Any]:
        """The data, to the byte, and the errors."""
        self._variables, self._who = variables, who
        answered = await self._found.run(self._graph.context(who), dict(variables))
        assert answered is not None
        return answered.data, [error.message for error in answered.errors]

    async def first_and_last(self) -> tuple[Any, Any]:
        """The answer of rows, and that after some more."""
        first, *_, last = [await self.answer() for _ in range(5)]
        return first, last

    @property
    def levels(self) -> list[Level]:
        """All of its levels."""
        planner = self._graph.context(self._who).planner
        roots = self._found.roots(planner, self._variables) or ()
        return [each for root in roots if root.level for each in _below(root.level)]


def _below(level: Level) -> list[Level]:
    return [level, *(inner for _, below in level.hops for inner in _below(below))]


async def asked_with(
    graph: Graph, things: psycopg.Connection[Any], query: str, texts: Mapping[str, str | None]
) -> Asking:
    """The query, asked until its pages come as lines, and of these texts: the same as of rows."""
    asking = Asking(graph, query)
    await asking.first_and_last()
    things.execute("update thing set name = %(name)s, note = %(note)s where id = 5", texts)
    things.execute("update maker set motto = %(motto)s where id = 1", texts)
    found = await asking.answer()
    assert found == await Asking(graph, f"{query} ").answer()
    return asking


def calls_of(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is asked of Postgres from now on, one by one."""
    source, calls = graph.sources[Store.POSTGRES], list[Any]()
    run = source.run

    async def noted(asks: Any, *more: Any) -> Any:
        calls.extend(asks)
        return await run(asks, *more)

    monkeypatch.setattr(source, "run", noted)
    return calls
