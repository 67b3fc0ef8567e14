"""In charge of turning a read into one SQL statement; pure.

The text of a statement depends on the read's shape, limit and offset only, never on the values it
compares with: those are parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from catalog.entity import Catalog
from catalog.query import And, Batch, Key, Read
from datasources.postgres.filters import condition, filtered
from datasources.postgres.parts import Parts
from datasources.postgres.rows import Layout
from datasources.postgres.selection import cut, selection, terms_of
from datasources.postgres.tables import Scope, is_key
from datasources.postgres.values import DIALECT, storable


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL in psycopg's form with its parameters, and how to read the rows that come back.

    ``keys`` are those that the rows' numbers count, from 1.
    """

    sql: str
    parameters: Mapping[str, Any] = field(hash=False)
    layout: Layout
    table: str
    keys: tuple[Key, ...] = ()


def statement_for(catalog: Catalog, read: Read) -> Statement | None:
    """The statement that answers a read; None if neither rows nor a total can come of it."""
    keys = _sendable(read.batch) if read.batch else ()
    if (read.batch and not keys) or (read.limit == 0 and not read.total):
        return None
    if read.batch or read.total:
        select, layout = _combined(Parts(catalog, _simplified(read), keys), read)
    else:
        select, layout = _plain(catalog, read)
    compiled = select.compile(dialect=DIALECT)
    return Statement(str(compiled), compiled.params, layout, read.entity.table, keys)


def _sendable(batch: Batch) -> tuple[Key, ...]:
    """Each key once, without those that equal nothing."""
    return tuple(
        key for key in dict.fromkeys(batch.keys) if None not in key and all(map(storable, key))
    )


def _simplified(read: Read) -> Read:
    """Without order and limit where no key has a second row, so that a plain join will do."""
    unique = read.batch and not read.batch.through and is_key(read.entity, read.batch.fields)
    if unique and read.limit != 0 and not read.offset:
        return replace(read, order=(), limit=None)
    return read


def _plain(catalog: Catalog, read: Read) -> tuple[sa.Select[Any], Layout]:
    scope = Scope(catalog, read.entity)
    columns, shape = selection(scope, read.fields, read.joins)
    terms = terms_of(scope, read.order)
    wanted = condition(catalog, scope.root, And((read.filter, read.after)))
    select = filtered(sa.select(*columns).select_from(scope.source), wanted)
    select = select.distinct() if read.distinct else select
    return cut(select, terms, read.limit, read.offset), Layout(None, None, shape)


def _combined(parts: Parts, read: Read) -> tuple[sa.Select[Any], Layout]:
    """The keys, their totals and their rows side by side, in the order of keys and of rows.

    The order is stated outside, since a join need not keep that of its parts.
    """
    source, columns, terms = parts.keys, list[sa.ColumnElement[Any]](), []
    number = total = record = None
    if source is not None:
        number, columns, terms = 0, [source.c.n], [source.c.n]
    if read.total:
        total, counted = len(columns), parts.counted()
        source = _beside(source, counted)
        columns.append(counted.c.total)
    if read.limit != 0:
        page = parts.page(len(columns))
        source = _beside(source, page.source, outer=read.total)
        columns, terms, record = [*columns, *page.columns], [*terms, *page.terms], page.shape
    select = sa.select(*columns).select_from(source).order_by(*terms)
    return select, Layout(number, total, record)


def _beside(
    left: sa.FromClause | None, right: sa.FromClause, *, outer: bool = False
) -> sa.FromClause:
    return right if left is None else left.join(right, sa.true(), isouter=outer)
