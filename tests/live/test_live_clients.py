"""Clients that others wrote: graphql-ws, and graphql-sse in both of its modes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.live.fields import events
from tests.live.talking import PATIENCE
from tests.npm import NEEDS_NODE, Workshop

FOLDER = Path(__file__).parent / "clients"
CLIENTS = ("graphql-ws", "graphql-sse", "graphql-sse, one stream")
COUNTED = [{"count": 1}, {"count": 2}, {"count": 3}]
HOURS = [{"openingHours": "9 to 5"}]

pytestmark = NEEDS_NODE


async def test_each_client_hears_what_it_is_to_hear(
    workshop: Callable[[Path], Workshop], address: str
):
    """One answer, several, several operations at once, the end of one, and what is wrong."""
    told = await workshop(FOLDER).told("listen.mjs", address)
    assert tuple(told) == CLIENTS
    for name, heard in told.items():
        assert heard["query"] == HOURS, name
        assert heard["subscription"] == COUNTED, name
        assert heard["several"] == [COUNTED, HOURS, COUNTED], name
        assert heard["stopped"] == {"silence": 0}, name
        # By one stream it is the answer to a request that fails, which that client does not read.
        expected = ["GRAPHQL_VALIDATION_FAILED"]
        assert heard["wrong"] == expected or name == CLIENTS[2], heard["wrong"]
    await asyncio.wait_for(events["by a client ended"].wait(), PATIENCE)
