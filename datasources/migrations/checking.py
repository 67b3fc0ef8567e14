"""In charge of whether models, migrations and stores agree."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.entity import Catalog
from datasources.migrations.collections import Collections, collections_in
from datasources.migrations.comparing import differences
from datasources.migrations.history import History
from datasources.migrations.running import Plan, planned, whole
from datasources.migrations.stores import Stores
from datasources.migrations.writing import lines_of


def compared(history: History, catalog: Catalog, stores: Stores) -> tuple[Plan, Sequence[str]]:
    """What is still to be migrated; and if that is nothing, the steps that nobody wrote yet.

    The stores are only read. Raises ``MigrationError``.
    """
    plan = planned(history, stores)
    if plan.revisions:
        return plan, ()
    tables, documents = stores.postgres is not None, stores.mongo is not None
    made = whole(history, tables=tables, documents=documents)
    there = Collections() if stores.mongo is None else collections_in(stores.mongo)
    known = tuple(made.there.named)
    return plan, lines_of(differences(catalog, stores.postgres, there, made.made, known))
