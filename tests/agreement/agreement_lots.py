"""In charge of documents that tables hold as collections do, in both forms of the agreement."""

import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from catalog import BigInt


class Grade(enum.Enum):
    """Members whose declared order and values' order differ."""

    FINE = 2
    COARSE = 10
    MIXED = 1


class Yard(BaseModel):
    """A document in a document."""

    city: str | None = Field(None, alias="c")
    height: float | None = None
    codes: list[int | None] | None = None


class Lot(BaseModel):
    """A field of every type that JSON has a form for."""

    flag: bool | None = None
    number: int | None = Field(None, alias="n's")
    big: BigInt | None = None
    ratio: float | None = None
    price: decimal.Decimal | None = None
    text: str | None = Field(None, alias="Text")
    day: datetime.date | None = None
    clock: datetime.time | None = None
    moment: datetime.datetime | None = None
    token: uuid.UUID | None = None
    grade: Grade | None = None
    grades: list[Grade | None] | None = None
    extra: dict[str, Any] | None = None
    yard: Yard | None = None
    days: list[datetime.date | None] | None = None


class Crate(BaseModel):
    """What a thing may have."""

    kind: Literal["crate", "box"] = Field(alias="k")
    worth: int | None = Field(None, alias="w")
    yard: Yard | None = None


class Script(BaseModel):
    """What else it may have; what it is worth lies where that of a crate does."""

    kind: Literal["script"] = Field(alias="k")
    worth: str | None = Field(None, alias="w")
    yard: str | None = None
    words: list[str | None] | None = None


Load = Annotated[Crate | Script, Field(discriminator="kind", title="Load")]
