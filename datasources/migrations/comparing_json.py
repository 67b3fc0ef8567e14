"""In charge of comparing the defaults of JSON columns: Postgres compares `jsonb`, but no `json`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import DefaultClause


def json_default_differs(
    context: MigrationContext,
    _there: sa.Column[Any],
    ours: sa.Column[Any],
    told: str | None,
    default: Any,
    _rendered: str | None,
) -> bool | None:
    """Whether a JSON column's default is not what its model says; None of any other column.

    Alembic compares those itself. ``told`` is the default that there is, in SQL.
    """
    if not isinstance(ours.type, sa.JSON) or not isinstance(default, DefaultClause):
        return None
    if told is None or context.connection is None:
        return None
    said: Any = default.arg
    said = sa.literal(said, sa.Text()) if isinstance(said, str) else said
    held = sa.cast(sa.literal_column(told), JSONB)
    return not context.connection.scalar(sa.select(held == sa.cast(said, JSONB)))
