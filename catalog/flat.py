"""In charge of flat rows: tuples that hold a record, and those joined to it, side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from catalog.lines import Told
from catalog.query import Record
from catalog.types import Field

FlatRow: TypeAlias = tuple[Any, ...]
Decoder: TypeAlias = Callable[[Any], Any]
"""Makes the value of a field of what stands in a row, which is not null."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a record stands in a row: its fields from ``start`` on, joined records anywhere.

    ``present`` is the place of a boolean that says whether there is a record at all. ``kinds`` are,
    by the values of the field called ``tag``, the shapes of what a row of that kind has besides.
    """

    start: int
    fields: tuple[Field, ...]
    joins: tuple[tuple[str, Shape], ...] = ()
    present: int | None = None
    tag: str | None = None
    kinds: tuple[tuple[Any, Shape], ...] = ()

    @property
    def parts(self) -> tuple[Shape, ...]:
        """The shapes inside this one, of joined records and of kinds, each once."""
        return tuple(dict.fromkeys(shape for _, shape in (*self.joins, *self.kinds)))

    def holds(self, name: str) -> bool:
        """Whether there is a field of this name."""
        return any(field.name == name for field in self.fields)

    def place(self, name: str) -> int:
        """Where the field of this name stands."""
        return self.start + next(at for at, f in enumerate(self.fields) if f.name == name)


class FlatReader:
    """Makes records of rows of one shape.

    ``decoders`` stand by the place of what they decode; at ``exact`` places the store's own type
    lets nothing in that the field's GraphQL type could not show, but for null. ``told`` makes of
    what stands there what an answer shows of it, or raises ValueError. ``lined`` says how the store
    tells in a line what stands there, if it can.
    """

    __slots__ = ("_read", "decoders", "exact", "lined", "shape", "told")

    def __init__(
        self,
        shape: Shape,
        decoders: Mapping[int, Decoder],
        exact: Collection[int] = (),
        told: Mapping[int, Decoder] | None = None,
        lined: Mapping[int, Told] | None = None,
    ) -> None:
        self.told = told or {}
        self.lined = lined or {}
        self.shape = shape
        self.decoders = decoders
        self.exact = exact
        self._read = _reader(shape, decoders)

    def __call__(self, row: FlatRow) -> Record:
        """The record; its row is known to hold one."""
        record = self._read(row)
        assert record is not None  # noqa: S101 (rows without a record are no rows)
        return record


def _reader(shape: Shape, decoders: Mapping[int, Decoder]) -> Callable[[FlatRow], Record | None]:
    names = [field.name for field in shape.fields]
    start, stop, present = shape.start, shape.start + len(names), shape.present
    decoded = [(n, decoders[at]) for at, n in enumerate(names, start) if at in decoders]
    joined = [(name, _reader(inner, decoders)) for name, inner in shape.joins]
    kinds = {value: _reader(inner, decoders) for value, inner in shape.kinds}

    def record(row: FlatRow) -> Record | None:
        if present is not None and not row[present]:
            return None
        made: Record = dict(zip(names, row[start:stop], strict=True))
        for name, decode in decoded:
            if made[name] is not None:
                made[name] = decode(made[name])
        for name, read in joined:
            made[name] = read(row)
        if kinds and shape.tag:
            made.update(_own(kinds, made[shape.tag], row))
        return made

    return record


def _own(kinds: Mapping[Any, Callable[[FlatRow], Record | None]], tag: Any, row: FlatRow) -> Record:
    """What a row of the kind that its tag tells has besides."""
    read = kinds.get(tag) if isinstance(tag, (str, int)) else None
    return (read and read(row)) or {}
