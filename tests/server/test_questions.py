"""Real questions across both databases, answered as the data set's own files say."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from data_files import number


def test_the_ten_most_delayed_united_flights(ask: Any, files: Any) -> None:
    """With plane, airport (MongoDB) and weather at departure (MongoDB)."""
    data = ask(
        """{ flights(where: {carrier: {eq: "UA"}}, orderBy: [{depDelay: DESC}], first: 10) {
          nodes { id depDelay plane { manufacturer } originAirport { name }
                  weather { temperature { air } visibility } } } }"""
    )
    rows = [
        (index, row)
        for index, row in enumerate(files.rows("flights"), start=1)
        if row["carrier"] == "UA" and row["dep_delay"] != "NA"
    ]
    rows.sort(key=lambda pair: (-float(pair[1]["dep_delay"]), pair[0]))
    planes, airports = files.by("planes", "tailnum"), files.by("airports", "faa")
    weather = files.by("weather", "origin", "time_hour")
    expected = []
    for index, row in rows[:10]:
        plane = planes.get(row["tailnum"])
        hour = weather.get((row["origin"], row["time_hour"]))
        expected.append(
            {
                "id": index,
                "depDelay": int(row["dep_delay"]),
                "plane": plane and {"manufacturer": plane["manufacturer"]},
                "originAirport": {"name": airports[row["origin"]]["name"]},
                "weather": hour
                and {
                    "temperature": {"air": number(hour["temp"])},
                    "visibility": number(hour["visib"]),
                },
            }
        )
    assert data["flights"]["nodes"] == expected


@pytest.mark.parametrize("forwards", [True, False])
def test_every_page_of_a_month(ask: Any, files: Any, forwards: bool) -> None:
    """Forwards and backwards, no row is lost or repeated, and the total matches."""
    size, cursor, seen = ("first", "after", []) if forwards else ("last", "before", [])
    query = f"""query($at: String) {{ flights(
        {size}: 700, {cursor}: $at, orderBy: [{{depDelay: ASC}}],
        where: {{month: {{eq: 2}}, carrier: {{in: ["B6", "UA"]}}}}) {{
        totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        nodes {{ id depDelay }} }} }}"""
    at = None
    while True:
        page = ask(query, at=at)["flights"]
        seen = [*seen, *page["nodes"]] if forwards else [*page["nodes"], *seen]
        info = page["pageInfo"]
        at = info["endCursor" if forwards else "startCursor"]
        if not info["hasNextPage" if forwards else "hasPreviousPage"]:
            break
    expected = [
        {"id": index, "depDelay": None if row["dep_delay"] == "NA" else int(row["dep_delay"])}
        for index, row in enumerate(files.rows("flights"), start=1)
        if row["month"] == "2" and row["carrier"] in ("B6", "UA")
    ]
    expected.sort(key=lambda row: (row["depDelay"] is None, row["depDelay"] or 0, row["id"]))
    assert page["totalCount"] == len(expected)
    assert seen == expected


def test_airports_by_a_nested_field_with_their_departures(ask: Any, files: Any) -> None:
    """MongoDB → Postgres, with a limit for each airport and totals that match."""
    data = ask(
        """{ airports(where: {location: {longitude: {gt: -74.2}, latitude: {gt: 40.6, lt: 40.8}}},
                      orderBy: [{faa: ASC}]) {
          nodes { faa location { altitude }
            departures(first: 4, orderBy: [{distance: DESC}, {id: ASC}],
                       where: {month: {eq: 7}, day: {lte: 3}}) {
              totalCount nodes { id distance } } } } }"""
    )
    expected = []
    for airport in sorted(files.rows("airports"), key=lambda row: row["faa"]):
        if not (float(airport["lon"]) > -74.2 and 40.6 < float(airport["lat"]) < 40.8):
            continue
        flights = [
            {"id": index, "distance": int(row["distance"])}
            for index, row in enumerate(files.rows("flights"), start=1)
            if row["origin"] == airport["faa"] and row["month"] == "7" and int(row["day"]) <= 3
        ]
        flights.sort(key=lambda row: (-row["distance"], row["id"]))
        expected.append(
            {
                "faa": airport["faa"],
                "location": {"altitude": int(airport["alt"])},
                "departures": {"totalCount": len(flights), "nodes": flights[:4]},
            }
        )
    assert {"EWR", "JFK", "LGA"} <= {airport["faa"] for airport in expected}
    assert data["airports"]["nodes"] == expected


def test_the_airports_around_a_place(ask: Any, files: Any) -> None:
    """Within a distance, the nearest first, each with where it is."""
    here = {"latitude": 40.7128, "longitude": -74.006}
    data = ask(
        """query($here: GeoPosition!, $near: GeoNear!) {
          airports(where: {location: {point: {near: $near}}},
                   orderBy: [{location: {point: {distanceFrom: $here}}}]) {
            totalCount nodes { faa location { point } } } }""",
        here=here,
        near={**here, "maxMeters": 100_000},
    )
    around = [
        (_meters(here, point), airport["faa"], point)
        for airport in files.rows("airports")
        for point in [{"latitude": float(airport["lat"]), "longitude": float(airport["lon"])}]
    ]
    expected = [
        {"faa": faa, "location": {"point": point}}
        for meters, faa, point in sorted(around, key=lambda each: each[:2])
        if meters <= 100_000
    ]
    assert len(expected) > 10
    assert data["airports"] == {"totalCount": len(expected), "nodes": expected}


def _meters(one: Any, other: Any) -> float:
    """By the angle between the two, as seen from the middle of the Earth."""
    here, there = math.radians(one["latitude"]), math.radians(other["latitude"])
    turn = math.cos(math.radians(one["longitude"] - other["longitude"]))
    cosine = math.sin(here) * math.sin(there) + math.cos(here) * math.cos(there) * turn
    return 6_378_100 * math.acos(min(1.0, cosine))


def test_planes_by_words(ask: Any, files: Any) -> None:
    """Those that are in the register in so many words."""
    data = ask(
        """{ planes(where: {search: "embraer or (bombardier) -jet"}, first: 1000) {
          totalCount nodes { tailnum } } }"""
    )
    expected = sorted(
        plane["tailnum"]
        for plane in files.rows("planes")
        if "EMBRAER" in plane["manufacturer"]
        or ("BOMBARDIER" in plane["manufacturer"] and "jet" not in plane["engine"])
    )
    assert expected
    assert sorted(node["tailnum"] for node in data["planes"]["nodes"]) == expected


def test_totals_match_the_files(ask: Any, files: Any) -> None:
    """Every row was loaded, and counts by carrier agree."""
    data = ask(
        """{ airlines { totalCount nodes { carrier flights { totalCount } } }
             planes { totalCount } flights { totalCount } airports { totalCount }
             weatherObservations { totalCount } watches { totalCount } notes { totalCount } }"""
    )
    flights = Counter(row["carrier"] for row in files.rows("flights"))
    airlines = data.pop("airlines")
    assert {row["carrier"]: row["flights"]["totalCount"] for row in airlines["nodes"]} == flights
    assert {name: page["totalCount"] for name, page in data.items()} == {
        "planes": 3322,
        "flights": 336_776,
        "airports": 1458,
        "weatherObservations": 26_115,
        "watches": 0,
        "notes": 0,
    }


def test_missing_planes_and_airports_are_null(ask: Any, files: Any) -> None:
    """The row stays; only the relation is null."""
    planes = files.by("planes", "tailnum")
    lost = [row for row in files.rows("flights") if row["tailnum"] not in planes]
    data = ask(
        """{ noPlane: flights(where: {not: {plane: {}}}, first: 1) {
               totalCount nodes { plane { year } } }
             sanJuan: flights(where: {dest: {eq: "SJU"}}, first: 1) {
               nodes { dest destinationAirport { name } } } }"""
    )
    assert data["noPlane"] == {"totalCount": len(lost), "nodes": [{"plane": None}]}
    assert data["sanJuan"]["nodes"] == [{"dest": "SJU", "destinationAirport": None}]


def test_delays_by_airline(ask: Any, files: Any) -> None:
    """Means, spreads and sums of groups beyond a relation, the latest airlines first."""
    data = ask(
        """{ flights { aggregate { count avg { depDelay } countDistinct { tailnum } }
          groupBy(by: [{airline: {name: VALUE}}], having: {count: {gt: 10000}},
                  orderBy: [{avg: {depDelay: DESC}}]) {
            key { airline { name } }
            aggregate { count sum { distance } avg { depDelay } stddev { depDelay }
                        max { timeHour } } } } }"""
    )
    names = {row["carrier"]: row["name"] for row in files.rows("airlines")}
    flights = files.rows("flights")
    delays: dict[str, list[int]] = defaultdict(list)
    for row in flights:
        if row["dep_delay"] != "NA":
            delays[row["carrier"]].append(int(row["dep_delay"]))
    carriers = [c for c, n in Counter(row["carrier"] for row in flights).items() if n > 10_000]
    carriers.sort(key=lambda carrier: -statistics.mean(delays[carrier]))
    expected = []
    for carrier in carriers:
        rows = [row for row in flights if row["carrier"] == carrier]
        aggregate = {
            "count": len(rows),
            "sum": {"distance": str(sum(int(row["distance"]) for row in rows))},
            "avg": {"depDelay": pytest.approx(statistics.mean(delays[carrier]))},
            "stddev": {"depDelay": pytest.approx(statistics.stdev(delays[carrier]))},
            "max": {"timeHour": max(row["time_hour"] for row in rows).replace("Z", "+00:00")},
        }
        expected.append({"key": {"airline": {"name": names[carrier]}}, "aggregate": aggregate})
    assert data["flights"]["groupBy"] == expected
    every = [delay for values in delays.values() for delay in values]
    assert data["flights"]["aggregate"] == {
        "count": 336_776,
        "avg": {"depDelay": pytest.approx(statistics.mean(every))},
        "countDistinct": {"tailnum": len({row["tailnum"] for row in flights} - {"NA", ""})},
    }


def test_weather_by_month_of_each_airport(ask: Any, files: Any) -> None:
    """In MongoDB, per parent: months by the clock of New York, over values in documents."""
    zone = ZoneInfo("America/New_York")
    data = ask(
        """{ airports(where: {faa: {in: ["EWR", "LGA"]}}, orderBy: [{faa: ASC}]) { nodes { faa
          weather { aggregate { count max { wind { gust } } }
            groupBy(by: [{timeHour: {unit: MONTH, timeZone: "America/New_York"}}]) {
              key { timeHour }
              aggregate { count avg { temperature { air } } } } } } } }"""
    )
    assert [airport["faa"] for airport in data["airports"]["nodes"]] == ["EWR", "LGA"]
    for airport in data["airports"]["nodes"]:
        rows = [row for row in files.rows("weather") if row["origin"] == airport["faa"]]
        months: dict[str, list[float | None]] = defaultdict(list)
        for row in rows:
            local = datetime.fromisoformat(row["time_hour"]).astimezone(zone)
            start = local.replace(day=1, hour=0, minute=0).astimezone(UTC)
            months[start.isoformat()].append(number(row["temp"]))
        gusts = [gust for row in rows if (gust := number(row["wind_gust"])) is not None]
        assert airport["weather"] == {
            "aggregate": {"count": len(rows), "max": {"wind": {"gust": max(gusts)}}},
            "groupBy": [
                {
                    "key": {"timeHour": start},
                    "aggregate": {
                        "count": len(airs),
                        "avg": {
                            "temperature": {
                                "air": pytest.approx(
                                    statistics.mean(air for air in airs if air is not None)
                                )
                            }
                        },
                    },
                }
                for start, airs in sorted(months.items())
            ],
        }
