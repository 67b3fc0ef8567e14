"""Rates: what clients may ask for in a while, what they are told of it, and who is one client."""

from __future__ import annotations

import dataclasses

import httpx
import pytest

from auth import ANONYMOUS, Principal
from datasources.redis import Buckets
from edge.app import create_app
from edge.rates import Rates, client_of
from edge.rules import HttpRules
from settings import Settings
from tests.library.library import Library

BOOKS = "query Books($n: Int!) { books(first: $n) { nodes { title } } }"


class Clock:
    """Stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def limited(rates: Rates, clock: Clock, **options: object) -> httpx.AsyncClient:
    """A client of a library with these rates."""
    buckets = Buckets(None, clock=clock)
    graph = dataclasses.replace(Library().graph, rates=rates, buckets=buckets)
    app = create_app(graph, max_body_bytes=100_000, examples=None, **options)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://library")


async def asked(client: httpx.AsyncClient, number: int = 10, query: str = BOOKS) -> httpx.Response:
    """So many books."""
    return await client.post("/graphql", json={"query": query, "variables": {"n": number}})


async def test_a_bucket_is_told_of_and_emptied_by_costs():
    """Whoever asks for more than is left waits as long as is said, and no longer."""
    clock = Clock()
    async with limited(Rates(100, 50), clock) as client:
        first = await asked(client, 60)
        assert first.headers["ratelimit-policy"] == '"client";q=100;w=50'
        assert first.headers["ratelimit"] == '"client";r=40;t=30'
        refused = await asked(client, 50)
        assert refused.status_code == 429
        (error,) = refused.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert refused.headers["retry-after"] == "5"
        assert error["extensions"]["retryAfter"] == 5
        assert refused.headers["ratelimit"] == '"client";r=40;t=30'
        clock.now = 4.9
        assert (await asked(client, 50)).status_code == 429
        clock.now = 5.0
        last = await asked(client, 50)
        assert last.status_code == 200
        assert last.headers["ratelimit"] == '"client";r=0;t=50'


async def test_what_costs_nothing_or_is_refused_takes_one():
    """Also what is not valid, and what graphql-core answers."""
    async with limited(Rates(100), Clock()) as client:
        for at, query in enumerate(("{ nope }", "{", "{ __typename }", "mutation { x }")):
            answer = await asked(client, query=query)
            assert f";r={99 - at};" in answer.headers["ratelimit"]


async def test_what_costs_more_than_all_takes_all():
    """It could be asked for never, otherwise."""
    async with limited(Rates(100), Clock()) as client:
        assert (await asked(client, 150)).headers["ratelimit"] == '"client";r=0;t=60'
        assert (await asked(client, 1)).status_code == 429


async def test_operations_have_rates_of_their_own():
    """Beside that of all; others, and those without a name, have none."""
    async with limited(Rates(100, operations={"Books": 20}), Clock()) as client:
        first = await asked(client, 15)
        assert first.headers["ratelimit-policy"] == '"client";q=100;w=60, "operation";q=20;w=60'
        assert first.headers["ratelimit"] == '"client";r=85;t=9, "operation";r=5;t=45'
        assert (await asked(client, 15)).status_code == 429
        other = await asked(client, 15, BOOKS.replace("Books", "Others"))
        assert other.headers["ratelimit"] == '"client";r=70;t=18'


async def test_each_request_of_a_batch_takes_what_it_costs():
    """What there is not enough for is refused in its place."""
    async with limited(Rates(100), Clock(), rules=HttpRules(batch_limit=3)) as client:
        one = {"query": BOOKS, "variables": {"n": 40}}
        answer = await client.post("/graphql", json=[one, one, one])
    assert ["data" in each for each in answer.json()] == [True, True, False]
    extensions = answer.json()[2]["errors"][0]["extensions"]
    assert extensions["code"] == "RATE_LIMITED"
    assert extensions["retryAfter"] == 12  # a fifth of the bucket, of a minute


def scope_of(host: str) -> dict[str, object]:
    """A request from an address."""
    return {"client": (host, 1)}


def test_who_is_one_client():
    """A principal wherever it is; else an address, or in IPv6 a network of one customer."""
    ann, bob = Principal("https://i", "ann"), Principal("https://i", "bob")
    assert client_of(scope_of("10.0.0.1"), ann) == client_of(scope_of("10.0.0.2"), ann)
    assert client_of(scope_of("10.0.0.1"), ann) != client_of(scope_of("10.0.0.1"), bob)
    assert client_of(scope_of("10.0.0.1"), ANONYMOUS) != client_of(scope_of("10.0.0.2"), ANONYMOUS)
    near, far = scope_of("2001:db8:0:1::1"), scope_of("2001:db8:0:2::1")
    assert client_of(near, ANONYMOUS) == client_of(scope_of("2001:db8:0:1:2::9"), ANONYMOUS)
    assert client_of(near, ANONYMOUS) != client_of(far, ANONYMOUS)
    mapped = client_of(scope_of("::ffff:10.0.0.1"), ANONYMOUS)
    assert mapped == client_of(scope_of("10.0.0.1"), ANONYMOUS)
    assert client_of({}, ANONYMOUS) == client_of({"client": None}, ANONYMOUS)


async def test_without_rates_nothing_is_told(client):
    """Which is how it is, if nothing is set."""
    assert "ratelimit" not in (await asked(client)).headers


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"rate_operations": '{"A": 5}'}, "RATE_LIMIT is not"),
        ({"rate_operations": '{"A": 0}', "rate_limit": 5}, "below 1"),
        ({"rate_operations": "[]", "rate_limit": 5}, "dict"),
    ],
)
def test_rates_that_mean_nothing_are_refused(given, reason):
    """At start-up."""
    with pytest.raises(ValueError, match=reason):
        Settings(_env_file=None, **given)  # type: ignore[call-arg]
