"""What is told of where a request's time goes: to those who may ask, and in the log."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from auth import ANONYMOUS, Principal
from edge.app import create_app
from edge.insight import Insight
from edge.rules import SAFE, HttpRules
from telemetry.stages import Step, busy
from tests.library.library import Library

QUERY = """query Shelves($title: String!) {
  books(where: { title: { ne: $title } }) { nodes { title shelf { code } } }
}"""
ASKED = {"query": QUERY, "variables": {"title": "a secret title"}}
REPORT = {"graphql-timing": "report"}
OPEN = replace(SAFE, insight=Insight(everybody=True))


def client_of(rules: HttpRules) -> httpx.AsyncClient:
    """A client of a new library."""
    app = create_app(Library().graph, max_body_bytes=100_000, examples=None, rules=rules)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://library")


def timings_in(answer: httpx.Response) -> dict[str, tuple[float, str | None]]:
    """Each metric of the header: its duration, and what is said of it."""
    metric = re.compile(r'([a-z]+);dur=([0-9.]+)(?:;desc="([^"]*)")?')
    parts = answer.headers["server-timing"].split(", ")
    found = [metric.fullmatch(part) for part in parts]
    return {each[1]: (float(each[2]), each[3]) for each in found if each}


async def test_who_asks_is_told_where_the_time_goes() -> None:
    """By stage and store; what is known already takes no time, and is not told of."""
    async with client_of(OPEN) as client:
        first = timings_in(await client.post("/graphql", json=ASKED, headers=REPORT))
        second = timings_in(await client.post("/graphql", json=ASKED, headers=REPORT))
    stores = ["postgresql", "mongodb"]
    assert [*first] == ["read", "parse", "validate", "plan", *stores, "complete", "total"]
    assert [*second] == ["read", *stores, "complete", "total"]
    assert first["postgresql"][1] == "1 call"
    parts = sum(duration for name, (duration, _) in first.items() if name != "total")
    assert parts <= first["total"][0] + 0.1


@pytest.mark.parametrize(
    ("rules", "headers"), [(OPEN, {}), (OPEN, {"graphql-timing": "x"}), (SAFE, REPORT)]
)
async def test_nobody_else_is_told(rules: HttpRules, headers: dict[str, str]) -> None:
    """Who does not ask, and strangers in production."""
    async with client_of(rules) as client:
        answer = await client.post("/graphql", json=ASKED, headers=headers)
    assert "server-timing" not in answer.headers
    assert "errors" not in answer.json()


def test_a_role_may_be_told() -> None:
    """Where not everybody is."""
    insight = Insight(role="operator")
    operator = Principal(issuer="i", subject="s", roles=frozenset({"operator"}))
    assert insight.is_for(operator)
    assert not insight.is_for(ANONYMOUS)
    assert not Insight().is_for(operator)
    assert Insight(everybody=True).is_for(ANONYMOUS)


async def test_a_slow_operation_is_told_in_the_log(lines: Any) -> None:
    """Its steps, in order, and no values; a quick one is not."""
    async with client_of(replace(SAFE, slow_seconds=0.0)) as client:
        await client.post("/graphql", json=ASKED)
    async with client_of(replace(SAFE, slow_seconds=60.0)) as client:
        await client.post("/graphql", json=ASKED)
    assert [line["event"] for line in lines()] == ["request", "slow_operation", "request"]
    request, slow, _ = lines()
    assert slow["trace_id"] == request["trace_id"]
    assert (slow["operation"], slow["type"], slow["rows"]) == ("Shelves", "query", request["rows"])
    assert re.fullmatch(r"[0-9a-f]{64}", slow["document"])
    assert [(step["store"], step["text"]) for step in slow["steps"]] == [
        ("postgresql", ""),
        ("mongodb", ""),
    ]
    assert sum(step["rows"] for step in slow["steps"]) == slow["rows"]
    assert {"read", "parse", "complete"} <= slow["stages"].keys()
    assert "secret" not in str(lines())


async def test_a_slow_mutation_and_what_is_refused_are_told(lines: Any) -> None:
    """The same, with the reason why graphql-core has it."""
    async with client_of(replace(SAFE, slow_seconds=0.0)) as client:
        await client.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})
        await client.post("/graphql", json={"query": "{"})
        await client.post("/graphql", content="5")
    slow = [line for line in lines() if line["event"] == "slow_operation"]
    assert [line.get("left_to_graphql_core") for line in slow] == ["introspection", None, None]
    assert [bool(line["document"]) for line in slow] == [True, False, False]


def test_waits_that_overlap_count_once() -> None:
    """As the clock on the wall does."""
    spans = [(0.0, 2.0), (1.0, 2.0), (1.5, 0.1), (5.0, 1.0)]
    steps = [Step("s", "o", began, seconds, 0, "", "", str) for began, seconds in spans]
    assert busy(steps) == 4.0
