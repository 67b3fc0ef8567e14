"""What models of documents have for fields that nobody gives: keys, and moments such as now."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import AsyncGenerator
from typing import Any, ClassVar

import pytest
from patient import mongo_at
from pydantic import BaseModel, Field, field_validator

from auth import ANONYMOUS
from catalog import Access, Store, anyone, catalog_of
from catalog.query import DataSource
from datasources.embedded import EmbeddedUrls
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

ODD = datetime.datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=datetime.UTC)


class Step(BaseModel):
    """Within an event."""

    number: int
    at: datetime.datetime = Field(default_factory=lambda: ODD)


class Event(BaseModel):
    """As many write such a document: its key and its moments are Python's."""

    __collection__ = "happenings"
    __access__: ClassVar = Access(read=anyone, create=anyone, delete=anyone)

    id: uuid.UUID = Field(default_factory=uuid.uuid4)
    name: str
    at: datetime.datetime = Field(default_factory=lambda: ODD)
    first: Step = Field(default_factory=lambda: Step(number=0))
    steps: list[Step] = []

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        return name.strip()


CATALOG = catalog_of([Event])
CREATE = """mutation ($input: EventCreate!) { createEvent(input: $input) {
  ... on EventWritten { event { id name at first { at } steps { at } } }
  ... on WriteRefused { errors { code path } } } }"""


def graph_of(source: DataSource) -> Graph:
    """A graph of events alone."""
    return Graph(
        catalog=CATALOG,
        schema=build_schema(CATALOG),
        sources={Store.MONGO: source},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(default=100, most=200),
    )


@pytest.fixture(scope="session")
async def served(servers: EmbeddedUrls) -> AsyncGenerator[Graph]:
    """In MongoDB."""
    graph = graph_of(mongo_at(CATALOG, servers.mongo or ""))
    yield graph
    await graph.close()


@pytest.fixture(params=["memory", "stores"])
def graph(request: pytest.FixtureRequest) -> Graph:
    """In memory, and in MongoDB."""
    if request.param == "memory":
        return graph_of(MemorySource(CATALOG, Store.MONGO, {"Event": []}))
    return request.getfixturevalue("served")


async def created(graph: Graph, **given: Any) -> Any:
    """What comes of it."""
    result = await graph.schema.execute(
        CREATE, variable_values={"input": given}, context_value=graph.context(ANONYMOUS)
    )
    assert not result.errors, result.errors
    assert result.data
    return result.data["createEvent"]


async def test_a_key_that_the_model_makes_may_be_left_out(graph: Graph) -> None:
    """Each row has one of its own; one that is given is taken."""
    one, two = [(await created(graph, name="a"))["event"]["id"] for _ in range(2)]
    assert one != two
    given = str(uuid.uuid4())
    assert (await created(graph, name="a", id=given))["event"]["id"] == given


async def test_moments_that_the_model_makes_are_as_mongodb_holds_them(graph: Graph) -> None:
    """To the millisecond, wherever in the document they are; else no such row could be made."""
    event = (await created(graph, name=" a ", steps=[{"number": 1}]))["event"]
    assert event["at"] == event["first"]["at"] == "2026-01-02T03:04:05.123000+00:00"
    assert event["steps"] == [{"at": "2026-01-02T03:04:05.123000+00:00"}]
    assert event["name"] == "a"


async def test_moments_that_somebody_gives_are_not_cut(served: Graph) -> None:
    """They are refused, as ever."""
    refused = await created(served, name="a", at=ODD.isoformat())
    assert refused == {"errors": [{"code": "VALUE_INVALID", "path": ["input", "at"]}]}
    steps = [{"number": 1}, {"number": 2, "at": ODD.isoformat()}]
    refused = await created(served, name="a", steps=steps)
    path = ["input", "steps", "1", "at"]
    assert refused == {"errors": [{"code": "VALUE_INVALID", "path": path}]}
