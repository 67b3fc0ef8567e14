"""Clients by hashes and by their compilers' ids: Apollo's, Relay's and graphql-codegen's."""

from __future__ import annotations

import httpx
from running import Running

from tests.npm import NEEDS_NODE, Workshop

ANSWER = ["UA", "UA"]

pytestmark = NEEDS_NODE


async def test_apollo_client_sends_its_text_once(bench: Workshop, server_url: str):
    """The hash, which is not known; both by POST; and then the hash will do, by either method."""
    ask = ("manifests.mjs", f"{server_url}/graphql", "apq")
    first = (await bench.told(*ask))["apollo"]
    assert first["carriers"] == ANSWER
    assert first["sent"] == ["GET", "POST text", "GET"]
    second = (await bench.told(*ask, "POST"))["apollo"]
    assert second["carriers"] == ANSWER
    assert second["sent"] == ["POST", "POST"]


async def test_compiled_operations_are_all_that_is_answered(compiled: Workshop, enforcing: Running):
    """By the ids that each compiler made, without a text."""
    got = await compiled.told("manifests.mjs", f"{enforcing.url()}/graphql", "manifest")
    assert {name: client["carriers"] for name, client in got.items()} == dict.fromkeys(
        ("apollo", "relay", "codegen"), ANSWER
    )
    assert {way for client in got.values() for way in client["sent"]} == {"GET", "POST"}
    async with httpx.AsyncClient(base_url=enforcing.url()) as http:
        refused = await http.post("/graphql", json={"query": "{ __typename }"})
    assert refused.status_code == 403
    assert "documents are trusted; all others are refused, GraphiQL's too." in enforcing.said
