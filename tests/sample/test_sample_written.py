"""What users write into the sample, in real stores: documents in a column, notes told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

import extensions
import models
from auth import Principal
from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema, extensions_in
from tests.live.talking import serving, talking
from tests.patient import sources_at

TESS = Principal("https://issuer", "tess", claims={"sub": "tess"})
FLIGHT = 7
SUBSCRIPTION = f"subscription {{ noteWritten(flightId: {FLIGHT}) {{ text flight {{ dest }} }} }}"
NOTE = f"""mutation($text: String!) {{ createNote(input: {{flightId: {FLIGHT}, author: "tess",
  text: $text, createdAt: "2013-01-01T10:00:00Z"}}) {{ ... on NoteWritten {{ affected }} }} }}"""

Asks = Callable[..., Any]


def graph_at(urls: EmbeddedUrls) -> Graph:
    """Of the sample, in front of these stores."""
    catalog = catalog_of(models_in(models))
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources=sources_at(catalog, urls),
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
    )


@pytest.fixture
async def tess(sample_servers: EmbeddedUrls) -> AsyncGenerator[Asks]:
    """Asks as somebody who writes; nothing of it stays."""
    graph = graph_at(sample_servers)

    async def asks(document: str, **variables: Any) -> Any:
        result = await graph.schema.execute(document, variables, context_value=graph.context(TESS))
        assert result.errors is None
        return result.data

    yield asks
    await asks(
        """mutation { deleteWatches(where: {}) { __typename }
        deleteNotes(where: {author: {eq: "tess"}}) { __typename } }"""
    )
    await graph.close()


async def test_an_alert_is_a_document_in_a_column(tess: Asks) -> None:
    """Made with a default, changed in part, and found by what is in it."""
    made = await tess(
        """mutation { createWatch(input: {flightId: 7, subject: "tess",
             alert: {by: "email", to: ["tess@example.com"]}}) {
             ... on WatchWritten { watch { id alert { by to minutesLate } } } } }"""
    )
    watch = made["createWatch"]["watch"]
    assert watch["alert"] == {"by": "email", "to": ["tess@example.com"], "minutesLate": 15}
    await tess(
        """mutation($id: Int!) { updateWatch(id: $id, input: {alert: {merge: {minutesLate: 45}}},
             push: {alert: {to: ["ann@example.com"]}}) { __typename } }""",
        id=watch["id"],
    )
    found = await tess(
        "{ watches(where: {alert: {minutesLate: {gt: 30}}}) { nodes { alert { by to } } } }"
    )
    to = ["tess@example.com", "ann@example.com"]
    assert found["watches"]["nodes"] == [{"alert": {"by": "email", "to": to}}]


async def test_notes_are_told_of_as_they_are_written(
    sample_servers: EmbeddedUrls, tess: Asks
) -> None:
    """Those that come after one has asked, with what is related to them in the other store."""
    await tess(NOTE, text="before")
    async with serving(graph_at(sample_servers)) as (address, _), talking(address, init={}) as talk:
        await talk.ask("notes", SUBSCRIPTION)
        heard = asyncio.create_task(talk.heard(2))
        for number in range(1_000):  # nobody is told when it begins to look
            if heard.done():
                break
            await tess(NOTE, text=f"note {number}")
            await asyncio.wait({heard}, timeout=0.3)
        told = [each["payload"]["data"]["noteWritten"] for each in await heard]
    first = int(told[0]["text"].removeprefix("note "))
    assert told == [
        {"text": f"note {first + more}", "flight": {"dest": told[0]["flight"]["dest"]}}
        for more in range(2)
    ]
