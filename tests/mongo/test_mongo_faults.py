"""In charge of what happens when MongoDB refuses, is slow, goes away or comes back."""

import asyncio
import signal
import socket

import pytest
from mongo_models import STATION
from mongo_reads import BY_KEY, answer_of, compare
from mongo_server import Secantus, free_port
from pymongo import MongoClient
from pymongo.errors import ConfigurationError
from ticking import ticking

from catalog.query import Batch, Read
from datasources.errors import StoreError, StoreTimeout, StoreUnavailable
from datasources.mongo.errors import reason_of, store_error

NAMES = Read(STATION, (("name",),), order=BY_KEY)


@pytest.fixture
def mortal(tmp_path):
    """A server of its own, for one test to kill."""
    server = Secantus(tmp_path)
    try:
        server.start("--sync-on-commit")
        yield server
    finally:
        server.stop()


async def test_a_refused_connection_is_said_soon(opened):
    """Within seconds: the error names the store, and neither address nor driver."""
    source = opened(f"mongodb://user:s3cret@127.0.0.1:{free_port()}/test")
    async with ticking() as seconds:
        with pytest.raises(StoreUnavailable) as caught:
            await source.read([NAMES])
        assert seconds() < 4
    assert caught.value.store == "mongo"
    assert str(caught.value) == "MongoDB does not answer."


def test_a_name_that_is_not_known_may_be_known_later():
    """The driver looks up the hosts of a mongodb+srv URL at the first read, and at each next."""
    unknown = ConfigurationError("The DNS query name does not exist: _mongodb._tcp.h.example.")
    assert isinstance(store_error(unknown), StoreUnavailable)
    assert reason_of(unknown) == "not reachable as its URL says"


async def test_ping_says_why_within_about_a_second(opened, server):
    """In a few words without secrets: nobody there, or somebody who says nothing."""
    assert await opened(server.url()).ping() is None
    with socket.create_server(("127.0.0.1", 0)) as mute:
        for port in (free_port(), mute.getsockname()[1]):
            source = opened(f"mongodb://user:s3cret@127.0.0.1:{port}/test")
            async with ticking() as seconds:
                assert await source.ping() == "no answer in time"
                assert seconds() < 1.5


async def test_a_read_that_takes_too_long_is_ended(filled, opened, server):
    """By the server itself, so that it does not go on working for nobody."""
    source = filled(stations=[{"_id": key, "name": "a" * 200} for key in range(4000)])
    hasty = opened(server.url(source._database.name), max_seconds=0.002)
    with pytest.raises(StoreTimeout) as caught:
        await hasty.read([Read(STATION, (("name",),), filter=compare("name", "like", "%b%"))])
    assert caught.value.store == "mongo"


async def test_any_other_failure_tells_no_detail(filled, capsys):
    """What the server said is in the log only."""
    source = filled(stations=[{"_id": 1}])
    with pytest.raises(StoreError) as caught:
        await source.read([Read(STATION, (), limit=-1)])
    assert type(caught.value) is StoreError
    assert str(caught.value) == "MongoDB could not answer this read."
    assert "mongo_failed" in "".join(capsys.readouterr())


async def test_a_kill_fails_the_reads_under_way_and_no_later_ones(mortal, opened):
    """After the restart they work, without anything done on our side, and nothing is lost."""
    with MongoClient(mortal.url()) as client:
        client.test.stations.insert_many([{"_id": key, "name": "x" * 99} for key in range(2000)])
    source = opened(mortal.url())
    reads = [
        Read(STATION, (("name",),), batch=Batch(("key",), tuple((key,) for key in range(500))))
    ]
    reading = [asyncio.create_task(source.read(reads)) for _ in range(8)]
    await asyncio.sleep(0.2)
    mortal.send(signal.SIGKILL)
    ended = await asyncio.gather(*reading, return_exceptions=True)
    assert all(isinstance(each, list | StoreUnavailable) for each in ended)
    assert any(isinstance(each, StoreUnavailable) for each in ended)
    assert await source.ping() is not None
    mortal.start("--sync-on-commit")
    assert len((await answer_of(source, NAMES)).rows) == 2000
    assert await source.ping() is None


async def test_a_cancelled_read_leaves_the_source_usable(filled):
    """As when a client goes away."""
    source = filled(stations=[{"_id": key, "name": "x" * 99} for key in range(2000)])
    # Cancelled while it connects, PyMongo leaves the socket to the garbage collector, which warns.
    assert await source.ping() is None
    reading = asyncio.create_task(source.read([NAMES]))
    await asyncio.sleep(0.02)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert len((await answer_of(source, NAMES)).rows) == 2000
