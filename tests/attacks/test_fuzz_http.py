"""Whatever is sent to the server, it answers in order, and goes on answering.

`make fuzz` sends a hundred thousand inputs, `make test` a few; FUZZ_INPUTS is another number, and
FUZZ_SEED another hundred thousand. An input that fails is named by its number: FUZZ_FIRST=17
FUZZ_INPUTS=1 sends it alone.

No input may bring about a status of 500 or more. There are two that are no fault: 504 where the
input itself has set a deadline, and 503 with STORE_BUSY or SERVER_OVERLOADED, as on a machine that
has much else to do; then the same input is sent again, until there is another answer to it.
Nor may any input keep others waiting, one of whom asks for next to nothing all the while.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fuzz_answers import BusyError
from fuzz_crew import Crew
from fuzz_documents import MARKET, SAMPLE
from fuzz_sockets import converse
from fuzz_turns import LONGEST, PATIENCE, Turns, others
from running import Running, eventually, query, ready

INPUTS = int(os.environ.get("FUZZ_INPUTS", "100000"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
TALKS = min(INPUTS, 3_000)
FEW = 1_000
MOST = 400.0
"""Megabytes of the server at any time, which has both MongoDB's and the issuer's libraries."""


def address(running: Running) -> tuple[str, int]:
    """Where a server listens."""
    parts = urlsplit(running.url())
    return parts.hostname or "", parts.port or 0


def megabytes(running: Running) -> float:
    """The most memory that it ever had."""
    status = Path(f"/proc/{running.process.pid}/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def check_turns(turns: Turns, running: Running, before: int) -> None:
    """Nobody else was kept waiting; if somebody was, the log says by what."""
    assert turns.wrong == []
    assert turns.asked
    stuck = [line for line in running.said[before:].splitlines() if '"event_loop_stuck"' in line]
    assert turns.longest < LONGEST, f"{turns}\n" + "\n\n".join(stuck[-3:]).replace("\\n", "\n")


def check_sound(running: Running, before: int) -> None:
    """It lives, is ready, and has logged no failure of its own since it had said so much."""
    assert running.process.poll() is None, running.said[-5000:]
    said = running.said[before:]
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:5000]
    assert '"event":"unexpected error"' not in said
    assert eventually(lambda: ready(running.url())["status"] == "ready")


async def test_a_few_inputs_are_answered_in_order(server: Running) -> None:
    """Of every kind, to the sample, as somebody nobody knows."""
    before = len(server.said)
    crew = Crew(*address(server), SAMPLE)
    with others(address(server), server.process.pid) as turns:
        await crew.send(range(FEW))
    print(crew, turns)
    assert crew.wrong == [], "\n\n".join(crew.wrong)
    check_turns(turns, server, before)
    await asyncio.to_thread(check_sound, server, before)


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_inputs_are_answered_in_order(
    market: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many as FUZZ_INPUTS says; afterwards the server answers as ever, in as much memory."""
    crew = Crew(*address(market), MARKET, waits=0.02)
    with others(address(market), market.process.pid) as turns:
        await crew.send(range(FIRST, FIRST + INPUTS))
    with capsys.disabled():
        print(f"\n{crew}; {turns}; {megabytes(market):.0f} MB at most")
    assert crew.wrong == [], "\n\n".join(crew.wrong)
    check_turns(turns, market, 0)
    await asyncio.to_thread(check_sound, market, 0)
    answer = await asyncio.to_thread(query, market.url(), "{ weighed(grams: [1, 2]) }")
    assert answer == {"data": {"weighed": 3.0}}
    assert megabytes(market) < MOST


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_conversations_end_in_order(
    market: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over WebSockets, by codes that say what a client has done wrong."""
    host, port = address(market)
    left, told = iter(range(FIRST, FIRST + TALKS)), set[str]()
    before = len(market.said)

    wrong = list[str]()

    async def some() -> None:
        for number in left:
            try:
                async with asyncio.timeout(PATIENCE):
                    told.update(await converse(host, port, number, MARKET))
            except BusyError:
                pass  # which is an answer
            except (AssertionError, TimeoutError, KeyError, TypeError) as error:
                wrong.append(f"conversation {number}: {error!r}")

    with others((host, port), market.process.pid) as turns:
        await asyncio.gather(*(some() for _ in range(16)))
    assert wrong == []
    with capsys.disabled():
        print(f"\n{TALKS:,} conversations; {len(told)} codes; {turns}")
    check_turns(turns, market, before)
    await asyncio.to_thread(check_sound, market, before)
