"""In charge of what access costs: a signed token and a rule about rows, against neither.

`python -m benchmarks.access` asks two graphs over one PostgreSQL in turn, the whole way through the
app: one is open and asked by nobody, the other shows rows by a claim of a token, which finds the
same. It prints milliseconds, those of CPU, and their ratios: medians of rounds in turn.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.types import ASGIApp, Message, Scope

import extensions
import models
from auth.algorithms import ALGORITHMS
from auth.authenticator import Authenticator
from auth.fetch import Fetch
from auth.issuers import Issuer
from auth.profiles import PROFILES
from catalog import (
    Access,
    Catalog,
    Store,
    anyone,
    authenticated,
    catalog_of,
    claim,
    models_in,
    rows,
)
from catalog.access import Rule
from datasources.embedded import Supervisor
from datasources.load import SampleTable, load
from datasources.postgres import PostgresSource
from datasources.redis import NoCache, Replays
from edge.app import create_app
from edge.graph import Graph
from models.sample import tables
from resolvers.paging import PageLimits
from schema import build_schema, extensions_in
from telemetry.logs import configure as configure_logs

AIRLINE: Final = "UA"
ROWS: Final = 5_000
ROUNDS: Final = 60
SECONDS: Final = 0.04  # of one round, of each of the two
ISSUER: Final = "http://127.0.0.1:9"
QUERIES: Final = {
    "row by id": "{ flight(id: 1) { id carrier origin dest depDelay plane { model } } }",
    "100 rows": "{ flights(first: 100) { nodes { id carrier origin dest depDelay arrDelay } } }",
    "20 × 10 rows": (
        "{ planes(first: 20) { nodes { tailnum flights(first: 10) { nodes { id dest } } } } }"
    ),
}
MINE: Final = authenticated & rows({"carrier": {"eq": claim("airline")}})


class Taken(NamedTuple):
    """Milliseconds of one request: all, and those of CPU."""

    all: float
    cpu: float


def main() -> None:
    """Prints a line for each query."""
    configure_logs("error", "json")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> None:
    async with Supervisor(folder, ["postgres"], say=print) as supervisor:
        url = supervisor.urls.postgres or ""
        await load(
            _catalog(anyone), _few(), postgres_url=url, mongo_url=None, progress=lambda *_: None
        )
        token, authenticator = _signed_in()
        graphs = _graph(anyone, url), _graph(MINE, url, authenticator)
        apps = [create_app(graph, max_body_bytes=10_000, examples=None) for graph in graphs]
        for title, query in QUERIES.items():
            print(_line(title, await _in_turn(apps, query, token)))
        for graph in graphs:
            await graph.close()


async def _in_turn(apps: list[ASGIApp], query: str, token: str) -> list[tuple[Taken, Taken]]:
    asked = [(apps[0], None), (apps[1], token)]
    first, second = [await _answer(app, query, shown) for app, shown in asked]
    if first != second or b'"errors"' in first:
        raise ValueError(f"answered otherwise: {first[:300]!r} {second[:300]!r}")
    count = 1 + int(SECONDS * 1000 / (await _round(apps[0], query, None, 20)).all)
    gc.collect()
    taken: list[tuple[Taken, Taken]] = []
    for number in range(ROUNDS):
        turn = asked if number % 2 else asked[::-1]
        found = [await _round(app, query, shown, count) for app, shown in turn]
        taken.append((found[0], found[1]) if number % 2 else (found[1], found[0]))
    return taken


def _line(title: str, taken: list[tuple[Taken, Taken]]) -> str:
    parts = [f"{title:<14}"]
    for name in ("all", "cpu"):
        pairs = [(getattr(one, name), getattr(other, name)) for one, other in taken]
        one, other = (statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in pairs)
        parts.append(f"{name} {one:7.3f} ms open {other:7.3f} ms by rule  ×{ratio:5.3f}")
    return "   ".join(parts)


async def _round(app: ASGIApp, query: str, token: str | None, count: int) -> Taken:
    started, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        await _answer(app, query, token)
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return Taken((ended - started) * 1000 / count, (cpu_ended - cpu) * 1000 / count)


async def _answer(app: ASGIApp, query: str, token: str | None) -> bytes:
    """The body, by the app itself: what the sockets cost is the same for both."""
    body = json.dumps({"query": query}).encode()
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
    if token is not None:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    sent: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    await app(_scope(headers), receive, send)
    return b"".join(sent)


def _scope(headers: list[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


# --- The two graphs, their rows, and who asks ---


def _catalog(of_flights: Rule) -> Catalog:
    catalog = catalog_of(models_in(models))
    said = {"Flight": Access(read=of_flights)}
    open_ = Access(read=anyone)
    entities = [replace(each, access=said.get(each.name, open_)) for each in catalog.values()]
    return Catalog(entities, catalog.interfaces, catalog.routines)


def _graph(of_flights: Rule, url: str, authenticator: Authenticator | None = None) -> Graph:
    catalog = _catalog(of_flights)
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={Store.POSTGRES: PostgresSource(catalog, url)},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(100, 1000),
        authenticator=authenticator,
    )


def _few() -> Iterator[SampleTable]:
    """Some of the sample's rows, of what PostgreSQL holds: flights of one airline."""
    for table in tables():
        if table.model.__name__ == "Flight":
            flights = [row for row in table.rows() if row["carrier"] == AIRLINE][:ROWS]
            yield replace(table, count=len(flights), rows=partial(iter, flights))
        elif table.model.__name__ in {"Airline", "Plane"}:
            yield table


class _Keys(Fetch):
    """An issuer's keys, without the issuer: they are asked for once in five minutes."""

    def __init__(self, key: ECKey) -> None:
        super().__init__()
        self._keys = {"keys": [key.as_dict(private=False)]}

    async def json(self, url: str, issuer: str, **_: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """The keys, whatever is asked."""
        return self._keys


def _signed_in() -> tuple[str, Authenticator]:
    key = ECKey.generate_key("P-256", {"kid": "k"})
    issuer = Issuer(
        ISSUER, frozenset({"bigraph"}), PROFILES["rfc9068"], ALGORITHMS, keys_url=f"{ISSUER}/keys"
    )
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "ada", "aud": "bigraph", "iat": now, "exp": now + 3600,
              "scope": "read:flights", "airline": AIRLINE}  # fmt: skip
    token = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "k"}, claims, key)
    return token, Authenticator([issuer], Replays(None), fetch=_Keys(key))


if __name__ == "__main__":
    main()
