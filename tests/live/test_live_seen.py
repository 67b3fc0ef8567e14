"""What operators see of operations whose clients stay connected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from edge.rules import SAFE
from telemetry import measures
from telemetry.measures import Measures
from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling
from tests.live.talking import PATIENCE, serving, talking

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def measured() -> Iterator[Measures]:
    """What is measured within the test."""
    found = Measures()
    measures.install(found)
    yield found
    measures.install(None)


async def seen(lines: Lines, count: int) -> list[dict[str, Any]]:
    """The lines of so many requests, once they are there, and of what was slow."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = [line for line in lines() if line["event"] in {"request", "slow_operation"}]
            if [line["event"] for line in told].count("request") >= count:
                return told
            await asyncio.sleep(0.01)


async def test_an_answer_is_measured_and_a_slow_one_told(lines: Lines, measured: Measures) -> None:
    """As by HTTP; its errors are counted by their codes."""
    graph = Library(Slow, Doing, Telling).graph
    async with (
        serving(graph, rules=replace(SAFE, slow_seconds=0.0)) as (address, _),
        talking(address, init={}) as talk,
    ):
        await talk.ask("1", "query Hours { openingHours }")
        await talk.heard(2)
        await talk.ask("2", "query Wrong { broken }")
        await talk.heard(2)
        told = await seen(lines, 2)
    assert [(line["event"], line["operation"]) for line in told] == [
        *(("request", "Hours"), ("slow_operation", "Hours")),
        *(("request", "Wrong"), ("slow_operation", "Wrong")),
    ]
    assert {name: sum(each[1:]) for name, each in measured.operations.items()} == {
        ("Hours", "query"): 1,
        ("Wrong", "query"): 1,
    }
    assert measured.errors == {"INTERNAL_ERROR": 1}
    assert not measured.responses


async def test_how_long_somebody_listens_is_no_duration(lines: Lines, measured: Measures) -> None:
    """A subscription lasts as long as it likes: it is neither slow nor quick."""
    graph = Library(Slow, Doing, Telling).graph
    async with (
        serving(graph, rules=replace(SAFE, slow_seconds=0.0)) as (address, _),
        talking(address, init={}) as talk,
    ):
        await talk.ask("1", "subscription Count { count(to: 2) }")
        await talk.heard(3)
        (line,) = await seen(lines, 1)
    assert (line["event"], line["operation"]) == ("request", "Count")
    assert not measured.operations


async def test_what_is_no_socket_does_not_fill_the_log(lines: Lines, measured: Measures) -> None:
    """Who is no client of WebSockets is told so, and counted; a socket has one line, at its end."""
    unfit = b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x\r\n"
    graph = Library(Slow, Doing, Telling).graph
    async with serving(graph) as (address, _):
        host, port = address.split(":")
        for _ in range(10):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /graphql HTTP/1.1\r\nhost: x\r\n" + unfit + b"\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")
            writer.close()
        async with talking(address) as talk:
            await talk.socket.send("no message")
            assert (await talk.closed())[0] == 4400
    assert measured.errors["BAD_REQUEST"] == 10
    ours = [line for line in lines() if line["source"] != "uvicorn.error"]
    assert [line["event"] for line in ours] == ["socket_closed"]
    assert len(lines()) < 10
