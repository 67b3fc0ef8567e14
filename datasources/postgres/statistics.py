"""In charge of what Postgres knows of its tables without looking into them; pure."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.entity import Entity
from datasources.postgres.rows import Layout
from datasources.postgres.statements import Statement
from datasources.postgres.tables import table_of
from datasources.postgres.values import DIALECT, Bound

_SIZES = """SELECT n, reltuples::float8
FROM unnest($1::text[]) WITH ORDINALITY AS named(name, n)
JOIN pg_class ON pg_class.oid = to_regclass(named.name)
WHERE reltuples >= 0"""


def size_statement() -> Statement:
    """Gives for each of some entities its number, from 1, and its rows; slot 0 holds them."""
    return Statement(_SIZES, [Bound(0, table_names)], Layout(0, None, None), "pg_class")


def table_names(entities: Sequence[Entity]) -> list[str]:
    """The names of their tables as SQL has them, each with its schema if it has one."""
    quoting = DIALECT.identifier_preparer
    return [quoting.format_table(table_of(entity)) for entity in entities]
