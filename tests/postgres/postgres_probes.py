"""In charge of looking at a source and at its sessions while a test treats them badly."""

import asyncio
from pathlib import Path

from catalog.query import Order, Read

SESSIONS = "select pid from pg_stat_activity where application_name = %s"


def pilots(catalog):
    """A read of one row."""
    return Read(catalog["Pilot"], (("name",),), order=(Order(("id",)),), limit=1)


async def works(source, catalog):
    """Whether the source answers it."""
    (answers,) = await source.read([pilots(catalog)])
    return answers[()].rows == [{"name": "Ada"}]


def sessions(admin, name):
    """The process ids of the sessions of this name."""
    return [pid for (pid,) in admin.execute(SESSIONS, [name])]


def is_told(pid, number):
    """Whether a signal waits for a process that does not run."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines)
    waiting = int(status["ShdPnd"], 16) | int(status["SigPnd"], 16)
    return waiting >> (number - 1) & 1


async def eventually(found):
    """What a call finds, as soon as it finds something."""
    async with asyncio.timeout(30):
        while not (result := found()):  # noqa: ASYNC110 (only the server knows)
            await asyncio.sleep(0.01)
        return result
