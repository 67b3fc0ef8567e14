"""In charge of clients: which URLs are refused, what a URL may set, and what never shows."""

import asyncio

import pytest
from mongo_models import CATALOG

from datasources.mongo import MongoSource, client_of, database_of, source
from datasources.mongo.client import settled

MALFORMED = [
    "",
    "localhost:27017",
    "http://localhost",
    "mongodb://",
    "mongodb://h:99999",
    "mongodb://h:port/",
    "mongodb://user:s3cret@h:port/",
    "mongodb://user:s3cr@et:wo/rd@h:1/",
    "mongodb://user:s3cret%zz@h/",
    "mongodb://user:s3cret@h/a b",
    "mongodb://[::1/",
    "mongodb://h/?serverSelectionTimeout=1",
    "mongodb://h/?serverSelectionTimeoutMS=soon",
    "mongodb://user:s3cret@h/?tls=maybe",
]


@pytest.mark.parametrize("url", MALFORMED)
def test_a_malformed_url_is_one_clear_line(driver, url):
    """It says what a URL looks like, and shows no part of a password."""
    with pytest.raises(ValueError, match=r"^Not a MongoDB URL: .*expected mongodb://.*") as caught:
        client_of(url, driver)
    assert type(caught.value) is ValueError
    message = str(caught.value)
    assert "\n" not in message
    assert not any(part in message for part in ("s3cr", "et:wo", "wo/rd", "rd@h:1"))


async def test_a_url_may_set_what_we_would(driver):
    """Its options stand before our defaults, its database before ours."""
    client = client_of("mongodb://127.0.0.1:9/mine?serverselectiontimeoutms=7", driver)
    assert client.options.server_selection_timeout == 0.007
    assert client.options.pool_options.connect_timeout == 2
    assert client.options.pool_options.max_idle_time_seconds == 200
    assert database_of(client).name == "mine"
    other = client_of("mongodb://127.0.0.1:9", driver)
    assert database_of(other).name == "bigraph"
    for each in (client, other):
        await settled(each.close())


async def test_a_driver_that_comes_to_no_end_is_left_behind(driver, monkeypatch, lines):
    """As PyMongo was seen to do while it looked for a server that was away; the log says so."""
    client = client_of("mongodb://127.0.0.1:9", driver)
    with monkeypatch.context() as patched:
        patched.setattr(type(client), "close", lambda _: _never())
        patched.setattr(source, "_CLOSING_SECONDS", 0.05)
        await asyncio.wait_for(MongoSource(database_of(client), CATALOG).close(), 30)
    await settled(client.close())
    (line,) = [line for line in lines() if line["event"] == "mongo_driver_left_behind"]
    assert (line["level"], line["seconds"]) == ("warning", 0.05)


async def test_a_driver_that_ends_is_not_spoken_of(driver, lines):
    """A server that is away is reason enough to close, and no reason to wait."""
    client = client_of("mongodb://127.0.0.1:9", driver)
    await MongoSource(database_of(client), CATALOG).close()
    assert not [line for line in lines() if line["event"] == "mongo_driver_left_behind"]


async def _never() -> None:
    """What does not hear the first time that it is to end."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()
