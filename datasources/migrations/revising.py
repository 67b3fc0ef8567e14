"""In charge of the next migration: what the models have that the history does not make, as a file.

The history is made once, from nothing, in a database that is dropped again. So it does not matter
what the database that one develops with has become.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic.operations import ops
from psycopg import sql
from psycopg.conninfo import make_conninfo

from catalog.entity import Catalog, Store
from datasources.migrations.collections import Collections
from datasources.migrations.comparing import differences
from datasources.migrations.errors import MigrationError, reason_of
from datasources.migrations.history import History, revision_of
from datasources.migrations.losses import loss_of
from datasources.migrations.running import migrate_tables, whole
from datasources.migrations.stores import connected, told_failures
from datasources.migrations.writing import each_of, written
from datasources.postgres.conninfo import conninfo_of


def next_migration(
    history: History, catalog: Catalog, message: str, url: str | None
) -> tuple[Path, Sequence[str]] | None:
    """Writes the next migration; gives its file, and what it may lose. None if nothing differs.

    ``url`` is that of a Postgres in which a database may be made, if the graph has tables. Raises
    ``MigrationError``.
    """
    steps, there = _missing(history, catalog, url)
    if not steps.ops:
        return None
    file = history.next_file(message)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = written(message, revision_of(file), history.head, steps)
    file.write_text(text, "utf-8")
    return file, [loss for step in each_of(steps) if (loss := loss_of(step, there))]


def _missing(
    history: History, catalog: Catalog, url: str | None
) -> tuple[ops.UpgradeOps, Collections]:
    documents = bool(catalog.of(Store.MONGO))
    if not catalog.of(Store.POSTGRES):
        there = whole(history, tables=False).there
        return differences(catalog, None, there, (), tuple(there.named)), there
    if url is None:
        raise MigrationError("A Postgres is needed to make the history in.")
    with told_failures(), _shadow(url) as connection:
        plan = migrate_tables(history, connection, documents=documents)
        known = tuple(plan.there.named)
        return differences(catalog, connection, plan.there, plan.made, known), plan.there


@contextmanager
def _shadow(url: str) -> Generator[sa.Connection]:
    """A new database beside the one of the URL, which is dropped again."""
    conninfo = conninfo_of(url, statement_timeout=60, writes=True)
    name = sql.Identifier(shadow := f"bigraph_shadow_{uuid.uuid4().hex[:12]}")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        except psycopg.Error as error:
            hint = "Give DATABASE_URL of a Postgres to develop with, or none: then one is embedded."
            reason = f"The history cannot be made in a database of its own: {reason_of(error)}."
            raise MigrationError(reason, hint=hint) from error
        try:
            with connected(make_conninfo(conninfo, dbname=shadow)) as made:
                yield made
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
