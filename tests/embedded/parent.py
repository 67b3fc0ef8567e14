"""Runs embedded servers until it is ended; says `ready` when they answer."""

import asyncio
import signal
import sys
from pathlib import Path

from datasources.embedded import Supervisor


async def main() -> None:
    """Start the servers of the command line in the folder before them, and wait."""
    folder, *servers = sys.argv[1:]
    async with Supervisor(Path(folder), servers, say=print):
        print("ready", flush=True)
        await asyncio.Event().wait()


# Whoever runs the tests in the background has them ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
asyncio.run(main())
