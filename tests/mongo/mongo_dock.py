"""In charge of the documents that the tests of MongoDB write: ships, and notes about them."""

import datetime
import decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from catalog import Index, Link, catalog_of
from catalog.query import Read


class Hold(BaseModel):
    """A nested document."""

    volume: int | None = Field(None, alias="v")
    goods: list[str | None] | None = None


class Sail(BaseModel):
    """What drives a ship."""

    kind: Literal["sail"] = Field(alias="k")
    area: float | None = None


class Engine(BaseModel):
    """What else does."""

    kind: Literal["engine"] = Field(alias="k")
    power: int | None = None


class Ship(BaseModel):
    """No two of one flag have one number."""

    __collection__ = "ships"
    __indexes__: ClassVar = (Index("flag", "number", unique=True), Index("dock"))
    __links__: ClassVar = (Link("lies", to="Dock", on={"dock": "code"}, back="ships"),)

    id: int
    name: str = Field(alias="called")
    flag: str | None = None
    number: int | None = None
    dock: str | None = None
    price: decimal.Decimal | None = None
    seen: datetime.datetime | None = None
    hold: Hold | None = None
    marks: list[str | None] | None = None
    drive: Annotated[Sail | Engine, Field(discriminator="kind", title="Drive")] | None = None
    extra: dict[str, Any] | None = None


class Dock(BaseModel):
    """Where ships lie; of a certain depth, as the collection's validator knows as well."""

    __collection__ = "docks"

    code: str = Field(alias="_id")
    depth: int | None = None


class Note(BaseModel):
    """Has a key of MongoDB's own."""

    __collection__ = "notes"

    text: str | None = None


class Craft(BaseModel):
    """Of one of two kinds."""

    __collection__ = "crafts"
    __discriminator__ = "kind"

    id: int
    kind: str | None = None
    speed: int | None = None


class Barge(Craft):
    """A kind."""

    kind: Literal["barge"] | None = None


class Ferry(Craft):
    """The other."""

    kind: Literal["ferry"] | None = None


CATALOG = catalog_of([Ship, Dock, Note, Craft, Barge, Ferry])
SHIP, DOCK, NOTE = CATALOG["Ship"], CATALOG["Dock"], CATALOG["Note"]
BARGE, FERRY = CATALOG["Barge"], CATALOG["Ferry"]

DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    "ships": [
        {"_id": 1, "called": "Ada", "flag": "NL", "number": 7, "dock": "NYC",
         "marks": ["a", None, "b", "a"]},
        {"_id": 2, "called": "Bea", "flag": "NL", "number": 8, "dock": "RTM",
         "hold": {"v": 5, "own": True}, "marks": None},
    ],
    "docks": [{"_id": "NYC", "depth": 10}, {"_id": "RTM", "depth": 24}],
    "crafts": [{"_id": 1, "kind": "barge", "speed": 3}, {"_id": 2, "kind": "ferry", "speed": 9}],
}  # fmt: skip
DEPTH = {"$or": [{"depth": {"$gt": 0}}, {"depth": None}]}


async def rows_of(readable, entity, *fields):
    """All rows by their keys, as tuples of these fields."""
    paths = tuple((name,) for name in (*entity.key, *fields))
    (answers,) = await readable.read([Read(entity, paths)])
    return {row[entity.key[0]]: tuple(row[name] for name in fields) for row in answers[()].rows}
