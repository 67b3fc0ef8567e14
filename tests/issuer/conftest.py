"""In charge of servers that have their own issuer, and of who comes to them."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from running import Running
from visiting import Visit

from datasources.embedded import Supervisor

Serve = Callable[..., Running]


@pytest.fixture(scope="session")
async def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """A Valkey for all servers."""
    folder = tmp_path_factory.mktemp("valkey")
    async with Supervisor(folder, ["redis"], say=print) as supervisor:
        yield supervisor.urls.redis or ""


@pytest.fixture(scope="session")
def issuer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers keep their keys."""
    return tmp_path_factory.mktemp("keys")


@contextmanager
def serving(
    folder_of: Callable[[str], Path], valkey_url: str, environment: dict[str, str]
) -> Generator[Serve]:
    """Starts servers of the sample's graph, with no database behind it; at the end all end."""
    started: list[Running] = []

    def run(*arguments: str, **more: str) -> Running:
        settings = {
            "DATABASE_URL": "postgresql://127.0.0.1:1/none",
            "MONGO_URL": "mongodb://127.0.0.1:1/none",
            "REDIS_URL": valkey_url,
            "DATA_DIR": str(folder_of("data")),
            "LOG_FORMAT": "json",
        }
        settings |= environment | more
        started.append(Running(folder_of("server") / "said", settings, *arguments))
        return started[-1]

    yield run
    for running in started:
        running.stop()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Generator[Serve]:
    """Starts servers for one test, each on a folder of its own."""
    with serving(tmp_path_factory.mktemp, valkey_url, {}) as run:
        yield run


@pytest.fixture(scope="session")
def workers(
    tmp_path_factory: pytest.TempPathFactory, valkey_url: str, issuer_folder: Path
) -> Generator[Serve]:
    """Starts servers for all tests, on one folder."""
    one = {"DATA_DIR": str(issuer_folder)}
    with serving(tmp_path_factory.mktemp, valkey_url, one) as run:
        yield run


@pytest.fixture(scope="session")
def first(workers: Serve) -> Running:
    """A server with its own issuer."""
    running = workers()
    running.url()
    return running


@pytest.fixture(scope="session")
def second(workers: Serve, first: Running) -> Running:
    """Another worker of the same server: as behind a proxy, they have one address."""
    running = workers(PUBLIC_URL=first.url())
    running.url()
    return running


@pytest.fixture(scope="session")
async def http(first: Running) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the first."""
    async with httpx.AsyncClient(base_url=first.url(), timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
async def there(second: Running) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the second."""
    async with httpx.AsyncClient(base_url=second.url(), timeout=30) as client:
        yield client


@pytest.fixture
def visit(http: httpx.AsyncClient, first: Running) -> Visit:
    """Somebody who comes to sign in."""
    return Visit(http, first.url())
