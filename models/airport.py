"""Airports, in MongoDB."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from catalog import GeoPoint, Index
from models.named import Named


class Location(BaseModel):
    """A point on Earth."""

    latitude: float = Field(description="Degrees north of the equator.")
    longitude: float = Field(description="Degrees east of Greenwich; America's are negative.")
    altitude: int = Field(description="Feet above sea level.")
    point: GeoPoint = Field(description="Both degrees as one value, for distances and areas.")


class Timezone(BaseModel):
    """The clock of a place."""

    name: str | None = Field(None, description="Name in the IANA data base: America/New_York.")
    utc_offset: float = Field(description="Hours ahead of UTC in winter.")
    dst: Literal["A", "N", "U"] = Field(
        description="Daylight saving time: A as in the United States, N none, U unknown.",
    )


class Place(BaseModel):
    """The town that an airport serves."""

    city: str | None = Field(None, description="City.")
    subdivision: str | None = Field(None, description="State, province or region.")
    country: str = Field(description="Two-letter ISO 3166 code, such as US.")


class Code(BaseModel):
    """A code by which one authority calls an airport."""

    scheme: Literal["icao", "iata", "lid"] = Field(
        description="Whose code: icao, iata, or lid, the FAA's own.",
    )
    code: str = Field(description="The code, such as KEWR.")


class Airport(Named, BaseModel):
    """An airport of the United States, by its FAA code."""

    __collection__ = "airports"
    __indexes__: ClassVar = (Index("location.point"),)

    faa: str = Field(alias="_id", description="Code of the FAA, such as EWR.")
    name: str = Field(description="Name in full, such as Newark Liberty Intl.")
    location: Location = Field(description="Where it is.")
    timezone: Timezone = Field(description="Its local time.")
    place: Place | None = Field(None, description="The town it serves, where known.")
    codes: list[Code] | None = Field(None, description="Its codes in use today, where known.")
