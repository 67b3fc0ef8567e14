"""In charge of the servers: the command, environment and dialect of each, and its start."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.install import NODE, PEERS, PEERS_PYTHON, WORK
from benchmarks.processes import pinned, running
from benchmarks.shapes import SHAPES, Body, Dialect, Keeping, Shape, bodies
from benchmarks.stores import Stores

ROOT = Path(__file__).parents[1]
FIRST_PORT = 8300
PATIENCE = 60  # seconds
_SERVE = (sys.executable, "server.py", "serve", "--port", "{port}")
_SAMPLED_OUT = (
    ("OTEL_TRACES_EXPORTER", "console"),
    ("OTEL_TRACES_SAMPLER", "parentbased_always_off"),
)
"""Spans are installed, and no request is sampled: so most requests of a busy server go."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server as its own docs run it in production: one process, one worker, no logs."""

    name: str
    title: str
    dialect: Dialect
    command: tuple[str, ...]
    """With `{port}` in it."""
    folder: Path
    documents: bool = False
    """Whether it reads MongoDB, too."""
    keeping: Keeping | None = None
    """How far it keeps what it reads, if it is ours."""
    environment: tuple[tuple[str, str], ...] = ()
    """Beside what all have."""

    def answers(self, shape: Shape) -> bool:
        """Whether the shape is asked of it."""
        known = bodies(shape, self.dialect) is not None
        ours = self.keeping is None or self.keeping in shape.keeping
        return known and ours and (self.documents or not shape.documents)


def _python(name: str, title: str, dialect: Dialect) -> Server:
    options = ["--port", "{port}", "--no-access-log", "--log-level", "warning"]
    command = (str(PEERS_PYTHON), "-m", "uvicorn", "app:app", *options)
    return Server(name, title, dialect, command, PEERS / name)


def _node(name: str, title: str, dialect: Dialect = "plain", *, documents: bool = False) -> Server:
    command = (str(NODE), "server.js")
    return Server(name, title, dialect, command, PEERS / name, documents=documents)


def _bigraph(name: str, title: str, keeping: Keeping, *settings: str) -> Server:
    return Server(
        name,
        title,
        "bigraph",
        (*_SERVE, *settings),
        ROOT,
        documents=True,
        keeping=keeping,
        environment=_SAMPLED_OUT,
    )


SERVERS = (
    _bigraph("bigraph", "Bigraph", "here"),
    _bigraph("bigraph-redis", "Bigraph", "redis", "--cache-local-bytes", "0"),
    _bigraph("bigraph-nothing", "Bigraph", "nothing", "--cache-ttl", "0"),
    _node("postgraphile", "PostGraphile", "postgraphile"),
    _node("mercurius", "Mercurius + JIT", documents=True),
    _node("apollo", "Apollo Server"),
    _node("yoga", "GraphQL Yoga"),
    _python("strawberry", "plain Strawberry", "plain"),
    _python("route", "hand-written route", "route"),
)

_RECORD = (sys.executable, "-m", "benchmarks.traced", *_SERVE[2:])
TRACED = (
    SERVERS[0],
    Server("untraced", "no spans installed", "bigraph", _SERVE, ROOT, documents=True),
    Server("recorded", "all spans recorded", "bigraph", _RECORD, ROOT, documents=True),
)
"""Bigraph as it is measured beside its peers, and with fewer and more spans."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    server: Server
    port: int
    process: int

    def url(self, shape: str) -> str:
        """Where a shape is asked for."""
        path = shape if self.server.dialect == "route" else "graphql"
        return f"http://127.0.0.1:{self.port}/{path}"


@asynccontextmanager
async def started(server: Server, port: int, stores: Stores) -> AsyncGenerator[Running]:
    """The server on the first core, once it answers; it is ended on leaving."""
    command = pinned(0, [part.format(port=port) for part in server.command])
    log = WORK / "logs" / f"{server.name}.log"
    log.parent.mkdir(exist_ok=True)
    environment = _environment(port, stores) | dict(server.environment)
    async with running(command, server.folder, environment, log) as process:
        it = Running(server, port, process.pid)
        await _answers(it, process, log)
        yield it


def _environment(port: int, stores: Stores) -> dict[str, str]:
    """The same for all; each takes what it knows."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PORT": str(port),
        "DATABASE_URL": stores.postgres,
        "MONGO_URL": stores.mongo,
        "REDIS_URL": stores.redis,
        "REDIS_PATH": stores.redis_path,
        "ENVIRONMENT": "production",
        "LOG_LEVEL": "warning",
        "MAX_PAGE_SIZE": "5000",
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }


async def _answers(it: Running, process: asyncio.subprocess.Process, log: Path) -> None:
    shape = SHAPES[0]
    body = (bodies(shape, it.server.dialect) or [])[0]
    deadline = time.monotonic() + PATIENCE
    while process.returncode is None and time.monotonic() < deadline:
        try:
            await asyncio.to_thread(asked, it.url(shape.name), body)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    said = await asyncio.to_thread(log.read_text, "utf-8")
    raise SystemExit(f"{it.server.title} does not answer:\n{said[-3000:]}")


def asked(url: str, body: Body) -> Mapping[str, object]:
    """The whole answer to a request."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 (ours)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (ours)
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {"errors": f"{error.code}: {error.read(300)!r}"}
