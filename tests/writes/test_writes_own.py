"""Bigraph's own tables: made where they are missing, also by several at once; others stay."""

import asyncio
from typing import Any

import psycopg

from catalog.entity import Store
from datasources.embedded import EmbeddedUrls
from datasources.mongo import client_of, database_of
from datasources.mongo.own import make_own_collections
from datasources.own import KEYS, MARKER, METADATA, OWN
from datasources.postgres.own import make_own_tables

THERE = "SELECT tablename FROM pg_tables WHERE schemaname = 'bigraph'"


async def test_tables_are_made_once_by_however_many(servers: EmbeddedUrls):
    """In a database that has none; and what is in them stays."""
    url = servers.postgres or ""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("DROP DATABASE IF EXISTS own")
        await connection.execute("CREATE DATABASE own")

    async def make(note: str) -> None:
        async with await psycopg.AsyncConnection.connect(url, dbname="own") as connection:
            await make_own_tables(connection)
            await connection.execute(
                "INSERT INTO bigraph.outbox VALUES (gen_random_uuid(), now(), now(), %s, '')",
                [note],
            )

    await asyncio.gather(*(make(str(number)) for number in range(4)))
    await make("again")
    async with await psycopg.AsyncConnection.connect(url, dbname="own") as connection:
        found = await (await connection.execute(THERE)).fetchall()
        notes = await (await connection.execute("SELECT redo FROM bigraph.outbox")).fetchall()
    assert {name for (name,) in found} == {table.name for table in METADATA.sorted_tables}
    assert {note for (note,) in notes} == {"0", "1", "2", "3", "again"}


async def test_collections_are_made_once_by_however_many(servers: EmbeddedUrls):
    """The same in MongoDB."""
    client = client_of(servers.mongo or "")
    database: Any = database_of(client).client["own"]
    await asyncio.gather(*(make_own_collections(database) for _ in range(4)))
    await make_own_collections(database)
    made = set(await database.list_collection_names())
    assert made == {entity.table for entity in OWN.of(Store.MONGO)}
    keys, markers = (database[KEYS[Store.MONGO].table], database[MARKER.table])
    assert (await keys.index_information())["until_1"]["expireAfterSeconds"] == 0
    ages = await markers.index_information()
    assert ages.keys() == {"_id_", "at_1"}
    assert "expireAfterSeconds" not in ages["at_1"]  # those of rows that are there stay
    await client.close()
