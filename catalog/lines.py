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
PAGE: Final = "\x1d"
ROW: Final = "\x1e"
"""These two stand between lines; no store writes them."""
WRONG: Final = "\x1f"
"""In place of a line inside another that holds what no answer may show."""

# What people write in texts is no mark: tabs and ends of lines.
MARKS: Final = "".join(map(chr, [*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x1A), 0x1C]))
"""One for each value of a line, and some for each record and each list inside it."""


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
class Standing:
    """Where a row stands in a list, which its cursor tells.

    A cursor is a list in JSON, in base64 for URLs that is not filled up: ``list``, a text of digits
    and letters that says which list it is, and the values of these terms, in order.
    """

    list: str
    terms: tuple[tuple[str, Told], ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The cursor of a row, behind its mark. There is no line at all if it has none."""

    mark: str
    standing: Standing

    @property
    def quotes(self) -> bool:
        """Whether ``QUOTE`` stands around it; its quotes come with the marks next to it."""
        return False


class Says(enum.Enum):
    """What a list says of itself; the cursors of its ends as values that may be null."""

    MORE = "whether there is another row behind those that are shown"
    START = "the cursor of the first"
    END = "the cursor of the last"
    TOTAL = "how many there are on all pages"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a list says of itself, behind its mark."""

    mark: str
    says: Says

    @property
    def quotes(self) -> bool:
        """Whether ``QUOTE`` stands around it."""
        return self.says in {Says.START, Says.END}


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a relation to many: those of a batched read for the key in these ``fields``.

    The read's line says what each of them is; of more than ``size`` only so many are shown. Ahead
    of the first stands ``opening``, ``between`` stands between two, and behind the last ``end``, or
    without one a brace; ``nowhere`` stands where there are none. How many are shown is told beside
    the whole line. Around them stands what the list says of itself, also if there are none; cursors
    in it tell the ``standing``.
    """

    fields: tuple[str, ...]
    read: Read
    size: int
    opening: str
    between: str
    end: str | None
    nowhere: str
    ahead: tuple[Fact, ...] = ()
    behind: tuple[Fact, ...] = ()
    standing: Standing | None = None

    @property
    def members(self) -> tuple[Member, ...]:
        """What the line of each row is made of."""
        assert self.read.line is not None  # noqa: S101 (it is a part of a line)
        return self.read.line.members

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All that it says of itself."""
        return (*self.ahead, *self.behind)

    @property
    def is_cut(self) -> bool:
        """Whether the read may find more rows than are shown."""
        return self.read.limit is None or self.read.limit > self.size


Member = Leaf | Cursor | Inner | Listed


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
        if isinstance(member, Inner | Listed):
            yield from listed_in(member.members)
