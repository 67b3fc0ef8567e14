"""In charge of which steps lose something: rows, columns, exactness, a promise. Pure.

What cannot be told counts as a loss. A step that merely fails, as one that makes a column of nulls
non-null, loses nothing: its migration is undone.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from datasources.migrations.collections import Collections
from datasources.migrations.steps import (
    AddEnumLabel,
    CreateEnum,
    CreateView,
    DocumentStep,
    DropView,
)

_TAKES_AWAY: Final = re.compile(r"\b(DROP|DELETE|TRUNCATE)\b", re.IGNORECASE)
_HARMLESS: Final = (
    ops.CreateTableOp,
    ops.CreateIndexOp,
    ops.AddColumnOp,
    ops.AddConstraintOp,
    ops.BulkInsertOp,
    ops.RenameTableOp,
    ops.CreateTableCommentOp,
    ops.DropTableCommentOp,
    CreateEnum,
    AddEnumLabel,
    CreateView,
    DropView,
)


def loss_of(step: MigrateOperation, there: Collections) -> str | None:
    """What may be lost by a step, in a few words; ``there`` is what MongoDB has before it."""
    match step:
        case DocumentStep():
            return step.loss(there)
        case ops.DropTableOp():
            return f"drops the table {step.table_name}, with its rows"
        case ops.DropColumnOp():
            return f"drops the column {step.table_name}.{step.column_name}, with its values"
        case ops.DropIndexOp():
            return f"drops the index {step.index_name}"
        case ops.DropConstraintOp():
            return f"drops the constraint {step.constraint_name} of {step.table_name}"
        case ops.AlterColumnOp():
            return _loss_of_change(step)
        case ops.ExecuteSQLOp():
            text = " ".join(str(step.sqltext).split())
            return f"runs {text}" if _TAKES_AWAY.search(text) else None
        case _ if isinstance(step, _HARMLESS):
            return None
        case _:
            return f"does what cannot be judged: {type(step).__name__}"


def _loss_of_change(step: ops.AlterColumnOp) -> str | None:
    old, new = step.existing_type, step.modify_type
    if new is None or (old is not None and is_wider(old, new)):
        return None
    was = f" from {_sql(old)}" if old is not None else ""
    return f"changes the type of {step.table_name}.{step.column_name}{was} to {_sql(new)}"


def is_wider(old: Any, new: Any) -> bool:
    """Whether the type ``new`` surely holds each value of the type ``old``, as it is."""
    match old, new:
        case (sa.SmallInteger(), sa.Integer()) | (sa.Integer(), sa.BigInteger()):
            return not isinstance(old, sa.BigInteger)
        case sa.Enum(), _:
            return False
        case sa.String(), sa.String() if not isinstance(new, (sa.Enum, sa.CHAR)):
            return new.length is None or (old.length is not None and old.length <= new.length)
        case (sa.Float() | sa.Double(), sa.Double()):
            return True
        case sa.Numeric(), sa.Numeric() if not isinstance(new, sa.Float):
            return not isinstance(old, sa.Float) and _holds_digits(
                cast("Any", old), cast("Any", new)
            )
        case _:
            return False


def _holds_digits(old: Any, new: Any) -> bool:
    """Before the point and behind it."""
    if new.precision is None:
        return True
    if old.precision is None:
        return False
    before, after = old.scale or 0, new.scale or 0
    return before <= after and old.precision - before <= new.precision - after


def _sql(kind: Any) -> str:
    return str(kind() if isinstance(kind, type) else kind)
