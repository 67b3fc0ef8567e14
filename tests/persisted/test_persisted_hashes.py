"""Automatic persisted queries, by Apollo's protocol: a hash, and the text once."""

from __future__ import annotations

import pytest
from persisted_asking import GRAPHQL, by_hash, client_of, code_of, got, hash_of, posted

from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.rules import HttpRules

BOOKS = "query Books($n: Int!) { books(first: $n) { nodes { title } } }"
HASH = hash_of(BOOKS)
TWO = {"n": 2}


@pytest.mark.parametrize("ask", [posted, got])
async def test_a_hash_is_unknown_until_its_text_has_come(client, ask):
    """In the words, and by the code, that Apollo's clients wait for."""
    first = await ask(client, extensions=by_hash(HASH), variables=TWO)
    assert first.status_code == 200
    (error,) = first.json()["errors"]
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert first.headers["cache-control"] == "no-store"
    second = await ask(client, query=BOOKS, extensions=by_hash(HASH), variables=TWO)
    third = await ask(client, extensions=by_hash(HASH), variables=TWO)
    assert second.json() == third.json()
    assert len(third.json()["data"]["books"]["nodes"]) == 2


async def test_in_the_newer_media_type_it_is_a_400(client):
    """As for all that cannot be executed."""
    body = {"extensions": by_hash(HASH)}
    response = await client.post("/graphql", json=body, headers={"accept": GRAPHQL})
    assert (response.status_code, code_of(response)) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_the_id_of_the_specification_is_the_same_hash(client):
    """`sha256:` and its digits, or these alone."""
    await posted(client, query=BOOKS, extensions=by_hash(HASH), variables=TWO)
    for ask in (posted, got):
        for name in (f"sha256:{HASH}", HASH):
            assert "data" in (await ask(client, documentId=name, variables=TWO)).json()


async def test_where_nothing_is_kept():
    """Clients are told so, and go on with texts."""
    async with client_of(Documents()) as client:
        refused = await posted(client, extensions=by_hash(HASH), variables=TWO)
        assert refused.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
        assert code_of(refused) == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert code_of(await posted(client, documentId="a")) == "PERSISTED_QUERY_NOT_SUPPORTED"
        asked = {"query": BOOKS, "extensions": by_hash(HASH), "variables": TWO}
        assert "data" in (await posted(client, **asked)).json()


@pytest.mark.parametrize("digest", ["0" * 64, HASH.upper(), "a", HASH[1:]])
async def test_a_hash_of_another_text_is_refused(client, digest):
    """Else who comes first could put a document of his own in the place of another's."""
    response = await posted(client, query=BOOKS, extensions=by_hash(digest), variables=TWO)
    assert (response.status_code, code_of(response)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")


@pytest.mark.parametrize(
    "extensions",
    [
        {"persistedQuery": 1},
        {"persistedQuery": [HASH]},
        {"persistedQuery": {}},
        by_hash(HASH, version=2),
        by_hash(HASH, version="1"),
        by_hash(HASH, version=True),
        by_hash(None),
        by_hash(5),
        by_hash(""),
    ],
)
@pytest.mark.parametrize("text", [{}, {"query": BOOKS}])
async def test_what_is_no_such_extension_is_refused(client, extensions, text):
    """With a text beside it, too: the client means something by it."""
    response = await posted(client, extensions=extensions, **text)
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"query": None},
        {"query": None, "extensions": {}},
        {"documentId": ""},
        {"documentId": 5},
        {"id": ["a"]},
        {"query": "", "documentId": HASH},
        {"query": 5, "extensions": by_hash(HASH)},
    ],
)
async def test_what_names_nothing_is_no_request(client, values):
    """A text that is none is no absent one."""
    response = await posted(client, **values)
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


async def test_beside_a_text_other_ids_mean_nothing(client):
    """They may be a client's own."""
    for other in ({"id": 5}, {"id": "a"}, {"documentId": "a"}, {"extensions": {"traced": 1}}):
        assert "data" in (await posted(client, query=BOOKS, variables=TWO, **other)).json()


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{", {}),
        ("{ nope }", {}),
        (f"{{ {' '.join(f'a{n}: openingHours' for n in range(201))} }}", {}),
        (BOOKS, {"n": "two"}),
        ("mutation { nope }", {}),
    ],
)
async def test_what_is_not_executed_is_not_kept(client, text, variables):
    """What does not parse, is not valid, or asks for too much."""
    digest = hash_of(text)
    refused = await posted(client, query=text, extensions=by_hash(digest), variables=variables)
    assert "data" not in refused.json()
    again = await posted(client, extensions=by_hash(digest), variables=variables)
    assert code_of(again) == "PERSISTED_QUERY_NOT_FOUND"


async def test_by_get_a_hash_obeys_the_guard_and_changes_nothing(client):
    """A link has no header."""
    await posted(client, query=BOOKS, extensions=by_hash(HASH), variables=TWO)
    response = await client.get("/graphql", params={"documentId": HASH, "variables": '{"n": 1}'})
    assert (response.status_code, code_of(response)) == (403, "CROSS_SITE_REQUEST")


async def test_each_request_of_a_batch_may_name_its_own():
    """And is refused in its place."""
    rules = HttpRules(batch_limit=5)
    async with client_of(Documents(Kept(None)), rules=rules) as client:
        named = {"extensions": by_hash(HASH), "variables": TWO}
        body = [named, {**named, "query": BOOKS}, named, {"documentId": "a"}]
        answers = (await client.post("/graphql", json=body)).json()
    assert ["data" in each for each in answers] == [False, True, True, False]


async def test_here_the_latest_stay():
    """So many characters of them; what is too long is answered, and not kept."""
    kept = Kept(None, most_here=400)
    texts = [f"{{ a{n}: __typename }}" + " " * 100 for n in range(9)]
    for text in texts:
        await kept.keep(hash_of(text), text)
    found = [await kept.find(hash_of(text)) for text in texts]
    assert found[-1] == texts[-1]
    assert found[0] is None
    long = "{ __typename }" + " " * 50_000
    await kept.keep(hash_of(long), long)
    assert await kept.find(hash_of(long)) is None
