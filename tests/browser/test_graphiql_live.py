"""A subscription in GraphiQL, in a real Chromium: by a WebSocket to the page's own host."""

from __future__ import annotations

import asyncio

import pytest

from edge.graphiql import Example
from tests.browser.chromium import Chromium
from tests.library.library import Library
from tests.live.fields import Telling, events
from tests.live.talking import PATIENCE, serving

pytestmark = pytest.mark.slow

SUBSCRIPTION = 'subscription Silence { silence(name: "in a browser") }'


def subscribe(chromium: Chromium, url: str) -> None:
    """Opens the page, subscribes, and stops it once there is an answer."""
    chromium.open(url)
    chromium.click(".graphiql-execute-button")
    chromium.wait_for(".result-window", '"silence": 0')
    assert chromium.console_errors() == []
    chromium.click(".graphiql-execute-button")  # which stops it now


async def test_a_subscription_is_shown_as_it_comes(chromium: Chromium) -> None:
    """The page's policy lets it open the socket; who stops it ends the source."""
    example = Example("Nothing more", SUBSCRIPTION)
    async with serving(Library(Telling).graph, examples=[example]) as (address, _):
        await asyncio.to_thread(subscribe, chromium, f"http://{address}/graphiql")
        await asyncio.wait_for(events["in a browser ended"].wait(), PATIENCE)
