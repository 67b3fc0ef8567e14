"""Planes, in Postgres."""

from typing import ClassVar

from sqlmodel import Field, SQLModel

from catalog import Access, Search, anyone, scopes


class Plane(SQLModel, table=True):
    """An aircraft of the register of the FAA. Its flights find it by tail number."""

    __search__: ClassVar = Search(
        *("manufacturer", "model", "type", "engine"),
        language="english",
        weights={"manufacturer": "A", "model": "A", "type": "B"},
    )
    __similar__: ClassVar = ("manufacturer",)
    __access__: ClassVar = Access(
        read=anyone,
        fields={"speed": scopes("fleet:read"), "engines": scopes("fleet:read")},
    )

    tailnum: str = Field(primary_key=True, description="Tail number, painted on it: N14228.")
    year: int | None = Field(default=None, description="Year it was made.")
    type: str = Field(description="Kind of aircraft, such as Fixed wing multi engine.")
    manufacturer: str = Field(description="Who made it, such as BOEING.")
    model: str = Field(description="The maker's name for its design, such as 737-824.")
    engines: int = Field(description="Number of engines.")
    seats: int = Field(description="Number of seats.")
    speed: int | None = Field(
        default=None,
        description="Average cruising speed in miles per hour; known of a few planes only.",
    )
    engine: str = Field(description="Kind of engine, such as Turbo-fan.")
