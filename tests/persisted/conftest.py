"""In charge of what the tests of persisted documents share."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest
from persisted_asking import client_of

from edge.persisted.documents import Documents
from edge.persisted.kept import Kept


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a library that keeps documents in its process."""
    async with client_of(Documents(Kept(None))) as client:
        yield client
