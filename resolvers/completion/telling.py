"""In charge of lines on their way into an answer: lists of them become JSON, a page at a time.

What is put in place of a mark is longer than it, and so the length of what was made tells whether
all marks were where they belong, and none in a text; ``QUOTE``, which is no longer, is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from catalog.flat import FlatRow
from catalog.lines import (
    NULL,
    PAGE,
    QUOTE,
    ROW,
    WRONG,
    Cursor,
    Fact,
    Inner,
    Leaf,
    Listed,
    Member,
    listed_in,
)
from resolvers.completion.lining import Lining

_CONTROLS: Final = bytes(range(0x20))
_PAGE, _ROW, _QUOTE, _NULL, _WRONG = (it.encode() for it in (PAGE, ROW, QUOTE, NULL, WRONG))
_EMPTY: Final = orjson.Fragment(b"[]")


class LineError(Exception):
    """A line that is none: it holds what no answer may show, or a text with a mark in it."""


class _Expected(NamedTuple):
    """What each record of a kind adds: to the length, and to the values with ``QUOTE``.

    ``nowhere`` is the mark of a record that is not there, or of a page without rows, and
    ``without`` what that adds. A page with rows adds what is ``around`` them, and between two.
    """

    length: int
    quoted: int
    inner: tuple[_Expected, ...]
    nowhere: bytes = b""
    without: int = 0
    around: int | None = None
    between: int = 0


class Teller:
    """Makes JSON of the lines of one form."""

    def __init__(self, lining: Lining) -> None:
        texts = {mark.encode(): text.encode() for mark, text in lining.texts.items()}
        self._after = lining.after.encode()
        self._between = f"{lining.after},"
        self._texts = [*texts.items()]
        self._row = _expected(lining.line.members, lining)
        self._quotes = _quotes(self._row)
        marks = {*texts, _PAGE}
        if self._quotes:  # else they are characters of texts, as others are
            marks |= {_QUOTE, _NULL}
        self._lists = sum(1 for _ in listed_in(lining.line.members))
        self._escaped = b'\\"' + bytes(set(_CONTROLS) - set(b"".join(marks)))
        self._escaped_between = sum(each in self._escaped for each in self._between.encode())

    def counts(self, rows: Sequence[FlatRow]) -> list[int]:
        """How many rows are listed inside these, of each list that there is in a line."""
        return [sum([row[at] for row in rows]) for at in range(-1 - self._lists, -1)]

    def lists(
        self, pages: Sequence[Sequence[str | None]], counts: Sequence[int] = ()
    ) -> list[orjson.Fragment]:
        """The lists of these pages, each of the texts of its rows.

        Raises ``LineError``, also if one has no text: it holds what no answer may show.
        """
        some = [texts for texts in pages if texts]
        if not some:
            return [_EMPTY] * len(pages)
        told = iter(self._told(some, counts))
        return [next(told) if texts else _EMPTY for texts in pages]

    def _told(
        self, pages: Sequence[Sequence[str | None]], counts: Sequence[int]
    ) -> list[orjson.Fragment]:
        rows = sum(map(len, pages))
        joined = _joined(pages, self._between)
        if self._lists and _WRONG in joined:
            raise LineError
        escaped = self._escaped_between * (rows - len(pages))
        if len(joined.translate(None, self._escaped)) + escaped != len(joined):
            joined = self._joined_of_odd(pages, rows)
        made = self._replaced(joined, rows, counts)
        # To look for a character takes a tenth of what it takes to look at each of them.
        each_page = made.split(_PAGE) if len(pages) > 1 or _PAGE in made else [made]
        if len(each_page) != len(pages):
            raise LineError
        return [orjson.Fragment(b"".join((b"[", each, self._after, b"]"))) for each in each_page]

    def _joined_of_odd(self, pages: Sequence[Sequence[str | None]], rows: int) -> bytes:
        """The same where texts hold what JSON escapes, or perhaps what stands between rows."""
        joined = _joined(pages, ROW)
        if joined.count(_ROW) != rows - len(pages):
            raise LineError
        which = self._escaped.replace(_ROW, b"")
        return _escaped(joined, which).replace(_ROW, self._between.encode())

    def _replaced(self, lines: bytes, rows: int, counts: Sequence[int]) -> bytes:
        length, quoted = _sums(self._row, lines, rows, iter(counts))
        if self._quotes:
            nulls = lines.count(_NULL)
            # Of none, too: one that stands in a text is as wrong there.
            if lines.count(_QUOTE) + 2 * nulls != 2 * quoted:
                raise LineError
            lines = lines.replace(_NULL, b"null").replace(_QUOTE, b'"')
        length += len(lines)
        for mark, text in self._texts:
            lines = lines.replace(mark, text)
        if len(lines) != length:
            raise LineError
        return lines


def _expected(members: Sequence[Member], lining: Lining) -> _Expected:
    own: list[Leaf | Cursor | Fact] = []
    inner: list[_Expected] = []
    for member in members:
        if isinstance(member, Leaf | Cursor):
            own.append(member)
            continue
        inner.append(_expected_inside(member, lining))
        if isinstance(member, Listed):
            own += member.facts
    length = sum(_added(lining, each.mark) for each in own)
    return _Expected(length, sum(each.quotes for each in own), tuple(inner))


def _quotes(of: _Expected) -> bool:
    """Whether ``QUOTE`` may stand in such a record."""
    return of.quoted > 0 or any(map(_quotes, of.inner))


def _expected_inside(member: Inner | Listed, lining: Lining) -> _Expected:
    of = _expected(member.members, lining)
    end = _added(lining, member.end) if member.end else 0
    of = of._replace(nowhere=member.nowhere.encode(), without=_added(lining, member.nowhere))
    if isinstance(member, Inner):
        return of._replace(length=of.length + end)
    around, between = _added(lining, member.opening) + end, _added(lining, member.between)
    return of._replace(around=around, between=between)


def _added(lining: Lining, mark: str) -> int:
    return len(lining.texts[mark]) - 1


def _sums(of: _Expected, lines: bytes, rows: int, counts: Iterator[int]) -> tuple[int, int]:
    """What so many records add to the length of these lines, and how many values are quoted.

    Of the rows of lists the ``counts`` tell how many there are, and no text can.
    """
    length, quoted = of.length * rows, of.quoted * rows
    for inner in of.inner:
        absent = lines.count(inner.nowhere)
        there = rows - absent
        if inner.around is not None:
            length += inner.around * there
            there, pages = next(counts), there
            length += inner.between * (there - pages)
        more, others = _sums(inner, lines, there, counts)
        length += more + inner.without * absent
        quoted += others
    return length, quoted


def _joined(pages: Sequence[Sequence[str | None]], between: str) -> bytes:
    given: Any = pages
    try:
        return PAGE.join([between.join(texts) for texts in given]).encode()
    except TypeError:  # a row without a text: not looked for beforehand, one by one
        raise LineError from None


def _escaped(text: bytes, which: bytes) -> bytes:
    for each in which:  # the backslash comes first
        character = bytes([each])
        if character in text:
            text = text.replace(character, orjson.dumps(chr(each))[1:-1])
    return text
