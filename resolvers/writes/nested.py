"""In charge of what inputs say, as a tree: rows, and what becomes of the rows that they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from catalog.change import Edit
from catalog.columns import Rows
from catalog.entity import Entity, Relation
from catalog.nesting import Word
from catalog.query import Key, Record
from resolvers.writes.judging import Judge
from resolvers.writes.refusals import ApiPath


@dataclass(frozen=True, slots=True)
class Sought:
    """A row that is named by a unique key: its fields, and their values."""

    key: tuple[str, ...]
    values: Key
    path: ApiPath = field(compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What one word says of a row that a relation leads to.

    ``where`` names the row, if it must be named. ``new`` is the row that is made, ``change`` what
    becomes of one that is there, and ``kept`` the rows that a `set` names.
    """

    word: Word
    path: ApiPath
    where: Sought | None = None
    new: NewRow | None = None
    change: Changes | None = None
    kept: tuple[Sought, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """All that is said along one relation; ``target`` and ``link`` speak for the models there."""

    relation: Relation
    target: Judge
    link: Judge | None
    path: ApiPath
    said: Sequence[Said]

    def of(self, word: Word) -> Iterator[Said]:
        """What is said by one word."""
        return (each for each in self.said if each.word is word)


class _Holder:
    """Rows of one entity with what is nested in them."""

    __slots__ = ()
    judge: Judge
    nested: Mapping[str, Nested]

    @property
    def entity(self) -> Entity:
        """What is made or changed."""
        return self.judge.entity

    def written(self) -> Iterator[Entity]:
        """The entities of which rows may be written, once or more often."""
        yield self.entity
        for nested in self.nested.values():
            yield from _written(nested)

    @property
    def seeks(self) -> bool:
        """Whether rows are made where there are none, so that it matters which are there."""
        said = (each for nested in self.nested.values() for each in nested.said)
        return any(each.word in _SEEKING or any(_inner_seeks(each)) for each in said)


@dataclass(frozen=True, slots=True, eq=False)
class NewRow(_Holder):
    """A row to be made: what is given, judged, and what is nested, by relation.

    ``supplied`` are the fields that relations give a value, with the argument that says so. One
    that could not be judged alone is judged ``later``, when it is whole.
    """

    judge: Judge
    path: ApiPath
    values: Record
    nested: Mapping[str, Nested]
    supplied: Mapping[str, ApiPath]
    later: bool = False


class PlainRows(Sequence[NewRow]):
    """Rows to be made of what a list gives, which are fields and nothing else.

    They are made by field; each by itself only when it is asked for.
    """

    def __init__(self, judge: Judge, path: ApiPath, values: Rows) -> None:
        self.values = values
        self._judge = judge
        self._path = path

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, at: int) -> NewRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[NewRow]: ...
    def __getitem__(self, at: int | slice) -> NewRow | Sequence[NewRow]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        return NewRow(self._judge, (*self._path, str(at)), self.values[at], {}, {})


@dataclass(frozen=True, slots=True, eq=False)
class Changes(_Holder):
    """What becomes of rows that are there: edits of their own fields, and what is nested.

    ``path`` leads to what holds `input` and its like.
    """

    judge: Judge
    path: ApiPath
    edits: tuple[Edit, ...]
    nested: Mapping[str, Nested]


_SEEKING = (Word.CONNECT_OR_CREATE, Word.UPSERT)


def _inner_seeks(said: Said) -> Iterator[bool]:
    yield from (each.seeks for each in (said.new, said.change) if each is not None)


def written_by(rows: Sequence[NewRow]) -> Iterator[Entity]:
    """The entities of which rows are made or may be written, once or more often."""
    for row in rows[:1] if isinstance(rows, PlainRows) else rows:
        yield from row.written()


def _written(nested: Nested) -> Iterator[Entity]:
    if nested.link is not None:
        yield nested.link.entity
    refer = nested.link is None and not nested.relation.refers
    for said in nested.said:
        for made in (said.new, said.change):
            yield from made.written() if made is not None else ()
        if refer or said.word is Word.DELETE:
            yield nested.target.entity
