"""urql as `docs/clients.md` sets it up, and its other ways to ask."""

from __future__ import annotations

from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling
from tests.live.talking import believing, serving
from tests.npm import NEEDS_NODE, Workshop

UA = ["UA", "UA"]
INVALID = ["GRAPHQL_VALIDATION_FAILED"]

pytestmark = NEEDS_NODE


async def test_queries_and_mutations(bench: Workshop, server_url: str, author: str):
    """By hash and by GET; a second time from its own cache; what goes wrong has its code."""
    told = await bench.told("urql-sample.mjs", f"{server_url}/graphql", author)
    first, *others = told.pop("hashedSent")
    assert first in {"GET 200", "GET 400"}  # the hash may be known by an earlier run
    assert others[-1] == "GET 200"
    assert told == {
        "hashed": [UA, UA, UA],
        "plain": {
            "force": [*UA, "GET text 200"],
            "true": [*UA, "GET text 200"],
            "within-url-limit": [*UA, "GET text 200"],
            "false": [*UA, "POST text 200"],
        },
        "created": "urql's",
        "gone": "NoteWritten",
        "partial": ["string", 200, "UNAUTHORIZED_FIELD_OR_TYPE"],
        "wrong": [400, *INVALID],
        "stranger": [401, "UNAUTHENTICATED"],
    }


async def test_subscriptions(bench: Workshop):
    """By graphql-ws, by graphql-sse, and by urql's own reader of events."""
    async with (
        believing(Library(Slow, Doing, Telling).graph) as (graph, issuer, clock),
        serving(graph) as (at, _),
    ):
        now = int(clock.now)
        token = issuer.token(iat=now, exp=now + 300)
        told = await bench.told("urql-live.mjs", f"http://{at}/graphql", token)
    heard = {
        "counted": [{"count": 1}, {"count": 2}, {"count": 3}],
        "who": [{"asking": "ada"}],
        "wrong": [INVALID],
    }
    assert told == dict.fromkeys(("graphql-ws", "graphql-sse", "fetch"), heard)
