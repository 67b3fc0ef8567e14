"""However long it is asked, a worker takes no more memory: what it keeps is bounded.

`make test-all` asks for two minutes and a half; `make soak SECONDS=3600` for an hour.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import httpx
import pytest
from running import Running

from datasources.embedded import EmbeddedUrls

SECONDS = int(os.environ.get("SOAK_SECONDS", "150"))
UNSEEN = 1_275
"""New documents before the first sample: all that is ever kept of documents, and a third more."""
ROOM = 5.0
"""Megabytes that a line through the samples may rise by, however long it is asked.

The heap's pages come and go by two or three, whatever is asked, and that does not grow with time;
what a leak takes does. In 150 seconds it is 2 a minute, in an hour 0.08. One document in five is
new: were they all kept, it would be 10 kilobytes for each, several megabytes a minute.
"""
MOST = 150.0
"""Megabytes of one worker at any time."""
CONNECTIONS = 8
KNOWN = 200
FIELDS = (
    "id month day depTime depDelay arrDelay carrier flight tailnum origin dest airTime distance"
    " timeHour onTime airline{name} plane{model,manufacturer} weather{visibility,temperature{air}}"
    " originAirport{name,location{altitude}}"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(SECONDS + 900),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


class Documents:
    """Documents by lot, the same in every run."""

    def __init__(self) -> None:
        self._random = Random(1)  # noqa: S311 (nobody is to be surprised)
        self._numbers = count()
        self._known = [self.new() for _ in range(KNOWN)]

    def new(self) -> str:
        """One that was never asked for before; over one store or both, with literals of its own."""
        made = self._random.choice([self._page, self._page, self._airports, self._groups])
        return f"query Q{next(self._numbers)} {{ {made()} }}"

    def mixed(self) -> str:
        """One of those that are known, four times out of five."""
        return self._random.choice(self._known) if self._random.random() < 4 / 5 else self.new()

    def wrong(self) -> str:
        """One that must be refused: by its text, by its fields, or by what it asks of them."""
        number = next(self._numbers)
        wrong = ["{ flights(", "{ nothing }", "{ flights(first: -1) { totalCount } }"]
        return f"{self._random.choice(wrong)} # {number}"

    def _page(self) -> str:
        size = self._random.choice([1, 5, 20])
        return f"flights({self._after()}, first: {size}) {{ nodes {{ {self._fields(6)} }} }}"

    def _airports(self) -> str:
        below = f"departures({self._after()}, first: 3) {{ nodes {{ {self._fields(3)} }} }}"
        return (
            f'airports(where: {{faa: {{in: ["EWR", "JFK", "LGA"]}}}}) {{ nodes {{ faa {below} }} }}'
        )

    def _groups(self) -> str:
        day = self._random.randrange(1, 29)
        where = f"where: {{month: {{eq: 2}}, day: {{eq: {day}}}}}"
        shown = "key { carrier } aggregate { count avg { depDelay } }"
        return f"flights({where}) {{ groupBy(by: [{{carrier: VALUE}}]) {{ {shown} }} }}"

    def _after(self) -> str:
        after = self._random.randrange(330_000)
        return f"where: {{id: {{gt: {after}}}}}, orderBy: [{{id: ASC}}]"

    def _fields(self, number: int) -> str:
        return " ".join(self._random.sample(FIELDS.split(), number))


LARGE = """query ($after: Int!) {
  flights(where: {id: {gt: $after}}, orderBy: [{id: ASC}], first: 1000) {
    nodes { id carrier flight tailnum origin dest depDelay timeHour }
  }
}"""


@dataclass
class Soak:
    """A worker that is asked by several clients at once, and what came of it."""

    client: httpx.AsyncClient
    documents: Documents = field(default_factory=Documents)
    answered: int = 0
    refused: int = 0
    abandoned: int = 0

    async def all_new(self, number: int) -> None:
        """So many documents that it never saw."""
        texts = (self.documents.new() for _ in range(number))
        await asyncio.gather(*(self._in_turn(texts) for _ in range(CONNECTIONS)))

    async def mixed(self, until: float) -> None:
        """Whatever clients do, until then."""
        await asyncio.gather(*(self._mixed(Random(n), until) for n in range(CONNECTIONS)))  # noqa: S311

    async def _in_turn(self, texts: Iterator[str]) -> None:
        for text in texts:
            await self._good(text)

    async def _mixed(self, random: Random, until: float) -> None:
        while time.monotonic() < until:
            match random.randrange(20):
                case 0:
                    await self._wrong()
                case 1:
                    await self._abandoned(random.uniform(0, 0.02))
                case 2:
                    await self._good(LARGE, after=random.randrange(330_000))
                case _:
                    await self._good(self.documents.mixed())

    async def _good(self, text: str, **variables: int) -> None:
        body = {"query": text, "variables": variables}
        answer = await self.client.post("/graphql", json=body)
        assert b'"errors"' not in answer.content, (text, answer.text[:1000])
        self.answered += 1

    async def _wrong(self) -> None:
        answer = await self.client.post("/graphql", json={"query": self.documents.wrong()})
        assert b'"errors"' in answer.content, answer.text[:1000]
        self.refused += 1

    async def _abandoned(self, seconds: float) -> None:
        """The client goes away in the midst of it."""
        body = {"query": LARGE, "variables": {"after": 1}}
        try:
            await asyncio.wait_for(self.client.post("/graphql", json=body), seconds)
        except TimeoutError:
            self.abandoned += 1


def megabytes(process: int) -> float:
    """The resident memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def test_memory_does_not_grow(
    start: Callable[..., Running],
    sample_servers: EmbeddedUrls,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """After what is kept has filled, a line through samples of a second each is level."""
    worker = start(
        MODELS="models",
        EXTENSIONS="extensions",
        ENVIRONMENT="production",
        LOG_LEVEL="warning",
        DATABASE_URL=sample_servers.postgres or "",
        MONGO_URL=sample_servers.mongo or "",
        REDIS_URL=sample_servers.redis or "",
    )
    url, number = await asyncio.to_thread(worker.url), worker.process.pid
    at_start, samples = megabytes(number), list[float]()
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        soak = Soak(client)
        await soak.all_new(UNSEEN)
        await soak.mixed(time.monotonic() + 20)
        asking = asyncio.create_task(soak.mixed(time.monotonic() + SECONDS))
        while not asking.done():
            samples.append(megabytes(number))
            await asyncio.wait({asking}, timeout=1)
        await asking
    slope = statistics.linear_regression(range(len(samples)), samples).slope
    with capsys.disabled():
        print(
            f"\n{at_start:.0f} MB at the start, then {samples[0]:.0f}; after {len(samples)} s "
            f"{samples[-1]:.0f}, at most {max(samples):.0f}: {slope * 60:+.2f} a minute; "
            f"{soak.answered:,} answered, {soak.refused:,} refused, {soak.abandoned:,} abandoned"
        )
    assert not re.search(r'"level": ?"error"', worker.said), worker.said[-2000:]
    assert min(soak.answered, soak.refused, soak.abandoned) > 0
    assert slope * len(samples) < ROOM
    assert max(samples) < MOST
