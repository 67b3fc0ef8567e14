"""What is no HTTP, or no WebSocket, is told in one answer, and by a code as anything else is."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import suppress

import orjson
import pytest

from tests.library.library import Library
from tests.live.talking import PATIENCE, serving

SOCKET = (
    b"Host: %b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
BAD = (400, "BAD_REQUEST")
TOO_LARGE = (431, "HEAD_TOO_LARGE")


@pytest.fixture
async def address() -> AsyncGenerator[str]:
    """A server's."""
    async with serving(Library().graph) as (address, _):
        yield address


async def connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection."""
    host, _, port = address.partition(":")
    return await asyncio.open_connection(host, int(port))


async def told(address: str, sent: bytes) -> tuple[int, str]:
    """The status and the code by which it is answered, before the connection is closed."""
    head, _, body = (await asyncio.to_thread(answered, address, sent)).partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    (error,) = orjson.loads(body)["errors"]
    return int(head.split(b" ")[1]), error["extensions"]["code"]


def answered(address: str, sent: bytes) -> bytes:
    """All that comes, though the server may close before it has read all: asyncio would drop it."""
    host, _, port = address.partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        with suppress(ConnectionError):
            while data := connection.recv(65_536):
                answer += data
    return answer


@pytest.mark.parametrize(
    "sent",
    [
        b"HELLO\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xe9 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://[/ HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_bad_request(address: str, sent: bytes):
    """As JSON, though no endpoint has seen it."""
    assert await told(address, sent) == BAD


@pytest.mark.parametrize("begun", ["", "0\r\n", "0\r\nx: "], ids=["head", "trailers", "trailer"])
async def test_a_head_without_an_end_is_not_held(address: str, begun: str):
    """It is as with trailers: they would be held in memory, for as long as they come."""
    kind = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    chunked = f"{kind}transfer-encoding: chunked\r\n\r\n5\r\n{{   }}\r\n{begun}"
    more = b"y" * 10_000 if begun.endswith(" ") else b"a: b\r\n" * 2_000
    sent = (chunked if begun else kind).encode() + more * 300
    assert len(sent) > 2_000_000
    assert await told(address, sent) == TOO_LARGE


async def test_a_long_body_is_no_long_head(address: str):
    """Its own limit holds."""
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    sent = head + b"content-length: 3000000\r\n\r\n" + b" " * 3_000_000
    assert await told(address, sent) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("first", "more", "expected"),
    [
        (b"GET /graphql", b"Content-Length: 2\r\n\r\n{}", BAD),
        (b"GET /graphql", b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", BAD),
        (b"GET /graphql?\xe9", b"\r\n", BAD),
        (b"GET /graphql?" + b"x" * 9_000, b"\r\n", (414, "ADDRESS_TOO_LONG")),
        (b"GET /graphql", b"X: y\r\n" * 130 + b"\r\n", TOO_LARGE),
        (b"POST /graphql", b"\r\n", (405, "METHOD_NOT_ALLOWED")),
        (b"GET /graphql", b"Sec-WebSocket-Version: 12\r\n\r\n", BAD),
        (b"GET /other", b"\r\n", (403, "NOT_FOUND")),
    ],
    ids=["body", "chunks", "address", "long", "headers", "method", "versions", "elsewhere"],
)
async def test_what_is_no_handshake_is_answered(
    address: str, first: bytes, more: bytes, expected: tuple[int, str]
):
    """It was waited for without an end where it was none that could be read."""
    sent = first + b" HTTP/1.1\r\n" + SOCKET % address.encode() + more
    assert await told(address, sent) == expected


GOODBYE = b"\x88\x82\0\0\0\0\x03\xe8"


@pytest.mark.parametrize(("then", "status"), [(b"", 1007), (GOODBYE, 1000)])
async def test_a_text_that_is_none_closes_the_socket(
    address: str, then: bytes, status: int, caplog: pytest.LogCaptureFixture
):
    """1007, unless the client closes it itself; and no traceback for what a client has sent."""
    reader, writer = await connected(address)
    writer.write(b"GET /graphql HTTP/1.1\r\n" + SOCKET % address.encode() + b"\r\n")
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        writer.write(b"\x81\x82\0\0\0\0\xff\xff" + then)  # a whole text, masked by nothing
        assert await reader.read() == b"\x88\x02" + status.to_bytes(2)
    writer.close()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_what_breaks_all_rules_at_once_is_no_error(
    address: str, caplog: pytest.LogCaptureFixture
):
    """A message that is none, and behind it a text that is none, by which the socket is closed."""
    reader, writer = await connected(address)
    writer.write(b"GET /graphql HTTP/1.1\r\n" + SOCKET % address.encode() + b"\r\n")
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        writer.write(b"\x81\x82\0\0\0\0{}" + b"\x81\x82\0\0\0\0\xff\xff")
        answer = await reader.read()
    writer.close()
    assert answer[2:4] == (1007).to_bytes(2)
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_a_handshake_that_is_refused_is_no_error(
    address: str, caplog: pytest.LogCaptureFixture
):
    """Its client is told no, and the log has nothing of an app that gave no answer."""
    more = b"Origin: https://evil.example\r\n\r\n"
    sent = b"GET /graphql HTTP/1.1\r\n" + SOCKET % address.encode() + more
    assert await told(address, sent) == (403, "CROSS_SITE_REQUEST")
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_who_goes_in_the_midst_of_the_handshake_is_no_error(
    address: str, caplog: pytest.LogCaptureFixture
):
    """Nothing is logged as one."""
    for _ in range(20):
        reader, writer = await connected(address)
        writer.write(b"GET /graphql HTTP/1.1\r\n" + SOCKET % address.encode() + b"\r\n")
        writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            await reader.read()
        writer.close()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
