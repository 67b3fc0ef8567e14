"""Lists in the order of what the other database holds, as the data set's own files order them."""

from __future__ import annotations

from typing import Any

import pytest
from data_files import number


@pytest.mark.slow
def test_flights_of_a_day_by_temperature_and_delay(ask: Any, files: Any) -> None:
    """Postgres by MongoDB and then by itself, page after page, hours without weather at the end."""
    query = """query($after: String) {
      flights(where: {month: {eq: 8}, day: {eq: 22}}, first: 400, after: $after,
              orderBy: [{weather: {temperature: {air: DESC}}}, {depDelay: ASC}]) {
        nodes { id } pageInfo { hasNextPage endCursor } } }"""
    seen, page = [], {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = ask(query, after=page["pageInfo"]["endCursor"])["flights"]
        seen += page["nodes"]
    weather = files.by("weather", "origin", "time_hour")
    expected = []
    for index, row in enumerate(files.rows("flights"), start=1):
        if (row["month"], row["day"]) == ("8", "22"):
            hour = weather.get((row["origin"], row["time_hour"]))
            air = number(hour["temp"]) if hour else None
            expected.append((*down(air), *up(number(row["dep_delay"])), index))
    assert len({place[0] for place in expected}) == 2, "there are flights with and without weather"
    assert seen == [{"id": index} for *_, index in sorted(expected)]


@pytest.mark.parametrize("forwards", [True, False])
def test_flights_by_where_they_go(ask: Any, files: Any, forwards: bool) -> None:
    """By the altitude of an airport in MongoDB, from either end; unknown airports come last."""
    size = "first" if forwards else "last"
    data = ask(
        f"""{{ flights(where: {{carrier: {{eq: "AA"}}, month: {{lte: 2}}}}, {size}: 150,
                   orderBy: [{{destinationAirport: {{location: {{altitude: DESC}}}}}},
                             {{distance: ASC}}]) {{
          totalCount nodes {{ id }} }} }}"""
    )
    airports = files.by("airports", "faa")
    rows = [
        (*down(airport and float(airport["alt"])), float(row["distance"]), index)
        for index, row in enumerate(files.rows("flights"), start=1)
        if row["carrier"] == "AA" and int(row["month"]) <= 2
        for airport in [airports.get(row["dest"])]
    ]
    ordered = [{"id": index} for *_, index in sorted(rows)]
    expected = ordered[:150] if forwards else ordered[-150:]
    assert data["flights"] == {"totalCount": len(rows), "nodes": expected}


@pytest.mark.slow
def test_the_flights_of_the_windiest_hours_of_the_year(ask: Any, files: Any) -> None:
    """More hours than keys may be read: the first ones in order are enough, page after page."""
    query = """query($after: String) {
      flights(orderBy: [{weather: {wind: {speed: DESC}}}], first: 30, after: $after) {
        nodes { id weather { wind { speed } } } pageInfo { endCursor } } }"""
    first = ask(query)["flights"]
    second = ask(query, after=first["pageInfo"]["endCursor"])["flights"]
    weather = files.by("weather", "origin", "time_hour")
    speeds = {hour: number(row["wind_speed"]) for hour, row in weather.items()}
    blown = sorted(
        (-speed, index)
        for index, row in enumerate(files.rows("flights"), start=1)
        if (speed := speeds.get((row["origin"], row["time_hour"]))) is not None
    )
    expected = [{"id": i, "weather": {"wind": {"speed": -speed}}} for speed, i in blown[:60]]
    assert [*first["nodes"], *second["nodes"]] == expected


def test_the_foggiest_flights_of_some_airlines(ask: Any, files: Any) -> None:
    """Each airline's own page is in the order of the other store."""
    data = ask(
        """{ airlines(where: {carrier: {in: ["HA", "OO", "YV"]}}, orderBy: [{carrier: ASC}]) {
          nodes { carrier
            flights(where: {month: {eq: 1}}, first: 4,
                    orderBy: [{weather: {visibility: ASC}}, {id: DESC}]) {
              nodes { id } } } } }"""
    )
    weather = files.by("weather", "origin", "time_hour")
    expected = []
    for carrier in ("HA", "OO", "YV"):
        rows = [
            (*up(hour and number(hour["visib"])), -index)
            for index, row in enumerate(files.rows("flights"), start=1)
            if row["carrier"] == carrier and row["month"] == "1"
            for hour in [weather.get((row["origin"], row["time_hour"]))]
        ]
        nodes = [{"id": -index} for *_, index in sorted(rows)[:4]]
        expected.append({"carrier": carrier, "flights": {"nodes": nodes}})
    assert data["airlines"]["nodes"] == expected


def up(value: float | None) -> tuple[bool, float]:
    """A place in an ascending order that ends in nulls."""
    return value is None, value or 0


def down(value: float | None) -> tuple[bool, float]:
    """A place in a descending order that ends in nulls."""
    return value is None, -(value or 0)
