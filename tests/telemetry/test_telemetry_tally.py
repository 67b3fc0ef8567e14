"""The tally: what one request counts, and its trace id."""

import asyncio
import re
import time
from contextvars import Context

import pytest

from telemetry import Tally, begin, current, trace_id
from telemetry.tally import Stopwatch

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_tasks_of_a_request_share_its_tally():
    """What concurrent resolvers count adds up in one place."""

    async def resolver() -> None:
        current().rows += 1
        await asyncio.sleep(0)
        current().cache_hits += 2

    tally = begin()
    await asyncio.gather(*(resolver() for _ in range(10)))
    assert (tally.rows, tally.cache_hits) == (10, 20)


async def test_requests_do_not_share_a_tally():
    """Two requests at the same time count apart."""

    async def request(rows: int) -> Tally:
        tally = begin()
        await asyncio.sleep(0)
        current().rows += rows
        return tally

    one, two = await asyncio.gather(request(1), request(2))
    assert (one.rows, two.rows) == (1, 2)
    assert one.trace_id != two.trace_id


async def test_outside_of_a_request_counts_go_nowhere():
    """Start-up and background work may count too; nobody reads it."""

    async def outside() -> tuple[Tally, Tally]:
        current().rows += 1
        return current(), current()

    task = asyncio.create_task(outside(), context=Context())
    one, two = await task
    assert one is not two
    assert one.rows == 0


@pytest.mark.parametrize(
    "traceparent",
    [f"00-{TRACE}-b7ad6b7169203331-01", f"cc-{TRACE}-b7ad6b7169203331-00-of-the-future"],
)
def test_takes_over_the_callers_trace(traceparent: str):
    """A valid traceparent gives the request its trace id, also when tracing is off."""
    assert begin(traceparent).trace_id == TRACE
    assert trace_id() == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        TRACE,
        f"00-{TRACE}-b7ad6b7169203331",
        f"00-{TRACE}-b7ad6b7169203331-01-more",
        f"ff-{TRACE}-b7ad6b7169203331-01",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-b7ad6b7169203331-01",
        f"00-{TRACE}-b7ad6b7169203331-01\nforged",
    ],
)
def test_a_wrong_traceparent_is_as_none(traceparent: str | None):
    """Else the request gets a random id of its own."""
    tally = begin(traceparent)
    assert tally.trace_id != TRACE
    assert re.fullmatch("[0-9a-f]{32}", tally.trace_id)
    assert tally.traceparent is None
    assert trace_id() == tally.trace_id


def test_overlapping_waits_count_once():
    """The stopwatch runs while at least one wait does."""
    watch = Stopwatch()
    started = time.monotonic()
    with watch:
        with watch:
            time.sleep(0.02)
        assert watch.seconds >= 0.02
    stopped = watch.seconds
    assert 0.02 <= stopped <= time.monotonic() - started
    time.sleep(0.01)
    assert watch.seconds == stopped
