"""In charge of reading answers in parts, as strictly as a client may, and of what they come to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from edge.media import Spec

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


def merged(parts: Sequence[dict[str, Any]], spec: Spec) -> dict[str, Any]:
    """What a client makes of parts: the data, and all errors."""
    first, *others = parts
    assert first["hasNext"]
    assert [each["hasNext"] for each in others] == [True] * (len(others) - 1) + [False]
    whole = {"data": first["data"], "errors": [*first.get("errors", ())]}
    merge = _merged_by_id if spec is Spec.PENDING else _merged_by_path
    pending = {each["id"]: each for each in first.get("pending", ())}
    for part in others:
        assert set(part) <= {"hasNext", "pending", "incremental", "completed"}
        pending |= {each["id"]: each for each in part.get("pending", ())}
        for each in part.get("incremental", ()):
            whole["errors"] += each.get("errors", ())
            merge(whole["data"], each, pending)
        for each in part.get("completed", ()):
            whole["errors"] += each.get("errors", ())
            del pending[each["id"]]
    assert not pending
    return whole


def _merged_by_id(data: Any, told: Mapping[str, Any], pending: Mapping[str, Any]) -> None:
    into = _at(data, [*pending[told["id"]]["path"], *told.get("subPath", ())])
    if "items" in told:
        into.extend(told["items"])
    else:
        _merge(into, told["data"])


def _merged_by_path(data: Any, told: Mapping[str, Any], _: Any) -> None:
    if "items" in told:
        *path, index = told["path"]
        into = _at(data, path)
        if told["items"] is not None:
            assert len(into) == index
            into.extend(told["items"])
    elif told["data"] is not None:
        _merge(_at(data, told["path"]), told["data"])


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        data = data[key]
    return data


def _merge(into: dict[str, Any], data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        assert key not in into, "nothing is told twice"
        into[key] = value
