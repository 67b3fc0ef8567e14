"""Arrays as Postgres reads them: what was sent is what is there."""

from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
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


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=TEXTS | SPECIAL, numbers=NUMBERS)
async def test_postgres_reads_what_was_meant(wire, texts, numbers):
    """Also what an array's text quotes or escapes, and the ends of the numbers."""
    assert array_of(texts) is not None
    assert array_of(numbers) is not None
    asked = Statement("select $1::text[], $2::bigint[]", (texts, numbers))
    ((rows, _),) = await wire.run([asked], 10)
    assert rows == [(texts, numbers)]


@pytest.mark.parametrize(
    "values", [[], ["a\0b"], ["a", None], ["a", 1], [True], [1.5], [["a"]]], ids=repr
)
def test_others_are_left_to_psycopg(values):
    """A text with NUL would be two, if it were written here."""
    assert array_of(values) is None
