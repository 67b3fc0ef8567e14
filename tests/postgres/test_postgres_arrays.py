"""Arrays as Postgres reads them: what was sent is what is there."""

import datetime
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasources.postgres.arrays import array_of
from datasources.postgres.conninfo import conninfo_of
from datasources.postgres.wire import Wire

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1)
SPECIAL = st.lists(st.text('{}",\\\t\n NULL'), min_size=1)
NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1)


class Statement(NamedTuple):
    """A text with its parameters."""

    sql: str
    values: tuple[Any, ...]


@pytest.fixture
async def wire(url: str) -> AsyncGenerator[Wire]:
    """A session of its own."""
    wire = await Wire.connect(conninfo_of(url, statement_timeout=30))
    yield wire
    await wire.close()


@settings(max_examples=60)
@given(texts=TEXTS | SPECIAL, numbers=NUMBERS)
async def test_postgres_reads_what_was_meant(wire, texts, numbers):
    """Also what an array's text quotes or escapes, and the ends of the numbers."""
    assert array_of(texts) is not None
    assert array_of(numbers) is not None
    asked = Statement("select $1::text[], $2::bigint[]", (texts, numbers))
    ((rows, _),) = await wire.run([asked], 10)
    assert rows == [(texts, numbers)]


OF_ANY_ZONE = st.builds(
    lambda moment, offset: moment.astimezone(datetime.timezone(offset)),
    st.datetimes(timezones=st.just(datetime.UTC)).filter(lambda it: 1 < it.year < 9999),
    st.timedeltas(datetime.timedelta(hours=-14), datetime.timedelta(hours=14)).map(
        lambda offset: datetime.timedelta(seconds=offset.total_seconds() // 1)
    ),
)
"""With offsets to the second, which JSON has not."""

OTHERS = {
    "text": TEXTS,
    "bigint": NUMBERS,
    "boolean": st.lists(st.booleans(), min_size=1),
    "double precision": st.lists(st.floats(allow_nan=False), min_size=1),
    "numeric": st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=9).map(abs), min_size=1
    ),
    "uuid": st.lists(st.uuids(), min_size=1),
    "date": st.lists(st.dates(), min_size=1),
    "time": st.lists(st.times(), min_size=1),
    "timestamp": st.lists(st.datetimes(), min_size=1),
    "timestamptz": st.lists(st.datetimes(timezones=st.just(datetime.UTC)), min_size=1)
    | st.lists(OF_ANY_ZONE, min_size=1),
}


@settings(max_examples=60)
@given(data=st.data(), sql=st.sampled_from(sorted(OTHERS)))
async def test_postgres_reads_values_and_nulls(wire, data, sql):
    """Of any type that is written here: what comes back equals what was sent."""
    values = [*data.draw(OTHERS[sql]), None]
    assert array_of(values) is not None
    same = "select $1 is not distinct from array[{}]".replace("$1", f"$1::{sql}[]")
    each = ", ".join(f"${at}::{sql}" for at in range(2, len(values) + 2))
    ((rows, _),) = await wire.run([Statement(same.format(each), (values, *values))], 10)
    assert rows == [(True,)]


@pytest.mark.parametrize(
    "values", [[], [None], ["a\0b"], ["a\0b", None], ["a", 1], [b"a"], [["a"]]], ids=repr
)
def test_others_are_left_to_psycopg(values):
    """A text with NUL would be two, if it were written here."""
    assert array_of(values) is None
