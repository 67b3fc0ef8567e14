"""In charge of inputs by their numbers: the same number with the same seed is the same input."""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

import httptools
from fuzz_bytes import broken, changed
from fuzz_documents import Asked
from fuzz_seeds import Seeds

SEED: Final = os.environ.get("FUZZ_SEED", "market")
"""Another one is another hundred thousand inputs."""

_LONGEST: Final = 300_000
"""Bytes of an input; what is copied within itself again and again may come to millions."""


class Input(NamedTuple):
    """What is sent on a connection, and what that is to who reads HTTP."""

    number: int
    raw: bytes
    method: bytes
    """Of the first request in it; empty if there is none."""
    target: bytes
    ends: bool
    """Whether a request in it is whole, or is none that could ever be: so there is an answer."""
    framed: bool
    """Whether nothing was done to it by which the next request might be taken for its body."""


def input_of(number: int, operations: Sequence[Asked]) -> Input:
    """The input of a number: right, changed in its parts, or broken anywhere."""
    random = chance(number)
    seeds = Seeds(operations, random)
    request = seeds.one()
    if random.random() < 0.3:
        request = changed(request, random)
    raw = request.raw()[:_LONGEST]
    framed = len(raw) < _LONGEST
    if random.random() < 0.15:
        raw, framed = broken(raw, [seeds.one().raw() for _ in range(2)], random), False
        raw = raw[:_LONGEST]
    read = _Read(raw)
    framed = framed and read.whole == 1 and not read.wrong and not read.upgrades
    ends = bool(read.whole or read.wrong or read.upgrades)
    return Input(number, raw, read.method, read.target, ends, framed)


def chance(number: int) -> Random:
    """What happens by chance, if it is for the input of this number."""
    return Random(f"{SEED}:{number}")  # noqa: S311 (it is to be the same again)


class _Read:
    """Bytes as the server's own parser reads them."""

    def __init__(self, raw: bytes) -> None:
        self.method = self.target = b""
        self.whole = 0
        self.wrong = self.upgrades = False
        parser = httptools.HttpRequestParser(self)
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._parser = parser
        try:
            parser.feed_data(raw)
        except httptools.HttpParserUpgrade:
            self.upgrades = True
        except httptools.HttpParserError:
            self.wrong = True

    def on_url(self, url: bytes) -> None:
        """Pieces of the address."""
        if not self.whole:
            self.target += url

    def on_headers_complete(self) -> None:
        """The head has come."""
        if not self.whole:
            self.method = self._parser.get_method()
        httptools.parse_url(self.target)  # as the server does, to which it may be wrong

    def on_message_complete(self) -> None:
        """The body has come."""
        self.whole += 1
