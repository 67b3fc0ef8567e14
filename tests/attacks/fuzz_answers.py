"""In charge of answers as they come, and of what may be wrong with them."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from fuzz_inputs import Input

DOCUMENTED: Final = set(
    re.findall(
        r"^\| `([A-Z_]+)`",
        (Path(__file__).parents[2] / "docs/errors.md").read_text("utf-8"),
        re.MULTILINE,
    )
)
FAULTS: Final = {"INTERNAL_ERROR", "STORE_FAILED", "STORE_UNAVAILABLE"}
"""Codes that no input may bring about: nothing is wrong with the server, or its stores."""
_BUSY: Final = {"STORE_BUSY", "SERVER_OVERLOADED"}
"""Codes that say, where the machine has too much to do, that one is to ask again."""
_CONTINUE: Final = 100
_SWITCHING: Final = 101


class BusyError(Exception):
    """The answer says that one is to ask again, since there is too much to do."""


class Answer(NamedTuple):
    """One answer."""

    status: int
    headers: dict[bytes, bytes]
    content: bytes

    @property
    def media_type(self) -> str:
        """Without its parameters."""
        return self.headers.get(b"content-type", b"").partition(b";")[0].decode()

    @property
    def lasts(self) -> bool:
        """Whether another request may come by the same connection."""
        closing = self.headers.get(b"connection", b"").lower() == b"close"
        return self.status != _SWITCHING and not closing


async def read(reader: asyncio.StreamReader, method: bytes) -> Answer | None:
    """The next answer that is final; None if there is none to its end."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.strip().split(b"\r\n")
            status = int(first.split(b" ")[1])
            if status != _CONTINUE:
                break
        pairs = [line.partition(b":") for line in lines]
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        empty = method == b"HEAD" or status in {_SWITCHING, 204, 304}
        return Answer(status, headers, b"" if empty else await _content(reader, headers))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def _content(reader: asyncio.StreamReader, headers: dict[bytes, bytes]) -> bytes:
    if b"content-length" in headers:
        return await reader.readexactly(int(headers[b"content-length"]))
    if headers.get(b"transfer-encoding") != b"chunked":
        return await reader.read()
    pieces = []
    while size := int(await reader.readline(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(pieces)


def judge(sent: Input, answer: Answer) -> set[str]:
    """The codes in an answer; raises AssertionError if it is none that an input may bring about.

    Raises ``BusyError`` where a machine that has much else to do may be the reason.
    """
    if answer.status == 503 and (sent.target.startswith(b"/health/") or _told_busy(answer)):
        raise BusyError
    late = answer.status == 504 and b"request-timeout-ms" in sent.raw.lower()
    assert answer.status < 500 or late, "it is the server's fault"
    if not _of_graphql(sent, answer) or answer.status == _SWITCHING or sent.method == b"HEAD":
        return set()
    content = _unpacked(answer)
    if answer.media_type == "text/event-stream":
        data = re.findall(rb"^data: (.+)$", content, re.MULTILINE)
        bodies = [json.loads(each) for each in data]
        bodies = [each.get("payload", each) for each in bodies]
    elif answer.media_type == "multipart/mixed":
        bodies = [json.loads(each) for each in _parts(content)]
    elif answer.media_type.endswith("json"):
        body = json.loads(content)
        bodies = body if isinstance(body, list) else [body]
    else:
        assert answer.status < 400, "an error is JSON"
        return set()
    codes = set[str]().union(*[codes_in(each) for each in bodies])
    assert answer.status < 400 or codes, "it has no code"
    return codes


def _unpacked(answer: Answer) -> bytes:
    if b"content-encoding" not in answer.headers:
        return answer.content
    assert answer.headers[b"content-encoding"] == b"gzip", "nothing else is packed by"
    return gzip.decompress(answer.content)


def _parts(content: bytes) -> list[bytes]:
    """What the parts hold, each of which has a head; after the last, nothing comes."""
    first, *parts, last = (b"\r\n" + content).split(b"\r\n---")
    assert (first, last) == (b"", b"--\r\n"), "it does not begin, or end, as parts do"
    return [part.partition(b"\r\n\r\n")[2] for part in parts]


def _told_busy(answer: Answer) -> bool:
    return any(b'"%b"' % code.encode() in answer.content for code in _BUSY)


def _of_graphql(sent: Input, answer: Answer) -> bool:
    """Whether it is what the endpoint says, or what is said before anybody knows of one."""
    path = sent.target.partition(b"?")[0]
    return path in {b"/graphql", b"/graphql/stream"} or (answer.status >= 400 and not sent.method)


def codes_in(body: Any) -> set[str]:
    """The codes of the errors of one answer, or of a part, each of which has a documented one."""
    assert isinstance(body, dict), "an answer is an object"
    later = [*body.get("incremental", ()), *body.get("completed", ())]
    errors = [error for each in (body, *later) for error in each.get("errors", ())]
    assert errors or "data" in body or "hasNext" in body, "an answer holds something"
    codes = {error["extensions"]["code"] for error in errors}
    assert codes <= DOCUMENTED, codes - DOCUMENTED
    assert not codes & FAULTS, codes & FAULTS
    if codes & _BUSY:
        raise BusyError
    return codes
