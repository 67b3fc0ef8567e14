"""Tins in Postgres and boxes in MongoDB, which hold the same enums of every make."""

import enum
from typing import Any, ClassVar

import strawberry
from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import ARRAY, Column, MetaData
from sqlalchemy import Enum as Column_
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Access, anyone, catalog_of

_ACCESS = Access(read=anyone, create=anyone, update=anyone, delete=anyone)


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the tables."""


class Metal(enum.Enum):
    """What it is made of; one has two names."""

    IRON = "fe"
    FERRUM = "fe"  # noqa: PIE796 (which is what is tested)
    GOLD = "au"


class Level(enum.IntEnum):
    """How full it is."""

    LOW = 1
    HIGH = 2


class Shade(str, enum.Enum):  # noqa: UP042 (the older way, in which `str` tells the class)
    """Each is the other's value."""

    DARK = "LIGHT"
    LIGHT = "DARK"


@strawberry.enum
class Sort(enum.Enum):
    """What Strawberry has known before."""

    ROUND = "r"
    SQUARE = strawberry.enum_value("s", description="As a box.", deprecation_reason="None is.")


class Tin(Table, table=True):
    """A row."""

    __access__: ClassVar = _ACCESS

    id: int = Field(primary_key=True)
    metal: Metal = Metal.FERRUM
    level: Level | None = None
    shade: Shade | None = None
    sort: Sort | None = None
    shades: list[Shade] = Field(
        default_factory=list, sa_column=Column(ARRAY(Column_(Shade)), nullable=False)
    )


class Box(BaseModel):
    """A document."""

    __collection__ = "boxes"
    __plural__ = "boxes"
    __access__: ClassVar = _ACCESS

    id: int = Key(alias="_id")
    metal: Metal = Metal.FERRUM
    level: Level | None = None
    shade: Shade | None = None
    sort: Sort | None = None
    shades: list[Shade] = []


CATALOG = catalog_of([Tin, Box])

ROWS: list[dict[str, Any]] = [
    {"id": 1, "metal": "IRON", "level": "LOW", "shade": "DARK", "sort": "ROUND", "shades": []},
    {"id": 2, "metal": "GOLD", "level": "HIGH", "shade": "LIGHT", "sort": "SQUARE",
     "shades": ["LIGHT", "DARK"]},
    {"id": 3, "metal": "IRON", "level": None, "shade": None, "sort": None, "shades": ["DARK"]},
]  # fmt: skip
