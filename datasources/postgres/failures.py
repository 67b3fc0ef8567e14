"""In charge of what Postgres's failures mean to a client, and of telling them apart."""

from __future__ import annotations

import re

from psycopg import Error, errors

from datasources.errors import (
    OwnTablesMissing,
    RoutineWrites,
    SearchUnavailable,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)
from datasources.own import SCHEMA
from telemetry import logger

_log = logger("postgres")

# A prepared statement that a change of its table, or a pooler's reset, has overtaken.
_STALE = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
_COMPARES_LIKENESS = re.compile(r"\bsimilarity\(")
_SEARCHES = re.compile(r"::regconfig")
# "connection failed: connection to server at "…", port … failed: FATAL:  …"
_WHERE = re.compile(r".*(?:FATAL:|failed:|failed to resolve host '.*':|\[Errno -?\d+\])\s*")


def unavailable(error: Exception) -> StoreUnavailable:
    """The lack of a connection; why is only logged."""
    _log.warning("postgres_unavailable", reason=reason_of(error))
    return StoreUnavailable("postgres", "Postgres is not available.")


def lacks_own(error: Error, sql: str) -> bool:
    """Whether it is one of Bigraph's own tables that is not there."""
    return isinstance(error, errors.UndefinedTable) and f"{SCHEMA}." in sql


def failure_of(error: Error, sql: str) -> StoreError:
    """What a failed statement means; the database's own text is only logged."""
    if lacks_own(error, sql):
        return OwnTablesMissing("postgres")
    _log.warning("postgres_failed", sqlstate=error.sqlstate, reason=_first_line(error), sql=sql)
    match error:
        case errors.QueryCanceled():
            return StoreTimeout("postgres", "Postgres took too long to answer.")
        case errors.ReadOnlySqlTransaction():
            message = "What this query calls in Postgres writes, which a query may not."
            return RoutineWrites("postgres", message)
        case errors.UndefinedFunction() if _COMPARES_LIKENESS.search(sql):
            message = "Likeness needs the extension pg_trgm, which this database lacks."
            return SearchUnavailable("postgres", message, hint="CREATE EXTENSION pg_trgm;")
        case errors.UndefinedObject() if _SEARCHES.search(sql):
            message = "This database does not know the language of the search."
            hint = "Name one of its text search configurations in the model's __search__."
            return SearchUnavailable("postgres", message, hint=hint)
        case errors.InsufficientPrivilege():
            hint = "The database's user, or the role that it has for you, may not read this table."
        case errors.CardinalityViolation():
            hint = "What is to give one value gives several rows: gather them, as by array_agg."
        case errors.UndefinedFunction():
            hint = "The database lacks a function, or one that takes these types of arguments."
        case errors.ProgrammingError() | errors.InvalidTextRepresentation():
            hint = "The table in the database does not match its model: one of them must change."
        case _:
            hint = None
    return StoreError("postgres", "Postgres failed the read.", hint=hint)


def is_stale(error: Error) -> bool:
    """True if another connection may well do what this one failed to."""
    return isinstance(error, _STALE)


def reason_of(error: Exception) -> str:
    """Why there is no connection, in a few words that name neither password nor address."""
    if isinstance(error, TimeoutError | errors.ConnectionTimeout):
        return "no answer in time"
    return _WHERE.sub("", _first_line(error)) or type(error).__name__


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].strip()
