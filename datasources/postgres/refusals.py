"""In charge of why Postgres refuses a change, in the words of its model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from psycopg import Error, errors

from catalog.change import Change, Insert, Set, Update
from catalog.entity import Entity
from catalog.query import Path
from datasources.errors import (
    ChangeRefused,
    CheckViolation,
    CommitUnknown,
    NotNullViolation,
    OwnTablesMissing,
    ReferenceViolation,
    StoreError,
    StoreTimeout,
    UniqueViolation,
    ValueInvalid,
    ValueOutOfRange,
    ValueTooLong,
    WriteConflict,
)
from datasources.postgres.failures import lacks_own
from datasources.postgres.tables import table_of
from telemetry import logger

STORE: Final = "postgres"
_log = logger(STORE)

_BY_POLICY: Final = "ExecWithCheckOptions"
# "Key (carrier, "tail no")=(UA, N1) already exists.", in any language.
_KEY: Final = re.compile(r"\((.+?)\)=\(")
_REFUSALS: Final[Mapping[type[Error], tuple[type[ChangeRefused], str]]] = {
    errors.UniqueViolation: (UniqueViolation, "There is a row with this key already."),
    errors.ExclusionViolation: (UniqueViolation, "There is a row that excludes this one."),
    errors.CardinalityViolation: (UniqueViolation, "Two of the rows have the same key."),
    errors.CheckViolation: (CheckViolation, "A check of the table forbids this value."),
    errors.NotNullViolation: (NotNullViolation, "A value must be there."),
    errors.StringDataRightTruncation: (ValueTooLong, "A text is too long for its field."),
    errors.ProgramLimitExceeded: (ValueTooLong, "A value is too long for an index of the table."),
    errors.NumericValueOutOfRange: (ValueOutOfRange, "A value is beyond what its field can hold."),
    errors.DatetimeFieldOverflow: (ValueOutOfRange, "A value is beyond what its field can hold."),
    errors.RaiseException: (ChangeRefused, "A trigger of the table refuses this change."),
}


def failure_of_change(error: Error, change: Change | None, sql: str) -> StoreError:
    """What the failure of a change means, or without one that of a commit.

    The database's own text is only logged.
    """
    if lacks_own(error, sql):
        return OwnTablesMissing(STORE)
    reason = str(error).strip().partition("\n")[0]
    _log.warning("postgres_refused", sqlstate=error.sqlstate, reason=reason, sql=sql)
    match error:
        case _ if is_passing(error):
            return write_conflict()
        case errors.QueryCanceled():
            return StoreTimeout(STORE, "Postgres took too long to answer.")
        case errors.InsufficientPrivilege() if error.diag.source_function == _BY_POLICY:
            message = "Row-level security of the table forbids this row."
            return ChangeRefused(STORE, message, row=_row(change))
        case errors.InsufficientPrivilege():
            hint = "The database's user, or the role that it has for you, may not write this."
        case (
            errors.IntegrityError()
            | errors.DataError()
            | errors.RaiseException()
            | errors.CardinalityViolation()
            | errors.ProgramLimitExceeded()
        ):
            return _refusal(error, change)
        case errors.ReadOnlySqlTransaction():
            hint = "The database is read-only, as a replica is."
        case errors.ProgrammingError():
            hint = "The table in the database does not match its model: one of them must change."
        case _:
            hint = None
    return StoreError(STORE, "Postgres failed the write.", hint=hint)


def write_conflict() -> WriteConflict:
    """Others were in the way."""
    message = "Others wrote the same rows at the same time; nothing was written."
    return WriteConflict(STORE, message, hint="Ask again.")


def commit_unknown(error: Exception) -> CommitUnknown:
    """Nobody knows what became of the commit; why is only logged."""
    _log.warning("postgres_commit_unknown", reason=type(error).__name__)
    message = "Postgres was lost in the commit: the changes may or may not have been made."
    hint = "Read what is there before you ask again, or ask by the same Idempotency-Key."
    return CommitUnknown(STORE, message, hint=hint)


def is_passing(error: Error) -> bool:
    """Whether the same may well succeed in another transaction."""
    others = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
    return isinstance(error, others) or _is_overtaken(error)


def _is_overtaken(error: Error) -> bool:
    """Whether a prepared statement is not that of its table any more; new ones are."""
    overtaken = error.diag.source_function == "RevalidateCachedQuery"
    return overtaken or isinstance(error, errors.InvalidSqlStatementName)


def _refusal(error: Error, change: Change | None) -> ChangeRefused:
    if isinstance(error, errors.ForeignKeyViolation | errors.RestrictViolation):
        return _reference(error, change)
    known = (told for kind, told in _REFUSALS.items() if isinstance(error, kind))
    kind, message = next(known, (ValueInvalid, "A value is none that Postgres has."))
    paths = tuple(_paths(error, change)) if change else ()
    return kind(STORE, message, paths=paths, row=_row(change))


def _reference(error: Error, change: Change | None) -> ReferenceViolation:
    """Of the referring row, if it is of the table that was changed; else of the one referred to."""
    refers = change is None or error.diag.table_name == change.entity.table
    refers = refers and isinstance(change, Insert | Update)
    message = "What it refers to is not there." if refers else "Other rows refer to this one."
    paths = tuple(_paths(error, change)) if change else ()
    return ReferenceViolation(STORE, message, paths=paths, row=_row(change))


def _row(change: Change | None) -> int | None:
    """Of several rows in one statement, Postgres does not tell which."""
    return 0 if isinstance(change, Insert) and len(change.rows) == 1 else None


def _paths(error: Error, change: Change) -> Iterator[Path]:
    entity, diag = change.entity, error.diag
    names = {field.stored: name for name, field in entity.fields.items()}
    if isinstance(error, errors.StringDataRightTruncation):
        yield from _too_long(change)
    elif diag.column_name:
        yield from [(names[diag.column_name],)] if diag.column_name in names else []
    elif found := _KEY.search(diag.message_detail or ""):
        columns = [column.strip('"') for column in found[1].split(", ")]
        yield from ((names[column],) for column in columns if column in names)
    elif isinstance(error, errors.CheckViolation):
        yield from _checked(entity, diag.constraint_name, names)


def _checked(entity: Entity, constraint: str | None, names: Mapping[str, str]) -> Iterator[Path]:
    """What a check is about: as its model says, or as Postgres names it."""
    table = table_of(entity)
    for check in table.constraints:
        if isinstance(check, sa.CheckConstraint) and check.name == constraint:
            yield from ((names[column.name],) for column in check.columns if column.name in names)
    for column, name in names.items():
        if constraint == f"{entity.table}_{column}_check":
            yield (name,)


def _too_long(change: Change) -> Iterator[Path]:
    """The fields whose texts are longer than their columns."""
    table, entity = table_of(change.entity), change.entity
    given: list[tuple[str, Any]] = []
    if isinstance(change, Insert):
        given = [item for row in change.rows for item in row.items()]
    elif isinstance(change, Update):
        given = [(edit.path[0], edit.value) for edit in change.edits if isinstance(edit, Set)]
    lengths = {name: _length(table, field.stored) for name, field in entity.stored_fields.items()}
    long = [
        (name,)
        for name, value in given
        if isinstance(value, str) and len(value) > (lengths[name] or len(value))
    ]
    yield from dict.fromkeys(long)


def _length(table: sa.Table, column: str) -> int | None:
    return getattr(table.c[column].type, "length", None)
