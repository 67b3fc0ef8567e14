"""In charge of what the tests of signing in by browser are given."""

import tempfile
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.auth.issuing import running_issuer
from tests.login.browsing import Browser, Worker
from tests.login.provider import Provider
from tests.npm import Workshop
from tests.redis.valkey_server import Valkey


@pytest.fixture(scope="session")
async def _running() -> AsyncGenerator[Provider]:
    async with running_issuer(Provider) as provider:
        yield provider


@pytest.fixture
def provider(_running: Provider) -> Provider:
    """An issuer that answers, and was asked nothing yet."""
    _running.begin()
    return _running


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Valkey that all tests share."""
    with tempfile.TemporaryDirectory() as folder:
        server = Valkey(Path(folder))
        server.start()
        yield server.url
        server.stop()


@pytest.fixture
async def worker_of(provider: Provider, redis_url: str) -> AsyncGenerator[Callable[..., Worker]]:
    """Makes workers that share their sessions, with those of this test only."""
    made: list[Worker] = []
    space = uuid.uuid4().hex

    def make(url: str = redis_url, **more: Any) -> Worker:
        made.append(Worker(provider, url, space, **more))
        return made[-1]

    yield make
    for worker in made:
        await worker.close()


@pytest.fixture
def workers(worker_of: Callable[..., Worker]) -> list[Worker]:
    """Two of them."""
    return [worker_of(), worker_of()]


@pytest.fixture
async def browser(workers: list[Worker]) -> AsyncGenerator[Browser]:
    """A browser that was never here."""
    async with Browser(*workers) as browser:
        yield browser


@pytest.fixture
async def other(workers: list[Worker]) -> AsyncGenerator[Browser]:
    """Another one, somebody else's."""
    async with Browser(*workers) as browser:
        yield browser


@pytest.fixture(scope="session")
def judge_folder(workshop: Callable[[Path], Workshop]) -> Path:
    """The judge's script, which finds oidc-provider."""
    return workshop(Path(__file__).parent / "judge").folder
