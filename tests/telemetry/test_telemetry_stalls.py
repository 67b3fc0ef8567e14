"""An event loop that is held up: noticed by another thread, and told once."""

import asyncio
import time

from telemetry.stalls import watched


def told(capsys, event):
    """The lines of one kind that were logged since somebody last asked."""
    said = "".join(capsys.readouterr())
    return [said] if event in said else []


def hold_up(capsys, seconds=60):
    """Holds up the loop until the other thread has said so; what it said."""
    until = time.monotonic() + seconds
    said = list[str]()
    while not said and time.monotonic() < until:
        time.sleep(0.05)
        said = told(capsys, "event_loop_stuck")
    return said


async def test_what_holds_up_the_loop_is_logged_with_its_stack(capsys):
    """Once for each time; then how long it took."""
    with watched(0.2):
        for _ in range(2):
            await asyncio.sleep(0.1)
            (line,) = hold_up(capsys)
            assert "in hold_up" in line
            assert line.count("event_loop_stuck") == 1
            time.sleep(0.5)  # noqa: ASYNC251 (it is what is tried)
            assert told(capsys, "event_loop_stuck") == []
            async with asyncio.timeout(60):
                while not told(capsys, "event_loop_goes_on"):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)


async def test_a_loop_that_goes_on_is_not_spoken_of(capsys):
    """And nothing is left of who looked."""
    with watched(30):
        await asyncio.sleep(0.2)
    assert told(capsys, "event_loop") == []
