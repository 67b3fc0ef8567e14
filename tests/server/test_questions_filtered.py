"""Questions filtered by what the other database holds, answered as the data set's own files say."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any

import pytest
from data_files import number


def test_flights_by_a_field_of_their_airport(ask: Any, files: Any) -> None:
    """Postgres, filtered by MongoDB: to one, with an order and a total."""
    data = ask(
        """{ flights(where: {destinationAirport: {location: {altitude: {gt: 5000}}},
                             carrier: {in: ["UA", "DL"]}},
                     orderBy: [{arrDelay: DESC}], first: 20) {
          totalCount nodes { id } } }"""
    )
    airports = files.by("airports", "faa")
    rows = [
        (row["arr_delay"] == "NA", -(number(row["arr_delay"]) or 0), index)
        for index, row in enumerate(files.rows("flights"), start=1)
        if row["carrier"] in ("UA", "DL") and row["dest"] in airports
        if float(airports[row["dest"]]["alt"]) > 5000
    ]
    expected = [{"id": index} for *_, index in sorted(rows)[:20]]
    assert data["flights"] == {"totalCount": len(rows), "nodes": expected}


@pytest.mark.parametrize("quantifier", ["some", "every", "none"])
def test_airports_by_their_arrivals(ask: Any, files: Any, quantifier: str) -> None:
    """MongoDB, filtered by Postgres: `every` and `none` hold for airports without arrivals."""
    data = ask(
        """query($where: AirportFilter) { airports(where: $where, orderBy: [{faa: ASC}],
             first: 1000) { nodes { faa } } }""",
        where={
            "arrivals": {quantifier: {"distance": {"gt": 1000}}},
            "location": {"longitude": {"gt": -100}},
        },
    )
    far: dict[str, list[bool]] = {}
    for row in files.rows("flights"):
        far.setdefault(row["dest"], []).append(float(row["distance"]) > 1000)
    holds = {"some": any, "every": all, "none": lambda matches: not any(matches)}[quantifier]
    expected = sorted(
        airport["faa"]
        for airport in files.rows("airports")
        if float(airport["lon"]) > -100 and holds(far.get(airport["faa"], []))
    )
    assert [airport["faa"] for airport in data["airports"]["nodes"]] == expected[:1000]


@pytest.mark.slow
def test_flights_by_the_weather_of_an_hour(ask: Any, files: Any) -> None:
    """A link by two fields, in logic, below a parent, and paged through."""
    query = """query($after: String) { airline(carrier: "B6") {
        flights(where: {or: [{weather: {wind: {speed: {gt: 35}}}}, {distance: {lt: 100}}],
                        not: {weather: {visibility: {lt: 8}}}},
                first: 15, after: $after) {
          totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    seen, page = [], {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = ask(query, after=page["pageInfo"]["endCursor"])["airline"]["flights"]
        seen += [node["id"] for node in page["nodes"]]
    weather = files.by("weather", "origin", "time_hour")
    expected = []
    for index, row in enumerate(files.rows("flights"), start=1):
        hour = weather.get((row["origin"], row["time_hour"]), {"wind_speed": "NA", "visib": "NA"})
        wind, visibility = number(hour["wind_speed"]), number(hour["visib"])
        windy = (wind is not None and wind > 35) or float(row["distance"]) < 100
        if row["carrier"] == "B6" and windy and (visibility is None or visibility >= 8):
            expected.append(index)
    assert page["totalCount"] == len(expected) > 30
    assert seen == expected


def test_planes_by_airports_and_back(ask: Any, files: Any) -> None:
    """Postgres, MongoDB and Postgres: planes that flew to where a flight came ten hours late."""
    data = ask(
        """{ planes(where: {flights: {some: {destinationAirport: {
               location: {altitude: {gt: 3000}},
               arrivals: {some: {arrDelay: {gt: 600}}}}}}}) { totalCount } }"""
    )
    airports = files.by("airports", "faa")
    late = {row["dest"] for row in files.rows("flights") if (number(row["arr_delay"]) or 0) > 600}
    wanted = {faa for faa in late & airports.keys() if float(airports[faa]["alt"]) > 3000}
    planes = {row["tailnum"] for row in files.rows("flights") if row["dest"] in wanted}
    assert data["planes"]["totalCount"] == len(planes & files.by("planes", "tailnum").keys()) > 0


def test_delays_in_a_storm(ask: Any, files: Any) -> None:
    """Aggregates and groups in Postgres of flights that MongoDB's weather tells."""
    data = ask(
        """{ flights(where: {weather: {wind: {speed: {gt: 35}}}}) {
          aggregate { count avg { depDelay } max { depDelay } sum { distance } }
          groupBy(by: [{carrier: VALUE}, {origin: VALUE}], having: {count: {gt: 2}}) {
            key { carrier origin } aggregate { count avg { depDelay } } } } }"""
    )
    weather = files.by("weather", "origin", "time_hour")
    storms = {hour for hour, row in weather.items() if (number(row["wind_speed"]) or 0) > 35}
    caught = [row for row in files.rows("flights") if (row["origin"], row["time_hour"]) in storms]
    groups: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in caught:
        groups[row["carrier"], row["origin"]].append(row)
    assert len(groups) > 10
    late = [delay for row in caught if (delay := number(row["dep_delay"])) is not None]
    assert data["flights"]["aggregate"] == {
        "count": len(caught),
        "avg": {"depDelay": _mean(caught)},
        "max": {"depDelay": max(late)},
        "sum": {"distance": str(sum(int(row["distance"]) for row in caught))},
    }
    assert data["flights"]["groupBy"] == [
        {
            "key": {"carrier": carrier, "origin": origin},
            "aggregate": {"count": len(rows), "avg": {"depDelay": _mean(rows)}},
        }
        for (carrier, origin), rows in sorted(groups.items())
        if len(rows) > 2
    ]


@pytest.mark.slow
def test_weather_of_late_departures(ask: Any, files: Any) -> None:
    """Aggregates in MongoDB of hours that Postgres's flights tell, by airport."""
    data = ask(
        """{ weatherObservations(where: {departures: {some: {depDelay: {gt: 700}}}}) {
          aggregate { count avg { visibility } }
          groupBy(by: [{origin: VALUE}]) { key { origin } aggregate { count } } } }"""
    )
    late = {
        (row["origin"], row["time_hour"])
        for row in files.rows("flights")
        if (number(row["dep_delay"]) or 0) > 700
    }
    hours = [
        row for hour, row in files.by("weather", "origin", "time_hour").items() if hour in late
    ]
    seen = [visib for row in hours if (visib := number(row["visib"])) is not None]
    counts: dict[str, int] = defaultdict(int)
    for row in hours:
        counts[row["origin"]] += 1
    assert len(hours) > 5
    assert data["weatherObservations"] == {
        "aggregate": {
            "count": len(hours),
            "avg": {"visibility": pytest.approx(statistics.mean(seen))},
        },
        "groupBy": [
            {"key": {"origin": origin}, "aggregate": {"count": count}}
            for origin, count in sorted(counts.items())
        ],
    }


def _mean(rows: list[dict[str, str]]) -> Any:
    known = [delay for row in rows if (delay := number(row["dep_delay"])) is not None]
    return pytest.approx(statistics.mean(known)) if known else None
