"""In charge of what a table says: each column type, keys, names and descriptions."""

import datetime
import decimal
import enum
import uuid
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from pydantic import Field as Name
from sqlalchemy.dialects import postgresql
from sqlmodel import Field

from catalog import Store, catalog_of
from catalog.types import DocumentType, EnumType, ListType, Scalar, element_of


class Colour(enum.Enum):
    """How it looks."""

    RED = "r"
    DARK_BLUE = "b"


class Level(enum.StrEnum):
    LOW = "low-level"
    HIGH = "high-level"


def _field(base, annotation: Any, field: Any = None):
    """The catalog's field for one column beside a key."""
    namespace = {
        "__annotations__": {"id": int, "value": annotation},
        "__module__": __name__,
        "id": Field(primary_key=True),
        **({} if field is None else {"value": field}),
    }
    model = type(base)("Item", (base,), namespace, table=True)
    return catalog_of([model])["Item"].fields["value"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, Scalar.INT),
        (float, Scalar.FLOAT),
        (decimal.Decimal, Scalar.DECIMAL),
        (str, Scalar.STRING),
        (bool, Scalar.BOOLEAN),
        (datetime.date, Scalar.DATE),
        (datetime.time, Scalar.TIME),
        (datetime.datetime, Scalar.DATETIME),
        (uuid.UUID, Scalar.UUID),
        (bytes, Scalar.BYTES),
    ],
)
def test_python_types_have_their_scalar(base, annotation, expected):
    """The types that SQLModel maps by itself."""
    field = _field(base, annotation)
    assert (field.type, field.nullable) == (expected, False)


@pytest.mark.parametrize(
    ("annotation", "field"), [(str | None, Field(default=None)), (str, Field(nullable=True))]
)
def test_nullability_is_the_columns(base, annotation, field):
    """By `| None`, or said of the column."""
    assert _field(base, annotation, field).nullable


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (sa.SmallInteger(), Scalar.INT),
        (sa.BigInteger(), Scalar.BIGINT),
        (sa.Double(), Scalar.FLOAT),
        (postgresql.REAL(), Scalar.FLOAT),
        (sa.Numeric(10, 2), Scalar.DECIMAL),
        (sa.Numeric(10, 2, asdecimal=False), Scalar.FLOAT),
        (sa.Text(), Scalar.STRING),
        (sa.String(3), Scalar.STRING),
        (postgresql.CITEXT(), Scalar.STRING),
        (postgresql.TIMESTAMP(timezone=True), Scalar.DATETIME),
        (sa.DateTime(timezone=False), Scalar.DATETIME),
        (postgresql.TIME(timezone=False), Scalar.TIME),
        (postgresql.UUID(), Scalar.UUID),
        (postgresql.BYTEA(), Scalar.BYTES),
        (sa.JSON(), Scalar.JSON),
        (postgresql.JSONB(), Scalar.JSON),
        (sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), Scalar.JSON),
        (sa.ARRAY(sa.Integer), ListType(Scalar.INT, items_nullable=True)),
        (postgresql.ARRAY(sa.Text), ListType(Scalar.STRING, items_nullable=True)),
    ],
    ids=repr,
)
def test_column_types_have_their_type(base, column, expected):
    """The types one asks SQLAlchemy for by `sa_type`."""
    assert _field(base, Any, Field(sa_type=column)).type == expected


def test_a_decorated_column_type_is_what_the_column_holds(base):
    """A type that only converts in Python is served as Postgres holds it."""

    class Shouted(sa.types.TypeDecorator):
        impl = sa.Text
        cache_ok = True

    assert _field(base, str, Field(sa_type=Shouted)).type is Scalar.STRING


class Spot(BaseModel):
    """A document in a column."""

    city: str = Name(alias="c")
    codes: list[int | None] = []


class Raw(BaseModel):
    """What JSON has no form for."""

    held: bytes


class Endless(BaseModel):
    """A document that contains itself."""

    inner: "Endless | None" = None


@pytest.mark.parametrize("column", [sa.JSON(), postgresql.JSONB()], ids=repr)
@pytest.mark.parametrize(
    "annotation", [dict[str, Any], Any, dict[str, Spot], Raw, Endless, Spot | Raw, str, list[bytes]]
)
def test_json_that_no_type_says_more_of_is_json(base, column, annotation):
    """Among it what JSON has no form for, and documents without end."""
    assert _field(base, annotation, Field(sa_type=column)).type is Scalar.JSON


@pytest.mark.parametrize("column", [sa.JSON(), postgresql.JSONB()], ids=repr)
@pytest.mark.parametrize("annotation", [Spot, Spot | None, list[Spot]])
def test_documents_in_json_are_what_they_are_annotated_as(base, column, annotation):
    """As in a document of MongoDB."""
    kind = element_of(_field(base, annotation, Field(sa_type=column)).type)
    assert isinstance(kind, DocumentType)
    assert kind.fields["city"].stored == "c"
    assert kind.fields["codes"].type == ListType(Scalar.INT, items_nullable=True)


def test_lists_in_json_are_what_they_are_annotated_as(base):
    """Of single values, too."""
    kind = _field(base, list[str | None], Field(sa_type=sa.JSON())).type
    assert kind == ListType(Scalar.STRING, items_nullable=True)


def test_an_enum_maps_its_names_to_the_labels_that_sqlalchemy_stores(base):
    """SQLAlchemy stores the members' names, not their values."""
    field = _field(base, Colour)
    assert field.type == EnumType(
        "Colour", {"RED": "RED", "DARK_BLUE": "DARK_BLUE"}, "How it looks."
    )


def test_an_enum_may_store_its_values(base):
    """`values_callable` chooses the labels; clients see the names all the same."""
    stored = sa.Enum(Level, values_callable=lambda e: [member.value for member in e])
    field = _field(base, Level, Field(sa_type=stored))
    assert field.type == EnumType("Level", {"LOW": "low-level", "HIGH": "high-level"})


def test_an_array_of_enums(base):
    """What a column can hold, an array can."""
    field = _field(base, list[Colour], Field(sa_type=sa.ARRAY(sa.Enum(Colour))))
    assert isinstance(field.type, ListType)
    assert isinstance(field.type.of, EnumType)


def test_keys_and_indexes(base):
    """By Python name; indexes of some rows only, or over expressions, find no row by a field."""

    class Seat(base, table=True):
        __table_args__ = (
            sa.UniqueConstraint("flight", "position"),
            sa.Index("by_price", "price"),
            sa.Index("free", "passenger", unique=True, postgresql_where=sa.text("price > 0")),
            sa.Index("shouted", sa.text("upper(passenger)"), unique=True),
        )
        flight: int = Field(primary_key=True)
        number: str = Field(primary_key=True)
        spot: int = Field(sa_column=sa.Column("position", sa.Integer, nullable=False))
        ticket: str = Field(unique=True)
        code: str = Field(index=True, unique=True)
        price: int
        passenger: str | None = None

    sa.Index("dearest", sa.desc(Seat.price), Seat.code)
    sa.Index("lowered", sa.func.lower(Seat.passenger), unique=True)
    seat = catalog_of([Seat])["Seat"]
    assert seat.key == ("flight", "number")
    assert set(seat.unique) == {("flight", "spot"), ("ticket",), ("code",)}
    assert set(seat.indexes) == {seat.key, *seat.unique, ("price",), ("price", "code")}


def test_names_of_table_and_columns(base):
    """What the store calls things stays apart from what clients call them."""

    class WeatherStation(base, table=True):
        """Measures.

        All day.
        """

        __tablename__ = "wx"
        __table_args__: ClassVar = {"schema": "sky"}
        __plural__ = "stations"
        __cache__ = 30

        id: int = Field(primary_key=True)
        wind_speed: float = Field(sa_column_kwargs={"name": "wspd"}, description="In knots.")
        gust: float = Field(sa_column_kwargs={"comment": "The strongest."})

    station = catalog_of([WeatherStation])["WeatherStation"]
    assert (station.table, station.namespace, station.store) == ("wx", "sky", Store.POSTGRES)
    assert (station.singular, station.plural) == ("weatherStation", "stations")
    assert (station.description, station.cache_ttl) == ("Measures.\n\nAll day.", 30)
    speed = station.fields["wind_speed"]
    assert (speed.api, speed.stored, speed.description) == ("windSpeed", "wspd", "In knots.")
    assert station.fields["gust"].description == "The strongest."
    assert station.by_api["windSpeed"] is speed


class Twice(enum.Enum):
    A = 1
    ALPHA = 1  # noqa: PIE796 (which is what is tested)
    B = 2


@pytest.mark.parametrize("omitted", [True, False])
def test_a_second_name_for_a_member_is_python_s_own(base, omitted):
    """Unless the column stores it."""
    column = Field(sa_column=sa.Column(sa.Enum(Twice, omit_aliases=omitted)))
    stored = ["A", "B"] if omitted else ["A", "ALPHA", "B"]
    assert _field(base, Twice, column).type == EnumType("Twice", {name: name for name in stored})
