"""Statements that are known before they come: made without a connection, prepared with one."""

from __future__ import annotations

import re

import pytest
from postgres_models import TABLES

from catalog import catalog_of
from catalog.query import Compare, Operator, Order, Read
from catalog.templates import ask_of
from datasources.postgres import ahead
from datasources.postgres.statements import statement_for

CATALOG = catalog_of(TABLES)
FLIGHT = CATALOG["Flight"]

QUICK = Read(FLIGHT, (("id",),), filter=Compare(("id",), Operator.EQ, 1))
PAGES = [Read(FLIGHT, (("id",),), order=(Order(("id",)),), limit=500 + n) for n in range(3)]
LOGGED = "&options=-c%20log_min_duration_statement%3D0"


class Asked:
    """A statement of the tests' own."""

    sql = "select statement from pg_prepared_statements where not from_sql"
    values = ()


def templates(*reads):
    """What a source is told of these reads."""
    return [ask_of(read).template for read in reads]


def sql(*reads):
    """Their statements."""
    return [statement_for(CATALOG, read).sql for read in reads]


async def known_to(session):
    """The texts that Postgres has prepared in a session."""
    ((rows, _),) = await session.run([Asked()], 10)
    return {text for (text,) in rows}


@pytest.fixture
def parsed(folder):
    """How many texts Postgres has parsed so far, as its log says."""
    log = folder / "logs" / "postgres.log"
    return lambda: len(re.findall(r" ms  parse [^:]+: ", log.read_text("utf-8", errors="replace")))


async def test_what_is_foreseen_is_prepared_before_it_comes(url, opened, parsed):
    """Quick reads in the session that they share, all of them in one that waits for others."""
    here = opened(CATALOG, f"{url}{LOGGED}")
    await here.warm()
    await here.foresee(templates(QUICK, *PAGES))
    assert await known_to(here._pool.shared()) == {*sql(QUICK)}
    (wire,) = here._pool._idle
    assert await known_to(wire) == {*sql(QUICK, *PAGES)}
    before = parsed()
    assert before >= len(sql(QUICK)) + len(sql(QUICK, *PAGES))
    for read in (QUICK, *PAGES):
        await here.read([read])
    assert parsed() == before


async def test_it_takes_no_more_places_than_there_are(url, opened):
    """Whoever asks finds one."""
    here = opened(CATALOG, url, pool_size=1)
    await here.warm()
    await here.foresee(templates(QUICK, *PAGES))
    assert here.pool_use.used == 0
    assert here.pool_use.idle == 1
    await here.foresee(templates(*PAGES[:1]))
    assert here.pool_use.idle == 1
    wire = await here._pool.take()
    await here.foresee(templates(*PAGES))
    assert here.pool_use.idle == 0
    await here._pool.give_back(wire)


async def test_others_are_prepared_when_they_come_again(url, opened):
    """And what is foreseen when it first comes, in sessions that were opened before."""
    here = opened(CATALOG, url, pool_size=1)
    wire = await here._pool.take()
    await here.foresee(templates(*PAGES[:2]))
    await here._pool.give_back(wire)
    await here.read(PAGES)
    assert await known_to(wire) == {*sql(*PAGES[:2])}
    await here.foresee([])
    assert not wire.foreseen


async def test_what_cannot_be_prepared_is_left_out(url, opened):
    """Of a table that is not there; its own request will be told."""
    here = opened(CATALOG, url, pool_size=1)
    await here._pool.foresee([*sql(PAGES[0]), "select it from nowhere", *sql(PAGES[1])], [])
    (wire,) = here._pool._idle
    assert await known_to(wire) == {*sql(*PAGES[:2])}
    for read in PAGES:
        await here.read([read])
    assert here._pool._idle == [wire]


async def test_no_more_than_leaves_room(url, opened, monkeypatch):
    """Neither of statements nor of their texts."""
    here = opened(CATALOG, url, pool_size=1)
    monkeypatch.setattr(ahead, "MOST", 2)
    await here.foresee(templates(*PAGES))
    (wire,) = here._pool._idle
    assert len(await known_to(wire)) == 2
    monkeypatch.setattr(ahead, "_CHARACTERS", len(sql(PAGES[0])[0]))
    await here.foresee(templates(*PAGES))
    (wire,) = here._pool._idle
    assert len(await known_to(wire)) == 1


async def test_a_database_that_is_away_is_not_waited_for(opened):
    """Nothing is raised, and nothing kept."""
    here = opened(CATALOG, "postgresql://nobody@127.0.0.1:1/app")
    await here.foresee(templates(QUICK, *PAGES))
    assert (here.pool_use.used, here.pool_use.idle) == (0, 0)
