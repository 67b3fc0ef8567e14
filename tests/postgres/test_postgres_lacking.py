"""In charge of what is said at the start of a database that is not as the models have it."""

from collections.abc import AsyncGenerator

import psycopg
import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Store, catalog_of
from catalog.entity import Entity
from datasources.postgres.check import lacking


class Table(SQLModel, registry=registry(metadata=MetaData(schema="changed"))):
    """The base of these tables, which have a schema to themselves."""


class Shelf(Table, table=True):
    """As the database has it."""

    id: int = Field(primary_key=True)
    Name: str


class Book(Table, table=True):
    """Has got fields since its table was made."""

    id: int = Field(primary_key=True)
    title: str
    subtitle: str | None = None
    pages: int


class Reader(Table, table=True):
    """Has no table yet."""

    id: int = Field(primary_key=True)


@pytest.fixture
async def entities(url: str) -> AsyncGenerator[tuple[Entity, ...]]:
    """Those of the models, beside the tables of before."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("CREATE SCHEMA changed")
        await connection.execute('CREATE TABLE changed.shelf (id int PRIMARY KEY, "Name" text)')
        await connection.execute("CREATE TABLE changed.book (id int, title text, pages int)")
        await connection.execute("ALTER TABLE changed.book DROP COLUMN pages")
        yield catalog_of([Shelf, Book, Reader]).of(Store.POSTGRES)
        await connection.execute("DROP SCHEMA changed CASCADE")


async def test_what_models_have_and_the_database_does_not(entities, url):
    """Tables and columns; one that was dropped is not there either."""
    assert sorted(await lacking(entities, url)) == [
        "changed.book (Book) lacks subtitle, pages",
        "there is no changed.reader (Reader)",
    ]


async def test_a_database_that_is_as_the_models_say(entities, url):
    """Nothing is said."""
    assert await lacking(entities[:1], url) == []


async def test_a_server_that_does_not_answer(entities):
    """Nothing is known, and the start goes on."""
    assert await lacking(entities, "postgresql://nobody@127.0.0.1:1/none") == ()
