"""In charge of comparing enums: Alembic makes one with a table, and looks at its labels never."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, cast

import sqlalchemy as sa
from alembic.operations import MigrateOperation
from sqlalchemy.dialects import postgresql

from datasources.migrations.steps import AddEnumLabel, CreateEnum

_LABELS: Final = """
SELECT enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
JOIN pg_namespace ON pg_namespace.oid = typnamespace
WHERE typname = :name AND nspname = coalesce(:schema, current_schema())
"""


def enum_steps(tables: sa.MetaData, connection: sa.Connection) -> Iterator[MigrateOperation]:
    """What makes the types of these tables, and adds their new labels.

    A label that no model has any more stays: Postgres takes none away.
    """
    columns = (column for table in tables.tables.values() for column in table.columns)
    enums = (enum for column in columns if (enum := _enum_in(column.type)) is not None)
    for (schema, name), labels in {(each.schema, each.name): each.enums for each in enums}.items():
        found = connection.execute(sa.text(_LABELS), {"name": name, "schema": schema}).scalars()
        there = set(found)
        if not there:
            yield CreateEnum(name, labels, schema)
            continue
        for before, label in pairwise((None, *labels)):
            if label not in there:
                yield AddEnumLabel(name, cast("str", label), before, schema)


def _enum_in(kind: Any) -> Any:
    """The type of Postgres that a column is of, or its array's elements."""
    if isinstance(kind, sa.ARRAY):
        return _enum_in(cast("Any", kind).item_type)
    return kind if isinstance(kind, postgresql.ENUM) else None
