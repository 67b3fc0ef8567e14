"""Reads with arguments: SQL over flights, and stages over the weather."""

import datetime
from typing import Annotated

from sqlalchemy import ColumnElement, Float, cast, extract
from sqlmodel import Field, and_, col, func, select

from catalog import routine
from models.flight import Flight
from models.weather import Weather

Carrier = Annotated[str, Field(description="Two-character code of the airline.")]
Day = Annotated[datetime.date, Field(description="Day of departure, local time.")]


def _on(day: datetime.date) -> ColumnElement[bool]:
    parts = {"year": Flight.year, "month": Flight.month, "day": Flight.day}
    return and_(*(column == extract(part, day) for part, column in parts.items()))


@routine(list[Flight])
def delayed_flights(
    carrier: Carrier,
    day: Day,
    minutes: Annotated[int, Field(description="Minutes of delay at departure.")] = 60,
) -> object:
    """Flights of an airline that left so late on a day."""
    return select(Flight).where(
        Flight.carrier == carrier, _on(day), col(Flight.dep_delay) >= minutes
    )


@routine(float)
def mean_delay(carrier: Carrier, day: Day) -> object:
    """Minutes by which an airline's flights of a day left late, on average."""
    delay = cast(func.avg(Flight.dep_delay), Float)
    return select(delay).where(Flight.carrier == carrier, _on(day))


@routine(list[Weather])
def stormy_hours(
    origin: Annotated[str | None, Field(description="FAA code of its airport.")] = None,
    speed: Annotated[float, Field(description="Miles per hour.")] = 35.0,
) -> object:
    """Hours in which the wind was so strong, be it in gusts."""
    here = {"$in": ["$origin", [origin, {"$ifNull": [origin, "$origin"]}]]}
    return Weather, [
        {"$match": {"$or": [{"wind.speed": {"$gte": speed}}, {"wind.gust": {"$gte": speed}}]}},
        {"$match": {"$expr": here}},
    ]
