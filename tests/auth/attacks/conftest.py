"""In charge of what attacks are given: stores with secrets, issuers, and a server before them."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from attacking import started
from issuing import TestIssuer, running_issuer

from catalog import catalog_of, models_in
from datasources.embedded import EmbeddedUrls, Supervisor
from datasources.load import SampleTable, load
from tests.auth import attacked


@pytest.fixture(scope="session")
async def stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """The three, with what is attacked."""
    folder = tmp_path_factory.mktemp("attacked")
    async with Supervisor(folder, ["postgres", "mongo", "redis"], say=print) as supervisor:
        urls = supervisor.urls
        samples = [
            SampleTable(model, len(rows), lambda rows=rows: iter(rows))
            for model, rows in attacked.ROWS.items()
        ]
        await load(
            catalog_of(models_in(attacked)),
            samples,
            postgres_url=urls.postgres,
            mongo_url=urls.mongo,
            progress=lambda *_: None,
        )
        yield urls


@pytest.fixture(scope="session")
async def issuers() -> AsyncGenerator[tuple[TestIssuer, TestIssuer]]:
    """Two that are believed."""
    async with running_issuer() as first, running_issuer() as second:
        yield first, second


@pytest.fixture(scope="session")
async def client(
    stores: EmbeddedUrls,
    issuers: tuple[TestIssuer, TestIssuer],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the server that is attacked."""
    running = started(tmp_path_factory.mktemp("server"), stores, issuers)
    url = await asyncio.to_thread(running.url)
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client
    assert running.stop() == 0, running.said
    assert "INTERNAL_SERVER_ERROR" not in running.said
