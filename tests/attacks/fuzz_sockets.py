"""In charge of conversations over a WebSocket, of which some of the frames are wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any, Final

from fuzz_answers import codes_in, read
from fuzz_documents import Asked
from fuzz_inputs import chance
from fuzz_requests import as_json
from fuzz_texts import document, odd, value_like
from fuzz_wide import wide

_CLOSING: Final = {1000, 1002, 1005, 1007, 1009, 4400, 4401, 4403, 4408, 4409, 4429}
"""Codes by which a client may be told that it is wrong; 1011 would say that the server is."""
_CLOSE: Final = 8
_WIDE: Final = 0.01
_HANDSHAKE: Final = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


async def converse(host: str, port: int, number: int, operations: Sequence[Asked]) -> set[str]:
    """One conversation; the codes of errors in it. Raises AssertionError, or hangs."""
    random = chance(number)
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(_HANDSHAKE)
        answer = await read(reader, b"GET")
        assert answer is not None, "the handshake has no answer"
        assert answer.status == 101, answer
        frames = _frames(random, operations)
        broken = random.random() < 0.3
        if broken:
            at = random.randrange(len(frames))
            frames[at] = _broken(frames[at], random)
        for frame in frames:
            writer.write(frame)
        writer.write(_frame(_CLOSE, (1000).to_bytes(2), random))
        if broken:  # it may seem to be longer than it is
            with suppress(OSError):  # it may have been refused already
                writer.write_eof()
        return await _heard(reader)
    finally:
        writer.close()


def _frames(random: Random, operations: Sequence[Asked]) -> list[bytes]:
    said: list[Any] = [{"type": "connection_init", "payload": {}}]
    for at in range(random.choice([1, 2, 6])):
        body = _body(operations, random)
        said.append({"type": "subscribe", "id": str(at % 5), "payload": body})
        said += random.choice([[], [{"type": "ping"}], [{"type": "complete", "id": str(at)}]])
    if random.random() < 0.5:
        at = random.randrange(len(said))
        said[at] = value_like(said[at], random)
    if random.random() < 0.1:
        said.insert(random.randrange(len(said)), odd(random))
    return [_frame(1, as_json(each), random) for each in said]


def _body(operations: Sequence[Asked], random: Random) -> dict[str, Any]:
    if random.random() < _WIDE:
        asked = wide(operations, random)
        return {"query": asked.text, "variables": asked.variables}
    asked = random.choice(operations)
    if random.random() < 0.4:
        return {"query": document(asked.text, random), "variables": asked.variables}
    return {"query": asked.text, "variables": value_like(asked.variables, random)}


def _frame(opcode: int, content: bytes, random: Random) -> bytes:
    """A whole message, masked as clients do."""
    size = len(content)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65_536:
        length = b"\xfe" + size.to_bytes(2)
    else:
        length = b"\xff" + size.to_bytes(8)
    mask = random.randbytes(4)
    masked = bytes(each ^ mask[at % 4] for at, each in enumerate(content))
    return bytes([0x80 | opcode]) + length + mask + masked


def _broken(frame: bytes, random: Random) -> bytes:
    data = bytearray(frame)
    match random.randrange(6):
        case 0:
            data[0] = random.randrange(256)
        case 1:
            data[1] ^= 0x80
        case 2:
            data[1:2] = b"\xff" + random.randbytes(8)
        case 3:
            del data[random.randrange(2, len(data)) :]
        case 4:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        case _:
            return _frame(random.choice([1, 2, 9, 10, 8, 0, 3]), b"\xff", random)
    return bytes(data)


async def _heard(reader: asyncio.StreamReader) -> set[str]:
    """All messages to the end, each of which is as the protocol has it."""
    codes = set[str]()
    try:
        while True:
            opcode, content = await _next(reader)
            if opcode == _CLOSE:
                status = int.from_bytes(content[:2]) if content else 1005
                assert status in _CLOSING, (status, content)
                break
            if opcode == 1:
                codes |= _codes(json.loads(content))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # what broke the framing may be the end of it
    return codes


def _codes(message: Any) -> set[str]:
    match message["type"]:
        case "next":
            return codes_in(message["payload"])
        case "error":
            return codes_in({"errors": message["payload"]})
        case _:
            return set()


async def _next(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, size = await reader.readexactly(2)
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2))
    elif size == 127:
        size = int.from_bytes(await reader.readexactly(8))
    return first & 0x0F, await reader.readexactly(size)
