"""Answers by GET that a cache on the way may keep, and those that it may not."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from persisted_asking import GRAPHQL, MEANT, by_hash, hash_of

from auth.authenticator import Authenticator
from datasources.redis import Buckets, Replays
from edge.app import create_app
from edge.caching import Caching
from edge.graph import Graph
from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.persisted.trusted import Mode, Trusted
from edge.rates import Rates
from edge.rules import HttpRules
from settings import Settings
from telemetry import measures
from telemetry.measures import Measures
from tests.auth.issuing import NOW, running_issuer
from tests.library.library import Library

BOOKS = "query Books($n: Int!) { books(first: $n) { nodes { title } } }"
HOURS = "query Hours { openingHours }"
LONG = "query Long { books(first: 100) { nodes { title isbn pages shelfCode } } }"
RULES = HttpRules(caching=Caching(60, {"Hours": 3600, "Long": 0}))
PUBLIC = {"documentId": "books", "variables": '{"n": 2}'}


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """A library that trusts three documents, and limits who asks for more than is right."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"books": BOOKS, "hours": HOURS, "long": LONG}))
    documents = Documents(Kept(None), Trusted(path, Mode.WARN))
    rates = {"rates": Rates(100_000), "buckets": Buckets(None)}
    return dataclasses.replace(Library().graph, documents=documents, **rates)


def client_of(graph: Graph, rules: HttpRules = RULES) -> httpx.AsyncClient:
    """Of a server by these rules."""
    app = create_app(graph, max_body_bytes=100_000, examples=None, rules=rules)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://library")


@pytest.fixture
async def client(graph: Graph) -> AsyncGenerator[httpx.AsyncClient]:
    """By the rules of most tests."""
    async with client_of(graph) as client:
        yield client


async def got(client: httpx.AsyncClient, params: Any, **headers: str) -> httpx.Response:
    """The answer, with these headers besides."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get("/graphql", params=params, headers=MEANT | more)


async def test_a_public_answer(client):
    """It says for how long it holds, of an operation that has a time of its own that; and a tag."""
    first = await got(client, PUBLIC)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["vary"] == "Accept, Accept-Encoding"
    assert first.headers["etag"].startswith('W/"')
    assert "ratelimit" not in first.headers
    hours = await got(client, {"id": "hours"})
    assert hours.headers["cache-control"] == "public, max-age=3600"
    assert hours.headers["etag"] != first.headers["etag"]
    other = await got(client, PUBLIC, accept=GRAPHQL)
    assert other.headers["etag"] != first.headers["etag"]


async def test_what_a_client_has_is_not_sent_again(client):
    """By its tag, among others, weak or strong; not if it has become another."""
    first = await got(client, PUBLIC)
    tag = first.headers["etag"]
    for said in (tag, f'"a", {tag}', tag.removeprefix("W/"), "*"):
        known = await got(client, PUBLIC, if_none_match=said)
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["etag"] == tag
        assert known.headers["cache-control"] == "public, max-age=60"
        assert "content-type" not in known.headers
    new = await got(client, {**PUBLIC, "variables": '{"n": 3}'}, if_none_match=tag)
    assert new.status_code == 200
    private = await got(client, {"documentId": "long"}, if_none_match="*")
    assert private.status_code == 200


async def test_what_is_not_sent_again_is_logged_and_measured_as_what_it_is(
    client: httpx.AsyncClient,
    lines: Callable[[], list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
):
    """It once was 200 there."""
    monkeypatch.setattr(measures, "installed", found := Measures())
    tag = (await got(client, PUBLIC)).headers["etag"]
    assert (await got(client, PUBLIC, if_none_match=tag)).status_code == 304
    assert [each["status"] for each in lines() if each["event"] == "request"] == [200, 304]
    assert {key: sum(each[1:]) for key, each in found.responses.items()} == {
        ("GET", 200): 1,
        ("GET", 304): 1,
    }


async def test_in_gzip_it_has_the_same_tag(graph):
    """Which is why it is a weak one."""
    async with client_of(graph, HttpRules(gzip_from=100, caching=Caching(60))) as client:
        packed = await got(client, {"documentId": "long"})
        plain = await got(client, {"documentId": "long"}, accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({"documentId": "long"}, {}),
        ({"documentId": "none"}, {}),
        ({"documentId": "books"}, {}),
        ({"documentId": "books", "variables": '{"n": 1000}'}, {}),
        ({"documentId": "books", "variables": '{"n": "two"}'}, {}),
        ({"documentId": "books", "operationName": "Other"}, {}),
        ({"query": HOURS}, {}),
        ({"query": HOURS, "extensions": json.dumps(by_hash(hash_of(HOURS)))}, {}),
        ({"query": "{ __typename }"}, {}),
        ({"query": "mutation { x }"}, {}),
        (PUBLIC, {"graphql_cost": "report"}),
        (PUBLIC, {"authorization": "Bearer x"}),
        (PUBLIC, {"accept": "text/plain"}),
        ({}, {}),
    ],
)
async def test_what_no_cache_may_keep(client, params, headers):
    """Errors, texts, what is told to one client alone, and operations that say so."""
    response = await got(client, params, **headers)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_what_is_not_trusted_is_kept_if_nothing_is_said_of_it(graph):
    """In `log`, by a hash that somebody has sent; in `warn` the warning is for its client."""
    hashed = {"extensions": json.dumps(by_hash(hash_of("{ __typename }")))}
    said = []
    for mode in (Mode.LOG, Mode.WARN):
        graph.documents.trusted.mode = mode
        async with client_of(graph) as client:
            await got(client, {"query": "{ __typename }", **hashed})
            said.append((await got(client, hashed)).headers["cache-control"])
    assert said == ["public, max-age=60", "no-store"]


async def test_by_post_nothing_is_said(client):
    """No cache keeps such an answer."""
    body = {"documentId": "books", "variables": {"n": 2}}
    response = await client.post("/graphql", json=body, headers={"if-none-match": "*"})
    assert response.status_code == 200
    assert not {"cache-control", "etag", "vary"} & response.headers.keys()


async def test_where_nothing_is_set_nothing_is_kept(graph):
    """As it is, if an operator says nothing."""
    async with client_of(graph, HttpRules()) as client:
        assert (await got(client, PUBLIC)).headers["cache-control"] == "no-store"


async def test_who_signs_in_has_an_answer_of_his_own(graph):
    """It is not kept, and what is kept is not his: a cache knows by `Vary`."""
    async with running_issuer() as issuer:
        authenticator = Authenticator([issuer.issuer()], Replays(None), clock=lambda: NOW)
        signing = dataclasses.replace(graph, authenticator=authenticator)
        rules = dataclasses.replace(RULES, origins=("https://app.example",))
        async with client_of(signing, rules) as client:
            public = await got(client, PUBLIC)
            private = await got(client, PUBLIC, authorization=f"Bearer {issuer.token()}")
            asked = await got(client, PUBLIC, origin="https://app.example")
        await authenticator.close()
    assert public.headers["vary"] == "Accept, Accept-Encoding, Authorization, Origin"
    assert (private.status_code, private.headers["cache-control"]) == (200, "no-store")
    assert asked.headers["cache-control"] == "public, max-age=60"
    assert asked.headers["access-control-allow-origin"] == "https://app.example"


@pytest.mark.parametrize("given", ['{"A": -1}', "[]", '{"A": "x"}'])
def test_times_that_mean_nothing_are_refused(given):
    """At start-up."""
    with pytest.raises(ValueError, match="public_operations"):
        Settings(_env_file=None, public_operations=given)  # type: ignore[call-arg]
