"""Clients that others wrote: graphql-ws, and graphql-sse in both of its modes."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.live.fields import events
from tests.live.talking import PATIENCE

FOLDER = Path(__file__).parent / "clients"
CLIENTS = ("graphql-ws", "graphql-sse", "graphql-sse, one stream")
COUNTED = [{"count": 1}, {"count": 2}, {"count": 3}]
HOURS = [{"openingHours": "9 to 5"}]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs node and npm"),
]


async def ran(*command: str, folder: Path) -> str:
    """What a command prints, which must succeed; the server answers meanwhile."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=pipe, stderr=pipe)
    said, amiss = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode == 0, amiss.decode()
    return said.decode()


async def test_each_client_hears_what_it_is_to_hear(address: str, tmp_path: Path):
    """One answer, several, several operations at once, the end of one, and what is wrong."""
    for name in ("package.json", "package-lock.json", "listen.mjs"):
        shutil.copy(FOLDER / name, tmp_path)
    install = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    await ran(*install, folder=tmp_path)
    told = json.loads(await ran("node", "listen.mjs", address, folder=tmp_path))
    assert tuple(told) == CLIENTS
    for name, heard in told.items():
        assert heard["query"] == HOURS, name
        assert heard["subscription"] == COUNTED, name
        assert heard["several"] == [COUNTED, HOURS, COUNTED], name
        assert heard["stopped"] == {"silence": 0}, name
        # By one stream it is the answer to a request that fails, which that client does not read.
        expected = ["GRAPHQL_VALIDATION_FAILED"]
        assert heard["wrong"] == expected or name == CLIENTS[2], heard["wrong"]
    await asyncio.wait_for(events["by a client ended"].wait(), PATIENCE)
