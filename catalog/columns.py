"""In charge of rows as columns: many rows are looked at by field, in a part of the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final, NamedTuple, overload

Row = dict[str, Any]


class Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""Stands for a value that is not there."""


class Columns(NamedTuple):
    """The values of each field that some row has, by row.

    ``whole`` says that every row has all of them. Else `ABSENT` stands where one lacks a field.
    """

    values: Mapping[str, Sequence[Any]]
    whole: bool


class Listed(list[Row]):
    """Rows that know their columns. Nobody changes them."""

    columns: Columns


class Rows(Sequence[Row]):
    """Rows that are known by their columns, each made when it is asked for."""

    def __init__(self, columns: Columns, count: int) -> None:
        self.columns = columns
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return self.listed()[at]
        place = range(self._count)[at]
        held = ((name, values[place]) for name, values in self.columns.values.items())
        return {name: value for name, value in held if value is not ABSENT}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.listed())

    def listed(self) -> Listed:
        """All of them."""
        made = Listed(_rows(self.columns, self._count))
        made.columns = self.columns
        return made


def columns_of(rows: Sequence[Mapping[str, Any]]) -> Columns:
    """The rows as columns; the fields in the order in which they come first."""
    if isinstance(rows, Listed | Rows):
        return rows.columns
    names = list(rows[0]) if rows else []
    if sum(map(len, rows)) == len(names) * len(rows):
        try:
            return Columns(dict(zip(names, _values(rows, names), strict=True)), whole=True)
        except KeyError:  # as many fields, but others
            pass
    every = dict.fromkeys(chain.from_iterable(rows))
    return Columns({name: [row.get(name, ABSENT) for row in rows] for name in every}, whole=False)


def _values(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Sequence[Sequence[Any]]:
    """The columns of these fields. Raises ``KeyError`` if a row lacks one."""
    if len(names) == 1:  # of which there would be no tuples
        return [list(map(itemgetter(names[0]), rows))]
    # A row after the other: they are not near to each other in memory.
    return [*zip(*map(itemgetter(*names), rows), strict=True)] if names else []


def _rows(columns: Columns, count: int) -> list[Row]:
    names = tuple(columns.values)
    values = zip(*columns.values.values(), strict=True) if names else [()] * count
    if columns.whole:  # a zip that is not strict takes less time
        return [dict(zip(names, row, strict=False)) for row in values]
    return [
        {name: value for name, value in zip(names, row, strict=False) if value is not ABSENT}
        for row in values
    ]
