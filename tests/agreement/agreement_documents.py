"""In charge of the entities of the agreement as documents: the twins of `agreement_tables`."""

import datetime
import decimal
import uuid
from typing import Annotated, Any, ClassVar, Literal

from agreement_lots import Load, Lot
from agreement_tables import Size, excited, is_large
from pydantic import BaseModel, Field

from catalog import Access, BigInt, Computed, GeoPoint, Index, Link, ObjectId, anyone

__access__ = Access(read=anyone)


class Owner(BaseModel):
    """Owns things; has a boss, who may not exist."""

    __collection__ = "owners"
    __indexes__: ClassVar = (Index("boss_id"),)
    __links__: ClassVar = (Link("boss", to="Owner", on={"boss_id": "id"}, back="staff"),)
    __computed__: ClassVar = (
        Computed(
            "called",
            str | None,
            lambda owner: {"$concat": [owner.name, "!"]},
            lambda row: excited(row.name),
        ),
    )

    id: int
    name: str | None = None
    rank: int | None = Field(None, alias="position")
    boss_id: int | None = None


class Place(BaseModel):
    """A nested document."""

    city: str | None = Field(None, alias="c")
    height: float | None = None
    at: GeoPoint | None = None
    codes: list[int | None] | None = None


class Part(BaseModel):
    """An element of a list of documents; holds a document and a list itself."""

    name: str | None = None
    count: int | None = Field(None, alias="n")
    place: Place | None = None
    marks: list[str | None] | None = None


class Coin(BaseModel):
    """What a thing may hold."""

    kind: Literal["coin", "medal"] = Field(alias="k")
    worth: int | None = Field(None, alias="w")
    place: Place | None = None


class Letter(BaseModel):
    """What else it may hold; what it is worth lies where that of a coin does."""

    kind: Literal["letter"] = Field(alias="k")
    worth: str | None = Field(None, alias="w")
    place: str | None = None
    words: list[str | None] | None = None


Holding = Annotated[Coin | Letter, Field(discriminator="kind", title="Holding")]


class Thing(BaseModel):
    """Has a field of every type; its owner may not exist."""

    __collection__ = "things"
    __indexes__: ClassVar = (Index("owner_id"), Index("parent_id"), Index("spot"))
    __links__: ClassVar = (
        Link("owner", to="Owner", on={"owner_id": "id"}, back="things"),
        Link("parent", to="Thing", on={"parent_id": "id"}, back="children"),
    )
    __computed__: ClassVar = (
        Computed(
            "twice",
            BigInt | None,
            lambda thing: {"$multiply": [thing.number, 2]},
            lambda row: None if row.number is None else row.number * 2,
        ),
        Computed(
            "wording",
            str,
            lambda thing: {"$ifNull": [thing.text, "none"]},
            lambda row: "none" if row.text is None else row.text,
        ),
        Computed(
            "large",
            bool | None,
            lambda thing: {
                "$cond": [{"$lte": [thing.number, None]}, None, {"$gt": [thing.number, 1]}]
            },
            lambda row: is_large(row.number),
        ),
        Computed("first_day", datetime.date | None, lambda thing: thing.day, lambda row: row.day),
        Computed("kind", Size | None, lambda thing: thing.size, lambda row: row.size),
        # Only documents hold documents.
        Computed(
            "city",
            str | None,
            lambda thing: thing.place.city,
            lambda row: row.place and row.place.city,
        ),
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
    spot: GeoPoint | None = None
    place: Place | None = None
    parts: list[Part | None] | None = None
    holding: Holding | None = None
    holdings: list[Holding] | None = None
    # What tables have as JSON:
    lot: Lot | None = None
    lots: list[Lot | None] | None = None
    load: Load | None = None
    loads: list[Load] | None = None
    tallies: list[int | None] | None = None


class Piece(BaseModel):
    """A document of one of several kinds."""

    __collection__ = "pieces"
    __discriminator__ = "made"
    __indexes__: ClassVar = (Index("owner_id"),)
    __links__: ClassVar = (Link("owner", to="Owner", on={"owner_id": "id"}, back="pieces"),)

    id: int
    made: str | None = None
    mass: int | None = None
    owner_id: int | None = None


class Bolt(Piece):
    """A kind whose kind there is, too."""

    __indexes__: ClassVar = (Index("spare_id"),)
    __links__: ClassVar = (Link("spare", to="Bolt", on={"spare_id": "id"}, back="spare_of"),)

    made: Literal["bolt"] | None = None
    length: float | None = None
    spare_id: int | None = None


class Rivet(Bolt):
    """A kind of a kind."""

    made: Literal["rivet's"] | None = None
    day: datetime.date | None = None


class Plate(Piece):
    """Another kind."""

    made: Literal["plate"] | None = None
    label: str | None = None


DOCUMENTS: tuple[type[BaseModel], ...] = (Owner, Thing, Piece, Bolt, Rivet, Plate)
