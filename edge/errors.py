"""In charge of errors as clients see them: the one table from exceptions to codes.

Errors that Bigraph raises on purpose are told as they are; anything else is masked, and its detail
logged under the trace id that the client is given. `docs/errors.md` lists the codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graphql import GraphQLError, GraphQLSyntaxError

from catalog.errors import BigraphError
from telemetry import logger, trace_id

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
OPERATION_UNKNOWN = "OPERATION_RESOLUTION_FAILURE"
VALUE_INVALID = "STORED_VALUE_INVALID"
RESOLVER_FAILED = "RESOLVER_FAILED"
INTERNAL_ERROR = "INTERNAL_ERROR"

_NULL_IN_NON_NULL = "Cannot return null for non-nullable field"
_CANNOT_SERIALIZE = "cannot represent"
_LONGEST: Final = 500
"""Characters of a message: it may hold what the client has sent, which is not sent back whole."""
_PLACES: Final = 20  # of one error
_AGAIN: Final = "retryAfter"
_log = logger("graphql")


class HttpError(BigraphError):
    """A request that is refused before GraphQL sees it, with its HTTP status.

    If it may be asked ``again``, it says after how many seconds: by a header, and in the error
    itself, since a socket has no headers.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        hint: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, details=details)
        self.status = status
        self.http_code = code
        self.headers = headers or {}
        if (seconds := self.details.get(_AGAIN)) is not None:
            self.headers = {**self.headers, "retry-after": f"{seconds}"}


def again(seconds: int) -> Mapping[str, object]:
    """What programs are told of what is refused for now: that they may ask after so long."""
    return {_AGAIN: seconds}


class DocumentError(HttpError):
    """A request that is well-formed, and names no document that is known.

    As of what is wrong with a document, the status of its answer in application/json is 200.
    """


class OperationError(BigraphError):
    """A document of several operations, and no word on which of them is meant."""

    code = OPERATION_UNKNOWN


def error_body(message: str, code: str, hint: str | None = None) -> dict[str, Any]:
    """One error in the shape of a GraphQL answer."""
    return {"message": _cut(message), "extensions": _extensions(code, hint)}


def refusal_body(error: HttpError) -> dict[str, Any]:
    """Why a request is refused, in the same shape."""
    extensions = {**_extensions(error.http_code, error.hint), **error.details}
    return {"message": _cut(error.message), "extensions": extensions}


def unexpected() -> dict[str, Any]:
    """What is told of an error outside of any answer; its trace id is in the log."""
    extensions = {"code": INTERNAL_ERROR, "traceId": trace_id()}
    return {"message": "Internal error.", "extensions": extensions}


def told(error: GraphQLError, *, before_execution: bool) -> dict[str, Any]:
    """An error of an answer, as the client may know it."""
    root = _root(error)
    if isinstance(root, BigraphError):
        extensions = {**_extensions(root.code, root.hint), **root.details}
        return _located(error, root.message, extensions)
    if isinstance(root, RecursionError):
        return _located(
            error, "The document, or a variable, is nested too deeply.", {"code": PARSE_FAILED}
        )
    code = _code(error, root, before_execution=before_execution)
    if code != INTERNAL_ERROR:
        return _located(error, error.message, {"code": code, **(error.extensions or {})})
    _log.error("unexpected error", path=error.path, exc_info=root)
    return _located(error, "Internal error.", {"code": code, "traceId": trace_id()})


def _root(error: GraphQLError) -> BaseException:
    root: BaseException = error
    while isinstance(root, GraphQLError) and root.original_error is not None:
        root = root.original_error
    return root


def _code(error: GraphQLError, root: BaseException, *, before_execution: bool) -> str:
    if isinstance(root, GraphQLSyntaxError):
        return PARSE_FAILED
    if before_execution and error.nodes:
        return VALIDATION_FAILED  # whatever a scalar raises over a literal is about the document
    if isinstance(root, GraphQLError):
        if before_execution:
            return VALIDATION_FAILED
        if error.path is None or root.nodes:  # it is about a variable, or about an argument
            return BAD_USER_INPUT
        # All scalars and enums say this of a value that does not fit; else a resolver said it.
        return VALUE_INVALID if _CANNOT_SERIALIZE in root.message else RESOLVER_FAILED
    if isinstance(root, TypeError) and str(root).startswith(_NULL_IN_NON_NULL):
        return VALUE_INVALID
    return INTERNAL_ERROR


def _located(error: GraphQLError, message: str, extensions: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"message": _cut(message)}
    if error.locations:
        places = error.locations[:_PLACES]
        body["locations"] = [{"line": at.line, "column": at.column} for at in places]
    if error.path is not None:
        body["path"] = error.path
    return {**body, "extensions": extensions}


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"


def _extensions(code: str, hint: str | None) -> dict[str, Any]:
    return {"code": code, "hint": hint} if hint else {"code": code}
