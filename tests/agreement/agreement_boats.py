"""In charge of the entities that the laws of changes write: boats, as tables and as documents."""

import datetime
import decimal
import uuid
from typing import Any, ClassVar, Literal

from agreement_tables import Size
from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Column,
    Integer,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import BigInt, Index, Link


class Table(SQLModel, registry=registry(metadata=MetaData(schema="boats"))):
    """The base of these tables."""


class Engine(BaseModel):
    """A document in a document."""

    power: int | None = Key(None, alias="p")
    marks: list[str | None] | None = None


class Hold(BaseModel):
    """A document, in a column and in a collection, with values of which JSON has no form."""

    volume: int | None = Key(None, alias="v")
    engine: Engine | None = None
    goods: list[str | None] | None = None
    tons: decimal.Decimal | None = None
    speed: float | None = None
    waves: BigInt | None = None
    seen: datetime.datetime | None = None
    built: datetime.date | None = None
    token: uuid.UUID | None = None
    size: Size | None = None
    weights: list[decimal.Decimal] | None = None


class Skipper(Table, table=True):
    """Sails boats."""

    id: int = Field(primary_key=True)
    name: str | None = None


class Boat(Table, table=True):
    """No two of one flag have one number; its skipper may not exist."""

    __table_args__ = (UniqueConstraint("flag", "number"),)
    __links__: ClassVar = (Link("skipper", to="Skipper", on={"skipper_id": "id"}, back="boats"),)

    id: int = Field(primary_key=True)
    flag: str | None = None
    number: int | None = None
    name: str | None = Field(default=None, sa_column=Column("what it's called", Text))
    crew: int | None = None
    waves: int | None = Field(default=None, sa_column=Column(BigInteger))
    tons: decimal.Decimal | None = Field(default=None, sa_column=Column(Numeric))
    speed: float | None = None
    size: Size | None = None
    seen: datetime.datetime | None = None
    built: datetime.date | None = None
    token: uuid.UUID | None = None
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    marks: list[str | None] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    counts: list[int | None] | None = Field(default=None, sa_column=Column(ARRAY(Integer)))
    skipper_id: int | None = Field(default=None, index=True)
    hold: Hold | None = Field(default=None, sa_column=Column("the hold", JSONB))
    engines: list[Engine | None] | None = Field(default=None, sa_column=Column(JSON))
    spare: Engine | None = Field(default=None, sa_column=Column(JSON))
    seals: list[int | None] | None = Field(default=None, sa_column=Column(JSONB))


class Craft(Table, table=True):
    """Of one of two kinds."""

    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_abstract": True}

    id: int = Field(primary_key=True)
    kind: str | None = None
    crew: int | None = None


class Barge(Craft):
    """A kind."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "barge"}

    load: int | None = None


class Ferry(Craft):
    """The other."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "ferry"}


BOATS_IN_TABLES: tuple[type[Table], ...] = (Skipper, Boat, Craft, Barge, Ferry)


def documents() -> tuple[type[BaseModel], ...]:
    """The same as documents."""

    class Skipper(BaseModel):
        __collection__ = "skippers"

        id: int
        name: str | None = None

    class Boat(BaseModel):
        __collection__ = "boats"
        __indexes__: ClassVar = (Index("flag", "number", unique=True), Index("skipper_id"))
        __links__: ClassVar = (
            Link("skipper", to="Skipper", on={"skipper_id": "id"}, back="boats"),
        )

        id: int
        flag: str | None = None
        number: int | None = None
        name: str | None = Key(None, alias="what it's called")
        crew: int | None = None
        waves: BigInt | None = None
        tons: decimal.Decimal | None = None
        speed: float | None = None
        size: Size | None = None
        seen: datetime.datetime | None = None
        built: datetime.date | None = None
        token: uuid.UUID | None = None
        extra: dict[str, Any] | None = None
        marks: list[str | None] | None = None
        counts: list[int | None] | None = None
        skipper_id: int | None = None
        hold: Hold | None = None
        engines: list[Engine | None] | None = None
        spare: Engine | None = None
        seals: list[int | None] | None = None

    class Craft(BaseModel):
        __collection__ = "crafts"
        __discriminator__ = "kind"

        id: int
        kind: str | None = None
        crew: int | None = None

    class Barge(Craft):
        kind: Literal["barge"] | None = None
        load: int | None = None

    class Ferry(Craft):
        kind: Literal["ferry"] | None = None

    return Skipper, Boat, Craft, Barge, Ferry
