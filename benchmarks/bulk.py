"""In charge of what many new rows cost: a mutation, beside PostgreSQL's own COPY of the same rows.

`python -m benchmarks.bulk` lets one graph make 10,000 flights by one `createFlights`, the whole way
through the app, and psycopg copy the same ones into the same table, in turn. It prints the
medians of both, in milliseconds, and the ratio.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

import models
from benchmarks.inside import Asked, answer_to
from catalog import Access, Catalog, Store, anyone, catalog_of, models_in
from catalog.names import camel
from datasources.embedded import Supervisor
from datasources.load import load
from datasources.postgres import PostgresSource
from datasources.redis import NoCache
from edge.app import create_app
from edge.graph import Graph
from models.sample import tables
from resolvers.planning.paging import PageLimits
from schema import build_schema
from telemetry.logs import configure as configure_logs

ROWS: Final = 10_000
ROUNDS: Final = 7
MUTATION: Final = """mutation ($flights: [FlightCreate!]!) {
  createFlights(input: $flights) { ... on FlightListWritten { affected } }
}"""
WRITTEN: Final = {"data": {"createFlights": {"affected": ROWS}}}


def main() -> None:
    """Prints the line."""
    configure_logs("error", "json")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> None:
    async with Supervisor(folder, ["postgres"], say=print) as supervisor:
        url = supervisor.urls.postgres or ""
        catalog = _open()
        few = (replace(each, count=0, rows=lambda: iter(())) for each in tables())
        await load(catalog, few, postgres_url=url, mongo_url=None, progress=lambda *_: None)
        graph = Graph(
            catalog=catalog,
            schema=build_schema(catalog),
            sources={Store.POSTGRES: PostgresSource(catalog, url)},
            cache=NoCache(),
            cache_ttl=0,
            page_limits=PageLimits(100, 1000),
        )
        app = Asked(create_app(graph, max_body_bytes=10_000_000, examples=None))
        flights = _flights()
        with psycopg.connect(url, autocommit=True) as connection:
            _airlines(connection, flights)
            taken = [await _round(connection, app, flights) for _ in range(ROUNDS)]
        await graph.close()
    mutation, copy = (statistics.median(each) * 1000 for each in zip(*taken, strict=True))
    ratio = statistics.median(one / other for one, other in taken)
    print(f"{ROWS:,} flights: createFlights {mutation:.0f} ms, COPY {copy:.0f} ms, ×{ratio:.2f}")


async def _round(
    connection: psycopg.Connection, app: Asked, flights: list[dict[str, Any]]
) -> tuple[float, float]:
    """Seconds of the mutation, and of COPY."""
    columns = [name for name in flights[0] if name != "id"]
    named = {name: camel(name) for name in columns}
    given = [{named[name]: row[name] for name in columns} for row in flights]
    body = json.dumps(
        {"query": MUTATION, "variables": {"flights": given}}, default=lambda it: it.isoformat()
    ).encode()
    _emptied(connection)
    started = time.perf_counter()
    answered = json.loads(await answer_to(app, body))
    mutation = time.perf_counter() - started
    if answered != WRITTEN:
        raise ValueError(f"answered otherwise: {answered!s:.900}")
    _emptied(connection)
    started = time.perf_counter()
    _copied(connection, columns, [tuple(row[name] for name in columns) for row in flights])
    return mutation, time.perf_counter() - started


def _emptied(connection: psycopg.Connection) -> None:
    connection.execute("TRUNCATE flight CASCADE")
    connection.execute("CHECKPOINT")


def _copied(
    connection: psycopg.Connection, columns: Sequence[str], rows: list[tuple[Any, ...]]
) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY flight ({}) FROM STDIN").format(names)
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)


# --- The graph and its rows ---


def _open() -> Catalog:
    """The sample's entities, where anyone may make rows of what PostgreSQL holds."""
    catalog = catalog_of(models_in(models))
    may = {Store.POSTGRES: Access(read=anyone, create=anyone), Store.MONGO: Access(read=anyone)}
    entities = [replace(each, access=may[each.store]) for each in catalog.values()]
    return Catalog(entities, catalog.interfaces, catalog.routines)


def _flights() -> list[dict[str, Any]]:
    of_flights = next(each for each in tables() if each.model.__name__ == "Flight")
    return [dict(row) for row in itertools.islice(of_flights.rows(), ROWS)]


def _airlines(connection: psycopg.Connection, flights: list[dict[str, Any]]) -> None:
    """Those that flights refer to."""
    with connection.cursor() as cursor:
        codes = [(code, code) for code in sorted({row["carrier"] for row in flights})]
        cursor.executemany("INSERT INTO airline (carrier, name) VALUES (%s, %s)", codes)


if __name__ == "__main__":
    main()
