"""In charge of the load: clients of our own over HTTP/1.1, and what each was told, and when."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

LOST = 0
"""In place of a status: the connection ended, or there was none."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one request: its status, its answer's head and body, and after how long."""

    status: int
    head: bytes
    body: bytes
    seconds: float

    @property
    def codes(self) -> set[str]:
        """Of the errors in it; of a batch all of them."""
        with suppress(ValueError):
            said = json.loads(self.body)
            answers: list[Any] = said if isinstance(said, list) else [said]
            return {e["extensions"]["code"] for a in answers for e in a.get("errors", ())}
        return set()

    @property
    def is_told(self) -> bool:
        """Whether it is an answer in GraphQL, with data or errors; or lost, and none at all."""
        with suppress(ValueError):
            said = json.loads(self.body)
            return isinstance(said, dict) and bool(said.get("data") or said.get("errors"))
        return self.status == LOST

    @property
    def may_ask_again(self) -> bool:
        """Whether it says when."""
        return b"\r\nretry-after: " in self.head.lower()


class Client:
    """One connection, opened again when it has ended.

    It takes little of a processor, which those that answer may be short of.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._wire: _Wire | None = None

    async def ask(self, body: Any, **headers: str) -> Told:
        """The answer to one request. A connection that ends before it is `LOST`, and told once."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {"content-type": "application/json", **headers}
        lines = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in said.items())
        head = f"POST /graphql HTTP/1.1\r\nhost: x\r\n{lines}content-length: {len(content)}\r\n\r\n"
        began = time.perf_counter()
        try:
            wire = self._wire or await self._opened()
            told, answer = await wire.ask(head.encode() + content)
        except OSError:
            self.close()
            return Told(LOST, b"", b"", time.perf_counter() - began)
        except BaseException:
            self.close()
            raise
        if b"connection: close" in told.lower():
            self.close()
        return Told(int(told.split(b" ", 2)[1]), told, answer, time.perf_counter() - began)

    def close(self) -> None:
        """Ends the connection."""
        if self._wire:
            self._wire.close()
        self._wire = None

    async def _opened(self) -> _Wire:
        parts, loop = urlsplit(self.url), asyncio.get_running_loop()
        _, self._wire = await loop.create_connection(_Wire, parts.hostname, parts.port)
        return self._wire


class _Wire(asyncio.Protocol):
    """A connection by which one thing is asked after the other."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._came = bytearray()
        self._head = b""
        self._whole = 0  # bytes of an answer, once its head is there
        self._told = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = transport

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The head of the answer, and its body. Raises ``OSError`` if it does not come."""
        if self._told.done():
            self._told = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(request)
        return await self._told

    def data_received(self, data: bytes) -> None:
        """Some of an answer."""
        self._came += data
        if not self._whole and (end := self._came.find(b"\r\n\r\n") + 4) > 3:
            self._head = bytes(self._came[:end])
            length = self._head.lower().partition(b"content-length: ")[2]
            self._whole = end + int(length.partition(b"\r\n")[0])
        if self._whole and len(self._came) >= self._whole:
            answer = bytes(self._came[len(self._head) : self._whole])
            del self._came[: self._whole]
            self._whole = 0
            if not self._told.done():
                self._told.set_result((self._head, answer))

    def connection_lost(self, error: Exception | None) -> None:
        """There is no more to come."""
        if not self._told.done():
            self._told.set_exception(ConnectionResetError(str(error)))
            self._told.exception()  # nobody may be waiting

    def close(self) -> None:
        """Ends it."""
        self._transport.close()


@dataclass(slots=True)
class Load:
    """What came of many requests, which were made within so many ``seconds``.

    The first ``soon`` of those told were told within them.
    """

    told: list[Told] = field(default_factory=list[Told])
    seconds: float = 0.0
    soon: int = 0

    @property
    def statuses(self) -> Counter[int]:
        """How often each was told."""
        return Counter(each.status for each in self.told)

    @property
    def per_second(self) -> float:
        """Requests that were answered, rather than refused or lost, while others were made."""
        return sum(each.status == 200 for each in self.told[: self.soon]) / self.seconds

    def of(self, status: int) -> list[float]:
        """How long those took that were told so, in order."""
        return sorted(each.seconds for each in self.told if each.status == status)


def percentile(seconds: Sequence[float], part: float) -> float:
    """Of an ordered sequence; 0 if it is empty."""
    return seconds[min(len(seconds) - 1, int(len(seconds) * part))] if seconds else 0.0


async def closed(
    url: str, bodies: Callable[[int], Any], *, clients: int, until: asyncio.Event, **headers: str
) -> Load:
    """So many clients, each of which asks again as soon as it is told."""
    load, began, number = Load(), time.perf_counter(), 0

    async def asks() -> None:
        nonlocal number
        client = Client(url)
        while not until.is_set():
            number += 1
            load.told.append(await client.ask(bodies(number), **headers))
            if load.told[-1].status == LOST:
                await asyncio.sleep(0.01)
        client.close()

    await asyncio.gather(*(asks() for _ in range(clients)))
    load.seconds, load.soon = time.perf_counter() - began, len(load.told)
    return load


async def for_seconds(seconds: float) -> asyncio.Event:
    """What is set after so long."""
    ended = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, ended.set)
    return ended


async def open_load(
    url: str, bodies: Callable[[int], Any], *, rate: float, seconds: float, **headers: str
) -> Load:
    """So many requests a second, whatever becomes of those before: as the public asks."""
    load, idle = Load(), list[Client]()
    asking = set[asyncio.Task[None]]()

    async def ask(number: int) -> None:
        client = idle.pop() if idle else Client(url)
        load.told.append(await client.ask(bodies(number), **headers))
        idle.append(client)

    began, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        while sent < passed * rate:
            sent += 1
            task = asyncio.create_task(ask(sent))
            asking.add(task)
            task.add_done_callback(asking.discard)
        await asyncio.sleep(0.005)
    load.seconds, load.soon = time.perf_counter() - began, len(load.told)
    if asking:
        await asyncio.wait(asking, timeout=60)
    for client in idle:
        client.close()
    return load
