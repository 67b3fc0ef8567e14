"""In charge of what can go wrong with a store, as clients may know it: no driver's own text."""

from __future__ import annotations

from typing import Final

from catalog.errors import BigraphError
from catalog.query import Path

_NAMES: Final = {"postgres": "Postgres", "mongo": "MongoDB"}


class StoreError(BigraphError):
    """A store failed what was asked; ``store`` is its short name (postgres, mongo)."""

    code = "STORE_FAILED"

    def __init__(self, store: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.store = store


class StoreUnavailable(StoreError):  # noqa: N818 (it says what happened)
    """The store refused the connection, lost it, or did not answer in time."""

    code = "STORE_UNAVAILABLE"


class StoreBusy(StoreUnavailable):
    """All places at the store are taken, and those to wait for one, or the wait was too long.

    Nothing was asked of the store, so the same may be tried again.
    """

    code = "STORE_BUSY"

    def __init__(self, store: str) -> None:
        message = f"Too many requests want {_NAMES[store]} at once."
        super().__init__(store, message, hint="Ask again in a moment.")


class StoreTimeout(StoreError):  # noqa: N818
    """The store was there, but the read took longer than it may."""

    code = "STORE_TIMEOUT"


class ArgumentInvalid(StoreError):  # noqa: N818
    """An argument of a routine that the store has no value for, such as a text with NUL."""

    code = "BAD_USER_INPUT"


class RoleUnfit(StoreError):  # noqa: N818
    """A role that row-level security is not told, or not held to."""

    code = "ROLE_UNFIT"


class RoutineWrites(StoreError):  # noqa: N818
    """What a query called tried to write."""

    code = "ROUTINE_WRITES"


class SearchMisplaced(StoreError):  # noqa: N818
    """A search where the store cannot search, as inside a negation."""

    code = "SEARCH_INVALID"


class SearchUnavailable(StoreError):  # noqa: N818
    """The store lacks what a search needs: an extension, a language, or an index."""

    code = "SEARCH_UNAVAILABLE"


class ChangeRefused(StoreError):  # noqa: N818
    """A change that something in the store's data, or in its rules, forbids.

    ``paths`` lead to the fields that it is about, as far as the store tells; ``row`` is the place
    of the row in an ``Insert``, where the store tells which.
    """

    code = "CHANGE_REFUSED"

    def __init__(
        self,
        store: str,
        message: str,
        *,
        paths: tuple[Path, ...] = (),
        row: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(store, message, hint=hint)
        self.paths = paths
        self.row = row


class UniqueViolation(ChangeRefused):
    """There is a row with these values of a unique key already, or there would be two."""

    code = "UNIQUE_VIOLATION"


class ReferenceViolation(ChangeRefused):
    """A foreign key that would lead to a row that does not exist, or would not any more."""

    code = "REFERENCE_VIOLATION"


class CheckViolation(ChangeRefused):
    """A value, or several together, that a check of the table forbids."""

    code = "CHECK_VIOLATION"


class NotNullViolation(ChangeRefused):
    """A value is missing, or null, that must be there."""

    code = "NOT_NULL_VIOLATION"


class DocumentRefused(ChangeRefused):
    """A document that the collection's validator forbids."""

    code = "DOCUMENT_REFUSED"


class ValueOutOfRange(ChangeRefused):
    """A number, or a moment, beyond what its field can hold."""

    code = "VALUE_OUT_OF_RANGE"


class ValueTooLong(ChangeRefused):
    """A text, or a document, longer than what may be stored."""

    code = "VALUE_TOO_LONG"


class ValueInvalid(ChangeRefused):
    """A value that the store has no form for, such as a text with NUL in Postgres."""

    code = "VALUE_INVALID"


class WriteConflict(StoreError):  # noqa: N818
    """Others wrote the same at the same time; nothing was changed, and all may be tried again."""

    code = "WRITE_CONFLICT"


class KeyInUse(WriteConflict):
    """The first request with this idempotency key is not at its end; it may be asked again."""

    code = "IDEMPOTENCY_KEY_IN_USE"


class CommitUnknown(StoreError):  # noqa: N818
    """The connection was lost in the commit: the changes may or may not have been made."""

    code = "COMMIT_UNKNOWN"


class OwnTablesMissing(StoreError):  # noqa: N818
    """A store lacks the tables that Bigraph keeps for itself."""

    code = "OWN_TABLES_MISSING"

    def __init__(self, store: str) -> None:
        message = "The database lacks the tables that Bigraph keeps for itself."
        super().__init__(store, message, hint="Have them made: python server.py migrate.")


class TransactionsUnavailable(StoreError):  # noqa: N818
    """The store is set up so that it has no transactions."""

    code = "TRANSACTIONS_UNAVAILABLE"


class SessionsError(BigraphError):
    """Redis, which alone knows who is signed in by browser, refused or did not answer in time."""

    code = "SESSIONS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("Who is signed in cannot be found out now.", hint="Ask again in a moment.")
