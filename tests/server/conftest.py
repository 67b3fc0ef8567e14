"""In charge of asking the running server."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from data_files import Files
from running import Running, left_in

Ask = Callable[..., dict[str, Any]]
Start = Callable[..., Running]
LIBRARY = {"MODELS": "tests.library.models", "EXTENSIONS": "tests.library.extensions"}


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


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A folder with a space in its name."""
    return tmp_path / "its data"


@pytest.fixture
def start(tmp_path: Path, data_dir: Path) -> Generator[Start]:
    """Starts servers of the library's graph; afterwards nothing of them may be left."""
    started: list[Running] = []

    def run(*arguments: str, **environment: str) -> Running:
        said = tmp_path / f"said-{len(started)}.txt"
        settings = {**LIBRARY, "DATA_DIR": str(data_dir), "LOG_FORMAT": "json"}
        settings |= {"MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"), **environment}
        started.append(Running(said, settings, *arguments))
        return started[-1]

    yield run
    for running in started:
        running.stop()
    assert left_in(data_dir) == []
