"""The whole sample, as the stores hold it after loading."""

from __future__ import annotations

from sample_stores import Stores

from datasources.embedded import EmbeddedUrls
from models.sample import tables


async def test_every_row_arrived(sample_servers: EmbeddedUrls) -> None:
    """As many as each sample promises."""
    stores = Stores(sample_servers.postgres or "", sample_servers.mongo or "")
    expected = {table.model.__name__: table.count for table in tables()}
    assert await stores.counts() == expected


async def test_relations_that_lead_nowhere(sample_servers: EmbeddedUrls) -> None:
    """50,094 flights name a plane that nobody knows, 7,602 an airport; the rows stay."""
    stores = Stores(sample_servers.postgres or "", sample_servers.mongo or "")
    lost = "SELECT count(tailnum) FROM flight WHERE tailnum NOT IN (SELECT tailnum FROM plane)"
    assert await stores.sql(lost) == [(50_094,)]
    known = {airport["_id"] for airport in await stores.find("airports")}
    arrivals = dict(await stores.sql("SELECT dest, count(*) FROM flight GROUP BY dest"))
    assert sum(count for dest, count in arrivals.items() if dest not in known) == 7_602
