"""In charge of lines: what is shown of a record, and of those joined to it, as one text.

Between the values of a line stand marks, characters that texts hardly ever hold. A mark says which
value comes next, so a list of lines becomes JSON when each mark is replaced by what JSON has in its
place: a few calls for a whole page, and none for a row or a value. The store writes the lines, and
knows nothing of the names that clients give to values; a line holds no name at all.

A text may hold a mark all the same. So lines say how often each mark must be there, and whoever
reads them counts: no text can pass itself off as anything else.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from catalog.query import Read

QUOTE: Final = "\x1a"
"""On both sides of a value that is quoted, where it may be null."""
NULL: Final = "\x1b"
"""In place of such a value, and of its quotes."""
CURSOR: Final = "\x1c"
PAGE: Final = "\x1d"
ROW: Final = "\x1e"
"""These three stand between lines; no store writes them."""
WRONG: Final = "\x1f"
"""In place of a line inside another that holds what no answer may show."""

# What people write in texts is no mark: tabs and ends of lines.
MARKS: Final = "".join(map(chr, [*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x1A)]))
"""One for each value of a line, and one or two for each record inside it."""


class Told(enum.Enum):
    """How a value stands in a line: as JSON has it, those that are quoted without their quotes."""

    INT = "Int"
    FLOAT = "Float"
    BOOLEAN = "Boolean"
    TEXT = "String"
    BIGINT = "BigInt"
    DECIMAL = "Decimal"
    UUID = "UUID"
    DATE = "Date"
    MOMENT = "DateTime"
    MOMENT_WITHOUT_ZONE = "DateTime without a zone"

    @property
    def quoted(self) -> bool:
        """Whether JSON has quotes around it."""
        return self not in _UNQUOTED


_UNQUOTED: Final = frozenset({Told.INT, Told.FLOAT, Told.BOOLEAN})


@dataclass(frozen=True, slots=True)
class Leaf:
    """The value of a field of this name, behind its mark.

    A null is the word ``null``, or, of one that would be quoted, ``NULL``. Where none may be, there
    is no line at all; and none if the value is not one that an answer may show.
    """

    mark: str
    name: str
    told: Told
    nullable: bool

    @property
    def quotes(self) -> bool:
        """Whether ``QUOTE`` stands around it; else its quotes come with the marks next to it."""
        return self.nullable and self.told.quoted


@dataclass(frozen=True, slots=True)
class Inner:
    """The record of a joined relation: its members, or if there is none ``nowhere``.

    Behind the members stands ``end``, or without one a brace.
    """

    relation: str
    nowhere: str
    end: str | None
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a relation to many: those of a batched read for the key in these ``fields``.

    The read's line says what each of them is. Ahead of the first stands ``opening``, ``between``
    stands between two, and behind the last ``end``, or without one a brace; ``nowhere`` stands
    where there are none. How many there are is told beside the whole line.
    """

    fields: tuple[str, ...]
    read: Read
    opening: str
    between: str
    end: str | None
    nowhere: str

    @property
    def members(self) -> tuple[Member, ...]:
        """What the line of each row is made of."""
        assert self.read.line is not None  # noqa: S101 (it is a part of a line)
        return self.read.line.members


Member = Leaf | Inner | Listed


@dataclass(frozen=True, slots=True)
class Line:
    """What a line is made of, in order; fields that are ``kept`` stand beside it as they are.

    Between the two stand the numbers of rows of all that are ``Listed`` in it.
    """

    members: tuple[Member, ...]
    kept: tuple[str, ...] = ()


def listed_in(members: Sequence[Member]) -> Iterator[Listed]:
    """All lists in a line, in the order in which they begin."""
    for member in members:
        if isinstance(member, Listed):
            yield member
        if not isinstance(member, Leaf):
            yield from listed_in(member.members)
