"""In charge of what operators see of a read: one span and one call, and no values."""

import pytest
from mongo_dock import SHIP
from mongo_models import LINE, STATION
from mongo_reads import compare
from mongo_server import free_port

from catalog.change import Set, Update
from catalog.query import Batch, Read
from datasources.errors import StoreUnavailable
from telemetry import begin, current
from telemetry.recording import recorded_spans

SECRET = compare("name", "ne", "secret value")


async def test_a_read_is_a_span(filled):
    """By OpenTelemetry's conventions."""
    source = filled(stations=[{"_id": 1, "name": "a"}, {"_id": 2, "name": "secret value"}])
    with recorded_spans() as spans:
        await source.read([Read(STATION, (("name",),), filter=SECRET)])
    (span,) = spans.get_finished_spans()
    told = dict(span.attributes or {})
    assert span.name == "aggregate stations"
    assert told["db.system.name"] == "mongodb"
    assert told["db.collection.name"] == "stations"
    assert told["db.response.returned_rows"] == 1
    assert "secret value" not in repr(told)


async def test_reads_of_one_call_are_one_span(filled):
    """Rows are counted, of batches too, in the request's tally."""
    source = filled(stations=[{"_id": 1, "line": "N"}, {"_id": 2, "line": "N"}, {"_id": 3}])
    begin()
    batch = Batch(("line_code",), (("N",), ("S",)))
    reads = [Read(STATION, (("key",),), batch=batch, total=True), Read(LINE, ()), Read(STATION, ())]
    with recorded_spans() as spans:
        await source.read(reads)
    (span,) = spans.get_finished_spans()
    assert (span.attributes or {})["db.operation.batch.size"] == 3
    assert current().store_calls == {"mongo": 1}
    assert current().rows == 5


async def test_a_change_is_a_span_about_what_it_asks(docks):
    """The read that finds the documents stands inside; nothing tells a value."""
    change = Update(SHIP, SECRET, (Set(("dock",), "secret value"),))
    with recorded_spans() as spans:
        async with docks.begin() as transaction:
            await transaction.change(change)
    inner, outer = spans.get_finished_spans()
    assert (outer.name, inner.name) == ("update ships", "aggregate ships")
    assert inner.parent == outer.context
    assert "secret value" not in repr([inner.attributes, outer.attributes])


async def test_a_failed_read_marks_its_span(opened):
    """So that traces show where a request failed."""
    source = opened(f"mongodb://127.0.0.1:{free_port()}/test?serverSelectionTimeoutMS=50")
    with recorded_spans() as spans, pytest.raises(StoreUnavailable):
        await source.read([Read(STATION, ())])
    (span,) = spans.get_finished_spans()
    assert not span.status.is_ok
