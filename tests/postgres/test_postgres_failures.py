"""In charge of reads that Postgres itself refuses: what the client is told, and what comes next."""

import decimal

import pytest
from postgres_probes import pilots, works

from catalog.query import Compare, Operator, Read
from datasources.errors import StoreError


@pytest.mark.parametrize("position", [0, 1])
async def test_a_table_that_is_not_as_its_model_says(catalog, opened, url, admin, position):
    """The error is the store's, the hint is the operator's, and the next read is unharmed."""
    admin.execute("create database bare")
    with type(admin).connect(url.replace("/app?", "/bare?")) as connection:
        connection.execute("create schema air")
        connection.execute("create table air.pilot as select 1 id, 'Ada'::text as name")
    source = opened(catalog, url.replace("/app?", "/bare?"), pool_size=1)
    reads = [pilots(catalog)]
    reads.insert(position, Read(catalog["Flight"], (("id",),)))
    for broken in (reads, [Read(catalog["Flight"], (("id",),))]):
        with pytest.raises(StoreError) as failure:
            await source.read(broken)
        assert failure.value.code == "STORE_FAILED"
        assert "does not match its model" in (failure.value.hint or "")
        assert "flight" not in failure.value.message
    assert await works(source, catalog)
    await source.close()
    admin.execute("drop database bare")


async def test_a_table_that_may_not_be_read(catalog, opened, url, admin):
    """Which is not the model's fault."""
    admin.execute("create role visitor login; grant usage on schema air to visitor")
    source = opened(catalog, url.replace("app@", "visitor@"))
    with pytest.raises(StoreError) as failure:
        await source.read([pilots(catalog)])
    assert failure.value.hint is not None
    assert "may not read this table" in failure.value.hint


async def test_a_value_that_postgres_refuses(catalog, source):
    """Is no fault of the model either."""
    vast = Compare(("price",), Operator.EQ, decimal.Decimal("1E+200000"))
    with pytest.raises(StoreError) as failure:
        await source.read([Read(catalog["Sample"], (("id",),), filter=vast)])
    assert (failure.value.code, failure.value.hint) == ("STORE_FAILED", None)


async def test_a_changed_table_does_not_break_prepared_statements(catalog, opened, url, admin):
    """A column's type changes under a running server: the statement is prepared anew."""
    admin.execute("create database changing")
    elsewhere = url.replace("/app?", "/changing?")
    source = opened(catalog, elsewhere, pool_size=1)
    with type(admin).connect(elsewhere, autocommit=True) as connection:
        connection.execute("create schema air")
        connection.execute("create table air.pilot as select 1 id, 'Ada'::text as name")
        for _ in range(8):
            assert await works(source, catalog)
        connection.execute("alter table air.pilot alter name type varchar(40)")
        for _ in range(8):
            assert await works(source, catalog)
