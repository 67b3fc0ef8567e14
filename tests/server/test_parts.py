"""Answers in parts, from real stores: what is late holds nothing up, and ends with its client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg
import pytest
from running import Running, eventually
from test_deadlines import WAITING, admin, locked

from datasources.embedded import EmbeddedUrls
from tests.library.parts import MIXED, part_in

__all__ = ["admin"]

AIRPORTS = {
    "query": """query Airports {
      airports(first: 2, orderBy: [{faa: ASC}], where: {faa: {in: ["EWR", "JFK"]}}) {
        nodes { faa ... @defer { departures(first: 1) { totalCount } } }
      }
    }"""
}
PLANES = {
    "query": """query Planes {
      flights(first: 1, orderBy: [{id: ASC}]) {
        nodes { id originAirport { name } ... @defer { destinationAirport { name } } }
        ... @defer { totalCount }
      }
    }"""
}


def like_airports(departures: str) -> dict[str, str]:
    """The same of other departures: those that were read a moment ago need not be read again."""
    return {"query": AIRPORTS["query"].replace("departures(first: 1) { totalCount }", departures)}


def parts(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """Each part, when it has come."""
    held = b""
    for piece in answer.iter_raw():
        held += piece
        while b"\r\n---" in held:
            block, held = held.split(b"\r\n---", 1)
            yield part_in(block.removeprefix(b"---"))


def test_a_relation_that_is_late_holds_nothing_up(
    server_url: str, sample_servers: EmbeddedUrls, admin: psycopg.Connection[Any]
) -> None:
    """The airports are MongoDB's, and there; their flights wait in PostgreSQL."""
    with ExitStack() as stack, httpx.Client(timeout=60) as client:
        lock = ExitStack()
        lock.enter_context(locked(sample_servers, "flight"))
        stack.callback(lock.close)
        airports = like_airports("departures(first: 1, where: {id: {gt: 0}}) { totalCount }")
        asked = client.stream("POST", f"{server_url}/graphql", json=airports, headers=MIXED)
        told = parts(stack.enter_context(asked))
        first = next(told)
        assert first["data"] == {"airports": {"nodes": [{"faa": "EWR"}, {"faa": "JFK"}]}}
        assert eventually(lambda: len(admin.execute(WAITING).fetchall()) == 1)
        lock.close()
        found = [each for part in told for each in part.get("incremental", ())]
        counts = [each["data"]["departures"]["totalCount"] for each in found]
        assert [count > 100_000 for count in counts] == [True, True]


def test_who_goes_ends_the_statement(
    server: Running, server_url: str, sample_servers: EmbeddedUrls, admin: psycopg.Connection[Any]
) -> None:
    """Though the first part was there."""
    before = server.said.count("CLIENT_GONE")
    with locked(sample_servers, "flight"), httpx.Client(timeout=60) as client:
        airports = like_airports("departures(first: 1) { nodes { id } }")
        asked = client.stream("POST", f"{server_url}/graphql", json=airports, headers=MIXED)
        with asked as answer:
            told = parts(answer)  # kept: with its end the connection would be closed
            next(told)
            assert eventually(lambda: admin.execute(WAITING).fetchall())
        client.close()
        assert eventually(lambda: not admin.execute(WAITING).fetchall())
    assert eventually(lambda: server.said.count("CLIENT_GONE") == before + 1)


@pytest.mark.parametrize("asked", [AIRPORTS, PLANES])
def test_parts_are_the_whole_together(server_url: str, asked: dict[str, str]) -> None:
    """Of both stores."""
    whole = httpx.post(f"{server_url}/graphql", json=asked, timeout=60).json()["data"]
    with httpx.stream(
        "POST", f"{server_url}/graphql", json=asked, headers=MIXED, timeout=60
    ) as answer:
        first, *others = parts(answer)
    data, pending = first["data"], {}
    for part in (first, *others):
        pending |= {each["id"]: each["path"] for each in part.get("pending", ())}
        for each in part.get("incremental", ()):
            into = data
            for key in [*pending[each["id"]], *each.get("subPath", ())]:
                into = into[key]
            into |= each["data"]
    assert data == whole
    assert len(json.dumps(others)) > 100
