"""In charge of clients that others wrote, as `docs/clients.md` sets them up, and of servers."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest
from running import ROOT, Running

from datasources.embedded import EmbeddedUrls
from tests.issuer.visiting import Visit
from tests.npm import Workshop

PAGE = ROOT / "docs" / "clients.md"
_FILES = re.compile(r"^`([\w.]+)`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def bench(workshop: Callable[[Path], Workshop]) -> Workshop:
    """The scripts, with the files that the page shows beside them."""
    bench = workshop(Path(__file__).parent / "scripts")
    shown = _FILES.findall(PAGE.read_text("utf-8"))
    assert {name for name, _ in shown} == {
        *("apollo.js", "urql.js", "relay.js", "relay.config.json", "codegen.json"),
    }
    for name, text in shown:
        (bench.folder / name).write_text(text)
    shutil.copy(ROOT / "schema" / "schema.graphql", bench.folder)
    return bench


@pytest.fixture(scope="session")
async def compiled(bench: Workshop) -> Workshop:
    """The same, and what each compiler makes."""
    folder = bench.folder
    (folder / "trusted").mkdir()
    (folder / "trusted" / "relay.json").write_text("{}")
    # Node finds what one such file imports of another by CommonJS only.
    config = json.loads((folder / "relay.config.json").read_text()) | {"eagerEsModules": False}
    (folder / "relay.config.json").write_text(json.dumps(config))
    await bench.tool("relay-compiler", "relay.config.json")
    await bench.tool("graphql-codegen", "--config", "codegen.json")
    await bench.tool("generate-persisted-query-manifest")
    shutil.copy(folder / "app/codegen/gql/persisted-documents.json", folder / "trusted")
    return bench


@pytest.fixture(scope="session")
def enforcing(
    compiled: Workshop, sample_servers: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Running]:
    """A server of the sample that answers what these clients may ask for, and nothing else."""
    environment = {
        "DATABASE_URL": sample_servers.postgres or "",
        "MONGO_URL": sample_servers.mongo or "",
        "REDIS_URL": sample_servers.redis or "",
        "MONGO_DRIVER": os.environ.get("MONGO_DRIVER", "pymongo"),
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "TRUSTED_DOCUMENTS": str(compiled.folder / "trusted"),
        "TRUSTED_MODE": "enforce",
    }
    running = Running(tmp_path_factory.mktemp("enforcing") / "said.txt", environment)
    running.url()
    yield running
    assert running.stop() == 0, running.said


@pytest.fixture
async def author(server_url: str) -> str:
    """The access token of one of the sample's people, who writes notes."""
    async with httpx.AsyncClient(base_url=server_url, timeout=30) as http:
        return (await Visit(http, server_url).tokens("author"))["access_token"]
