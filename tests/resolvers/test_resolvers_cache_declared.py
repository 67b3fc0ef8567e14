"""What is kept, and for how long: as the relation says, else the entity, else the setting."""

import dataclasses
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from auth import ANONYMOUS
from catalog import Access, Catalog, Link, Store, anyone, catalog_of
from datasources.memory import MemorySource
from edge.graph import Graph
from resolvers.cache.entitycache import EntityCache
from resolvers.planning.paging import PageLimits
from schema import build_schema
from telemetry import begin
from tests.library.library import catalog
from tests.library.sources import CountingSource, DictCache

__access__ = Access(read=anyone)


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """A registry apart from those of other tests."""


class Port(Table, table=True):
    """Dear to read, let us say."""

    code: str = Field(primary_key=True)
    name: str


class Ship(Table, table=True):
    """Its port may be kept, its sister not; its log goes by its own entity's word."""

    __links__: ClassVar = (
        Link("sister", to="Ship", on={"sister_id": "id"}),
        Link("log", to="Log", on={"id": "ship"}),
        Link("mail", to="Log", on={"id": "ship"}, cache=0),
    )

    id: int = Field(primary_key=True)
    sister_id: int | None = Field(default=None, index=True)
    port_code: str | None = Field(default=None, foreign_key="port.code", index=True)
    port: Port | None = Relationship(sa_relationship_kwargs={"info": {"cache": 30}})


class Log(BaseModel):
    """In the other store."""

    __collection__ = "logs"
    __cache__ = 5

    ship: int = Field(alias="_id")
    text: str | None = None


class Harbour:
    """Two ships in one port."""

    def __init__(self, cache: DictCache, local_bytes: int = 0) -> None:
        ships = [{"id": n, "sister_id": 3 - n, "port_code": "HAM"} for n in (1, 2)]
        tables: dict[str, Any] = {"Ship": ships, "Port": [{"code": "HAM", "name": "Hamburg"}]}
        known = catalog_of([Port, Ship, Log])
        self.postgres = CountingSource(MemorySource(known, Store.POSTGRES, tables))
        self.mongo = CountingSource(MemorySource(known, Store.MONGO, {"Log": []}))
        self.graph = Graph(
            catalog=known,
            schema=build_schema(known, []),
            sources={Store.POSTGRES: self.postgres, Store.MONGO: self.mongo},
            cache=cache,
            cache_ttl=60,
            cache_local_bytes=local_bytes,
            page_limits=PageLimits(10, 10),
        )

    async def data(self, query: str) -> Any:
        """The answer by graphql-core."""
        begin()
        context = self.graph.context(ANONYMOUS)
        result = await self.graph.schema.execute(query, context_value=context)
        assert not result.errors, result.errors
        return result.data


async def test_a_relation_within_a_store_is_kept_if_it_says_so():
    """Then it is read on its own, and not again; the others are joined to their parents."""
    cache = DictCache()
    for reads in (["Ship", "Port"], ["Ship"]):
        harbour = Harbour(cache)
        data = await harbour.data("{ ships { nodes { port { name } sister { id } } } }")
        assert data["ships"]["nodes"] == [
            {"port": {"name": "Hamburg"}, "sister": {"id": id_}} for id_ in (2, 1)
        ]
        assert [read.entity.name for call in harbour.postgres.calls for read in call] == reads
        (read, *_) = harbour.postgres.calls[0]
        assert [join.relation.name for join in read.joins] == ["sister"]
    assert set(cache.ttls.values()) == {30}


async def test_an_entity_and_a_link_say_for_how_long():
    """The log's own word; and none of the link that says not to keep it."""
    cache = DictCache()
    await Harbour(cache).data("{ ships { nodes { log { text } mail { ship } } } }")
    assert list(cache.ttls.values()) == [5, 5]
    harbour = Harbour(cache)
    await harbour.data("{ ships { nodes { log { text } } } }")
    assert harbour.mongo.calls == []


def ttls(default: float, declared: float | None, of_entity: float | None) -> list[float]:
    """For how long rows are kept along a relation within a store, and one into the other."""
    shelf, loan = (
        dataclasses.replace(catalog()[name], cache_ttl=of_entity) for name in ("Shelf", "Loan")
    )
    known = Catalog({**catalog(), "Shelf": shelf, "Loan": loan}.values())
    cache = EntityCache(known, DictCache(), default_ttl=default, local_bytes=0)
    relations = catalog()["Book"].relations
    near, far = (dataclasses.replace(relations[n], cache_ttl=declared) for n in ("loans", "shelf"))
    return [cache.ttl_of(near), cache.ttl_of(far)]


@pytest.mark.parametrize(
    ("default", "declared", "of_entity", "expected"),
    [
        (60, None, None, [0, 60]),
        (60, None, 5, [0, 5]),
        (60, None, 0, [0, 0]),
        (60, 7, 5, [7, 7]),
        (60, 0, 5, [0, 0]),
        (0, 7, 5, [0, 0]),
    ],
)
def test_whose_word_counts(default, declared, of_entity, expected):
    """Within a store only a relation's own word; where the setting is 0, nobody's."""
    assert ttls(default, declared, of_entity) == expected
