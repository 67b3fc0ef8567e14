"""A market that anybody may change: stalls and wares in Postgres, opinions in MongoDB."""

import datetime
import decimal
import enum
import uuid
from typing import Any, ClassVar

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import ARRAY, JSON, BigInteger, CheckConstraint, Column, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import Access, Index, Link, ObjectId, Search, anyone, authenticated

__access__ = Access(read=anyone, create=anyone, update=anyone, delete=anyone)


class Kind(enum.Enum):
    """What a stall sells."""

    FRUIT = "f"
    TOOLS = "t"


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the tables."""


class Stall(Table, table=True):
    """Where wares are sold; with a column of nearly every type."""

    __table_args__ = (CheckConstraint("number < 1000", name="room"),)
    __search__: ClassVar = Search("name", language="english")

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=20)
    number: int = Field(default=0, ge=0)
    kind: Kind | None = None
    token: uuid.UUID | None = Field(default=None, unique=True)
    rent: decimal.Decimal | None = None
    share: float | None = None
    visits: int | None = Field(default=None, sa_column=Column(BigInteger))
    roofed: bool = True
    opened: datetime.date | None = None
    opens: datetime.time | None = None
    seen_at: datetime.datetime | None = None
    sign: bytes | None = None
    tags: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))

    wares: list["Ware"] = Relationship(back_populates="stall")


class Ware(Table, table=True):
    """What a stall sells; its cost is for those who have signed in."""

    __access__: ClassVar = Access(
        read=anyone,
        create=anyone,
        update=anyone,
        delete=anyone,
        fields={"cost": authenticated},
    )

    code: str = Field(primary_key=True, max_length=10)
    lot: int = Field(primary_key=True)
    cost: decimal.Decimal | None = None
    stall_id: int | None = Field(default=None, foreign_key="stall.id", index=True)

    stall: Stall | None = Relationship(back_populates="wares")


class Place(BaseModel):
    """Where somebody stood."""

    row: int | None = None
    names: list[str] = []


class Opinion(BaseModel):
    """What somebody says of a stall."""

    __collection__ = "opinions"
    __indexes__ = (Index("stall_id"), Index("author", unique=True))
    __links__: ClassVar = (Link("stall", to="Stall", on={"stall_id": "id"}, back="opinions"),)

    id: ObjectId
    author: str = Key(max_length=20)
    stars: int | None = Key(default=None, ge=0, le=5)
    paid: decimal.Decimal | None = None
    said_at: datetime.datetime | None = None
    place: Place | None = None
    places: list[Place] = []
    stall_id: int | None = None
