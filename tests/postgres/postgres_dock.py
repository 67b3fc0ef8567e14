"""In charge of the tables that the tests of Postgres write to: ships in their docks."""

import datetime
import enum
from typing import Any, ClassVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Link, catalog_of
from catalog.query import Read


class Table(SQLModel, registry=registry(metadata=sa.MetaData(schema="dock"))):
    """The base of these tables."""


class Rig(enum.Enum):
    """How a ship is rigged; stored by name, in a type of its own."""

    SLOOP = "s"
    KETCH = "k"


class Dock(Table, table=True):
    """Where ships lie."""

    code: str = Field(primary_key=True, max_length=4)
    depth: int | None = None


class Ship(Table, table=True):
    """Numbered by the database; no two of one flag have one name."""

    __table_args__ = (
        sa.UniqueConstraint("flag", "the name", name="secret_constraint"),
        sa.CheckConstraint("tons > 0", name="secret_check"),
    )

    __links__: ClassVar = (Link("lies", to="Dock", on={"dock": "code"}, back="ships"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=sa.Column("the name", sa.String(10), nullable=False))
    flag: str | None = None
    dock: str | None = Field(default=None, foreign_key="dock.dock.code", index=True)
    tons: int | None = Field(default=None, sa_column=sa.Column(sa.SmallInteger))
    rig: Rig | None = None
    marks: list[str | None] | None = Field(default=None, sa_column=sa.Column(sa.ARRAY(sa.Text)))
    log: dict[str, Any] | None = Field(default=None, sa_column=sa.Column(JSONB))
    built: datetime.datetime | None = Field(
        default=None,
        sa_column=sa.Column(sa.DateTime(timezone=True), server_default="2001-01-01T00:00Z"),
    )
    # Defaults of Python's are for Python to fill in.
    crew: int | None = Field(
        default=None, sa_column=sa.Column(sa.Integer, default=99, onupdate=lambda: 98)
    )


class Craft(Table, table=True):
    """Of one of two kinds."""

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_abstract": True}

    id: int = Field(primary_key=True)
    kind: str | None = None
    speed: int | None = None


class Barge(Craft):
    """A kind."""

    __mapper_args__ = {"polymorphic_identity": "barge"}


class Ferry(Craft):
    """The other."""

    __mapper_args__ = {"polymorphic_identity": "ferry"}


CATALOG = catalog_of([Dock, Ship, Craft, Barge, Ferry])
DOCK, SHIP = CATALOG["Dock"], CATALOG["Ship"]
BARGE, FERRY = CATALOG["Barge"], CATALOG["Ferry"]


def make(url: str) -> None:
    """Makes the tables."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema("dock"))
        Table.metadata.create_all(connection)
    engine.dispose()


REFILL = """
delete from dock.ship;
delete from dock.dock;
delete from dock.craft;
select setval('dock.ship_id_seq', 1, false);
insert into dock.dock values ('NYC', 10), ('RTM', 24);
insert into dock.ship ("the name", flag, dock, tons, marks)
values ('Ada', 'NL', 'NYC', 5, '{a,NULL,b,a}'), ('Bea', 'NL', 'RTM', 7, null);
insert into dock.craft values (1, 'barge', 3), (2, 'ferry', 9);
"""


async def rows_of(readable, entity, *fields):
    """All rows by their keys, as tuples of these fields."""
    paths = tuple((name,) for name in (*entity.key, *fields))
    (answers,) = await readable.read([Read(entity, paths)])
    return {row[entity.key[0]]: tuple(row[name] for name in fields) for row in answers[()].rows}
