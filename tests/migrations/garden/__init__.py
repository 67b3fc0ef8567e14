"""A garden as it begins: beds in Postgres, plants in MongoDB."""

import decimal
import enum
from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy import JSON, Column, MetaData, Numeric
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Access, Index, Link, ObjectId, anyone

__access__ = Access(read=anyone, create=anyone, update=anyone, delete=anyone)


class Soil(enum.Enum):
    """What a bed is made of."""

    SAND = "s"
    LOAM = "l"


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the tables."""


class Lie(BaseModel):
    """How a bed lies."""

    slope: int = 0


class Bed(Table, table=True):
    """Where plants grow."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    soil: Soil = Soil.LOAM
    width: decimal.Decimal | None = Field(default=None, sa_column=Column(Numeric(6, 2)))
    note: str | None = None
    lie: Lie = Field(sa_column=Column(JSON, server_default="{}", nullable=False))
    past: Lie | None = Field(default=None, sa_column=Column(JSON))
    crops: list[str] | None = Field(default=None, sa_column=Column(JSON))


class Shade(Table, table=True):
    """A bed that gets no sun; a view."""

    __view__ = "SELECT id, name FROM bed WHERE note = 'shade'"

    id: int = Field(primary_key=True)
    name: str


class Plant(BaseModel):
    """What grows there."""

    __collection__ = "plants"
    __indexes__ = (Index("bed_id"), Index("label", unique=True))
    __links__: ClassVar = (Link("bed", to="Bed", on={"bed_id": "id"}, back="plants"),)

    id: ObjectId
    bed_id: int
    label: str | None = None
    height: float | None = None
