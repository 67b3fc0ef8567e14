"""The same garden a year later: a column gone, others changed, one more table and collection."""

import decimal
import enum
from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy import JSON, Column, Float, Index, MetaData, Numeric, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Access, Link, ObjectId, anyone
from catalog import Index as Indexed

__access__ = Access(read=anyone, create=anyone, update=anyone, delete=anyone)


class Soil(enum.Enum):
    """What a bed is made of; clay is new."""

    SAND = "s"
    LOAM = "l"
    CLAY = "c"


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the tables."""


class Lie(BaseModel):
    """How a bed lies; a field is new, of which Postgres need not know."""

    slope: int = 0
    sunny: bool = False


class Care(BaseModel):
    """What a bed needs."""

    water: int
    by: list[str] = []


class Bed(Table, table=True):
    """Where plants grow."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    soil: Soil = Soil.LOAM
    width: float | None = Field(default=None, sa_column=Column(Float))
    depth: decimal.Decimal = Field(sa_column=Column(Numeric, server_default="0", nullable=False))
    lie: Lie = Field(sa_column=Column(JSON, server_default="{}", nullable=False))
    past: Lie | None = Field(default=None, sa_column=Column(JSONB))
    care: Care = Field(
        sa_column=Column(JSONB, server_default='{"water": 1, "by": ["ann"]}', nullable=False)
    )
    tools: list[Care] = Field(
        sa_column=Column(JSON, server_default=text("'[]'::json"), nullable=False)
    )


Index("ix_bed_lower", func.lower(Bed.name))


class Shade(Table, table=True):
    """A bed that gets no sun; a view, which is defined otherwise."""

    __view__ = "SELECT id, name FROM bed WHERE depth > 1"

    id: int = Field(primary_key=True)
    name: str


class Tool(Table, table=True):
    """What one works with."""

    id: int = Field(primary_key=True)
    bed_id: int = Field(foreign_key="bed.id", index=True)


class Plant(BaseModel):
    """What grows there; each has a label now."""

    __collection__ = "plants"
    __indexes__ = (Indexed("bed_id"), Indexed("label"))
    __links__: ClassVar = (Link("bed", to="Bed", on={"bed_id": "id"}, back="plants"),)

    id: ObjectId
    bed_id: int
    label: str
    height: float | None = None


class Seed(BaseModel):
    """What is to grow."""

    __collection__ = "seeds"

    id: ObjectId
    name: str
