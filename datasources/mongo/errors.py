"""In charge of what a driver's failure means to clients; its own text goes to the log only."""

from __future__ import annotations

from typing import Final

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from datasources.errors import (
    SearchUnavailable,
    StoreBusy,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)
from telemetry.logs import logger

STORE: Final = "mongo"
DRIVER_ERRORS: Final = (PyMongoError, BSONError)

_TIMEOUTS = frozenset({50, 262})  # MaxTimeMSExpired, ExceededTimeLimit
_REFUSALS = frozenset({13, 18})  # Unauthorized, AuthenticationFailed
_TOO_LARGE = frozenset({4568, 10334, 17419, 17420})  # a document beyond 16 MB
_NO_TEXT_INDEX = frozenset({27})  # IndexNotFound
_NO_TEXT = "unknown top level operator: $text"  # from servers that know no such thing

_log = logger(STORE)


def store_error(error: Exception) -> StoreError:
    """The error to raise for a driver's; the driver's own is logged."""
    _log.error("mongo_failed", error=type(error).__name__, detail=str(error))
    code = error.code if isinstance(error, OperationFailure) else None
    if isinstance(error, WaitQueueTimeoutError):
        return StoreBusy(STORE)
    if isinstance(error, ConnectionFailure):
        return StoreUnavailable(STORE, "MongoDB does not answer.")
    if isinstance(error, ConfigurationError):
        # Found out only now, as the name of a mongodb+srv URL, which may be known a moment later.
        return StoreUnavailable(STORE, "MongoDB cannot be reached as its URL says.")
    if isinstance(error, (TimeoutError, ExecutionTimeout)) or code in _TIMEOUTS:
        hint = "Ask for less, or filter by indexed fields."
        return StoreTimeout(STORE, "MongoDB took longer than a read may take.", hint=hint)
    if code in _REFUSALS:
        return StoreUnavailable(STORE, "MongoDB refused our credentials.")
    if code in _NO_TEXT_INDEX or _NO_TEXT in str(error):
        hint = "Make the text index that docs/models.md shows; MongoDB itself has them."
        message = "MongoDB has no text index for this search."
        return SearchUnavailable(STORE, message, hint=hint)
    if code in _TOO_LARGE:
        hint = "Ask for fewer rows or fields."
        return StoreError(STORE, "The answer is larger than MongoDB can give at once.", hint=hint)
    return StoreError(STORE, "MongoDB could not answer this read.")


def is_lost(error: BaseException | None) -> bool:
    """Whether a connection ended in a command: there was one, and it was not slow."""
    return type(error) is AutoReconnect


def reason_of(error: Exception) -> str:
    """A few words on why MongoDB does not answer, without addresses or credentials."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OperationFailure) and error.code in _REFUSALS:
        return "credentials refused"
    if isinstance(error, ConfigurationError):
        return "not reachable as its URL says"
    return "no connection" if isinstance(error, ConnectionFailure) else type(error).__name__
