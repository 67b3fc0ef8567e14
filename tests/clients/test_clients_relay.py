"""Relay's compiler and runtime: all is asked for by ids, and the store holds together."""

from __future__ import annotations

from running import Running

from tests.npm import NEEDS_NODE, Workshop

pytestmark = NEEDS_NODE


async def test_pages_and_objects_are_asked_for_by_id(compiled: Workshop, enforcing: Running):
    """Pages in both directions, an object again, and a list within one; no text is ever sent."""
    told = await compiled.told("relay-pages.mjs", f"{enforcing.url()}/graphql")
    assert told == {
        "forward": {"same": True, "count": 12, "more": True},
        "backward": {"same": True, "more": False},
        "refetched": {"spoilt": -1, "same": True, "node": True, "named": "string"},
        "records": {"flights": 15, "wrong": 0},
        "inner": {"count": 4, "different": 4},
        "sent": ["POST 200"],
    }
