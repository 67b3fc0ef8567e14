"""The sample's people before the sample's rules: each sees what is for them."""

from typing import Any

import httpx
import pytest
from visiting import Visit

QUERY = """{
  planes(first: 1) { nodes { tailnum engines } }
  watches(first: 1) { totalCount }
}"""


async def asked(http: httpx.AsyncClient, person: str | None) -> dict[str, Any]:
    """The answer to somebody; nobody is signed in as None."""
    headers = {}
    if person:
        tokens = await Visit(http, str(http.base_url)).tokens(person)
        headers["authorization"] = f"Bearer {tokens['access_token']}"
    answer = await http.post("/graphql", json={"query": QUERY}, headers=headers)
    return answer.json()


@pytest.mark.parametrize(
    ("person", "sees"),
    [(None, False), ("traveller", False), ("dispatcher", False), ("engineer", True)],
)
async def test_fields_of_the_fleet(server_url: str, person: str | None, sees: bool):
    """For whoever has the scope."""
    async with httpx.AsyncClient(base_url=server_url, timeout=30) as http:
        answer = await asked(http, person)
    (plane,) = answer["data"]["planes"]["nodes"]
    refused = [error["path"] for error in answer.get("errors", ())]
    assert (plane["engines"] is not None) is sees
    assert (["planes", "nodes", 0, "engines"] not in refused) is sees
