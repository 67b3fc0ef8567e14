"""In charge of the load: wrk, or one request after another; and what it cost the machine."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.install import WORK
from benchmarks.processes import cpu_seconds, pinned
from benchmarks.servers import Running
from benchmarks.shapes import Shape, bodies
from benchmarks.stores import Stores

_SCRIPT = Path(__file__).with_name("load.lua")
HOW_TO_GET_WRK = (
    "The load is made by wrk, which is not installed. On Debian or Ubuntu: apt-get install wrk."
)


@dataclass(frozen=True, slots=True)
class Round:
    """One server under one shape for some seconds."""

    requests: int
    seconds: float
    failed: int
    p50: float
    """Milliseconds, as the next."""
    p99: float
    cpu: dict[str, float]
    """Seconds that the server, and each store, used."""

    @property
    def per_second(self) -> float:
        """Requests answered."""
        return self.requests / self.seconds


def has_wrk() -> bool:
    """Whether there is anything to measure with."""
    return shutil.which("wrk") is not None


async def measured(shape: Shape, it: Running, stores: Stores, seconds: float, tag: str) -> Round:
    """One round; `tag` makes the names of documents that were never seen before."""
    watched = {"server": it.process, **stores.processes}
    before = {name: cpu_seconds(process) for name, process in watched.items()}
    if shape.cold:
        said = await _one_by_one(shape, it, stores, seconds)
    else:
        said = await _wrk(shape, it, seconds, tag)
    used = {name: cpu_seconds(process) - before[name] for name, process in watched.items()}
    return Round(**said, cpu=used)


async def _wrk(shape: Shape, it: Running, seconds: float, tag: str) -> dict[str, Any]:
    lines = WORK / f"{shape.name}.{it.server.dialect}.jsonl"
    posted = bodies(shape, it.server.dialect) or []
    lines.write_text("".join(json.dumps(body) + "\n" for body in posted), "utf-8")
    options = ["--threads", "1", "--connections", str(shape.connections), "--timeout", "30s"]
    url = it.url(shape.name)
    wrk = ["wrk", *options, "--duration", f"{seconds:g}s", "--script", str(_SCRIPT), url]
    process = await asyncio.create_subprocess_exec(
        *pinned(1, [*wrk, "--", str(lines), tag]), stdout=asyncio.subprocess.PIPE
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return json.loads(said.splitlines()[-1])


async def _one_by_one(shape: Shape, it: Running, stores: Stores, seconds: float) -> dict[str, Any]:
    """One connection, and an empty Redis before each request; only the answers' time counts."""
    connection = http.client.HTTPConnection("127.0.0.1", it.port, timeout=60)
    posted = [json.dumps(body).encode() for body in bodies(shape, it.server.dialect) or []]
    took: list[float] = []
    while sum(took) < seconds:
        await stores.empty_redis()
        body = posted[len(took) % len(posted)]
        took.append(await asyncio.to_thread(_timed, connection, body))
    connection.close()
    ordered = [second * 1000 for second in sorted(took)]
    return {
        "requests": len(took),
        "seconds": sum(took),
        "failed": 0,
        "p50": ordered[len(took) // 2],
        "p99": ordered[len(took) * 99 // 100],
    }


def _timed(connection: http.client.HTTPConnection, body: bytes) -> float:
    began = time.perf_counter()
    connection.request("POST", "/graphql", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    told = answer.read()
    if answer.status != 200 or b'"errors"' in told:  # noqa: PLR2004 (HTTP's)
        raise RuntimeError(told[:300])
    return time.perf_counter() - began
