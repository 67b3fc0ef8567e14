"""Documents by their ids, and those that are not trusted, over connections that last."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.persisted.trusted import Mode, Trusted
from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling
from tests.live.talking import serving, talking

COUNT = "subscription Count($to: Int!) { count(to: $to) }"
MANIFEST = {"hours": "query Hours { openingHours }", "count": COUNT}
OTHERS = [
    {"query": "{ __typename }"},
    {"query": "subscription { count(to: 1) }"},
    {"query": "{ nope }"},
    {"query": "{"},
    {"documentId": "other"},
]
REFUSED = "DOCUMENT_NOT_TRUSTED"
HOURS = {"data": {"openingHours": "9 to 5"}}
COUNTED = [{"data": {"count": 1}}, {"data": {"count": 2}}]
TWO = {"to": 2}

Ask = Callable[..., Any]


def sha256(text: str) -> str:
    """As Apollo's clients make it."""
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text: str) -> dict[str, Any]:
    """Apollo's extension."""
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}


@asynccontextmanager
async def by_socket(address: str) -> AsyncGenerator[Ask]:
    """Asks by a WebSocket: the payloads of what comes."""
    async with talking(address, init={}) as talk:
        number = 0

        async def ask(**asked: Any) -> list[Any]:
            nonlocal number
            number += 1
            await talk.say("subscribe", str(number), asked)
            heard = [await talk.hear()]
            while heard[-1]["type"] == "next":
                heard.append(await talk.hear())
            assert {message["id"] for message in heard} == {str(number)}
            told = [message["payload"] for message in heard if message["type"] == "next"]
            return [*told, *({"errors": m["payload"]} for m in heard if m["type"] == "error")]

        yield ask


@asynccontextmanager
async def by_events(address: str) -> AsyncGenerator[Ask]:
    """Asks for server-sent events, a connection for each."""
    accept = {"accept": "text/event-stream"}
    url = f"http://{address}"
    async with httpx.AsyncClient(base_url=url, headers=accept, timeout=60) as http:

        async def ask(**asked: Any) -> list[Any]:
            answer = await http.post("/graphql", json=asked)
            if answer.headers["content-type"].startswith("application/json"):
                return [answer.json()]
            lines = answer.text.splitlines()
            assert "event: complete" in lines
            return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]

        yield ask


@pytest.fixture(params=[by_socket, by_events])
def asking(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Mode], Any]:
    """Opens a way to ask a library that trusts what is in the manifest, in a mode."""

    @asynccontextmanager
    async def open_(mode: Mode) -> AsyncGenerator[Ask]:
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(MANIFEST))
        documents = Documents(Kept(None), Trusted(path, mode))
        graph = dataclasses.replace(Library(Slow, Doing, Telling).graph, documents=documents)
        async with serving(graph) as (address, _), request.param(address) as ask:
            yield ask

    return open_


def codes(answers: list[Any]) -> list[str]:
    """Of the one answer that there is."""
    (answer,) = answers
    return [error["extensions"]["code"] for error in answer["errors"]]


@pytest.mark.parametrize("mode", Mode)
async def test_what_is_trusted_is_answered(asking, mode):
    """Queries and subscriptions, by whatever names them, and by their texts."""
    async with asking(mode) as ask:
        for name in ("documentId", "doc_id", "id"):
            assert await ask(**{name: "hours"}) == [HOURS]
            assert await ask(**{name: "count"}, variables=TWO) == COUNTED
        assert await ask(extensions=by_hash(COUNT), variables=TWO) == COUNTED
        assert await ask(query=COUNT.replace(" ", "\n "), variables=TWO) == COUNTED


@pytest.mark.parametrize("other", OTHERS)
async def test_others_are_refused(asking, other):
    """Before they are parsed; and the connection goes on."""
    async with asking(Mode.ENFORCE) as ask:
        assert codes(await ask(**other)) == [REFUSED]
        assert await ask(documentId="hours") == [HOURS]


async def test_others_are_answered_with_a_warning(asking):
    """With every event of a subscription, as with the one answer to a query."""
    async with asking(Mode.WARN) as ask:
        answers = await ask(query=COUNT.replace("Count", "Other"), variables=TWO)
        assert [answer["data"] for answer in answers] == [each["data"] for each in COUNTED]
        answers += await ask(query="{ __typename }")
        warned = [answer["extensions"]["warnings"] for answer in answers]
        assert [[each["code"] for each in all_] for all_ in warned] == [[REFUSED]] * 3
        assert "extensions" not in (await ask(documentId="hours"))[0]


async def test_the_text_of_a_subscription_is_kept(asking):
    """As that of a query is: the hash, both, and from then on the hash."""
    text = "subscription Kept { count(to: 2) }"
    async with asking(Mode.LOG) as ask:
        assert codes(await ask(extensions=by_hash(text))) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert await ask(query=text, extensions=by_hash(text)) == COUNTED
        assert await ask(extensions=by_hash(text)) == COUNTED
