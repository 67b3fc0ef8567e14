"""In charge of asking the running server."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import httpx
import pytest
from data_files import Files

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def ask(server_url: str) -> Generator[Ask]:
    """Asks a query with variables; the answer's data, which must have come without errors."""
    with httpx.Client(base_url=server_url, timeout=30) as client:

        def data(query: str, **variables: Any) -> dict[str, Any]:
            answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
            assert "errors" not in answer, answer["errors"]
            return answer["data"]

        yield data


@pytest.fixture(scope="session")
def files() -> Files:
    """The package's files."""
    return Files()
