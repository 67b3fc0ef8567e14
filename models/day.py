"""Days of 2013, a view in Postgres: what a day's flights come to."""

import datetime

from sqlmodel import Field, SQLModel


class Day(SQLModel, table=True):
    """One day of departures from New York, by local time."""

    __view__ = """
        SELECT make_date(year, month, day) AS date,
               count(*)::int AS scheduled,
               count(*) FILTER (WHERE dep_time IS NULL)::int AS cancelled,
               avg(dep_delay)::float AS mean_delay
        FROM flight
        GROUP BY year, month, day
    """

    date: datetime.date = Field(primary_key=True, description="The day.")
    scheduled: int = Field(description="How many flights were to leave.")
    cancelled: int = Field(description="How many of them did not.")
    mean_delay: float | None = Field(description="Minutes of delay at departure, on average.")
