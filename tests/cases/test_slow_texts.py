"""The line of a slow operation says what real stores were asked, and none of the values."""

from __future__ import annotations

from dataclasses import replace

import httpx
from structlog.testing import capture_logs

from edge.app import create_app
from edge.graph import Graph
from edge.rules import SAFE

QUERY = """query Late($least: Int!, $carrier: String!) {
  flights(where: { depDelay: { gt: $least }, carrier: { eq: $carrier } }, first: 2) {
    nodes { id weather { visibility } }
  }
}"""


async def test_the_texts_are_those_of_real_stores_without_values(graph: Graph) -> None:
    """A statement and a command, each with its rows and its time."""
    rules = replace(SAFE, slow_seconds=0.0)
    app = create_app(graph, max_body_bytes=10_000, examples=None, rules=rules)
    asked = {"query": QUERY, "variables": {"least": 98_765, "carrier": "Ünited"}}
    transport = httpx.ASGITransport(app)
    with capture_logs() as said:
        async with httpx.AsyncClient(transport=transport, base_url="http://cases") as client:
            (await client.post("/graphql", json=asked)).raise_for_status()
            asked["variables"] = {"least": 0, "carrier": "UA"}
            (await client.post("/graphql", json=asked)).raise_for_status()
    nothing, found = [each["steps"] for each in said if each["event"] == "slow_operation"]
    assert [step["store"] for step in nothing] == ["postgresql"]
    assert [step["store"] for step in found] == ["postgresql", "mongodb"]
    assert nothing[0]["text"] == found[0]["text"]
    assert found[0]["text"].startswith("SELECT")
    assert "$2" in found[0]["text"]
    assert found[1]["text"].startswith('{"aggregate"')
    assert "?" in found[1]["text"]
    assert "98765" not in str(said)
    assert "nited" not in str(said)
