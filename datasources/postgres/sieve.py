"""In charge of which rows of an entity a statement is about: all, or those of each key; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from catalog.entity import Catalog, Entity
from catalog.query import Batch, Filter
from datasources.postgres.filters import Condition, both, condition, filtered
from datasources.postgres.tables import Aliased, exists, met
from datasources.postgres.values import encoding_of, key_parameter


class Sieve:
    """Narrows selects to the rows of one key, if there is a batch, and to those of a filter.

    ``keys`` is a table of the batch's keys: a column ``k0``, ``k1``… for each field, and their
    number ``n``, from 1. There is none if a ``key`` is given: columns of rows ``beside`` which the
    statement lists those of their batch.
    """

    def __init__(
        self,
        catalog: Catalog,
        entity: Entity,
        batch: Batch | None,
        key: Sequence[sa.ColumnElement[Any]] = (),
    ) -> None:
        self._catalog = catalog
        self._batch = batch
        self.keys = self._numbered(entity, batch) if batch and not key else None
        if batch and self.keys is not None:
            key = [self.keys.c[f"k{at}"] for at in range(len(batch.fields))]
        self._key = key
        self.beside: sa.FromClause | None = key[0].table if key else None

    def named(self, name: str, select: sa.Select[Any]) -> sa.FromClause:
        """The select as a subquery; beside the keys, one for each of them."""
        if self.beside is None:
            return select.subquery(name)
        return select.correlate(self.beside).lateral(name)

    def narrowed(
        self,
        select: sa.Select[Any],
        table: Aliased,
        source: sa.FromClause,
        filter: Filter,
        led: str | None = None,
    ) -> sa.Select[Any]:
        """The select over ``source``, for the rows of one key that the filter lets through.

        The key's column that is stored as ``led`` may be ordered by (`Parts`).
        """
        batch, wanted = self._batch, condition(self._catalog, table, filter)
        if batch is None or batch.through is None:
            wanted = both(table.portion, wanted)
        if batch is None:
            return filtered(select.select_from(source), wanted)
        if batch.through is None:
            return filtered(select.select_from(source), self._keyed(table, batch, led), wanted)
        link = Aliased(self._catalog[batch.through.entity])
        linked = met(link, table, batch.through.target_on)
        keyed = self._keyed(link, batch)
        if link.entity.is_key((*batch.fields, *(name for name, _ in batch.through.target_on))):
            source = source.join(link.source, linked)
            return filtered(select.select_from(source), keyed, wanted)
        # A link table without a key may link a row twice; it is found once.
        found = exists(link.source, both(keyed, linked))
        return filtered(select.select_from(source), found, wanted)

    def _numbered(self, entity: Entity, batch: Batch) -> sa.FromClause:
        through = batch.through
        owner = Aliased(self._catalog[through.entity] if through else entity)
        arrays: dict[str, sa.ColumnElement[Any]] = {}
        for place, name in enumerate(batch.fields):
            leaf = owner.leaf((name,))
            arrays[f"k{place}"] = key_parameter(encoding_of(leaf.kind, leaf.column), place)
        table = sa.func.unnest(*arrays.values()).table_valued(*arrays, with_ordinality="n")
        return table.render_derived(name="keys")

    def _keyed(self, table: Aliased, batch: Batch, led: str | None = None) -> Condition:
        pairs = [
            (table.column(name), key) for name, key in zip(batch.fields, self._key, strict=True)
        ]
        return sa.and_(
            *(
                # The same as ``=``, but for Postgres, which goes on holding it for an order.
                here == sa.any_(array([there])) if here.name == led else here == there
                for here, there in pairs
            )
        )
