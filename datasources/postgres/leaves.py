"""In charge of what conditions and orders look at: columns, elements, and what JSON holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from catalog.query import Path
from catalog.types import DocumentType, FieldType, ListType, UnionType, stepped_to, type_after
from datasources.postgres.inside import Held, held, is_json, items_of


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something to compare or to order by: an expression, what it holds, and its column's type."""

    expression: sa.ColumnElement[Any]
    kind: FieldType
    column: sa.types.TypeEngine[Any]
    nullable: bool = True


class Element:
    """An element of an array, or of a list in JSON, inside a quantifier."""

    def __init__(self, array: Leaf) -> None:
        self._kind = cast("ListType", array.kind).of
        self._in_json = is_json(array.column)
        if self._in_json:
            self.source: sa.FromClause = items_of(held(array.expression))
        else:
            item = cast("sa.ARRAY[Any]", array.column).item_type
            unnested = sa.func.unnest(array.expression).table_valued(sa.column("value", item))
            self.source = unnested.render_derived()

    def leaf(self, path: Path) -> Leaf:
        """The element itself, at the empty path, or what stands at a path inside of it."""
        value = self.source.c.value
        if self._in_json:
            return inner_leaf(held(value), self._kind, path)
        if path:
            raise TypeError(f"the path {path} leads into an element of an array")
        return Leaf(value, self._kind, value.type)


def is_inside(kind: FieldType, column: sa.types.TypeEngine[Any]) -> bool:
    """Whether a value of this type is one inside of JSON, and not what a column itself holds."""
    return isinstance(kind, DocumentType | UnionType | ListType) and is_json(column)


def inner_leaf(value: Held, kind: FieldType, path: Sequence[str]) -> Leaf:
    """What stands at a path inside of a value of this type, in JSON."""
    for step in path:
        if stepped_to(step) is None:
            fields = cast("DocumentType | UnionType", kind).fields
            value = value.at(fields[step].stored)
        kind = type_after(kind, step)
    typed = value.typed(kind)
    return Leaf(typed, kind, typed.type)
