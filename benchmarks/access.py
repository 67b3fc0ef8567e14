"""In charge of what access costs: a signed token and a rule about rows, against neither.

`python -m benchmarks.access` asks graphs over one PostgreSQL in turn, the whole way through the
app, for what is the same answer in each. It prints the milliseconds of the first, all and those of
CPU, and how many times as much the others take: medians of rounds in turn.

    open        nobody asks, and everything is for anyone
    again       the same, by a graph of its own: how far two that do the same are apart in this run
    token       somebody asks the same, by a signed token
    rows        nobody asks, and for anyone there are rows of one value only, as a client may filter
    both        somebody asks, and there are the rows of the value that a claim of the token has
    both/rows   what it costs to know who asks, where the query of the store is the same
    policy      somebody asks, and PostgreSQL, which is told, has a policy about the claim
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.algorithms import ALGORITHMS
from auth.authenticator import Authenticator
from auth.fetch import Fetch
from auth.issuers import Issuer
from auth.profiles import PROFILES
from benchmarks.flights import AIRLINE, graph_where, load_flights
from benchmarks.inside import HEADERS, Asked, answer_of
from benchmarks.rounds import Taken, in_turn, line, taken
from catalog import anyone, authenticated, claim, rows
from datasources.embedded import Supervisor
from datasources.postgres import Roles
from datasources.redis import Replays
from edge.app import create_app
from telemetry.logs import configure as configure_logs

SECONDS: Final = 0.02  # of one round, of each
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
    *((1, 0, "again"), (2, 0, "token"), (3, 0, "rows"), (4, 0, "both")),
    *((4, 3, "both/rows"), (5, 0, "policy")),
)
"""Which graph of those asked is compared with which other one."""
MINE: Final = authenticated & rows({"carrier": {"eq": claim("airline")}})


def main() -> None:
    """Prints a line for each query."""
    configure_logs("error", "json")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> None:
    async with Supervisor(folder, ["postgres"], say=print) as supervisor:
        url = supervisor.urls.postgres or ""
        await load_flights(url)
        with psycopg.connect(url) as connection:
            connection.execute(POLICY)
        token, authenticator = _signed_in()
        bearer = (b"authorization", b"Bearer " + token.encode())
        graphs = [
            graph_where(rule, url, authenticator=authenticator if shown else None)
            for rule, shown in (
                *((anyone, False), (anyone, False), (anyone, True)),
                *((OURS, False), (MINE, True)),
            )
        ]
        told = graph_where(anyone, url, Roles("web", "web"), authenticator=authenticator)
        graphs.append(told)
        asked = [
            Asked(
                create_app(graph, max_body_bytes=10_000, examples=None),
                (*HEADERS, bearer) if graph.authenticator else HEADERS,
            )
            for graph in graphs
        ]
        for title, query in QUERIES.items():
            print(line(title, "open", await _in_turn(asked, query), COMPARED))
        for graph in graphs:
            await graph.close()


async def _in_turn(asked: Sequence[Asked], query: str) -> list[list[Taken]]:
    answers = {await answer_of(each, query) for each in asked}
    if len(answers) > 1 or b'"errors"' in min(answers):
        raise ValueError(f"answered otherwise: {answers!r:.900}")
    count = 1 + int(SECONDS * 1000 / (await _round(asked[0], query, 20)).all)
    gc.collect()
    return await in_turn([partial(_round, each, query, count) for each in asked])


async def _round(asked: Asked, query: str, count: int) -> Taken:
    async def all_of_them() -> None:
        for _ in range(count):
            await answer_of(asked, query)

    return await taken(all_of_them, count)


# --- Who asks ---


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
