"""Tables in Postgres as a data source.

A read is compiled (filters, tables, selection, parts, statements: all pure), run (pool, source),
and shaped (loaders, rows).
"""

from datasources.postgres.source import PostgresSource
from datasources.postgres.viewers import Roles

__all__ = ["PostgresSource", "Roles"]
