"""How many statements a question costs, as the databases themselves count them."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from patient import postgres_at, sized
from pymongo import monitoring

import extensions
import models
from auth import ANONYMOUS, Principal
from catalog import Store, catalog_of, models_in
from datasources.embedded import EmbeddedUrls
from datasources.mongo import MongoSource, client_of, database_of
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in

QUESTIONS = {
    "united": (
        """{ flights(where: {carrier: {eq: "UA"}}, orderBy: [{depDelay: DESC}], first: %d) {
          totalCount nodes { id plane { manufacturer } airline { name } originAirport { name }
            destinationAirport { name location { altitude } }
            weather { visibility airport { name } } } } }""",
        {"postgres": 1, "mongo": 1},
    ),
    "pages": (
        """{ flights(where: {month: {eq: 2}}, orderBy: [{airline: {name: ASC}}], first: %d) {
          totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id onTime } } } }""",
        {"postgres": 1, "mongo": 0},
    ),
    "airports": (
        """{ airports(where: {location: {altitude: {gt: 1000}}}, orderBy: [{faa: ASC}], first: %d) {
          totalCount nodes { faa arrivals(first: 3) {
            totalCount nodes { id airline { name } } } } } }""",
        {"postgres": 1, "mongo": 1},
    ),
    "levels": (
        """{ airlines(first: %d) { nodes { name flights(first: 5) { nodes { id
          plane { flights(first: 2) { nodes { destinationAirport { name } } } } } } } } }""",
        {"postgres": 3, "mongo": 1},
    ),
    "aggregates": (
        """{ flights(where: {month: {eq: 2}}, first: %d) {
          nodes { id } totalCount aggregate { count avg { depDelay } } other: aggregate { count }
          groupBy(by: [{carrier: VALUE}]) { key { carrier } aggregate { count } } } }""",
        {"postgres": 3, "mongo": 0},
    ),
    "aggregates of parents": (
        """{ airports(where: {faa: {in: ["EWR", "JFK", "LGA", "ABQ"]}}, first: %d) { nodes {
          departures(first: 1) { nodes { id } aggregate { count }
            groupBy(by: [{month: VALUE}]) { aggregate { avg { depDelay } } } }
          weather(first: 1) { nodes { id } aggregate { count max { wind { gust } } }
            groupBy(by: [{timeHour: {unit: MONTH}}]) { aggregate { count } } } } } }""",
        {"postgres": 3, "mongo": 2},
    ),
    "reaching filters": (
        """{ flights(where: {originAirport: {location: {altitude: {gt: 10}}}, weather: {
               visibility: {lt: 1}, departures: {some: {depDelay: {gt: 600}}}}}, first: %d) {
          totalCount nodes { id } } }""",
        {"postgres": 2, "mongo": 2},
    ),
    "own resolver": (
        """{ planes(first: %d) { nodes { lastFlight { id destinationAirport { name } } } } }""",
        {"postgres": 2, "mongo": 1},
    ),
}


WRITES = {
    "rows that change": (
        """($days: Int!) { updateFlights(where: {carrier: {eq: "HA"}, day: {lte: $days}}
             increment: {distance: 0}) { ... on FlightListWritten { affected } } }""",
        {"UPDATE": 1},
    ),
    "rows that come and go": (
        """($watches: [WatchCreate!]!) {
             createWatches(input: $watches) { ... on WatchListWritten { affected } }
             deleteWatches(where: {}) { ... on WatchListWritten { affected } } }""",
        {"INSERT": 1, "DELETE": 1},
    ),
    "documents": (
        """($notes: [NoteCreate!]!) {
             createNotes(input: $notes) { ... on NoteListWritten { affected } }
             updateNotes(where: {author: {eq: "writer"}}, input: {text: "New."}) {
               ... on NoteListWritten { affected } }
             deleteNotes(where: {author: {eq: "writer"}}) {
               ... on NoteListWritten { affected } } }""",
        {"insert": 1, "update": 1, "delete": 1},
    ),
}
"""What changes many rows, with the statements or commands that change anything."""

STATEMENT = re.compile(r"(?:execute [^:]*|statement): ([A-Z]+)")
"""The first word of each, in PostgreSQL's log."""

WRITER = Principal(
    "https://issuer",
    "writer",
    roles=frozenset({"dispatcher"}),
    claims={"sub": "writer", "airline": "HA"},
)


class Commands(monitoring.CommandListener):
    """Counts what the driver sends to MongoDB."""

    def __init__(self) -> None:
        self.names = Counter[str]()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command leaves."""
        self.names[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to count."""


class Counted(NamedTuple):
    """How many statements began with each word so far, and how many commands there were."""

    postgres: Counter[str]
    mongo: Counter[str]

    def since(self, before: Counted) -> Counted:
        """What has come."""
        return Counted(self.postgres - before.postgres, self.mongo - before.mongo)


@pytest.fixture(scope="session")
async def counted(sample_servers: EmbeddedUrls, sample_folder: Path) -> Any:
    """A graph over the sample, and a function that tells how many statements were run so far."""
    catalog = catalog_of(models_in(models))
    commands = Commands()
    driver = os.environ.get("MONGO_DRIVER", "pymongo")
    client = client_of(sample_servers.mongo, driver, event_listeners=[commands])
    url = f"{sample_servers.postgres}&options=-c%20log_statement%3Dall"
    graph = Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={
            Store.POSTGRES: postgres_at(catalog, url),
            Store.MONGO: MongoSource(database_of(client), catalog),
        },
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
    )
    log = sample_folder / "logs" / "postgres.log"
    # Asked once in a while, and not for each question.
    await sized(graph.sizes, [catalog["Flight"], catalog["Weather"]])

    def statements() -> Counted:
        text = log.read_text("utf-8", errors="replace")
        return Counted(Counter(STATEMENT.findall(text)), Counter(commands.names))

    yield graph, statements
    await graph.close()


@pytest.mark.parametrize("rows", [1, 40])
@pytest.mark.parametrize("name", QUESTIONS)
async def test_one_statement_a_store_and_level(counted: Any, name: str, rows: int) -> None:
    """Whatever the number of rows: never one for each row."""
    graph, statements = counted
    query, expected = QUESTIONS[name]
    before = statements()
    result = await graph.schema.execute(query % rows, context_value=graph.context(ANONYMOUS))
    assert result.errors is None
    came = statements().since(before)
    reads = sum(came.mongo[name] for name in ("aggregate", "find", "getMore"))
    assert {"postgres": came.postgres["SELECT"], "mongo": reads} == expected


@pytest.mark.parametrize("rows", [3, 30])
@pytest.mark.parametrize("name", WRITES)
async def test_one_statement_a_change(counted: Any, name: str, rows: int) -> None:
    """However many rows come, change or go by it."""
    graph, statements = counted
    mutation, expected = WRITES[name]
    watches = [{"flightId": at, "subject": "writer"} for at in range(1, rows + 1)]
    note = {"author": "writer", "text": "On time.", "createdAt": "2024-05-01T10:00:00Z"}
    variables = {
        "days": rows,
        "watches": watches,
        "notes": [{**note, "flightId": each["flightId"]} for each in watches],
    }
    before = statements()
    result = await graph.schema.execute(
        f"mutation {mutation}", variables, context_value=graph.context(WRITER)
    )
    assert result.errors is None
    affected = [field["affected"] for field in result.data.values()]
    assert affected[0] >= rows
    assert len(set(affected)) == 1
    came = statements().since(before)
    words = ("INSERT", "UPDATE", "DELETE", "insert", "update", "delete", "bulkWrite")
    assert {
        word: n for word, n in (came.postgres + came.mongo).items() if word in words
    } == expected
