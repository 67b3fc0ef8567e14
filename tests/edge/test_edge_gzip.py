"""Bodies that come in gzip, and answers that leave in it."""

import asyncio
import gzip
import json
import os
import zlib
from functools import cache
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from edge.app import create_app
from edge.gzipped import gzipped
from edge.rules import HttpRules
from tests.edge.conftest import MAX_BODY
from tests.library.library import Library

PACKED = {"content-type": "application/json", "content-encoding": "gzip"}
HELLO = json.dumps({"query": "{ openingHours }"}).encode()
ANSWER = {"data": {"openingHours": "9 to 5"}}
LONG = {"query": "{ __schema { types { name } } }"}


@cache
def app() -> Starlette:
    """The library, made once somebody asks."""
    return create_app(Library().graph, max_body_bytes=MAX_BODY, examples=None)


def code_of(response) -> str:
    """The code of the one error of an answer."""
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


async def answered(pieces: list[bytes], encoding: bytes = b"gzip") -> tuple[int, dict, int]:
    """Status and body of the answer to a body that comes in pieces, and how many were read."""
    sent, left = {}, list(pieces)

    async def receive():
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message):
        sent.update(message)

    headers = [(b"content-type", b"application/json"), (b"content-encoding", encoding)]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b""}
    await app()({**scope, "scheme": "http", "headers": headers}, receive, send)
    return sent["status"], json.loads(sent["body"]), len(pieces) - len(left)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", " gzip "])
async def test_a_body_in_gzip(client, encoding):
    """As clients of much write it."""
    headers = PACKED | {"content-encoding": encoding}
    response = await client.post("/graphql", content=gzip.compress(HELLO), headers=headers)
    assert response.json() == ANSWER


@pytest.mark.parametrize("encoding", ["", "identity"])
async def test_a_body_in_nothing(client, encoding):
    """Which may be said."""
    headers = PACKED | {"content-encoding": encoding}
    assert (await client.post("/graphql", content=HELLO, headers=headers)).json() == ANSWER


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "compress", "x"])
async def test_other_encodings_are_refused(client, encoding):
    """With what is taken instead, as RFC 9110 has it."""
    headers = PACKED | {"content-encoding": encoding}
    response = await client.post("/graphql", content=HELLO, headers=headers)
    assert (response.status_code, code_of(response)) == (415, "ENCODING_UNSUPPORTED")
    assert response.headers["accept-encoding"] == "gzip"


WHOLE = gzip.compress(HELLO)
BROKEN = {
    "nothing": b"",
    "its head alone": WHOLE[:5],
    "half of it": WHOLE[: len(WHOLE) // 2],
    "all but a byte": WHOLE[:-1],
    "no gzip": HELLO,
    "another's frame": zlib.compress(HELLO),
    "a wrong checksum": WHOLE[:-5] + bytes([WHOLE[-5] ^ 1]) + WHOLE[-4:],
    "more after it": WHOLE + b"x",
    "twice": WHOLE + WHOLE,
    "no JSON": gzip.compress(b"{"),
    "no object": gzip.compress(b"5"),
    "gzip in gzip": gzip.compress(WHOLE),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("size", [1, 1000], ids=["by bytes", "at once"])
async def test_what_is_no_gzip_or_not_all_of_it(content, size):
    """400, however it comes."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)] or [b""]
    status, body, _ = await answered(pieces)
    assert (status, body["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_a_bomb_is_let_lie():
    """Once it is known to be one: 413, of which neither the end is read nor all is unpacked."""
    bomb = gzip.compress(b" " * 300_000_000, 9)
    pieces = [bomb[at : at + 1000] for at in range(0, len(bomb), 1000)]
    status, body, read = await answered(pieces)
    assert (status, body["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")
    assert read < len(pieces) / 100


async def test_much_that_comes_to_nothing_is_too_large_as_well():
    """Empty blocks may go on for ever."""
    packing = zlib.compressobj(wbits=31)
    head = packing.compress(HELLO) + packing.flush(zlib.Z_FULL_FLUSH)
    pieces = [head, *[packing.flush(zlib.Z_FULL_FLUSH) or b"\0\0\0\xff\xff" * 1000] * 200]
    status, body, read = await answered(pieces)
    assert (status, body["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")
    assert read < len(pieces)


@pytest.mark.parametrize(("length", "status"), [(MAX_BODY, 200), (MAX_BODY + 1, 413)])
async def test_the_limit_is_that_of_what_comes_out(length, status):
    """The limit itself is allowed."""
    assert (await answered([gzip.compress(HELLO.ljust(length))]))[0] == status


@given(st.data())
async def test_no_bytes_are_our_fault(data):
    """Changed, cut and in any pieces, it is whole or refused."""
    content = bytearray(gzip.compress(HELLO))
    for _ in range(data.draw(st.integers(0, 2))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=4)))
    ends = [0, *cuts, len(content)]
    pieces = [bytes(content[a:b]) for a, b in pairwise(ends)]
    status, body, _ = await answered(pieces)
    assert status in {200, 400, 413}
    assert bytes(content) != gzip.compress(HELLO) or body == ANSWER


# --- Answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "packed"),
    [
        ("gzip", True),
        ("GZIP, deflate, br", True),
        ("x-gzip", True),
        ("*", True),
        ("br;q=1, gzip;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("gzip;q=x", False),
    ],
)
async def test_an_answer_goes_out_in_what_is_taken(client, accept, packed):
    """And is the same."""
    headers = {"accept-encoding": accept}
    response = await client.post("/graphql", json=LONG, headers=headers)
    assert response.headers.get("content-encoding") == ("gzip" if packed else None)
    assert len(response.json()["data"]["__schema"]["types"]) > 50
    length = int(response.headers["content-length"])
    assert (length < len(response.content)) is packed


async def test_a_short_answer_is_left_as_it_is(client):
    """It would gain nothing."""
    response = await client.post(
        "/graphql", content=HELLO, headers=PACKED | {"content-encoding": ""}
    )
    assert "content-encoding" not in response.headers


async def test_caches_are_told_that_answers_differ(client):
    """Those that keep anything, which is by GET alone."""
    meant = {"graphql-preflight": "1"}
    for query in (LONG, {"query": "{ openingHours }"}, {"query": "{"}):
        response = await client.get("/graphql", params=query, headers=meant)
        assert response.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(("least", "packed"), [(None, False), (10**6, False), (1, True)])
async def test_an_operator_says_from_which_length_on(least, packed):
    """Or that none is packed, as where a proxy does it."""
    rules = HttpRules(gzip_from=least)
    app = create_app(Library().graph, max_body_bytes=MAX_BODY, examples=None, rules=rules)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        response = await client.post("/graphql", json=LONG, headers={"accept-encoding": "gzip"})
    assert ("content-encoding" in response.headers) is packed


async def test_what_is_large_holds_up_nobody():
    """It is packed beside the event loop, which goes on meanwhile."""
    content = os.urandom(20_000_000)
    turns, packing = 0, asyncio.create_task(gzipped(content))
    while not packing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 2
    assert gzip.decompress(await packing) == content
