"""In charge of what access costs: a signed token and a rule about rows, against neither.

`python -m benchmarks.access` asks graphs over one PostgreSQL in turn, the whole way through the
app, for what is the same answer in each. It prints the milliseconds of the first, all and those of
CPU, and how many times as much the others take: medians of rounds in turn.

    open        nobody asks, and everything is for anyone
    token       somebody asks the same, by a signed token
    rows        nobody asks, and for anyone there are rows of one value only, as a client may filter
    both        somebody asks, and there are the rows of the value that a claim of the token has
    both/rows   what it costs to know who asks, where the query of the store is the same
    policy      somebody asks, and PostgreSQL, which is told, has a policy about the claim
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from joserfc import jwt
from joserfc.jwk import ECKey

import extensions
import models
from auth.algorithms import ALGORITHMS
from auth.authenticator import Authenticator
from auth.fetch import Fetch
from auth.issuers import Issuer
from auth.profiles import PROFILES
from benchmarks.inside import HEADERS, Asked, answer_of
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
from datasources.postgres import PostgresSource, Roles
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
OURS: Final = rows({"carrier": {"eq": AIRLINE}})
POLICY: Final = """CREATE ROLE web; GRANT SELECT ON ALL TABLES IN SCHEMA public TO web;
ALTER TABLE flight ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON flight TO web
USING (carrier = (SELECT current_setting('request.jwt.claims', true)::json ->> 'airline'))"""
COMPARED: Final = (
    *((1, 0, "token"), (2, 0, "rows"), (3, 0, "both")),
    *((3, 2, "both/rows"), (4, 0, "policy")),
)
"""Which graph of those asked is compared with which other one."""
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
        with psycopg.connect(url) as connection:
            connection.execute(POLICY)
        token, authenticator = _signed_in()
        bearer = (b"authorization", b"Bearer " + token.encode())
        graphs = [
            _graph(rule, url, authenticator if shown else None)
            for rule, shown in ((anyone, False), (anyone, True), (OURS, False), (MINE, True))
        ]
        graphs.append(_graph(anyone, url, authenticator, Roles("web", "web")))
        asked = [
            Asked(
                create_app(graph, max_body_bytes=10_000, examples=None),
                (*HEADERS, bearer) if graph.authenticator else HEADERS,
            )
            for graph in graphs
        ]
        for title, query in QUERIES.items():
            print(_line(title, await _in_turn(asked, query)))
        for graph in graphs:
            await graph.close()


async def _in_turn(asked: Sequence[Asked], query: str) -> list[list[Taken]]:
    """For each round what each has taken; every one comes first as often as any other."""
    answers = {await answer_of(each, query) for each in asked}
    if len(answers) > 1 or b'"errors"' in min(answers):
        raise ValueError(f"answered otherwise: {answers!r:.900}")
    count = 1 + int(SECONDS * 1000 / (await _round(asked[0], query, 20)).all)
    gc.collect()
    return [
        [
            taken
            for _, taken in sorted(
                [(at, await _round(asked[at], query, count)) for at in _turn(number, len(asked))]
            )
        ]
        for number in range(ROUNDS)
    ]


def _turn(number: int, size: int) -> Sequence[int]:
    turn = [(number // 2 + at) % size for at in range(size)]
    return turn[::-1] if number % 2 else turn


def _line(title: str, taken: list[list[Taken]]) -> str:
    parts = [f"{title:<14}"]
    for name in ("all", "cpu"):
        rounds = [[getattr(each, name) for each in one] for one in taken]
        parts.append(f"{name} open {statistics.median(one[0] for one in rounds):6.3f} ms")
        for at, of, said in COMPARED:
            ratio = statistics.median(one[at] / one[of] for one in rounds)
            parts.append(f"{said} ×{ratio:5.3f}")
    return "  ".join(parts)


async def _round(asked: Asked, query: str, count: int) -> Taken:
    started, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        await answer_of(asked, query)
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return Taken((ended - started) * 1000 / count, (cpu_ended - cpu) * 1000 / count)


# --- The graphs, their rows, and who asks ---


def _catalog(of_flights: Rule) -> Catalog:
    catalog = catalog_of(models_in(models))
    said = {"Flight": Access(read=of_flights)}
    open_ = Access(read=anyone)
    entities = [replace(each, access=said.get(each.name, open_)) for each in catalog.values()]
    return Catalog(entities, catalog.interfaces, catalog.routines)


def _graph(
    of_flights: Rule,
    url: str,
    authenticator: Authenticator | None = None,
    roles: Roles | None = None,
) -> Graph:
    catalog = _catalog(of_flights)
    return Graph(
        catalog=catalog,
        schema=build_schema(catalog, extensions_in(extensions)),
        sources={Store.POSTGRES: PostgresSource(catalog, url, roles=roles)},
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
