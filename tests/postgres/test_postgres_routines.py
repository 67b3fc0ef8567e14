"""In charge of routines of Postgres: functions of the database, SELECTs, and texts of them."""

import decimal
from typing import Any

import psycopg
import pytest
from postgres_models import TABLES, Flight, Sample, Shade, Tint
from sqlalchemy import cast
from sqlmodel import SmallInteger, col, func, select

from catalog import catalog_of, routine
from catalog.query import Compare, IsNull, Join, Not, Operator, Order, Quantifier, Read, Related
from catalog.routine import Call
from catalog.summary import Function, GroupKey, Measure, Summary
from catalog.types import Scalar
from datasources.errors import ArgumentInvalid, RoutineWrites, StoreError
from datasources.postgres import PostgresSource
from datasources.postgres.statements import statement_for

FUNCTIONS = """
CREATE FUNCTION air.late(at_least integer, places text[] DEFAULT NULL) RETURNS SETOF air.flight
LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN QUERY SELECT * FROM air.flight
    WHERE delay >= at_least AND (places IS NULL OR place = ANY (places)) ORDER BY delay DESC;
END $$;
CREATE FUNCTION air.latest(of_carrier text) RETURNS air.flight
LANGUAGE sql STABLE AS $$
    SELECT * FROM air.flight WHERE carrier = of_carrier ORDER BY delay DESC NULLS LAST LIMIT 1 $$;
CREATE FUNCTION air.twice(small smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$ SELECT small * 2.5 $$;
CREATE FUNCTION air.forget(place text) RETURNS SETOF air.flight
LANGUAGE sql AS $$ DELETE FROM air.flight WHERE flight.place = forget.place RETURNING * $$;
"""


@routine(list[Flight])
def late(least: int = 1, places: list[str] | None = None) -> object:
    """By a function that the database has."""
    return func.air.late(least, places)


@routine(Flight)
def latest(carrier: str) -> object:
    """Of a function that gives one row, which may be null."""
    return func.air.latest(carrier)


@routine(decimal.Decimal)
def twice(small: int) -> object:
    """A value, of a function that takes a rarer type."""
    return func.air.twice(cast(small, SmallInteger))


@routine(list[Flight])
def forget(place: str) -> object:
    """What writes, though nothing says so."""
    return func.air.forget(place)


@routine(list[Sample])
def samples_of(shades: list[Shade], tint: Tint | None, words: str = "%") -> object:
    """Enums, as the columns that they are compared with store them; and constants."""
    return select(Sample).where(
        col(Sample.shade).in_(shades) | (Sample.tint == tint),
        col(Sample.text).like(words),
        col(Sample.short).in_(["abc", "abx", "it's 5%"]),
        col(Sample.ratio) < 1.5,
    )


@routine(list[Flight])
def flights_at(place: str) -> object:
    """By a text, with a colon and a percent sign that are its own."""
    return text_of("SELECT * FROM air.flight WHERE place = :place AND id % 2 = 0::int;")


def text_of(sql: str) -> str:
    """As users write it."""
    return sql


CATALOG = catalog_of([*TABLES, late, latest, twice, forget, samples_of, flights_at])
ROUTINES = {each.name: each for each in CATALOG.routines}
FLIGHT = CATALOG["Flight"]
BY_ID = (Order(("id",)),)


@pytest.fixture(scope="module")
async def called(url: str) -> Any:
    """Answers to reads of what a routine gives."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FUNCTIONS)
    source = PostgresSource(CATALOG, url)

    async def answer(name: str, *values: Any, **options: Any) -> Any:
        entity = ROUTINES[name].entity
        options = {"fields": tuple((each,) for each in entity.key), "order": ()} | options
        read = Read(entity, call=Call(ROUTINES[name], values), **options)
        (found,) = await source.read([read])
        return found[()]

    answer.source = source  # type: ignore[attr-defined]
    yield answer
    await source.close()


def _ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer.rows]


async def test_a_function_gives_rows_that_are_read_like_a_tables(called):
    """Filtered, ordered, paged, counted and joined; its own order is not kept."""
    assert _ids(await called("late", 0, None, order=BY_ID)) == [1, 4, 5, 6]
    assert _ids(await called("late", 0, ("JFK",), order=BY_ID)) == [1, 5, 6]
    united = Related(
        FLIGHT.relations["airline"], Quantifier.SOME, Compare(("code",), Operator.EQ, "UA")
    )
    joined = (Join(FLIGHT.relations["airline"], (("name",),)),)
    delay = Order(("delay",), descending=True)
    found = await called(
        "late", 0, None, filter=united, joins=joined, order=(delay, *BY_ID), limit=1, total=True
    )
    assert found.rows == [{"id": 6, "airline": {"name": "United"}}]
    assert found.total == 2


async def test_its_rows_are_summed_up_and_grouped(called):
    """As those of a table are, with computed fields."""
    call = Call(ROUTINES["late"], (0, None))
    place = GroupKey(("place",), Scalar.STRING)
    total = Summary(FLIGHT, measures=(Measure(Function.SUM, ("tens",)),), call=call)
    by_place = Summary(FLIGHT, (place,), (Measure(Function.COUNT),), order=(Order(("place",)),),
                       call=call)  # fmt: skip
    totals, groups = await called.source.read([total, by_place])
    assert totals[()].rows == [{"sum(tens)": 4}]
    assert groups[()].rows == [{"place": "JFK", "count()": 3}, {"place": "LGA", "count()": 1}]


async def test_a_row_of_nulls_is_none(called):
    """Which is how a function says that it found nothing."""
    there = Not(IsNull(("id",)))
    assert _ids(await called("latest", "UA", filter=there, limit=1)) == [6]
    assert _ids(await called("latest", "XX", filter=there, limit=1)) == []


async def test_a_value_is_of_the_type_that_is_declared(called):
    """And null is null."""
    assert (await called("twice", 3)).rows == [{"value": decimal.Decimal("7.5")}]
    assert (await called("twice", None)).rows == [{"value": None}]


@pytest.mark.parametrize(
    ("shades", "tint", "found"),
    [
        (("DARK", "LIGHT"), None, [1]),
        ((), "GREEN", [2]),
        (("CLEAR",), "BLUE", [1, 2]),
        ((), None, []),
    ],
)
async def test_enums_are_sent_as_their_columns_store_them(called, shades, tint, found):
    """By value, by name, natively or as text; whatever the model says."""
    assert _ids(await called("samples_of", shades, tint, "%", order=BY_ID)) == found


async def test_a_text_takes_arguments_by_name(called):
    """And nothing in a value becomes SQL."""
    assert _ids(await called("flights_at", "JFK", order=BY_ID)) == [2, 6]
    assert _ids(await called("flights_at", "JFK' OR '' = '")) == []


async def test_what_writes_is_refused_by_the_database(called, admin):
    """And has written nothing; the session stays good."""
    with pytest.raises(RoutineWrites) as refused:
        await called("forget", "JFK")
    assert refused.value.code == "ROUTINE_WRITES"
    assert admin.execute("SELECT count(*) FROM air.flight").fetchone() == (6,)
    assert _ids(await called("late", 20, None)) == [6]


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_a_value_that_no_text_can_be_is_refused(called, value):
    """Since it is not only compared with, it cannot mean that nothing is found."""
    with pytest.raises(ArgumentInvalid, match="'place'"):
        await called("flights_at", value)
    with pytest.raises(ArgumentInvalid, match="'places'"):
        await called("late", 1, (value,))


@routine(list[Flight])
def unknown(least: int) -> object:
    """By a function that the database lacks."""
    return func.air.unknown(least)


@routine(list[str])
def places(least: int) -> object:
    """By rows, though it is to be one value."""
    return select(Flight.place).where(col(Flight.delay) >= least)


@pytest.mark.parametrize(
    ("wrong", "field", "hint"),
    [
        (unknown, "id", "The database lacks a function, or one that takes these types"),
        (places, "value", "What is to give one value gives several rows: gather them"),
    ],
)
async def test_what_cannot_be_called_is_an_error(url, opened, wrong, field, hint):
    """Of the read, which says what to look for; the detail only the log has."""
    catalog = catalog_of([*TABLES, wrong])
    (found,) = catalog.routines
    with pytest.raises(StoreError) as failed:
        await opened(catalog, url).read([Read(found.entity, ((field,),), call=Call(found, (0,)))])
    assert (failed.value.hint or "").startswith(hint)


def test_one_statement_serves_all_values():
    """They are parameters of the very types that the routine takes."""
    one, other = (
        statement_for(CATALOG, Read(FLIGHT, (("id",),), call=Call(ROUTINES["late"], values)))
        for values in ((1, ("JFK",)), (2, ("EWR", "LGA")))
    )
    assert one.statement.sql == other.statement.sql
    assert "air.late($1::INTEGER, $2::TEXT[])" in one.sql
    assert (one.values, other.values) == ([1, ["JFK"]], [2, ["EWR", "LGA"]])
