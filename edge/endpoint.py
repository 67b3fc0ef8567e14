"""In charge of the GraphQL endpoint: GraphQL over HTTP, from a request to its answer.

who asks → read → execute → tell errors → answer in the media type that was asked for
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphql import GraphQLError
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from auth import Principal
from edge.errors import INTERNAL_ERROR, OPERATION_UNKNOWN, HttpError, error_body, told
from edge.graph import Graph
from edge.identity import who_asks
from edge.media import GRAPHQL_RESPONSE, JSON, OFFERED, answer_type, wants_page
from edge.observe import Operation, observed, operation
from edge.requests import GraphQLRequest, header_of, list_of, parameters_of, read_request
from resolvers.operations import Operation as Query
from resolvers.operations import as_json
from resolvers.reasons import Form, Reason
from telemetry import begin, count_completion, log_request

_BY_GET = (OperationType.QUERY,)
# What the schema has no root type for is refused by validation, with the reason.
_BY_POST = tuple(OperationType)


class Body(NamedTuple):
    """An answer's data in JSON, none if nothing was executed, and its errors."""

    data: bytes | None
    errors: Sequence[dict[str, Any]]

    def json(self) -> bytes:
        """The whole answer."""
        if not self.errors:
            return b'{"data":%s}' % self.data
        errors = as_json(self.errors)
        return (
            b'{"errors":%s}' % errors
            if self.data is None
            else b'{"data":%s,"errors":%s}' % (self.data, errors)
        )


class Endpoint:
    """Answers GraphQL requests over HTTP: an ASGI app of its own, for it is on everybody's way."""

    def __init__(self, graph: Graph, *, max_body_bytes: int, page: str | None) -> None:
        self._graph = graph
        self._max_body_bytes = max_body_bytes
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request, and its line in the log."""
        if self._page and _opened_in_browser(scope):
            await RedirectResponse(self._page)(scope, receive, send)
            return
        started = time.perf_counter()
        begin(header_of(scope, b"traceparent"))
        seen = Operation()
        operation.set(seen)
        status, codes = 500, [INTERNAL_ERROR]
        try:
            status, media_type, headers, body = await self._answer(scope, receive)
            codes = sorted({error["extensions"]["code"] for error in body.errors})
        finally:
            elapsed = (time.perf_counter() - started) * 1000
            log_request(seen.name, seen.kind, duration_ms=elapsed, status=status, error_codes=codes)
        await _sent(send, status, media_type, headers, body.json())

    async def _answer(
        self, scope: Scope, receive: Receive
    ) -> tuple[int, str, dict[str, str], Body]:
        media_type = JSON
        try:
            media_type = answer_type(list_of(scope, b"accept"))
            graph = self._graph
            principal = await who_asks(scope, graph.authenticator, graph.public_url)
            asked = await read_request(scope, receive, self._max_body_bytes)
            body = await self._execute(asked, principal, by_get=scope["method"] != "POST")
        except HttpError as error:
            body = Body(None, [error_body(error.message, error.http_code, error.hint)])
            return error.status, media_type, error.headers, body
        except asyncio.CancelledError:
            # Only the end of the server cancels requests, those for which it would wait no longer.
            hint = "Ask again; another server may have taken its place."
            body = Body(None, [error_body("The server is stopping.", "SERVER_STOPPING", hint)])
            return 503, media_type, {}, body
        # In application/json any well-formed request is answered by 200, whatever became of it.
        refused = body.data is None and media_type == GRAPHQL_RESPONSE
        return 400 if refused else 200, media_type, {}, body

    async def _execute(self, asked: GraphQLRequest, principal: Principal, *, by_get: bool) -> Body:
        if self._graph.direct:
            found = self._graph.operations.find(asked.query, asked.operation_name)
            body = found and await self._run(found, principal, asked.variables)
            if body:
                return body
        return await self._left_to_strawberry(asked, principal, by_get=by_get)

    async def _run(
        self, found: Query, principal: Principal, variables: dict[str, Any] | None
    ) -> Body | None:
        context = self._graph.context(principal)
        with observed(found.name, "query"):
            answered = await found.run(context, variables)
        context.loaders.forget()
        if answered is None:
            return None
        errors = [told(error, before_execution=False) for error in answered.errors]
        return Body(answered.data or b"null", errors)

    async def _left_to_strawberry(
        self, asked: GraphQLRequest, principal: Principal, *, by_get: bool
    ) -> Body:
        try:
            result = await self._graph.schema.execute(
                asked.query,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                context_value=self._graph.context(principal),
                allowed_operation_types=_BY_GET if by_get else _BY_POST,
            )
        except CannotGetOperationTypeError as error:
            return Body(None, [error_body(error.as_http_error_reason(), OPERATION_UNKNOWN)])
        except InvalidOperationTypeError as error:  # only by GET
            reason = error.as_http_error_reason("GET")
            message = f"{reason[:1].upper()}{reason[1:]}."
            raise HttpError(405, "METHOD_NOT_ALLOWED", message, headers={"allow": "POST"}) from None
        return _body(result)


async def _sent(
    send: Send, status: int, media_type: str, headers: Mapping[str, str], content: bytes
) -> None:
    raw = [
        _CONTENT_TYPES[media_type],
        (b"content-length", b"%d" % len(content)),
        *((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


_CONTENT_TYPES: Final = {
    media_type: (b"content-type", b"%s; charset=utf-8" % media_type.encode())
    for media_type in OFFERED
}


def _body(result: Any) -> Body:
    errors: list[GraphQLError] = result.errors or []
    if isinstance(result, PreExecutionError):
        return Body(None, [told(error, before_execution=True) for error in errors])
    assert isinstance(result, ExecutionResult)  # noqa: S101 (nothing here answers in parts)
    count_completion(Form.STANDARD, Reason.OPERATION)
    shown = [told(error, before_execution=False) for error in errors]
    # Variables that do not fit are refused before anything runs: an error without a path, no data.
    refused = result.data is None and any(error.path is None for error in errors)
    return Body(None if refused else as_json(result.data), shown)


def _opened_in_browser(scope: Scope) -> bool:
    return (
        scope["method"] == "GET"
        and "query" not in parameters_of(scope)
        and wants_page(list_of(scope, b"accept"))
    )
