"""In charge of why MongoDB refuses a change, in the words of its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    OperationFailure,
    PyMongoError,
)

from catalog.change import Change, Insert, Update
from catalog.entity import Entity
from catalog.query import Path
from catalog.types import DocumentType, FieldType, UnionType, element_of
from datasources.errors import (
    CommitUnknown,
    DocumentRefused,
    StoreError,
    TransactionsUnavailable,
    UniqueViolation,
    ValueInvalid,
    ValueTooLong,
    WriteConflict,
)
from datasources.mongo.errors import STORE, store_error
from telemetry.logs import logger

_UNKNOWN: Final = "UnknownTransactionCommitResult"
_PASSING: Final = "TransientTransactionError"
_DUPLICATE: Final = frozenset({11000, 11001})
_INVALID: Final = 121  # DocumentValidationFailure
_GONE: Final = 251  # NoSuchTransaction
_CONFLICTS: Final = frozenset({112, _GONE})  # the first is WriteConflict
_TOO_LARGE: Final = frozenset({10334, 17419, 17420})
_NO_TRANSACTIONS: Final = "Transaction numbers are only allowed on"
_REFUSED: Final = frozenset({13})

_log = logger(STORE)


def failure_of_change(error: Exception, change: Change | None = None) -> StoreError:
    """What the failure of a change means, or without one that of a read or a commit.

    The driver's own text is only logged.
    """
    code, told = _first(error)
    if is_passing(error):
        return write_conflict()
    if change and code in _DUPLICATE:
        _note(error)
        paths = tuple(_paths(change.entity, told.get("keyPattern", {})))
        if isinstance(change, Update) and paths and not _touches(change, paths):
            # It cannot have doubled a key: another transaction was in the way, and told so late.
            return write_conflict()
        message = "There is a document with this key already."
        return UniqueViolation(STORE, message, paths=paths, row=_row(change, told))
    if change and code == _INVALID:
        _note(error)
        message = "The collection's validator refuses this document."
        return DocumentRefused(STORE, message, row=_row(change, told))
    if isinstance(error, DocumentTooLarge) or code in _TOO_LARGE:
        _note(error)
        return ValueTooLong(STORE, "A document is larger than the 16 MB that MongoDB takes.")
    if _NO_TRANSACTIONS in str(error):
        _note(error)
        message = "This MongoDB has no transactions, and so cannot be written to."
        hint = "Make it a replica set, be it of one member: mongod --replSet rs0, rs.initiate()."
        return TransactionsUnavailable(STORE, message, hint=hint)
    return _other(error, change, code)


def _other(error: Exception, change: Change | None, code: int | None) -> StoreError:
    if change and isinstance(error, BSONError | UnicodeEncodeError | OverflowError):
        _note(error)
        return ValueInvalid(STORE, "A value is none that MongoDB has.")
    if change and isinstance(error, OperationFailure) and type(store_error(error)) is StoreError:
        hint = "The database's user may not write this." if code in _REFUSED else None
        return StoreError(STORE, "MongoDB could not make this change.", hint=hint)
    return store_error(error)


def is_passing(error: Exception) -> bool:
    """Whether the same may well succeed in another transaction; a lost connection is not meant."""
    if isinstance(error, ConnectionFailure) or not isinstance(error, PyMongoError):
        return False
    return error.has_error_label(_PASSING) or _first(error)[0] in _CONFLICTS


def is_unknown(error: Exception) -> bool:
    """Whether a commit that failed so may have been made.

    A transaction that is gone may have been committed by what the driver sent before, unseen.
    """
    if not isinstance(error, PyMongoError):
        return False
    return error.has_error_label(_UNKNOWN) or _first(error)[0] == _GONE


def write_conflict() -> WriteConflict:
    """Others were in the way."""
    message = "Others wrote the same documents at the same time; nothing was written."
    return WriteConflict(STORE, message, hint="Ask again.")


def commit_unknown(error: Exception) -> CommitUnknown:
    """Nobody knows what became of the commit; why is only logged."""
    _log.warning("mongo_commit_unknown", error=type(error).__name__)
    message = "MongoDB was lost in the commit: the changes may or may not have been made."
    hint = "Read what is there before you ask again, or ask by the same Idempotency-Key."
    return CommitUnknown(STORE, message, hint=hint)


def _note(error: Exception) -> None:
    """Logs it, without the values that the server quotes after its reason."""
    detail = str(error).partition(", full error")[0].partition(" dup key:")[0]
    _log.warning("mongo_refused", error=type(error).__name__, detail=detail)


def _first(error: Exception) -> tuple[int | None, Mapping[str, Any]]:
    """The code of what went wrong first, and what the server told of it."""
    if isinstance(error, BulkWriteError):
        errors = cast("Sequence[Mapping[str, Any]]", error.details.get("writeErrors", ()))
        return (errors[0]["code"], errors[0]) if errors else (None, {})
    if isinstance(error, OperationFailure):
        return error.code, error.details or {}
    return None, {}


def _touches(change: Update, paths: Sequence[Path]) -> bool:
    """Whether an edit is of one of these paths, of something around it or within it."""
    edited = [edit.path for edit in change.edits]
    return any(a[: len(b)] == b[: len(a)] for a in edited for b in paths)


def _row(change: Change, told: Mapping[str, Any]) -> int | None:
    """Which of the new rows; an update of what was there has no place among them."""
    plain = isinstance(change, Insert) and not change.conflict
    return told.get("index", 0) if plain else None


def _paths(entity: Entity, keys: Mapping[str, Any]) -> list[Path]:
    """The paths that an index is over; what no model names is left out."""
    found = (_path(entity.document, stored.split(".")) for stored in keys)
    return [path for path in found if path]


def _path(kind: FieldType, names: Sequence[str]) -> Path:
    path: Path = ()
    for stored in names:
        inside = element_of(kind)
        if not isinstance(inside, DocumentType | UnionType):
            return path
        field = next((f for f in inside.fields.values() if f.stored == stored), None)
        if field is None:
            return path
        path, kind = (*path, field.name), field.type
    return path
