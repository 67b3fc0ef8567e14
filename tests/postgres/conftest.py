"""In charge of the server, the tables and the source that the tests of Postgres are given."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from patient import PATIENT, postgres_at
from postgres_dock import CATALOG, REFILL, make
from postgres_models import TABLES
from postgres_rows import fill

from catalog import Catalog, Relation, catalog_of
from catalog.query import Answer, Key, Read
from datasources.embedded import Supervisor
from datasources.postgres import PostgresSource


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
