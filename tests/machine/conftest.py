"""In charge of the servers of the dock."""

from collections.abc import AsyncGenerator

import pytest

from datasources.embedded import EmbeddedUrls, Supervisor


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedUrls]:
    """The servers, for as long as the tests run."""
    folder = tmp_path_factory.mktemp("machine")
    async with Supervisor(folder, ["postgres", "mongo"], say=print) as supervisor:
        yield supervisor.urls
