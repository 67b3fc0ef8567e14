"""In charge of how completion reads a store's rows: flat ones by place, records by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from catalog import code
from catalog.entity import Relation
from catalog.flat import FlatReader, Shape

Decoder = Callable[[Any], Any]


class Stored(NamedTuple):
    """A value, what must still be made of it if it is not null, and whether it is sure to fit.

    ``told`` makes of it at once what an answer shows.
    """

    value: ast.expr
    decode: Decoder | None = None
    exact: bool = False
    told: Decoder | None = None

    def decoded(self, known: dict[str, Any]) -> ast.expr:
        """The value that it means; functions that are called go into ``known``."""
        if self.decode is None:
            return self.value
        known[name := f"d{len(known)}"] = self.decode
        made = code.call(code.name(name), self.value)
        return code.either(code.is_none(self.value), code.constant(None), made)


@dataclass(frozen=True)
class Access:
    """How to read one record: ``flat`` says where it stands in a tuple; else it is a dict.

    ``own`` says it of what a record of one kind has besides.
    """

    of: ast.expr
    flat: Shape | None = None
    reader: FlatReader | None = None
    own: Shape | None = None

    def field(self, name: str) -> Stored:
        """A field's value, as it stands there."""
        if self.flat is None or self.reader is None:
            return Stored(code.item(self.of, name))
        shape = self.own if self.own and self.own.holds(name) else self.flat
        place = shape.place(name)
        exact = place in self.reader.exact
        value, reader = code.item(self.of, place), self.reader
        return Stored(value, reader.decoders.get(place), exact, reader.told.get(place))

    def of_kind(self, tag: object) -> Access:
        """How to read it, if it is of the kind that this value of its tag tells."""
        return replace(self, own=dict(self.flat.kinds).get(tag) if self.flat else None)

    def joined(self, relation: Relation) -> tuple[ast.expr, Access]:
        """Whether there is a related record, as a truth value, and how to read it."""
        if self.flat is None:
            inner = code.item(self.of, relation.name)
            return code.is_not_none(inner), Access(inner)
        shape = dict(self.flat.joins)[relation.name]
        return code.item(self.of, shape.present), Access(self.of, shape, self.reader)


def access_of(reader: Any, row: str) -> Access:
    """How to read the rows that a source gave with this reader, under this name."""
    flat = reader if isinstance(reader, FlatReader) else None
    return Access(code.name(row), flat.shape if flat else None, flat)
