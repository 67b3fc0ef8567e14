"""In charge of Postgres's own plans: a statement is run once more, and measured as it runs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from catalog.explained import StorePlan
from datasources.errors import StoreError
from datasources.postgres.session import Asked, Result


class _Explain(NamedTuple):
    """A statement's plan instead of its rows."""

    sql: str
    values: Sequence[Any]


async def plan_of(
    statement: Asked, results: Callable[[Sequence[Asked]], Awaitable[list[Result]]]
) -> StorePlan:
    """The plan with the rows and times that it took; sessions are read-only, so it only reads."""
    explain = _Explain(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}", statement.values)
    try:
        ((rows, _),) = await results([explain])
    except StoreError as error:
        return StorePlan(statement.sql, unknown=error.message)
    ((told,),) = rows
    return StorePlan(statement.sql, json.loads(told) if isinstance(told, str) else told)
