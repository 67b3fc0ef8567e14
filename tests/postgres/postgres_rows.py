"""In charge of the rows of the little airline, small enough to work out each answer by hand."""

import datetime
import decimal
import uuid
from typing import Any

import psycopg
import sqlalchemy as sa
from postgres_models import (
    Airline,
    Crew,
    Flight,
    Handover,
    Licence,
    Pilot,
    Sample,
    Shade,
    Table,
    Tint,
    Weather,
)
from sqlalchemy.orm import Session

TOKEN = uuid.UUID("00000000-0000-0000-0000-0000000000ff")
UTC = datetime.UTC

FULL: dict[str, Any] = {
    "id": 1,
    "small": 7,
    "whole": 7,
    "big": 2**62,
    "ratio": 0.1,
    "single": 0.5,
    "inexact": 0.1,
    "price": decimal.Decimal("12.50"),
    "text": "Zürich",
    "short": "abc",
    "code": "abc",
    "flag": True,
    "day": datetime.date(2013, 1, 2),
    "clock": datetime.time(5, 7, 0, 250000),
    "naive": datetime.datetime(2013, 1, 2, 5, tzinfo=UTC),
    "moment": datetime.datetime(2013, 1, 2, 5, tzinfo=UTC),
    "token": TOKEN,
    "hexed": TOKEN,
    "blob": b"\x00a",
    "extra": {"a": [1, None, 2.5]},
    "binary": {"b": "ü"},
    "shade": "DARK",
    "tint": "BLUE",
    "numbers": [1, None, 3],
    "words": ["a", "b%"],
    "shades": ["LIGHT", "CLEAR"],
    "moments": [datetime.datetime(2013, 1, 2, 5, tzinfo=UTC)],
}
"""The record of sample 1 as the source returns it; sample 2 is the same but higher, 3 is empty."""

_AS_PYTHON = {
    "shade": Shade.DARK,
    "tint": Tint.BLUE,
    "shades": [Shade.LIGHT, Shade.CLEAR],
    "naive": datetime.datetime(2013, 1, 2, 5),  # noqa: DTZ001 (a column without a zone)
    "moments": [datetime.datetime(2013, 1, 2, 5)],  # noqa: DTZ001
}
_HIGHER: dict[str, Any] = {
    "id": 2,
    "small": 8,
    "whole": 8,
    "big": 2**62 + 1,
    "ratio": 0.2,
    "single": 1.5,
    "inexact": 0.2,
    "price": decimal.Decimal("12.51"),
    "text": "z",
    "short": "abx",
    "code": "abx",
    "day": datetime.date(2013, 1, 3),
    "clock": datetime.time(5, 7, 1),
    "naive": datetime.datetime(2013, 1, 2, 6),  # noqa: DTZ001
    "moment": datetime.datetime(2013, 1, 2, 6, tzinfo=UTC),
    "token": uuid.UUID(int=256),
    "hexed": uuid.UUID(int=256),
    "blob": b"\x01",
    "shade": Shade.CLEAR,
    "tint": Tint.GREEN,
}

ROWS: dict[type[Table], list[dict[str, Any]]] = {
    Airline: [
        {"code": "UA", "name": "United", "parent_code": None},
        {"code": "EV", "name": "ExpressJet", "parent_code": "UA"},
        {"code": "AA", "name": "American", "parent_code": None},
    ],
    Pilot: [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}, {"id": 3, "name": "Cy"}],
    Licence: [
        {"id": 1, "pilot_id": 1, "number": "old"},
        {"id": 2, "pilot_id": 1, "number": "new"},
        {"id": 3, "pilot_id": 2, "number": "only"},
    ],
    Weather: [
        {"place": "JFK", "hour": 5, "wind": 3.5},
        {"place": "JFK", "hour": 6, "wind": None},
        {"place": "EWR", "hour": 5, "wind": 9.0},
    ],
    Flight: [
        {"id": 1, "carrier": "UA", "place": "JFK", "hour": 5, "delay": 10},
        {"id": 2, "carrier": "UA", "place": "JFK", "hour": 6, "delay": None},
        {"id": 3, "carrier": "EV", "place": "EWR", "hour": 5, "delay": -3},
        {"id": 4, "carrier": "EV", "place": "LGA", "hour": 5, "delay": 10},
        {"id": 5, "carrier": None, "place": "JFK", "hour": None, "delay": 0},
        {"id": 6, "carrier": "UA", "place": "JFK", "hour": 5, "delay": 20},
    ],
    Crew: [
        {"flight_id": flight, "pilot_id": pilot}
        for flight, pilot in ((1, 1), (1, 2), (2, 1), (3, 3), (6, 2))
    ],
    Handover: [{"flight_id": 1, "pilot_id": 3}] * 2 + [{"flight_id": 2, "pilot_id": 3}],
    Sample: [
        FULL | _AS_PYTHON,
        FULL | _AS_PYTHON | _HIGHER | {"flag": False, "numbers": [], "extra": {}},
        dict.fromkeys(FULL) | {"id": 3},
    ],
}


def fill(url: str) -> None:
    """Makes the tables by SQLAlchemy, as their authors would, and fills them."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with Session(engine) as session, session.begin():
        session.execute(sa.schema.CreateSchema("air"))
        Table.metadata.create_all(session.connection())
        for model, rows in ROWS.items():
            session.execute(sa.insert(model), rows)
    engine.dispose()
