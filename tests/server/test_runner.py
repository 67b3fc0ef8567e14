"""By which event loop a command runs: uvloop's where it is installed, and where it can be."""

from __future__ import annotations

import asyncio
import json

import pytest
import uvloop
from running import Running

import server as program


def test_it_is_uvloop_where_that_is_installed() -> None:
    """Which then runs what it is given."""
    seen = list[asyncio.AbstractEventLoop]()

    async def look() -> None:
        seen.append(asyncio.get_running_loop())

    program.runner()(look())
    assert isinstance(seen[0], uvloop.Loop)


def test_it_is_pythons_own_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word: uvloop is not for every machine."""
    monkeypatch.setattr(program, "find_spec", lambda _: None)
    assert program.runner() is asyncio.run


def test_the_log_says_which_it_is(server: Running) -> None:
    """When a server begins; this one has all of its stores by URL."""
    lines = [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line["event"] == "serving"]
    assert line["loop"] == "uvloop"
