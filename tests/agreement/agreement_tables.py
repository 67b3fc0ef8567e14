"""In charge of the entities of the agreement as tables; `agreement_documents` has their twins."""

import datetime
import decimal
import enum
import uuid
from typing import Any, ClassVar

from agreement_lots import Load, Lot
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Column,
    DateTime,
    Enum,
    Float,
    Integer,
    MetaData,
    Numeric,
    Text,
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import Access, BigInt, Computed, Link, anyone

__access__ = Access(read=anyone)


class Size(enum.Enum):
    """Members whose declared order, names' order and values' order all differ."""

    SMALL = "m"
    MEDIUM = "z"
    LARGE = "a"


class Table(SQLModel, registry=registry(metadata=MetaData(schema="agreement"))):
    """The base of these tables, which keeps them apart from the models of other tests."""


class Owner(Table, table=True):
    """Owns things; has a boss, who may not exist."""

    __links__: ClassVar = (Link("boss", to="Owner", on={"boss_id": "id"}, back="staff"),)
    __computed__: ClassVar = (
        Computed(
            "called", str | None, lambda owner: owner.name + "!", lambda row: excited(row.name)
        ),
    )

    id: int = Field(primary_key=True)
    name: str | None = None
    rank: int | None = Field(default=None, sa_column=Column("position", Integer))
    boss_id: int | None = Field(default=None, index=True)


def excited(name: str | None) -> str | None:
    """What a computed field makes of a name."""
    return None if name is None else f"{name}!"


def is_large(number: int | None) -> bool | None:
    """What a computed field makes of a number."""
    return None if number is None else number > 1


class ThingTag(Table, table=True):
    """Which things have which tags."""

    thing_id: int = Field(foreign_key="agreement.thing.id", primary_key=True)
    tag_id: int = Field(foreign_key="agreement.tag.id", primary_key=True)


class Thing(Table, table=True):
    """Has a field of every type; its owner may not exist."""

    __links__: ClassVar = (
        Link("owner", to="Owner", on={"owner_id": "id"}, back="things"),
        Link("parent", to="Thing", on={"parent_id": "id"}, back="children"),
    )
    __similar__: ClassVar = ("text",)
    __computed__: ClassVar = (
        Computed(
            "twice",
            BigInt | None,
            lambda thing: cast(thing.number, BigInteger) * 2,
            lambda row: None if row.number is None else row.number * 2,
        ),
        Computed(
            "wording",
            str,
            lambda thing: func.coalesce(thing.text, "none"),
            lambda row: "none" if row.text is None else row.text,
        ),
        Computed(
            "large", bool | None, lambda thing: thing.number > 1, lambda row: is_large(row.number)
        ),
        Computed("first_day", datetime.date | None, lambda thing: thing.day, lambda row: row.day),
        Computed("kind", Size | None, lambda thing: thing.size, lambda row: row.size),
    )

    id: int = Field(primary_key=True)
    flag: bool | None = None
    number: int | None = None
    big: int | None = Field(default=None, sa_column=Column("big number", BigInteger))
    ratio: float | None = Field(default=None, sa_column=Column(Float(53)))
    price: decimal.Decimal | None = Field(default=None, sa_column=Column(Numeric))
    text: str | None = Field(default=None, sa_column=Column("Text", Text))
    day: datetime.date | None = None
    clock: datetime.time | None = None
    moment: datetime.datetime | None = None
    local: datetime.datetime | None = Field(default=None, sa_column=Column(DateTime))
    token: uuid.UUID | None = None
    blob: bytes | None = None
    size: Size | None = None
    grade: Size | None = Field(default=None, sa_column=Column(Enum(Size, native_enum=False)))
    sizes: list[Size | None] | None = Field(default=None, sa_column=Column(ARRAY(Enum(Size))))
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    numbers: list[int | None] | None = Field(default=None, sa_column=Column(ARRAY(Integer)))
    words: list[str | None] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    owner_id: int | None = Field(default=None, index=True)
    parent_id: int | None = Field(default=None, index=True)
    lot: Lot | None = Field(default=None, sa_column=Column(JSONB))
    lots: list[Lot | None] | None = Field(default=None, sa_column=Column(JSON))
    load: Load | None = Field(default=None, sa_column=Column(JSON))
    loads: list[Load] | None = Field(default=None, sa_column=Column(JSONB))
    tallies: list[int | None] | None = Field(default=None, sa_column=Column(JSONB))
    tags: list["Tag"] = Relationship(back_populates="things", link_model=ThingTag)


class Tag(Table, table=True):
    """On many things, as they have many: a relation that only tables have."""

    id: int = Field(primary_key=True)
    label: str | None = None
    things: list[Thing] = Relationship(back_populates="tags", link_model=ThingTag)


class Piece(Table, table=True):
    """A row of one of several kinds."""

    __mapper_args__: ClassVar = {"polymorphic_on": "made", "polymorphic_abstract": True}
    __links__: ClassVar = (Link("owner", to="Owner", on={"owner_id": "id"}, back="pieces"),)

    id: int = Field(primary_key=True)
    made: str | None = Field(default=None, sa_column=Column("how it's made", Text))
    mass: int | None = None
    owner_id: int | None = Field(default=None, index=True)


class Bolt(Piece):
    """A kind whose kind there is, too."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "bolt"}
    __links__: ClassVar = (Link("spare", to="Bolt", on={"spare_id": "id"}, back="spare_of"),)

    length: float | None = Field(default=None, sa_column=Column(Float(53)))
    spare_id: int | None = Field(default=None, index=True)


class Rivet(Bolt):
    """A kind of a kind."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "rivet's"}

    day: datetime.date | None = None


class Plate(Piece):
    """Another kind."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "plate"}

    label: str | None = None


TABLES: tuple[type[Table], ...] = (Owner, Thing, Tag, ThingTag, Piece, Bolt, Rivet, Plate)
