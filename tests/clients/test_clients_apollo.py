"""Apollo Client as `docs/clients.md` sets it up."""

from __future__ import annotations

import dataclasses
import json

from datasources.redis import Buckets
from edge.gate import Bearable
from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.rates import Rates
from edge.rules import HttpRules
from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling
from tests.live.talking import believing, serving
from tests.npm import NEEDS_NODE, Workshop

pytestmark = NEEDS_NODE


async def test_pages_writes_and_errors(bench: Workshop, server_url: str, author: str):
    """A token is renewed; pages stand side by side; what is written is known at once."""
    told = await bench.told("apollo-pages.mjs", f"{server_url}/graphql", author)
    assert told.pop("renewed") == ["GET 401", "GET 200"]
    assert told == {
        "pages": {
            "same": True,
            "more": [False, True],
            "sent": ["GET 200"] * 4,
        },
        "known": True,
        "keys": [],
        "refused": {
            "__typename": "WriteRefused",
            "errors": [
                {
                    "__typename": "WriteError",
                    "code": "NOT_FOUND",
                    "path": ["input", "flight", "connect", "id"],
                }
            ],
        },
        "note": ["as it was", "as it is", 0],
        "gone": "NoteWritten",
        "partial": {
            "engines": None,
            "others": ["string", "string"],
            "codes": ["UNAUTHORIZED_FIELD_OR_TYPE"],
        },
        "strict": ["UNAUTHORIZED_FIELD_OR_TYPE"],
        "wrong": ["GRAPHQL_VALIDATION_FAILED"],
    }


async def test_batches_and_subscriptions(bench: Workshop):
    """One body for several queries, each judged in its place; events by a WebSocket."""
    documents = Documents(Kept(None))
    graph = dataclasses.replace(Library(Slow, Doing, Telling).graph, documents=documents)
    rules = HttpRules(batch_limit=10)
    async with believing(graph) as (graph, issuer, clock), serving(graph, rules=rules) as (at, _):
        now = int(clock.now)
        token = issuer.token(iat=now, exp=now + 300)
        titles = json.dumps(["Ashes", "Émile", "birds"])
        told = await bench.told("apollo-live.mjs", f"http://{at}/graphql", token, titles)
    hours, who, wrong = told.pop("batch")
    assert (hours, who) == ({"openingHours": "9 to 5"}, {"who": "ada"})
    assert wrong == ["GRAPHQL_VALIDATION_FAILED"]
    assert told == {
        "sent": ["POST 200", "POST text 200"],  # the hashes, which are not known, and the texts
        "books": ["Ashes", "Émile", "birds"],
        "who": "ada",
        "renewed": "ada",
        "wrong": ["GRAPHQL_VALIDATION_FAILED"],
    }


async def test_it_waits_for_as_long_as_it_is_told(bench: Workshop):
    """Before an empty bucket, and before a server that is full."""
    graph = dataclasses.replace(Library(Slow).graph, rates=Rates(1, 1), buckets=Buckets(None))
    async with serving(graph) as (at, _):
        told = await bench.told("apollo-patience.mjs", f"http://{at}/graphql", "rates")
    assert told["hours"] == ["9 to 5"] * 3
    assert {way.rpartition(" ")[2] for way in told["sent"]} >= {"200", "429"}
    async with serving(Library(Slow).graph, bearable=Bearable(requests=1)) as (at, _):
        told = await bench.told("apollo-patience.mjs", f"http://{at}/graphql", "places")
    assert told["hours"] == ["9 to 5"]
    assert told["sent"][0].endswith(" 503")
    assert told["sent"][-1].endswith(" 200")
