"""In charge of what operators see of a read: one span and one call, with the SQL but no values."""

import pytest
from postgres_dock import SHIP

from catalog.change import Set, Update
from catalog.query import Compare, Operator, Read
from datasources.errors import StoreError
from telemetry import begin, current
from telemetry.recording import recorded_spans

SECRET = Compare(("name",), Operator.EQ, "secret value")


async def test_a_read_is_a_span_of_its_statement(catalog, source):
    """By OpenTelemetry's conventions."""
    read = Read(catalog["Pilot"], (("name",),), filter=SECRET)
    with recorded_spans() as spans:
        await source.read([read])
    (span,) = spans.get_finished_spans()
    told = dict(span.attributes or {})
    assert span.name == "SELECT pilot"
    assert told["db.system.name"] == "postgresql"
    assert told["db.namespace"] == "app"
    assert str(told["db.query.text"]).startswith("SELECT pilot_1.name")
    assert told["db.response.returned_rows"] == 0
    assert "secret value" not in repr(told)


async def test_reads_of_one_call_are_one_span(catalog, source):
    """One round trip, however many statements it takes; rows are counted in the request's tally."""
    begin()
    reads = [Read(catalog["Pilot"], ()), Read(catalog["Airline"], ())]
    with recorded_spans() as spans:
        await source.read(reads)
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})["db.operation.batch.size"] == 2
    assert current().store_calls == {"postgres": 1}
    assert current().rows == 6


async def test_a_failed_read_marks_its_span(catalog, opened, url):
    """With the code of the error, not its text."""
    source = opened(catalog, url.replace("/app?", "/postgres?"))
    with recorded_spans() as spans, pytest.raises(StoreError):
        await source.read([Read(catalog["Pilot"], (), filter=SECRET)])
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "STORE_FAILED"


async def test_a_change_is_a_span(docks):
    """Named by what it does, with the SQL but no values; its rows are those that it touched."""
    with recorded_spans() as spans:
        async with docks.begin() as transaction:
            change = Update(SHIP, Compare(("name",), Operator.NE, "secret"), ())
            await transaction.change(change)
            await transaction.change(Update(SHIP, SECRET, (Set(("flag",), "secret"),)))
    first, second = spans.get_finished_spans()
    assert (first.name, second.name) == ("UPDATE ship", "UPDATE ship")
    told = dict(first.attributes or {})
    assert told["db.response.returned_rows"] == 2
    assert "FOR UPDATE" in str(told["db.query.text"])
    assert "secret" not in repr([first.attributes, second.attributes])
