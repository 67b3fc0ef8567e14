"""In charge of lines on their way into an answer: lists of them become JSON, a page at a time.

What is put in place of a mark is longer than it, and so the length of what was made tells whether
all marks were where they belong, and none in a text; ``QUOTE``, which is no longer, is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import orjson

from catalog.flat import FlatRow
from catalog.lines import CURSOR, NULL, PAGE, QUOTE, ROW, Inner, Leaf
from resolvers.lining import Lining

_CONTROLS: Final = bytes(range(0x20))
_QUOTE, _NULL = QUOTE.encode(), NULL.encode()
_EMPTY: Final = orjson.Fragment(b"[]")


class LineError(Exception):
    """A line that is none: it holds what no answer may show, or a text with a mark in it."""


def texts_in(rows: Sequence[FlatRow]) -> list[str]:
    """The lines of some rows. Raises ``LineError`` if one is not to be shown."""
    texts = [row[-1] for row in rows]
    if None in texts:
        raise LineError
    return texts


class _Expected(NamedTuple):
    """What each record of a kind adds: to the length, and to the values with ``QUOTE``.

    ``nowhere`` is the mark of a record that is not there, and ``without`` what that adds.
    """

    length: int
    quoted: int
    inner: tuple[_Expected, ...]
    nowhere: bytes = b""
    without: int = 0


class Teller:
    """Makes JSON of the lines of one form."""

    def __init__(self, lining: Lining) -> None:
        texts = {mark.encode(): text.encode() for mark, text in lining.texts.items()}
        before, self._after = lining.before.encode(), lining.after.encode()
        self._before = b"[" + before
        self._between = self._after + b"," + before
        self._texts = [*texts.items(), (ROW.encode(), self._between)]
        self._row = _expected(lining.line.members, lining)
        if CURSOR in lining.texts:
            self._row = self._row._replace(length=self._row.length + _added(lining, CURSOR))
        marks = {*texts, *(mark.encode() for mark in (QUOTE, NULL, PAGE, ROW))}
        self._escaped = b'\\"' + bytes(set(_CONTROLS) - set(b"".join(marks)))

    def lists(self, pages: Sequence[Sequence[str]]) -> list[orjson.Fragment]:
        """The lists of these pages, each of the texts of its rows. Raises ``LineError``."""
        some = [texts for texts in pages if texts]
        if not some:
            return [_EMPTY] * len(pages)
        told = iter(self._told(some))
        return [next(told) if texts else _EMPTY for texts in pages]

    def _told(self, pages: Sequence[Sequence[str]]) -> list[orjson.Fragment]:
        joined = PAGE.join([ROW.join(texts) for texts in pages]).encode()
        made = self._replaced(joined, sum(map(len, pages)), len(pages)).split(PAGE.encode())
        if len(made) != len(pages):
            raise LineError
        return [orjson.Fragment(b"".join((self._before, each, self._after, b"]"))) for each in made]

    def _replaced(self, lines: bytes, rows: int, pages: int) -> bytes:
        if len(lines.translate(None, self._escaped)) != len(lines):
            lines = _escaped(lines, self._escaped)
        length, quoted = _sums(self._row, lines, rows)
        nulls = lines.count(_NULL)
        # Of none, too: one that stands in a text is as wrong there.
        if lines.count(_QUOTE) + 2 * nulls != 2 * quoted:
            raise LineError
        if quoted:
            lines = lines.replace(_NULL, b"null").replace(_QUOTE, b'"')
        length += (len(self._between) - 1) * (rows - pages) + len(lines)
        for mark, text in self._texts:
            lines = lines.replace(mark, text)
        if len(lines) != length:
            raise LineError
        return lines


def _expected(members: Sequence[Leaf | Inner], lining: Lining) -> _Expected:
    leaves = [member for member in members if isinstance(member, Leaf)]
    inner = [_expected_inside(member, lining) for member in members if isinstance(member, Inner)]
    length = sum(_added(lining, leaf.mark) for leaf in leaves)
    return _Expected(length, sum(leaf.quotes for leaf in leaves), tuple(inner))


def _expected_inside(member: Inner, lining: Lining) -> _Expected:
    of = _expected(member.members, lining)
    end = _added(lining, member.end) if member.end else 0
    nowhere, without = member.nowhere.encode(), _added(lining, member.nowhere)
    return _Expected(of.length + end, of.quoted, of.inner, nowhere, without)


def _added(lining: Lining, mark: str) -> int:
    return len(lining.texts[mark]) - 1


def _sums(of: _Expected, lines: bytes, rows: int) -> tuple[int, int]:
    """What so many records add to the length of these lines, and how many values are quoted."""
    length, quoted = of.length * rows, of.quoted * rows
    for inner in of.inner:
        absent = lines.count(inner.nowhere)
        more, others = _sums(inner, lines, rows - absent)
        length += more + inner.without * absent
        quoted += others
    return length, quoted


def _escaped(text: bytes, which: bytes) -> bytes:
    for each in which:  # the backslash comes first
        character = bytes([each])
        if character in text:
            text = text.replace(character, orjson.dumps(chr(each))[1:-1])
    return text
