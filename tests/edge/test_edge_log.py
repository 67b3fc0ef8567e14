"""The log: one JSON line a request, with what an operator wants to know of it."""

import asyncio

from telemetry import tally
from tests.library.library import Library
from tests.library.sources import DictCache


async def test_a_request_is_one_line(client, lines):
    """What was asked, how long it took, what it cost, and how to find it again."""
    query = "query Shelves { books { nodes { shelf { code } reviews { totalCount } } } }"
    await client.post("/graphql", json={"query": query})
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert 0 < line.pop("duration_ms") < 5000
    assert len(line.pop("trace_id")) == 32
    assert line == {
        "level": "info",
        "event": "request",
        "source": "request",
        "operation": "Shelves",
        "type": "query",
        "status": 200,
        "rows": 8,
        "store_calls": {"postgres": 1, "mongo": 1},
        "cache_hits": 0,
        "cache_local_hits": 0,
        "cache_misses": 0,
        "errors": [],
    }


async def test_the_line_names_the_operation_that_was_run(client, lines):
    """The one asked for; none where the document has no name or was not understood."""
    document = "query A { openingHours } query B { __typename }"
    await client.post("/graphql", json={"query": document, "operationName": "B"})
    await client.post("/graphql", json={"query": "{ openingHours }"})
    await client.post("/graphql", json={"query": "{"})
    await client.post("/graphql", content="5")
    shown = [(line["operation"], line["type"], line["status"], line["errors"]) for line in lines()]
    assert shown == [
        ("B", "query", 200, []),
        (None, "query", 200, []),
        (None, None, 200, ["GRAPHQL_PARSE_FAILED"]),
        (None, None, 415, ["UNSUPPORTED_MEDIA_TYPE"]),
    ]


async def test_hits_of_the_cache_are_counted(connect, lines):
    """The second request finds the three shelves that the first one asked for."""
    cache = DictCache()
    for _ in range(2):
        async with connect(Library(cache=cache)) as client:
            await client.post("/graphql", json={"query": "{ books { nodes { shelf { code } } } }"})
    first, second = lines()
    assert (first["cache_hits"], first["store_calls"]) == (0, {"postgres": 1, "mongo": 1})
    assert (second["cache_hits"], second["store_calls"]) == (3, {"postgres": 1})


async def test_requests_at_the_same_time_are_counted_apart(client, lines):
    """Each has its own tally and its own id; none is left with whoever sent them."""
    before = tally._current.get()
    small = client.post("/graphql", json={"query": "query One { author(id: 1) { name } }"})
    large = client.post("/graphql", json={"query": "query All { authors { nodes { name } } }"})
    await asyncio.gather(small, large, client.get("/graphql"))
    rows = {line["operation"]: line["rows"] for line in lines()}
    assert rows == {"One": 1, "All": 5, None: 0}
    assert len({line["trace_id"] for line in lines()}) == 3
    assert tally._current.get() is before


async def test_values_are_not_logged(client, lines):
    """Neither variables nor what was found."""
    query = "query($name: String!) { authorByName(name: $name) { born } }"
    await client.post("/graphql", json={"query": query, "variables": {"name": "Ann Archer"}})
    random = {"trace_id", "timestamp", "duration_ms"}
    said = str([{k: v for k, v in line.items() if k not in random} for line in lines()])
    assert "Ann" not in said
    assert "1901" not in said
