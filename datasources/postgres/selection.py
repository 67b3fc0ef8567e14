"""In charge of what one SELECT lists: the columns that records are made of, and its order; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog.entity import Relation
from catalog.flat import Shape
from catalog.query import Join, Order, Path
from catalog.types import DocumentType, Field, UnionType, step_to, stepped_to
from datasources.postgres.documents import asked
from datasources.postgres.filters import ranked
from datasources.postgres.search import gauged
from datasources.postgres.tables import Scope


class Term(NamedTuple):
    """One term of an ordering, before it is written out."""

    expression: sa.ColumnElement[Any]
    nullable: bool
    order: Order

    def written(self, expression: sa.ColumnElement[Any] | None = None) -> sa.ColumnElement[Any]:
        """The term over its expression, or over the column that a subquery made of it.

        Where nulls go is said only where it is not what Postgres does anyway, so that a plain
        index serves the order.
        """
        term = self.expression if expression is None else expression
        term = term.desc() if self.order.descending else term
        if not self.nullable or self.order.nulls_first == self.order.descending:
            return term
        return term.nulls_first() if self.order.nulls_first else term.nulls_last()


def terms_of(scope: Scope, orders: Sequence[Order]) -> list[Term]:
    """The terms of an ordering; the relations they step through are joined to the scope."""
    return [_term(scope, order) for order in orders]


def _term(scope: Scope, order: Order) -> Term:
    if order.places:
        return Term(scope.placed(order.relations, order.places), nullable=True, order=order)
    table = scope.joined(order.relations)
    if order.by is not None:
        return Term(gauged(table, order.path, order.by), nullable=True, order=order)
    leaf = table.leaf(order.path)
    return Term(ranked(leaf), leaf.nullable or bool(order.relations), order)


def selection(
    scope: Scope,
    fields: Sequence[Path],
    joins: Sequence[Join],
    *,
    start: int = 0,
    present: int | None = None,
    relations: tuple[Relation, ...] = (),
) -> tuple[list[sa.ColumnElement[Any]], Shape]:
    """The columns of a record and of those joined to it, and their shape in a row.

    ``start`` is the place in the row at which the first column will stand.
    """
    table = scope.joined(relations)
    document = table.entity.document
    asked = tuple(_fields(document, fields))
    columns = [table.selected(field) for field in asked]
    shapes: list[tuple[str, Shape]] = []
    for join in joins:
        relation = join.relation
        steps, place = (*relations, relation), start + len(columns)
        columns.append(scope.joined(steps).found)
        inner, shape = selection(
            scope, join.fields, join.joins, start=place + 1, present=place, relations=steps
        )
        columns += inner
        shapes.append((relation.name, shape))
    if isinstance(document, DocumentType) or (document.tag,) not in fields:
        return columns, Shape(start, asked, tuple(shapes), present)
    kinds: list[tuple[Any, Shape]] = []
    for name, member in document.types.items():
        own = tuple(_fields(member, [path[1:] for path in fields if path[0] == step_to(name)]))
        kinds += ((value, Shape(start + len(columns), own)) for value in document.values(name))
        columns += map(table.selected, own)
    return columns, Shape(start, asked, tuple(shapes), present, document.tag, tuple(kinds))


def _fields(kind: DocumentType | UnionType, paths: Iterable[Path]) -> Iterator[Field]:
    """The fields of a row, or of one kind of rows, that the paths name, each once.

    Of those that hold documents, with no more inside than the paths ask for.
    """
    inside: dict[str, list[Path]] = {}
    for name, *inner in paths:
        if stepped_to(name) is None:
            inside.setdefault(name, []).append(tuple(inner))
    for name, inner in inside.items():
        field = kind.fields[name]
        yield field if inner == [()] else asked(field, inner)


def cut(
    select: sa.Select[Any], terms: Iterable[Term], limit: int | None, offset: int
) -> sa.Select[Any]:
    """The select in this order, from the offset up to the limit.

    Both are literals: with parameters, a prepared statement is planned for any number of rows.
    """
    select = select.order_by(*(term.written() for term in terms))
    if limit is not None:
        select = select.limit(sa.literal_column(str(int(limit))))
    return select.offset(sa.literal_column(str(int(offset)))) if offset else select
