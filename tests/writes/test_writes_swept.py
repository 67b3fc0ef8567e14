"""What Postgres itself does to rows, when those end that they refer to, is told as written."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import ClassVar

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from strawberry.types.execution import PreExecutionError

from auth import ANONYMOUS
from catalog import Access, Entity, Store, anyone, catalog_of
from catalog.query import Read
from catalog.sweeping import swept
from catalog.templates import ask_of
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.cache.marks import Marks
from resolvers.planning.paging import PageLimits
from schema import build_schema


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of these tables."""

    __access__: ClassVar = Access(read=anyone)


class Port(Table, table=True):
    """Ends, and with it its ships."""

    __access__: ClassVar = Access(read=anyone, update=anyone, delete=anyone)

    id: int = Field(primary_key=True)
    name: str = ""


class Ship(Table, table=True):
    """Nobody may write it, but its port's end is its own."""

    id: int = Field(primary_key=True)
    port_id: int = Field(foreign_key="port.id", ondelete="CASCADE")


class Sailor(Table, table=True):
    """Outlives a ship, of which no more is known then."""

    id: int = Field(primary_key=True)
    ship_id: int | None = Field(default=None, foreign_key="ship.id", ondelete="SET NULL")


class Chest(Table, table=True):
    """Is what it was, as its sailor is there."""

    id: int = Field(primary_key=True)
    sailor_id: int = Field(foreign_key="sailor.id", ondelete="CASCADE")


class Berth(Table, table=True):
    """Is in the way of its port's end."""

    id: int = Field(primary_key=True)
    port_id: int = Field(foreign_key="port.id")


CATALOG = catalog_of([Port, Ship, Sailor, Chest, Berth])


def test_what_ends_ends_more():
    """As far as rows end, and no further."""
    found = swept(CATALOG, [CATALOG["Port"]])
    assert {entity.name for entity in found} == {"Ship", "Sailor"}
    assert swept(CATALOG, [CATALOG["Chest"]]) == set()


def test_what_nobody_may_write_has_a_mark_if_its_rows_may_end():
    """So that what a cache holds of it counts no more."""
    marks = Marks(CATALOG)
    marked = [name for name in CATALOG if marks.of(ask_of(Read(CATALOG[name], ())).template)]
    assert marked == ["Port", "Ship", "Sailor"]


@pytest.fixture
def graph() -> Graph:
    """Three ports; a page has two rows."""
    ports = [{"id": id, "name": ""} for id in (1, 2, 3)]
    sources = {
        Store.POSTGRES: MemorySource(CATALOG, Store.POSTGRES, {"Port": ports}),
        Store.MONGO: MemorySource(CATALOG, Store.MONGO, {}),
    }
    return Graph(
        catalog=CATALOG,
        schema=build_schema(CATALOG),
        sources=sources,
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(default=2, most=2),
    )


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("deletePort(id: 1)", {"Port", "Ship", "Sailor"}),
        ("deletePorts(where: {})", {"Port", "Ship", "Sailor"}),
        ('updatePort(id: 1, input: {name: "N"})', {"Port"}),
    ],
)
async def test_the_end_of_rows_is_told_of_all_that_end(graph: Graph, field: str, told: set[str]):
    """And new values of those that stay only of their own table."""
    written = set[str]()

    async def wrote(entities: Collection[Entity]) -> None:
        written.update(entity.name for entity in entities)

    context = graph.context(ANONYMOUS)
    context = dataclasses.replace(context, means=dataclasses.replace(context.means, wrote=wrote))
    await graph.schema.execute(f"mutation {{ {field} {{ __typename }} }}", context_value=context)
    assert written == told


@pytest.mark.parametrize("write", ['updatePorts(where: {}, input: {name: "N"})',
                                   "deletePorts(where: {})"])  # fmt: skip
async def test_more_rows_than_a_page_has_are_not_told(graph: Graph, write: str):
    """Then nothing is written; how many they are may be asked."""

    async def asked(query: str) -> tuple[object, list[object]]:
        result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
        assert not isinstance(result, PreExecutionError)
        codes = [getattr(e.original_error, "code", None) for e in result.errors or ()]
        return result.data, codes

    rows = f"mutation {{ it: {write} {{ ... on PortListWritten {{ ports {{ id }} }} }} }}"
    assert await asked(rows) == ({"it": None}, ["PAGE_SIZE_EXCEEDED"])
    kept = await asked('{ ports(where: {name: {eq: ""}}) { totalCount } }')
    assert kept == ({"ports": {"totalCount": 3}}, [])
    count = f"mutation {{ it: {write} {{ ... on PortListWritten {{ affected }} }} }}"
    assert await asked(count) == ({"it": {"affected": 3}}, [])
