"""In charge of the server that tests of lasting connections share."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from edge.live.rules import LiveRules
from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling, events, taken
from tests.live.talking import serving


@pytest.fixture(scope="session")
async def address() -> AsyncGenerator[str]:
    """A server of the library, which lets nobody have more than three operations."""
    graph = Library(Slow, Doing, Telling).graph
    async with serving(graph, live=LiveRules(operations=3)) as (address, _):
        yield address


@pytest.fixture(autouse=True)
def _nothing_has_come_to_pass() -> None:
    """What fields have noted is one test's: another may have given things the same names."""
    events.clear()
    taken.clear()
