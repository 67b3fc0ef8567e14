"""Hourly weather at New York's three airports, in MongoDB."""

import datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from catalog import Computed, Index, Link


class Temperature(BaseModel):
    """Temperatures in degrees Fahrenheit."""

    air: float | None = Field(None, description="Of the air, in degrees Fahrenheit.")
    dewpoint: float | None = Field(
        None,
        description="To which air must cool to form dew, in degrees Fahrenheit.",
    )


class Wind(BaseModel):
    """Where the wind comes from, and how strong it is."""

    direction: int | None = Field(None, description="Degrees clockwise from north it blows from.")
    speed: float | None = Field(None, description="Miles per hour.")
    gust: float | None = Field(None, description="Miles per hour in gusts, where there were any.")


class Weather(BaseModel):
    """What one airport's weather station observed in one hour."""

    __plural__ = "weatherObservations"
    __collection__ = "weather"
    __indexes__ = (Index("time_hour", "origin", unique=True), Index("origin"))
    __links__: ClassVar = (
        Link(
            "airport",
            to="Airport",
            on={"origin": "faa"},
            back="weather",
            description="The airport of the station.",
            back_description="Hourly weather in 2013; New York's airports only.",
        ),
    )

    __computed__: ClassVar = (
        Computed(
            "dewpoint_spread",
            float | None,
            lambda hour: {"$subtract": [hour.temperature.air, hour.temperature.dewpoint]},
            description="Degrees Fahrenheit that the air is above its dew point: near 0 is fog.",
        ),
    )

    id: str = Field(description="Airport and hour: EWR|2013-01-01T06:00Z.")
    origin: str = Field(description="FAA code of the airport.")
    time_hour: datetime.datetime = Field(description="The hour of the observation.")
    temperature: Temperature | None = Field(None, description="Temperatures.")
    humidity: float | None = Field(None, description="Relative humidity in percent.")
    wind: Wind | None = Field(None, description="Wind.")
    precipitation: float | None = Field(None, description="Rain or melted snow, in inches.")
    pressure: float | None = Field(None, description="Pressure at sea level, in millibars.")
    visibility: float | None = Field(None, description="How far one could see, in miles.")
