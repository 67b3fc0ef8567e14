"""In charge of the connections that send inputs, and see that each is answered, or ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from fuzz_answers import Answer, BusyError, judge, read
from fuzz_documents import Asked
from fuzz_inputs import Input, chance, input_of
from fuzz_turns import PATIENCE

_LIMIT: Final = 2**22
_ATTEMPTS: Final = 60
_LARGE: Final = 30_000
Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Crew:
    """Several connections at once, to one server.

    ``waits`` is how often a request that is never whole is waited for until the server's own
    patience is at an end; others are ended by us.
    """

    host: str
    port: int
    operations: Sequence[Asked]
    waits: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter[int])
    codes: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    ended: int = 0
    """Inputs that were no whole request, and had no answer."""
    again: int = 0
    """Times that something was sent again, since there was too much to do."""

    async def send(self, numbers: Iterable[int], connections: int = 24) -> None:
        """All inputs of these numbers; what is ``wrong`` is noted."""
        left = iter(numbers)
        await asyncio.gather(*(self._some(left) for _ in range(connections)))

    async def _some(self, left: Iterable[int]) -> None:
        way: Way | None = None
        for number in left:
            sent = input_of(number, self.operations)
            try:
                way = await self._asked(sent, way)
            except TimeoutError:
                self._note(sent, "it hangs")
                way = None
            except (AssertionError, ValueError, KeyError, TypeError) as error:
                self._note(sent, repr(error))
                way = None
            if len(self.wrong) > 20:
                break
        if way:
            way[1].close()

    async def _asked(self, sent: Input, way: Way | None) -> Way | None:
        """The same as of one answer; but for who is told to, asks again."""
        for _ in range(_ATTEMPTS):
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._one(sent, way)
            except BusyError:
                self.again += 1
                way = None
                await asyncio.sleep(1)  # as it is told
        raise AssertionError("it is busy for ever")

    async def _one(self, sent: Input, way: Way | None) -> Way | None:
        """The connection for the next input, if this one leaves it as it was."""
        reader, writer = way or await asyncio.open_connection(self.host, self.port, limit=_LIMIT)
        lasts = False
        try:
            writer.write(sent.raw)
            if not sent.ends and chance(sent.number).random() >= self.waits:
                with suppress(OSError):  # it may have said no already
                    writer.write_eof()
            answer = await read(reader, sent.method)
            if answer is None and way and sent.ends:
                raise BusyError  # the connection was closed while we had no time for it
            lasts = self._judged(sent, answer) and sent.framed
        finally:
            if not lasts:
                writer.close()
        return (reader, writer) if lasts else None

    def _judged(self, sent: Input, answer: Answer | None) -> bool:
        """Whether the connection is of use after an answer, with which nothing is wrong."""
        if answer is None:
            lost = len(sent.raw) > _LARGE  # with it, since not all was read before the end
            assert lost or not sent.ends, "the connection ends without an answer"
            self.ended += 1
            return False
        self.statuses[answer.status] += 1
        try:
            self.codes.update(judge(sent, answer))
        except BusyError:
            raise
        except Exception as error:
            raise AssertionError(f"{error!r}: {answer!r}"[:2000]) from error
        return answer.lasts

    def _note(self, sent: Input, why: str) -> None:
        self.wrong.append(f"input {sent.number}: {why}\n{sent.raw[:1500]!r}")

    def __str__(self) -> str:
        by_status = ", ".join(f"{status} × {n:,}" for status, n in sorted(self.statuses.items()))
        again = f"{self.again:,} sent again; " if self.again else ""
        told = sum(self.codes.values())
        said = f"{len(self.codes)} codes, told {told:,} times"
        return f"{by_status}; {self.ended:,} ended; {again}{said}"
