"""Columns that models renew whenever their row changes: SQLAlchemy's ``onupdate``."""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator
from itertools import count
from typing import Any, ClassVar

import pytest
from patient import postgres_at
from sqlalchemy import Column, Date, MetaData, func
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from auth import ANONYMOUS
from catalog import Access, Store, anyone, catalog_of
from datasources.embedded import EmbeddedUrls
from datasources.load import load
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

NUMBERS = count(1)


class Table(SQLModel, registry=registry(metadata=MetaData(schema="renewed"))):
    """Keeps this table apart from other tests'."""


class Parcel(Table, table=True):
    """Knows how often it was changed, by Python and by SQL."""

    __access__: ClassVar = Access(read=anyone, create=anyone, update=anyone)

    id: int = Field(primary_key=True)
    name: str
    weight: int = 0
    changed: int | None = Field(default=None, sa_column_kwargs={"onupdate": lambda: next(NUMBERS)})
    state: str = Field(default="new", sa_column_kwargs={"onupdate": "old"})
    length: int | None = Field(
        default=None, sa_column_kwargs={"onupdate": func.length("a:b") + func.length("%")}
    )


class Stamp(Table, table=True):
    """Has all that it has by itself, and nobody need give anything."""

    __access__: ClassVar = Access(read=anyone, create=anyone)

    id: int | None = Field(default=None, primary_key=True)
    day: datetime.date = Field(
        sa_column=Column("the day", Date, default=func.make_date(2026, 1, 2), nullable=False)
    )
    word: str | None = None


CATALOG = catalog_of([Parcel, Stamp])
CHANGE = """mutation { updateParcel(id: %s) {
  ... on ParcelWritten { parcel { name weight changed state length } } } }"""


@pytest.fixture(scope="session")
async def graph(servers: EmbeddedUrls) -> AsyncGenerator[Graph]:
    """A graph of parcels alone."""
    url = servers.postgres or ""
    await load(CATALOG, [], postgres_url=url, mongo_url=None, progress=lambda *_: None)
    graph = Graph(
        catalog=CATALOG,
        schema=build_schema(CATALOG),
        sources={Store.POSTGRES: postgres_at(CATALOG, url)},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(default=100, most=200),
    )
    yield graph
    await graph.close()


async def asked(graph: Graph, query: str) -> Any:
    """The data of an answer without errors."""
    result = await graph.schema.execute(query, context_value=graph.context(ANONYMOUS))
    assert not result.errors, result.errors
    return result.data


async def test_what_a_model_renews(graph: Graph) -> None:
    """By each change, not by the row's making; and what is given counts."""
    fields = "id changed state length"
    made = "... on ParcelListWritten { parcels { " + fields + " } }"
    rows = '[{id: 1, name: "a"}, {id: 2, name: "b"}]'
    created = await asked(graph, f"mutation {{ createParcels(input: {rows}) {{ {made} }} }}")
    new = {"changed": None, "state": "new", "length": None}
    assert created["createParcels"]["parcels"] == [{"id": 1, **new}, {"id": 2, **new}]

    first = await asked(graph, CHANGE % '1, input: {name: "c"}')
    once = first["updateParcel"]["parcel"]
    assert once == {
        "name": "c",
        "weight": 0,
        "changed": once["changed"],
        "state": "old",
        "length": 4,
    }
    again = await asked(graph, CHANGE % '1, increment: {weight: 2}, input: {state: "mine"}')
    twice = again["updateParcel"]["parcel"]
    assert twice["changed"] > once["changed"]
    assert (twice["weight"], twice["state"], twice["length"]) == (2, "mine", 4)

    other = await asked(graph, "{ parcel(id: 2) { changed state length } }")
    assert other["parcel"] == new


async def test_what_a_model_has_in_sql_for_new_rows(graph: Graph) -> None:
    """Where nobody gives it, whatever else is given; and if nothing is."""
    rows = '[{}, {word: "a"}, {day: "2020-02-29"}]'
    made = f"createStamps(input: {rows}) {{ ... on StampListWritten {{ stamps {{ day word }} }} }}"
    assert (await asked(graph, f"mutation {{ {made} }}"))["createStamps"]["stamps"] == [
        {"day": "2026-01-02", "word": None},
        {"day": "2026-01-02", "word": "a"},
        {"day": "2020-02-29", "word": None},
    ]
    assert (await asked(graph, "mutation { createStamp(input: {}) { __typename } }"))[
        "createStamp"
    ] == {"__typename": "StampWritten"}
