"""Shelves, in MongoDB: with documents in documents, and lists of them."""

import datetime
import decimal
import enum
from typing import ClassVar

from pydantic import BaseModel, Field

from catalog import GeoPoint, Index, Link


class Format(enum.Enum):
    """How tall a book is."""

    QUARTO = "4to"
    OCTAVO = "8vo"


class Position(BaseModel):
    """A place on a floor plan."""

    row: int
    column: int | None = None


class Location(BaseModel):
    """Where a shelf is."""

    room: str = Field(description="The name on the door.")
    floor: int | None = None
    position: Position | None = None
    at: GeoPoint | None = None


class Slot(BaseModel):
    """A part of a shelf."""

    name: str
    width: decimal.Decimal | None = Field(None, description="In centimetres.")
    formats: list[Format] = []
    position: Position | None = None


class Shelf(BaseModel):
    """A piece of furniture with books on it."""

    __collection__ = "shelves"
    __plural__ = "shelves"
    __indexes__ = (Index("parent_code"),)
    __links__: ClassVar = (Link("parent", to="Shelf", on={"parent_code": "code"}, back="children"),)

    code: str = Field(alias="_id", description="What is painted on its side.")
    location: Location | None = None
    labels: list[str] | None = None
    slots: list[Slot] | None = None
    lit_from: datetime.time | None = Field(None, alias="litFrom")
    parent_code: str | None = None
