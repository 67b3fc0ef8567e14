"""In charge of the parts of a statement that answers for many keys, or for a total; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from catalog.entity import Catalog
from catalog.flat import Shape
from catalog.query import And, Batch, Filter, Read
from datasources.postgres.filters import Condition, both, condition, filtered
from datasources.postgres.indexes import gives_order
from datasources.postgres.selection import cut, selection, terms_of
from datasources.postgres.tables import Aliased, Scope, exists, is_key, met
from datasources.postgres.values import encoding_of, key_parameter


@dataclass(frozen=True, slots=True)
class Page:
    """A subquery of rows: the columns that it gives, their shape, and the terms of their order."""

    source: sa.FromClause
    columns: Sequence[sa.ColumnElement[Any]]
    shape: Shape
    terms: Sequence[sa.ColumnElement[Any]]


class Parts:
    """The parts of one read's statement: its keys, then for each key a total and a page of rows.

    ``keys`` is a table of the batch's keys: a column ``k0``, ``k1``… for each field, and their
    number ``n``, from 1. A read without a batch has none; its total and page stand alone.
    """

    def __init__(self, catalog: Catalog, read: Read) -> None:
        self._catalog = catalog
        self._read = read
        self.keys = self._numbered(read.batch) if read.batch else None

    def _numbered(self, batch: Batch) -> sa.FromClause:
        through = batch.through
        owner = Aliased(self._catalog[through.entity] if through else self._read.entity)
        arrays: dict[str, sa.ColumnElement[Any]] = {}
        for place, name in enumerate(batch.fields):
            leaf = owner.leaf((name,))
            arrays[f"k{place}"] = key_parameter(encoding_of(leaf.kind, leaf.column), place)
        table = sa.func.unnest(*arrays.values()).table_valued(*arrays, with_ordinality="n")
        return table.render_derived(name="keys")

    def counted(self) -> sa.FromClause:
        """A subquery of one row, whose ``total`` counts the rows that the filter lets through."""
        table = Aliased(self._read.entity)
        count = sa.select(sa.func.count().label("total"))
        return self._named("counted", self._narrowed(count, table, table.source, self._read.filter))

    def page(self, start: int) -> Page:
        """A subquery of the rows, whose columns will stand from ``start`` on.

        With a total it will be joined outside, so it says of itself whether there is a row.
        """
        read, wanted = self._read, And((self._read.filter, self._read.after))
        fence = self._fence(wanted)
        scope = Scope(self._catalog, read.entity, fence)
        flags = [sa.true().label("present")] if read.total else []
        present = start if flags else None
        start += len(flags)
        columns, shape = selection(scope, read.fields, read.joins, start=start, present=present)
        terms = terms_of(scope, read.order)
        # Labels, because two tables may have a column of one name.
        listed = [each.label(None) for each in (*columns, *(term.expression for term in terms))]
        select = sa.select(*flags, *listed)
        if fence is None:
            select = self._narrowed(select, scope.root, scope.source, wanted)
        else:
            select = select.select_from(scope.source)
        if read.limit is not None or read.offset:
            select = cut(select, terms, read.limit, read.offset)
        source = self._named("page", select)
        given, shown = list(source.c), len(flags) + len(columns)
        order = [term.written(by) for term, by in zip(terms, given[shown:], strict=True)]
        return Page(source, given[:shown], shape, order)

    def _fence(self, wanted: Filter) -> sa.FromClause | None:
        """The rows of one key, where no index holds them in order.

        Without this, Postgres may walk an index of the order through the whole table in the hope
        that a key's rows come soon; OFFSET 0 keeps it from looking through.
        """
        read, batch = self._read, self._read.batch
        if batch is None or read.limit is None:
            return None
        if batch.through is None and gives_order(read.entity, batch.fields, read.order):
            return None
        table = Aliased(read.entity)
        rows = self._narrowed(sa.select(*table.source.c), table, table.source, wanted)
        rows = rows.offset(sa.literal_column("0")).correlate(cast("sa.FromClause", self.keys))
        return rows.subquery("found")

    def _named(self, name: str, select: sa.Select[Any]) -> sa.FromClause:
        return select.subquery(name) if self.keys is None else select.lateral(name)

    def _narrowed(
        self, select: sa.Select[Any], table: Aliased, source: sa.FromClause, filter: Filter
    ) -> sa.Select[Any]:
        """The select over ``source``, for the rows of one key that the filter lets through."""
        batch, wanted = self._read.batch, condition(self._catalog, table, filter)
        if batch is None:
            return filtered(select.select_from(source), wanted)
        if batch.through is None:
            return filtered(select.select_from(source), self._keyed(table, batch), wanted)
        link = Aliased(self._catalog[batch.through.entity])
        linked = met(link, table, batch.through.target_on)
        keyed = self._keyed(link, batch)
        if is_key(link.entity, (*batch.fields, *(name for name, _ in batch.through.target_on))):
            source = source.join(link.source, linked)
            return filtered(select.select_from(source), keyed, wanted)
        # A link table without a key may link a row twice; it is found once.
        found = exists(link.source, both(keyed, linked))
        return filtered(select.select_from(source), found, wanted)

    def _keyed(self, table: Aliased, batch: Batch) -> Condition:
        keys = cast("sa.FromClause", self.keys)
        return sa.and_(
            *(table.column(name) == keys.c[f"k{place}"] for place, name in enumerate(batch.fields))
        )
