"""In charge of the server, the tables and the source that the tests of Postgres are given."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from patient import PATIENT, postgres_at
from postgres_dock import CATALOG, REFILL, make
from postgres_lined import MAKE, Maker, Thing
from postgres_models import TABLES
from postgres_rows import fill
from strawberry import Schema

from catalog import Access, Catalog, Relation, Store, anyone, catalog_of
from catalog.query import Answer, Key, Read
from datasources.embedded import Supervisor
from datasources.postgres import PostgresSource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.completion import lining
from resolvers.planning.paging import PageLimits
from schema import build_schema


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The little airline."""
    return catalog_of(TABLES)


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Where the server keeps its data and its log."""
    return tmp_path_factory.mktemp("postgres")


@pytest.fixture(scope="session")
async def url(folder) -> AsyncGenerator[str]:
    """A server with the tables and rows of the little airline, which no test may change."""
    async with Supervisor(folder, ["postgres"], say=print) as supervisor:
        assert supervisor.urls.postgres
        fill(supervisor.urls.postgres)
        yield supervisor.urls.postgres


@pytest.fixture(scope="session")
async def source(catalog, url) -> AsyncGenerator[PostgresSource]:
    """A source over the little airline."""
    source = postgres_at(catalog, url)
    yield source
    await source.close()


@pytest.fixture
async def opened() -> AsyncGenerator[Callable[..., PostgresSource]]:
    """Makes sources, and closes them after the test."""
    async with contextlib.AsyncExitStack() as stack:

        def source_at(*arguments: Any, **options: Any) -> PostgresSource:
            source = PostgresSource(*arguments, **{"queueing": PATIENT, **options})
            stack.push_async_callback(source.close)
            return source

        yield source_at


@pytest.fixture(scope="session")
def docks_url(url) -> str:
    """A database with the docks, which tests may change."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database docks")
    docks_url = url.replace("/app?", "/docks?")
    make(docks_url)
    return docks_url


@pytest.fixture
def admin_of_docks(docks_url) -> Generator[psycopg.Connection[Any]]:
    """Another session there; before it is given, all rows are as they were."""
    with psycopg.connect(docks_url, autocommit=True) as connection:
        connection.execute(REFILL)
        yield connection


@pytest.fixture
async def docks(docks_url, admin_of_docks, opened) -> PostgresSource:
    """A source over the docks."""
    return opened(CATALOG, docks_url)


@pytest.fixture(scope="session")
def dock_relations() -> dict[str, Relation]:
    """Between ships and docks, which `Link` makes."""
    return {**CATALOG["Ship"].relations, **CATALOG["Dock"].relations}


@pytest.fixture(scope="session")
def answers(source) -> Callable[..., Any]:
    """Reads by the source: the answers by key."""

    async def answers_to(read: Read) -> dict[Key, Answer]:
        (answers,) = await source.read([read])
        return dict(answers)

    return answers_to


@pytest.fixture(scope="session")
def ids(answers) -> Callable[..., Any]:
    """Reads the ``id`` of rows."""

    async def ids_of(entity: Any, **options: Any) -> list[Any]:
        read = Read(entity, (("id",),), **options)
        return [row["id"] for row in (await answers(read))[()].rows]

    return ids_of


@pytest.fixture(scope="session")
def admin(url) -> Generator[psycopg.Connection[Any]]:
    """Another session, which sees and ends those of the source."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def lines_url(url: str) -> str:
    """A database with these tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database lines")
    return url.replace("/app?", "/lines?")


@pytest.fixture
def things(lines_url: str) -> Generator[psycopg.Connection[Any]]:
    """A session there; the tables are as they were."""
    with psycopg.connect(lines_url, autocommit=True) as connection:
        connection.execute("drop table if exists thing, maker")
        connection.execute(MAKE)
        yield connection


@pytest.fixture
async def graph(
    lines_url: str, things: psycopg.Connection[Any], request, monkeypatch
) -> AsyncGenerator[Graph]:
    """All of it is for anyone; with ``false``, it is of a source that has no lines.

    Rules in place of that say who may read which entity. No page is too small for lines here.
    """
    monkeypatch.setattr(lining, "FEWEST", 1)
    asked = getattr(request, "param", True)
    ruled = isinstance(asked, dict)
    catalog, schema = _with_rules(asked) if ruled else _for_anyone()
    lines = ruled or asked
    made = Graph(
        catalog=catalog,
        schema=schema,
        sources={Store.POSTGRES: postgres_at(catalog, lines_url, lines=lines)},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
    )
    yield made
    await made.close()


@cache
def _for_anyone() -> tuple[Catalog, Schema]:
    return _with_rules({})


def _with_rules(rules: Mapping[str, Any]) -> tuple[Catalog, Schema]:
    """The catalog of makers and things, of which anyone may read what no rule is for."""
    known = catalog_of([Maker, Thing])
    entities = [
        replace(each, access=Access(read=rules.get(each.name, anyone))) for each in known.values()
    ]
    catalog = Catalog(entities, known.interfaces, known.routines)
    return catalog, build_schema(catalog, ())
