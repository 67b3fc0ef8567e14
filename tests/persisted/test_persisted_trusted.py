"""Trusted documents over HTTP: how they are asked for, and what becomes of others in each mode."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from persisted_asking import by_hash, client_of, code_of, got, hash_of, posted

from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.persisted.trusted import Mode, Trusted
from edge.persisted.untrusted import Untrusted
from edge.requests import GraphQLRequest
from edge.rules import HttpRules

BOOKS = "query Books($n: Int!) { books(first: $n) { nodes { title } } }"
HOURS = "query Hours { openingHours }"
RELAY = hashlib.md5(BOOKS.encode()).hexdigest()  # noqa: S324 (what Relay's compiler makes)
MANIFEST = {RELAY: BOOKS, "hours": HOURS}
OTHER = "{ __typename }"
TWO = {"n": 2}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of the manifest."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST))
    return path


@asynccontextmanager
async def trusting(path: Path, mode: Mode, **options: Any) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a library in this mode, which keeps what clients send as well."""
    async with client_of(Documents(Kept(None), Trusted(path, mode)), **options) as client:
        yield client


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("ask", [posted, got])
@pytest.mark.parametrize(
    "named",
    [
        {"documentId": RELAY},
        {"documentId": f"sha256:{hash_of(BOOKS)}"},
        {"doc_id": RELAY},
        {"id": RELAY},
        {"extensions": by_hash(RELAY)},
        {"extensions": by_hash(hash_of(BOOKS))},
        {"query": BOOKS},
        {"query": BOOKS, "extensions": by_hash(RELAY)},
        {"query": BOOKS, "extensions": by_hash(hash_of(BOOKS))},
        {"query": BOOKS.replace(" ", "\n ") + "# the end"},
    ],
)
async def test_a_trusted_document_is_answered_in_all_modes(path, mode, ask, named):
    """By whichever name, or by its text; and nothing is said of it."""
    async with trusting(path, mode) as client:
        answer = (await ask(client, variables=TWO, **named)).json()
        assert len(answer["data"]["books"]["nodes"]) == 2
        assert answer.keys() == {"data"}
        named_too = (await ask(client, variables=TWO, operationName="Books", **named)).json()
        assert named_too == answer


async def test_what_is_logged(path, lines: Callable[[], list[dict[str, Any]]]):
    """Each document that is not trusted, once, with what it takes to find it."""
    async with trusting(path, Mode.LOG) as client:
        for _ in range(3):
            assert (await posted(client, query=OTHER)).json() == {"data": {"__typename": "Query"}}
        await posted(client, query=HOURS)
        (line,) = [line for line in lines() if line["event"] == "untrusted_document"]
    assert (line["sha256"], line["document"]) == (hash_of(OTHER), OTHER)


def test_the_log_is_not_filled(lines: Callable[[], list[dict[str, Any]]]):
    """Whoever makes up documents has a minute's lines, and then the next minute's."""
    now = [0.0]
    untrusted = Untrusted(lambda: now[0])
    for number in range(500):
        untrusted.tell(GraphQLRequest(f"{{ a{number} }}", None, None))
    events = [line["event"] for line in lines()]
    assert events == ["untrusted_document"] * 60 + ["untrusted_documents_not_told"]
    now[0] = 61.0
    untrusted.tell(GraphQLRequest("{ b }", None, None))
    assert lines()[-1]["document"] == "{ b }"


async def test_a_warning(path):
    """In the answer, beside its data, or its errors."""
    async with trusting(path, Mode.WARN) as client:
        answer = (await posted(client, query=OTHER)).json()
        (warning,) = answer["extensions"]["warnings"]
        assert warning["code"] == "DOCUMENT_NOT_TRUSTED"
        assert answer["data"] == {"__typename": "Query"}
        wrong = (await posted(client, query="{ nope }")).json()
        assert wrong["extensions"]["warnings"] == [warning]
        hashed = {"query": OTHER, "extensions": by_hash(hash_of(OTHER))}
        assert "warnings" in (await posted(client, **hashed)).json()["extensions"]
        again = (await posted(client, extensions=by_hash(hash_of(OTHER)))).json()
        assert again == answer


@pytest.mark.parametrize("ask", [posted, got])
@pytest.mark.parametrize(
    "asked",
    [
        {"query": OTHER},
        {"query": "{ nope }"},
        {"query": "{"},
        {"query": HOURS.replace("Hours", "Other")},
        {"query": "{ __schema { types { name } } }"},
        {"query": f"{HOURS} {OTHER}"},
        {"query": OTHER, "extensions": by_hash(hash_of(OTHER))},
        {"extensions": by_hash(hash_of(OTHER))},
        {"documentId": "other"},
    ],
)
async def test_others_are_refused(path, ask, asked):
    """Before they are parsed, by text or by name; questions about the schema as well."""
    async with trusting(path, Mode.ENFORCE) as client:
        for _ in range(2):  # nothing is kept of it
            refused = await ask(client, **asked)
            assert (refused.status_code, code_of(refused)) == (403, "DOCUMENT_NOT_TRUSTED")
            assert refused.headers["cache-control"] == "no-store"


async def test_a_hash_of_another_text(path):
    """Of a trusted one, too."""
    async with trusting(path, Mode.ENFORCE) as client:
        swapped = await posted(client, query=HOURS, extensions=by_hash(hash_of(BOOKS)))
    assert (swapped.status_code, code_of(swapped)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")


async def test_limits_hold_for_what_is_trusted(path):
    """Variables are anybody's, and whoever wrote it may have been mistaken."""
    async with trusting(path, Mode.ENFORCE) as client:
        answer = (await posted(client, documentId=RELAY, variables={"n": 100_000})).json()
    assert answer["errors"][0]["extensions"]["code"] == "PAGE_SIZE_EXCEEDED"


async def test_in_a_batch_each_is_judged(path):
    """In its place."""
    async with trusting(path, Mode.ENFORCE, rules=HttpRules(batch_limit=3)) as client:
        answers = (
            await client.post("/graphql", json=[{"documentId": "hours"}, {"query": OTHER}])
        ).json()
    assert answers[0] == {"data": {"openingHours": "9 to 5"}}
    assert answers[1]["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_a_manifest_is_read_anew(path, lines: Callable[[], list[dict[str, Any]]]):
    """Whenever it has changed; one that is wrong, or gone, is told once, and the old one stays."""
    trusted = Trusted(path, Mode.ENFORCE, pause=0.01)
    manifests = trusted.manifests()
    async with asyncio.timeout(60):
        assert (await anext(manifests)).find("hours") == HOURS
        replace(path, json.dumps({"other": OTHER}))
        assert (await anext(manifests)).find("other") == OTHER
        assert trusted.manifest.find("hours") is None
        following = asyncio.ensure_future(anext(manifests))
        replace(path, "{")
        await events(lines, "trusted_documents_kept", 1)
        path.unlink()
        await events(lines, "trusted_documents_kept", 2)
        assert trusted.manifest.find("other") == OTHER
        replace(path, json.dumps(MANIFEST))
        assert (await following).find("hours") == HOURS
    kept = [line for line in lines() if line["event"] == "trusted_documents_kept"]
    assert len(kept) == 2
    assert "manifest.json is no JSON" in kept[0]["reason"]
    await manifests.aclose()


def replace(path: Path, text: str) -> None:
    """In one step, as whoever deploys should."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


async def events(lines: Callable[[], list[dict[str, Any]]], name: str, number: int) -> None:
    """Waits until the log has so many of these."""
    while sum(line["event"] == name for line in lines()) < number:  # noqa: ASYNC110 (it is a log)
        await asyncio.sleep(0.01)
