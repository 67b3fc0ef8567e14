"""What real stores tell of how they answer: Postgres its plan as it ran, MongoDB what it can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx

from edge.app import create_app
from edge.graph import Graph
from edge.insight import Insight
from edge.rules import SAFE

QUERY = """query Late($least: Int!) {
  flights(where: { depDelay: { gt: $least } }, first: 3) { nodes { id weather { visibility } } }
}"""


async def explained(graph: Graph, query: str, **variables: Any) -> dict[str, Any]:
    """The whole answer to a query, with its explanation."""
    rules = replace(SAFE, insight=Insight(everybody=True))
    app = create_app(graph, max_body_bytes=10_000, examples=None, rules=rules)
    body = {"query": query, "variables": variables, "extensions": {"explain": True}}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://cases") as client:
        return (await client.post("/graphql", json=body)).json()


async def test_postgres_tells_its_plan_as_it_ran(graph: Graph) -> None:
    """Of the statement that was sent, with the values that were: rows, times and buffers."""
    answer = await explained(graph, QUERY, least=100)
    assert len(answer["data"]["flights"]["nodes"]) == 3
    postgres, mongo = answer["extensions"]["explain"]["calls"]
    (statement,) = postgres["statements"]
    assert statement["text"].startswith("SELECT")
    (plan,) = statement["plan"]
    assert plan["Plan"]["Actual Rows"] == postgres["rows"] == 3
    assert plan["Execution Time"] > 0
    assert "Shared Hit Blocks" in plan["Plan"]
    (command,) = mongo["statements"]
    assert '"visibility": 1' in command["text"]
    # SecantusDB explains less than MongoDB does; what is not known is said.
    assert ("plan" in command) != ("unknown" in command)


async def test_a_mutation_says_what_it_would_do(graph: Graph) -> None:
    """And writes nothing."""
    mutation = """mutation { deleteNotes(where: {}) { __typename } }"""
    answer = await explained(graph, mutation)
    assert "data" not in answer
    (write,) = answer["extensions"]["explain"]["writes"]
    assert (write["field"], write["does"], write["of"]) == ("deleteNotes", "delete", "Note")
    assert write["rows"] == "many"
