"""Flights, in Postgres, with links to planes and, in MongoDB, to airports and weather."""

import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import DateTime, Index, func
from sqlmodel import Field, Relationship, SQLModel, col

from catalog import Access, Computed, Link, anyone, claim, roles, rows

if TYPE_CHECKING:
    from models.airline import Airline
    from models.watch import Watch


class Flight(SQLModel, table=True):
    """One departure from Newark (EWR), LaGuardia (LGA) or Kennedy (JFK) in 2013.

    A cancelled flight has no actual times; one diverted has no arrival delay and no air time.
    """

    __table_args__ = (
        # Those that end in id hold flights of one airline, airport or plane in the order of pages.
        Index("ix_flight_carrier", "carrier", "id"),
        Index("ix_flight_dest", "dest", "id"),
        # How late flights to somewhere are: by one column alone, most of what is read is not asked.
        Index("ix_flight_dest_dep_delay", "dest", "dep_delay"),
        Index("ix_flight_origin", "origin", "time_hour"),
        Index("ix_flight_origin_id", "origin", "id"),
        Index("ix_flight_tailnum", "tailnum", "id"),
        Index("ix_flight_time_hour", "time_hour"),
    )
    __access__: ClassVar = Access(
        read=anyone,
        update=roles("dispatcher") & rows({"carrier": {"eq": claim("airline")}}),
    )
    __links__: ClassVar = (
        Link(
            "plane",
            to="Plane",
            on={"tailnum": "tailnum"},
            back="flights",
            description="The plane, where the register knows its tail number.",
            back_description="Flights that this plane made from New York.",
        ),
        Link(
            "origin_airport",
            to="Airport",
            on={"origin": "faa"},
            back="departures",
            description="The airport it left from.",
            back_description="Flights from here; only New York's airports have any.",
        ),
        Link(
            "destination_airport",
            to="Airport",
            on={"dest": "faa"},
            back="arrivals",
            description="The airport it flew to; unknown for BQN, PSE, SJU and STT.",
            back_description="Flights from New York to here.",
        ),
        Link(
            "weather",
            to="Weather",
            on={"origin": "origin", "time_hour": "time_hour"},
            back="departures",
            description="The weather at the origin in the hour of the scheduled departure.",
            back_description="Flights that were to leave from here within this hour.",
        ),
    )

    __computed__: ClassVar = (
        Computed(
            "speed",
            float | None,
            lambda flight: flight.distance * 60.0 / func.nullif(flight.air_time, 0),
            description="Miles per hour in the air; null if it did not arrive.",
        ),
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        description="Number of the flight in this data set, in order of date, from 1.",
    )
    year: int = Field(description="Year of departure, local time.")
    month: int = Field(description="Month of departure, 1 to 12, local time.")
    day: int = Field(description="Day of the month of departure, local time.")
    dep_time: int | None = Field(
        default=None,
        description="Actual departure, local time as HHMM: 517 is 5:17, 2400 midnight.",
    )
    sched_dep_time: int = Field(description="Scheduled departure, local time as HHMM.")
    dep_delay: int | None = Field(
        default=None,
        description="Minutes from scheduled to actual departure; negative if early.",
    )
    arr_time: int | None = Field(
        default=None,
        description="Actual arrival as HHMM, in the local time of the destination.",
    )
    sched_arr_time: int = Field(
        description="Scheduled arrival as HHMM, in the local time of the destination.",
    )
    arr_delay: int | None = Field(
        default=None,
        description="Minutes from scheduled to actual arrival; negative if early.",
    )
    carrier: str = Field(
        foreign_key="airline.carrier",
        description="Two-character code of the airline.",
    )
    flight: int = Field(description="Flight number, without the carrier's code.")
    tailnum: str | None = Field(default=None, description="Tail number of the plane.")
    origin: str = Field(description="FAA code of the airport it left from.")
    dest: str = Field(description="FAA code of the airport it flew to.")
    air_time: int | None = Field(default=None, description="Minutes spent in the air.")
    distance: int = Field(description="Miles between the two airports.")
    hour: int = Field(description="Hour of the scheduled departure, 0 to 23, local time.")
    minute: int = Field(description="Minute of the scheduled departure, 0 to 59.")
    time_hour: datetime.datetime = Field(
        sa_type=DateTime(timezone=True),  # type: ignore[call-overload] (an instance will do)
        description="Scheduled departure as a point in time, cut down to the hour.",
    )

    airline: "Airline" = Relationship(
        back_populates="flights",
        sa_relationship_kwargs={"doc": "The airline whose code it flew under."},
    )
    watches: list["Watch"] = Relationship(
        back_populates="flight",
        sa_relationship_kwargs={"doc": "Who follows this flight."},
    )


# Most delayed first, as the API orders it: flights without a delay come last.
Index("ix_flight_dep_delay", col(Flight.dep_delay).desc().nulls_last())
