"""In charge of the entities of the agreement as documents: the twins of `agreement_tables`."""

import datetime
import decimal
import uuid
from typing import Any, ClassVar

from agreement_tables import Size
from pydantic import BaseModel, Field

from catalog import BigInt, Index, Link, ObjectId


class Owner(BaseModel):
    """Owns things; has a boss, who may not exist."""

    __collection__ = "owners"
    __indexes__: ClassVar = (Index("boss_id"),)
    __links__: ClassVar = (Link("boss", to="Owner", on={"boss_id": "id"}, back="staff"),)

    id: int
    name: str | None = None
    rank: int | None = Field(None, alias="position")
    boss_id: int | None = None


class Place(BaseModel):
    """A nested document."""

    city: str | None = Field(None, alias="c")
    height: float | None = None
    codes: list[int | None] | None = None


class Part(BaseModel):
    """An element of a list of documents; holds a document and a list itself."""

    name: str | None = None
    count: int | None = Field(None, alias="n")
    place: Place | None = None
    marks: list[str | None] | None = None


class Thing(BaseModel):
    """Has a field of every type; its owner may not exist."""

    __collection__ = "things"
    __indexes__: ClassVar = (Index("owner_id"), Index("parent_id"))
    __links__: ClassVar = (
        Link("owner", to="Owner", on={"owner_id": "id"}, back="things"),
        Link("parent", to="Thing", on={"parent_id": "id"}, back="children"),
    )

    id: int
    flag: bool | None = None
    number: int | None = None
    big: BigInt | None = Field(None, alias="big number")
    ratio: float | None = None
    price: decimal.Decimal | None = None
    text: str | None = Field(None, alias="Text")
    day: datetime.date | None = None
    clock: datetime.time | None = None
    moment: datetime.datetime | None = None
    local: datetime.datetime | None = None
    token: uuid.UUID | None = None
    blob: bytes | None = None
    size: Size | None = None
    grade: Size | None = None
    sizes: list[Size | None] | None = None
    extra: dict[str, Any] | None = None
    numbers: list[int | None] | None = None
    words: list[str | None] | None = None
    owner_id: int | None = None
    parent_id: int | None = None
    # What only documents have:
    ref: ObjectId | None = None
    place: Place | None = None
    parts: list[Part | None] | None = None


DOCUMENTS: tuple[type[BaseModel], ...] = (Owner, Thing)
