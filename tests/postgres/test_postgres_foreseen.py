"""Statements that are known before they come: made without a connection, prepared at once."""

from __future__ import annotations

from postgres_models import TABLES

from catalog import catalog_of
from catalog.query import Order, Read
from catalog.templates import ask_of

CATALOG = catalog_of(TABLES)


async def test_what_is_foreseen_is_prepared_when_it_first_comes(source, url, opened):
    """Others when they come again; what is foreseen no longer is like others."""
    flight = CATALOG["Flight"]
    reads = [Read(flight, (("id",),), order=(Order(("id",)),), limit=n) for n in (1, 2, 3)]
    asks = [ask_of(read) for read in reads]
    here = opened(CATALOG, url, pool_size=1)
    here.foresee([ask.template for ask in asks[:2]])
    await here.read(reads)
    (wire,) = here._pool._idle
    assert len(wire._names) == 2
    here.foresee([])
    assert not wire.foreseen
