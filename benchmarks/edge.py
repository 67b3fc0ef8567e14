"""In charge of what the edge costs: all that stands between HTTP and the engine, against neither.

`python -m benchmarks.edge` asks apps over one PostgreSQL in turn, by 16 connections from another
process. It prints the milliseconds of the first, all and those of this process's CPU, and how many
times as much the others take: medians of rounds in turn. CPU is the one to go by where the machine
has other work: a worker's throughput is what its core has time for.

    bare        Uvicorn's protocol, the body's JSON, and the engine; nothing else
    edge        the gate, media types, limits, costs, the guard against other sites, who asks, the
                deadline, metrics, and the line in the log, which is not written at this level
    logged      the same, and the line is written
    by hash     the document is named by its hash, as a persisted one
    sampled     spans are installed, and the request is not sampled
    limited     what it costs is taken from the client's bucket in Redis
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import uvloop
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from auth import ANONYMOUS
from benchmarks.flights import graph_where, load_flights
from benchmarks.rounds import Taken, in_turn, line, taken
from benchmarks.wire import CONNECTIONS, Served, Speaks, clients, served
from catalog import anyone
from datasources.embedded import Supervisor
from datasources.redis import Buckets
from edge.app import create_app
from edge.gate import Gate
from edge.graph import Graph
from edge.http import Http
from edge.metrics import LIMITS, gauges_of
from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.rates import Rates
from telemetry import begin, measures, spans
from telemetry.logs import configure as configure_logs
from telemetry.measures import Measures

SECONDS: Final = 0.05  # of one round, of each
QUERIES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "row by id": (
        "query R($id: Int!) { flight(id: $id) { id carrier origin dest plane { model } } }",
        {"id": 1},
    ),
    "100 rows": (
        "query P($n: Int!) { flights(first: $n) { nodes { id carrier origin dest depDelay } } }",
        {"n": 100},
    ),
    "20 × 10 rows": (
        """query T($n: Int!, $of: Int!) {
          planes(first: $n) { nodes { tailnum flights(first: $of) { nodes { id dest } } } } }""",
        {"n": 20, "of": 10},
    ),
}


class Way(NamedTuple):
    """A way from bytes to bytes; while it is gone, something else may be installed."""

    name: str
    app: ASGIApp
    speaks: Speaks
    installed: Callable[[], AbstractContextManager[object]] = nullcontext
    by_hash: bool = False


def main() -> None:
    """Prints a line for each query."""
    configure_logs("error", "json")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_started(Path(folder)))


async def _started(folder: Path) -> None:
    async with Supervisor(folder, ["postgres", "redis"], say=print) as supervisor:
        url, redis = supervisor.urls.postgres or "", supervisor.urls.redis
        await load_flights(url)
        # As the server has it, but by a loop of its own: the servers were started by Python's.
        await asyncio.to_thread(uvloop.run, _measured(url, redis))


async def _measured(url: str, redis: str | None) -> None:
    async with AsyncExitStack() as stack:
        ways = await stack.enter_async_context(_ways(url, redis))
        by = await stack.enter_async_context(clients())
        at = [await stack.enter_async_context(served(w.app, w.speaks, by)) for w in ways]
        compared = [(number, 0, way.name) for number, way in enumerate(ways) if number]
        for title, (query, variables) in QUERIES.items():
            asking = [_Asking(*each, query, variables) for each in zip(ways, at, strict=True)]
            print(line(title, "bare", await _in_turn(asking), compared), flush=True)


async def _in_turn(asking: Sequence[_Asking]) -> list[list[Taken]]:
    answers = {await each.answer() for each in asking}
    if len(answers) > 1 or b'"errors"' in min(answers):
        raise ValueError(f"answered otherwise: {answers!r:.900}")
    each = (await asking[0].round(20)).all / 1000
    times = 1 + int(SECONDS / each / CONNECTIONS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as the server has it
    return await in_turn([partial(each.round, times) for each in asking])


class _Asking:
    """One query, by one way."""

    def __init__(self, way: Way, served: Served, query: str, variables: Mapping[str, Any]) -> None:
        self._way, self._served = way, served
        named: dict[str, Any] = {"query": query}
        if way.by_hash:
            digest = hashlib.sha256(query.encode()).hexdigest()
            hashed = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
            named = {"extensions": hashed}
        self._request = _request({**named, "variables": variables})
        self._first = _request({**named, "query": query, "variables": variables})
        self._length = 0

    async def answer(self) -> bytes:
        """The body of an answer; a document is kept when its text has come with its hash."""
        await self._served.answer(self._first)
        answer = await self._served.answer(self._request)
        self._length = len(answer)
        return answer.partition(b"\r\n\r\n")[2]

    async def round(self, times: int) -> Taken:
        """What a request takes, of so many by each connection."""
        with self._way.installed():
            asks = partial(self._served.ask, self._request, self._length, times)
            return await taken(asks, times * CONNECTIONS)


def _request(body: Mapping[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n"
    )
    return head % len(content) + content


# --- The ways ---


class Bare:
    """What one would write around the engine by hand."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to a request with which nothing is wrong."""
        assert scope["type"] == "http"  # noqa: S101 (nothing else comes)
        begin()  # the engine counts there what it does
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        asked = orjson.loads(body)
        operation = self._graph.operations.find(asked["query"], None)
        assert operation is not None  # noqa: S101 (it is valid)
        answered = await operation.run(self._graph.context(ANONYMOUS), asked["variables"])
        assert answered is not None  # noqa: S101 (its variables fit)
        content = b'{"data":%s}' % (answered.data or b"null")
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", b"%d" % len(content)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


@asynccontextmanager
async def _ways(url: str, redis: str | None) -> AsyncGenerator[Sequence[Way]]:
    plain = graph_where(anyone, url)
    usual = replace(plain, documents=Documents(Kept(None)))
    limited = replace(usual, rates=Rates(1e12), buckets=Buckets(redis))
    of_edge, of_rates = _app(usual), _app(limited)
    provider = TracerProvider(sampler=ALWAYS_OFF)
    trace.set_tracer_provider(provider)  # which asks the sampler for each request
    with _spans(provider):
        traced = _app(usual)
    speaks = partial(Http, Gate())
    counted = partial(_measuring, usual)
    yield [
        Way("bare", Bare(plain), HttpToolsProtocol),
        Way("edge", of_edge, speaks, counted),
        Way("logged", of_edge, speaks, partial(_logging, counted)),
        Way("by hash", of_edge, speaks, counted, by_hash=True),
        Way("sampled", traced, speaks, partial(_both, counted, partial(_spans, provider))),
        Way("limited", of_rates, speaks, counted),
    ]
    await limited.close()


def _app(graph: Graph) -> ASGIApp:
    return create_app(graph, max_body_bytes=1_000_000, examples=None)


Installed = Callable[[], AbstractContextManager[object]]


@contextmanager
def _measuring(graph: Graph) -> Generator[None]:
    found = Measures(limits=LIMITS)
    found.gauges.append(partial(gauges_of, graph))
    measures.install(found)
    yield
    measures.install(None)


@contextmanager
def _logging(others: Installed) -> Generator[None]:
    before = sys.stderr
    with Path(os.devnull).open("w") as nowhere, others():
        sys.stderr = nowhere
        configure_logs("info", "json")
        yield
        sys.stderr = before
        configure_logs("error", "json")


@contextmanager
def _spans(provider: TracerProvider) -> Generator[None]:
    spans.install(provider)
    yield
    spans.install(None)


@contextmanager
def _both(first: Installed, second: Installed) -> Generator[None]:
    with first(), second():
        yield


if __name__ == "__main__":
    main()
