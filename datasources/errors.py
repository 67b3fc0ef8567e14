"""In charge of what can go wrong with a store, as clients may know it: no driver's own text."""

from __future__ import annotations

from catalog.errors import BigraphError


class StoreError(BigraphError):
    """A store failed a read; ``store`` is its short name (postgres, mongo)."""

    code = "STORE_FAILED"

    def __init__(self, store: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.store = store


class StoreUnavailable(StoreError):  # noqa: N818 (it says what happened)
    """The store refused the connection, lost it, or did not answer in time."""

    code = "STORE_UNAVAILABLE"


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


class SessionsError(BigraphError):
    """Redis, which alone knows who is signed in by browser, refused or did not answer in time."""

    code = "SESSIONS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("Who is signed in cannot be found out now.", hint="Ask again in a moment.")
