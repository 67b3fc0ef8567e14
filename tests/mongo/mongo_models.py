"""In charge of the documents that the tests of MongoDB read: a few stations of a railway."""

import datetime
import decimal
import enum
import uuid
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from catalog import BigInt, Index, Link, ObjectId, catalog_of


class Size(enum.Enum):
    """Declared from small to large, and stored so that text would sort them otherwise."""

    SMALL = "s"
    MEDIUM = "m"
    LARGE = "l"


class Spot(BaseModel):
    """A nested document."""

    height: int | None = None
    region: str | None = Field(None, alias="reg")


class Track(BaseModel):
    """An element of a list of documents."""

    number: int | None = Field(None, alias="no")
    gauges: list[int] | None = None
    spot: Spot | None = None


class Station(BaseModel):
    """Has a field of every type."""

    __collection__ = "stations"
    __indexes__: ClassVar = (Index("line_code"), Index("name", "opened"))
    __links__: ClassVar = (
        Link("line", to="Line", on={"line_code": "code"}, back="stations"),
        Link("reading", to="Reading", on={"name": "station", "opened": "at"}, back="stations"),
    )

    key: int = Field(alias="_id")
    name: str | None = None
    line_code: str | None = Field(None, alias="line")
    number: int | None = None
    big: BigInt | None = None
    ratio: float | None = None
    price: decimal.Decimal | None = None
    flag: bool | None = None
    day: datetime.date | None = None
    clock: datetime.time | None = None
    opened: datetime.datetime | None = None
    token: uuid.UUID | None = None
    blob: bytes | None = None
    size: Size | None = None
    ref: ObjectId | None = None
    extra: dict[str, Any] | None = None
    spot: Spot | None = None
    marks: list[str | None] | None = None
    counts: list[int] | None = None
    tracks: list[Track] | None = None
    loose: list[Track | None] | None = None


class Line(BaseModel):
    """A railway line; its parent may not exist."""

    __collection__ = "lines"
    __indexes__: ClassVar = (Index("parent_code"),)
    __links__: ClassVar = (Link("parent", to="Line", on={"parent_code": "code"}, back="children"),)

    code: str = Field(alias="_id")
    name: str | None = None
    size: Size | None = None
    parent_code: str | None = Field(None, alias="parent")


class Reading(BaseModel):
    """One measurement; found by station and hour."""

    __collection__ = "readings"
    __indexes__: ClassVar = (Index("at", "station", unique=True), Index("station"))

    station: str | None = None
    at: datetime.datetime | None = None
    value: float | None = None


CATALOG = catalog_of([Station, Line, Reading])
STATION, LINE, READING = (CATALOG[name] for name in ("Station", "Line", "Reading"))
