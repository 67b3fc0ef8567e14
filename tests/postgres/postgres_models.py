"""In charge of the tables that the Postgres tests read: a small airline, and all types."""

import datetime
import decimal
import enum
import uuid
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import column_property, registry
from sqlmodel import Field, Relationship, SQLModel
from sqlmodel.main import SQLModelConfig

from catalog import Computed, Link


class Table(SQLModel, registry=registry(metadata=sa.MetaData(schema="air"))):
    """The base of these tables, which keeps them apart from the models of other tests."""


class Airline(Table, table=True):
    """Found by its code."""

    code: str = Field(primary_key=True)
    name: str
    parent_code: str | None = Field(default=None, foreign_key="air.airline.code")
    parent: "Airline" = Relationship(sa_relationship_kwargs={"remote_side": "Airline.code"})


class Crew(Table, table=True):
    """Who flies which flight."""

    flight_id: int = Field(foreign_key="air.flight.id", primary_key=True)
    pilot_id: int = Field(foreign_key="air.pilot.id", primary_key=True)


class Handover(Table, table=True):
    """A link table that may hold a pair twice."""

    id: int | None = Field(default=None, primary_key=True)
    flight_id: int = Field(foreign_key="air.flight.id", index=True)
    pilot_id: int = Field(foreign_key="air.pilot.id")


class Pilot(Table, table=True):
    """Flies several flights; may have a licence."""

    id: int = Field(primary_key=True)
    name: str
    licence: "Licence" = Relationship(
        back_populates="pilot", sa_relationship_kwargs={"uselist": False}
    )


class Licence(Table, table=True):
    """Of a pilot, one each as far as the model knows; nothing in the table keeps it so."""

    id: int = Field(primary_key=True)
    pilot_id: int = Field(foreign_key="air.pilot.id", index=True)
    number: str
    pilot: Pilot = Relationship(back_populates="licence")


class Weather(Table, table=True):
    """At a place and an hour."""

    place: str = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    wind: float | None = None


class Flight(Table, table=True):
    """Of an airline, at a place and an hour; its weather may be unknown."""

    __links__: ClassVar = (
        Link("weather", to="Weather", on={"place": "place", "hour": "hour"}, back="flights"),
    )
    __computed__: ClassVar = (
        Computed(
            "label", str | None, lambda flight: flight.place + "%:" + sa.cast(flight.id, sa.Text)
        ),
        # To Postgres it is a decimal, and to SQLAlchemy it is a whole number.
        Computed("tens", int | None, lambda flight: sa.func.round(flight.delay / 10.0)),
    )
    __table_args__ = (
        sa.Index("flight_of_airline", "carrier", "delay", "id"),
        sa.Index("flight_of_weather", "place", "hour"),
        sa.Index("flight_from_place", "place", "id"),
    )

    model_config = SQLModelConfig(ignored_types=(hybrid_property,))

    id: int = Field(primary_key=True)
    carrier: str | None = Field(default=None, foreign_key="air.airline.code")
    place: str | None = None
    hour: int | None = None
    delay: int | None = None
    airline: Airline = Relationship()
    pilots: list[Pilot] = Relationship(link_model=Crew)
    relieved: list[Pilot] = Relationship(
        link_model=Handover, sa_relationship_kwargs={"viewonly": True}
    )

    @hybrid_property
    def is_late(self) -> bool:
        """Whether anybody would complain."""
        return self.delay > 5  # type: ignore[operator]


Airline.served = column_property(  # type: ignore[attr-defined]
    sa.select(sa.func.count(Flight.id))  # type: ignore[arg-type]
    .where(Flight.carrier == Airline.code)  # type: ignore[arg-type]
    .correlate_except(Flight)
    .scalar_subquery(),
    doc="How many flights it has.",
)


class Shade(enum.Enum):
    """The names' order is not the declared one."""

    LIGHT = "l"
    DARK = "d"
    CLEAR = "c"


class Tint(enum.Enum):
    """Stored as text, by name."""

    RED = 1
    BLUE = 2
    GREEN = 3


def _by_value(shades: type[Shade]) -> list[str]:
    return [shade.value for shade in shades]


class Sample(Table, table=True):
    """A field of every type that a table can have."""

    id: int = Field(primary_key=True)
    small: int | None = Field(default=None, sa_type=sa.SmallInteger)
    whole: int | None = None
    big: int | None = Field(default=None, sa_type=sa.BigInteger)
    ratio: float | None = None
    single: float | None = Field(default=None, sa_type=sa.REAL)
    inexact: float | None = Field(default=None, sa_column=sa.Column(sa.Numeric(asdecimal=False)))
    price: decimal.Decimal | None = Field(default=None, sa_column=sa.Column(sa.Numeric(8, 2)))
    text: str | None = None
    short: str | None = Field(default=None, max_length=5)
    code: str | None = Field(default=None, sa_column=sa.Column(sa.CHAR(3)))
    flag: bool | None = None
    day: datetime.date | None = None
    clock: datetime.time | None = None
    naive: datetime.datetime | None = Field(default=None, sa_column=sa.Column(sa.DateTime))
    moment: datetime.datetime | None = Field(
        default=None, sa_column=sa.Column(sa.DateTime(timezone=True))
    )
    token: uuid.UUID | None = None
    hexed: uuid.UUID | None = Field(default=None, sa_column=sa.Column(sa.Uuid(native_uuid=False)))
    blob: bytes | None = None
    extra: dict[str, Any] | None = Field(default=None, sa_column=sa.Column(sa.JSON))
    binary: dict[str, Any] | None = Field(default=None, sa_column=sa.Column(JSONB))
    shade: Shade | None = Field(
        default=None, sa_column=sa.Column(sa.Enum(Shade, values_callable=_by_value))
    )
    tint: Tint | None = Field(
        default=None, sa_column=sa.Column("tint %", sa.Enum(Tint, native_enum=False))
    )
    numbers: list[int | None] | None = Field(
        default=None, sa_column=sa.Column(sa.ARRAY(sa.Integer))
    )
    words: list[str] | None = Field(default=None, sa_column=sa.Column(sa.ARRAY(sa.Text)))
    shades: list[Shade] | None = Field(
        default=None,
        sa_column=sa.Column(sa.ARRAY(sa.Enum(Shade, values_callable=_by_value))),
    )
    moments: list[datetime.datetime] | None = Field(
        default=None, sa_column=sa.Column(sa.ARRAY(sa.DateTime))
    )


TABLES: tuple[type[Table], ...] = (
    Airline,
    Crew,
    Flight,
    Handover,
    Licence,
    Pilot,
    Sample,
    Weather,
)
