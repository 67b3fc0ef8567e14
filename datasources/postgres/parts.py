"""In charge of the parts of a statement that lists rows for many keys, or counts them; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog.entity import Catalog
from catalog.flat import Shape
from catalog.query import And, Filter, Read
from datasources.postgres.indexes import Column, leader_of
from datasources.postgres.routines import called_rows
from datasources.postgres.selection import cut, selection, terms_of
from datasources.postgres.sieve import Sieve
from datasources.postgres.tables import Aliased, Scope


@dataclass(frozen=True, slots=True)
class Page:
    """A subquery of rows: the columns that it gives, their shape, and the terms of their order."""

    source: sa.FromClause
    columns: Sequence[sa.ColumnElement[Any]]
    shape: Shape
    terms: Sequence[sa.ColumnElement[Any]]


class Parts:
    """The parts of one read's statement: its keys, then for each key a total and a page of rows.

    Without a batch there are no ``keys``; total and page stand alone. Nor are there with a ``key``,
    columns of rows beside which they stand, each page beside its own.
    """

    def __init__(
        self, catalog: Catalog, read: Read, key: Sequence[sa.ColumnElement[Any]] = ()
    ) -> None:
        self.catalog = catalog
        self._read = read
        self._sieve = Sieve(catalog, read.entity, read.batch, key)
        self.keys = self._sieve.keys

    def counted(self) -> sa.FromClause:
        """A subquery of one row, whose ``total`` counts the rows that the filter lets through."""
        table = Aliased(self._read.entity, called_rows(self._read))
        count = sa.select(sa.func.count().label("total"))
        return self._sieve.named(
            "counted", self._sieve.narrowed(count, table, table.source, self._read.filter)
        )

    def page(self, start: int, name: str = "page") -> Page:
        """A subquery of the rows, whose columns will stand from ``start`` on.

        With a total it will be joined outside, so it says of itself whether there is a row.
        """
        read, wanted = self._read, And((self._read.filter, self._read.after))
        leader = self._leader()
        fence = None if leader else self._fence(wanted)
        scope = Scope(self.catalog, read.entity, called_rows(read) if fence is None else fence)
        flags = [sa.true().label("present")] if read.total else []
        present = start if flags else None
        start += len(flags)
        columns, shape = selection(scope, read.fields, read.joins, start=start, present=present)
        terms = terms_of(scope, read.order)
        # Labels, because two tables may have a column of one name.
        listed = [each.label(None) for each in (*columns, *(term.expression for term in terms))]
        select = sa.select(*flags, *listed)
        if fence is None:
            led = leader and leader.name
            select = self._sieve.narrowed(select, scope.root, scope.source, wanted, led)
        else:
            select = select.select_from(scope.source)
        if leader:
            select = select.order_by(_along(leader, scope.root))
        if read.limit is not None or read.offset:
            select = cut(select, terms, read.limit, read.offset)
        source = self._sieve.named(name, select)
        given, shown = list(source.c), len(flags) + len(columns)
        order = [term.written(by) for term, by in zip(terms, given[shown:], strict=True)]
        return Page(source, given[:shown], shape, order)

    def _leader(self) -> Column | None:
        """What the index begins with that holds the rows of each key in order, if one does.

        Of an equal column Postgres knows that it orders nothing, and so finds an index of the order
        alone as good as this one, and walks it past the rows of all other keys. `Sieve` says that
        it is equal in a way that Postgres does not see through.
        """
        read, batch = self._read, self._read.batch
        if batch is None or batch.through is not None or read.limit is None:
            return None
        return leader_of(read.entity, batch.fields, read.order)

    def _fence(self, wanted: Filter) -> sa.FromClause | None:
        """The rows of one key, where no index holds them in order.

        Without this, Postgres may walk an index of the order through the whole table in the hope
        that a key's rows come soon; OFFSET 0 keeps it from looking through.
        """
        read, batch = self._read, self._read.batch
        if batch is None or read.limit is None:
            return None
        table = Aliased(read.entity)
        rows = self._sieve.narrowed(sa.select(*table.source.c), table, table.source, wanted)
        rows = rows.offset(sa.literal_column("0")).correlate(self._sieve.beside)
        return rows.subquery("found")


def _along(leader: Column, table: Aliased) -> sa.ColumnElement[Any]:
    """The order of an index's first column; where nulls go is said where it is not as usual."""
    column = table.stored(leader.name)
    term = column.desc() if leader.descending else column
    if leader.nulls_first == leader.descending:
        return term
    return term.nulls_first() if leader.nulls_first else term.nulls_last()
