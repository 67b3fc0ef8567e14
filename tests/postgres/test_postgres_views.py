"""In charge of making views: which ones, in which order, and which never."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Store, catalog_of
from datasources.postgres.ddl import creation
from datasources.postgres.tables import table_of
from datasources.postgres.views import view_fingerprint, views_to_make


class Base(SQLModel, registry=registry(metadata=sa.MetaData(schema="seen"))):
    """The base of these views."""


class Busy(Base, table=True):
    """Made of another view."""

    __view__: ClassVar = "SELECT id FROM seen.hour WHERE id > 1"
    id: int = Field(primary_key=True)


class Hour(Base, table=True):
    """Made of nothing."""

    __view__: ClassVar = "SELECT 1 AS id"
    id: int = Field(primary_key=True)


class Given(Base, table=True):
    """The database has it."""

    __view__: ClassVar = True
    id: int = Field(primary_key=True)


class Visit(Base, table=True):
    """A table that refers to a view."""

    id: int = Field(primary_key=True)
    hour_id: int = Field(foreign_key="seen.hour.id")


ENTITIES = catalog_of([Busy, Hour, Given, Visit]).of(Store.POSTGRES)
BUSY, HOUR, _, VISIT = ENTITIES
NOTED = {each.name: view_fingerprint(each) for each in (BUSY, HOUR)}
PRESENT = {"seen.hour", "seen.busy"}
MAKE = [
    "CREATE VIEW seen.hour AS SELECT 1 AS id",
    "CREATE VIEW seen.busy AS SELECT id FROM seen.hour WHERE id > 1",
]


def test_missing_views_are_made_after_those_that_they_name():
    """One that the database is said to have is not made."""
    making = views_to_make(ENTITIES, set(), {})
    assert making.statements == ["CREATE SCHEMA IF NOT EXISTS seen", *MAKE]
    assert making.views == [HOUR, BUSY]


def test_views_that_are_as_they_should_be_are_left():
    """And so are those that somebody else has made."""
    assert views_to_make(ENTITIES, PRESENT, NOTED).statements == []
    assert views_to_make(ENTITIES, PRESENT, {}).statements == []


def test_a_changed_definition_is_made_anew():
    """With all that it may have been used by."""
    making = views_to_make(ENTITIES, PRESENT, NOTED | {"Hour": "another"})
    assert making.statements[1:] == ["DROP VIEW seen.busy", "DROP VIEW seen.hour", *MAKE]


def test_a_foreign_key_into_a_view_is_none():
    """It tells how rows are related; Postgres could not keep it."""
    tables, views = [table_of(VISIT)], [table_of(HOUR)]
    assert creation(tables, set()).after_rows
    assert not creation(tables, set(), views).after_rows
