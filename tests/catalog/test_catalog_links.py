"""In charge of links: relations that models declare themselves, within a store and across."""

import enum
from typing import ClassVar

import pytest
from pydantic import BaseModel, Field
from sqlmodel import Field as Column

from catalog import Index, Link, catalog_of


class Airport(BaseModel):
    """In MongoDB."""

    __collection__ = "airports"

    faa: str = Field(alias="_id")
    name: str | None = None


class Weather(BaseModel):
    """In MongoDB, by two fields."""

    __collection__ = "weather"
    __indexes__: ClassVar = (Index("origin", "hour", unique=True),)

    origin: str
    hour: int


@pytest.fixture
def flights(base):
    """A table with links to both."""

    class Flight(base, table=True):
        __links__: ClassVar = (
            Link(
                "origin_airport",
                to="Airport",
                on={"origin": "faa"},
                back="departures",
                description="Where it starts.",
                back_description="What starts there.",
            ),
            Link("weather", to=Weather, on={"origin": "origin", "hour": "hour"}),
            Link("same_hour", to="Weather", on={"origin": "origin"}, many=True),
            Link("earlier", to="Flight", on={"earlier_id": "id"}, back="later"),
        )

        id: int = Column(primary_key=True)
        origin: str = Column(index=True)
        hour: int
        earlier_id: int | None = Column(default=None, unique=True)

    return catalog_of([Flight, Airport, Weather])


def test_a_link_crosses_stores(flights):
    """To one, by a key of the other store; its opposite is to many."""
    there = flights["Flight"].relations["origin_airport"]
    assert (there.source, there.target) == ("Flight", "Airport")
    assert (there.api, there.on, there.many) == ("originAirport", (("origin", "faa"),), False)
    assert (there.cross_store, there.description) == (True, "Where it starts.")
    back = flights["Airport"].relations["departures"]
    assert (back.source, back.target) == ("Airport", "Flight")
    assert (back.on, back.many, back.cross_store) == ((("faa", "origin"),), True, True)
    assert back.description == "What starts there."


def test_a_link_by_several_fields_to_a_unique_key(flights):
    """The target may be given as the class."""
    weather = flights["Flight"].relations["weather"]
    assert (weather.target, weather.many) == ("Weather", False)
    assert weather.on == (("origin", "origin"), ("hour", "hour"))


def test_a_link_to_many(flights):
    """What is not unique on the target is a connection; an index's first fields will do."""
    assert flights["Flight"].relations["same_hour"].many


def test_a_link_within_a_store_whose_fields_are_unique_is_to_one_both_ways(flights):
    """Nobody else can have the same value."""
    earlier, later = (flights["Flight"].relations[name] for name in ("earlier", "later"))
    assert not earlier.cross_store
    assert (earlier.many, later.many) == (False, False)
    assert (later.source, later.on) == ("Flight", (("id", "earlier_id"),))


def test_one_enum_serves_both_stores_and_links_them(base):
    """A table stores its names and a document its values; clients see one type."""

    class Light(enum.Enum):
        RED = "r"

    class Signal(base, table=True):
        __links__: ClassVar = (Link("meanings", to="Meaning", on={"light": "light"}, many=True),)
        id: int = Column(primary_key=True)
        light: Light

    class Meaning(BaseModel):
        __collection__ = "meanings"
        __indexes__: ClassVar = (Index("light"),)
        light: Light

    catalog = catalog_of([Signal, Meaning])
    assert catalog["Signal"].relations["meanings"].cross_store
    stored = [catalog[name].fields["light"].type.members for name in ("Signal", "Meaning")]
    assert stored == [{"RED": "RED"}, {"RED": "r"}]
