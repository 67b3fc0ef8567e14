"""In charge of what is asked where ways are compared: a PostgreSQL with flights of one airline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

import extensions
import models
from catalog import Access, Catalog, Store, anyone, catalog_of, models_in
from catalog.access import Rule
from datasources.load import SampleTable, load
from datasources.postgres import PostgresSource, Roles
from datasources.redis import NoCache
from edge.graph import Graph
from models.sample import tables
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in

AIRLINE: Final = "UA"
ROWS: Final = 5_000


async def load_flights(url: str) -> None:
    """Puts them there, with the planes and airlines."""
    catalog = catalog_where(anyone)
    await load(catalog, _few(), postgres_url=url, mongo_url=None, progress=lambda *_: None)


def graph_where(
    of_flights: Rule, url: str, roles: Roles | None = None, *, lines: bool = True, **more: Any
) -> Graph:
    """The sample's graph by this rule about flights, where all else is for anyone."""
    catalog = catalog_where(of_flights)
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={Store.POSTGRES: PostgresSource(catalog, url, roles=roles, lines=lines)},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
        **more,
    )


def catalog_where(of_flights: Rule) -> Catalog:
    """The sample's catalog by the same."""
    catalog = catalog_of(models_in(models))
    said = {"Flight": Access(read=of_flights)}
    open_ = Access(read=anyone)
    entities = [replace(each, access=said.get(each.name, open_)) for each in catalog.values()]
    return Catalog(entities, catalog.interfaces, catalog.routines)


def _few() -> Iterator[SampleTable]:
    for table in tables():
        if table.model.__name__ == "Flight":
            flights = [row for row in table.rows() if row["carrier"] == AIRLINE][:ROWS]
            yield replace(table, count=len(flights), rows=partial(iter, flights))
        elif table.model.__name__ in {"Airline", "Plane"}:
            yield table
