"""In charge of reading answers in parts, as strictly as a client may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

HEAD = b"content-type: application/json; charset=utf-8"
MIXED = {"accept": "multipart/mixed, application/json"}
OF_2022 = {"accept": "multipart/mixed;deferSpec=20220824,application/json"}


def part_in(block: bytes) -> dict[str, Any]:
    """What one part says."""
    head, content = block.split(b"\r\n\r\n", 1)
    assert head == b"\r\n" + HEAD
    return json.loads(content)


def parts_in(body: bytes) -> list[dict[str, Any]]:
    """All parts of a body that has come to its end."""
    first, *blocks, end = body.split(b"\r\n---")
    assert first.startswith(b"---")
    assert end == b"--\r\n"
    return [part_in(first[3:]), *(part_in(block) for block in blocks)]


async def parts_of(pieces: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """Each part of a body, as soon as it has come."""
    held = b""
    async for piece in pieces:
        held += piece
        while b"\r\n---" in held:
            block, held = held.split(b"\r\n---", 1)
            if block:
                yield part_in(block.removeprefix(b"---"))
    assert held == b"--\r\n"
