"""In charge of executing what is asked, whichever way it came: directly, or by Strawberry.

what it costs → known and understood? → run, else left to Strawberry → data and errors
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from graphql import GraphQLError
from starlette.types import Scope
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from auth import Principal
from edge import busy, explaining, idempotency, rates
from edge.delivering import Delivery
from edge.errors import OPERATION_UNKNOWN, HttpError, error_body, refusal_body, told
from edge.graph import Graph
from edge.insight import NOBODY, Insight
from edge.media import Spec
from edge.observe import observed
from edge.replies import Body
from edge.requests import GraphQLRequest
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.parsing import tree_in
from resolvers.documents.validation import refusals_of
from resolvers.limits.limits import limits_of
from resolvers.operations.answering import as_json
from resolvers.operations.once import Once
from resolvers.operations.operation import Operation
from resolvers.parts import divides, may_divide
from resolvers.reasons import Form, Reason
from telemetry import count_completion, current

_BY_GET = (OperationType.QUERY,)
# What the schema has no root type for is refused by validation, with the reason.
_BY_POST = tuple(OperationType)
_AT_ONCE = (OperationType.QUERY, OperationType.MUTATION)


class Executing:
    """Executes requests that are read, for somebody who is known."""

    def __init__(self, graph: Graph, insight: Insight = NOBODY) -> None:
        self.graph = graph
        self._insight = insight
        streams = core_of(graph.schema).subscription_type is not None
        self._by_post = _AT_ONCE if streams else _BY_POST

    async def charge(self, scope: Scope, principal: Principal, asked: GraphQLRequest) -> None:
        """Takes what the operation costs of what its client may ask for, if that is limited."""
        if self.graph.charging is not None:
            scope[rates.TOLD] = await self.graph.charging.charge(scope, principal, asked)

    def delivery(self, asked: GraphQLRequest, principal: Principal, spec: Spec) -> Delivery | None:
        """What answers a query in parts; None for what is answered whole, or is not valid.

        Whole is what is explained, or refused whole if anything in it is denied; and what has hooks
        of Strawberry's around each field.
        """
        graph, given = self.graph, asked.variables or {}
        whole = asked.explain or graph.reject_unauthorized or not graph.operations.may_divide
        if whole or not may_divide(asked.query):
            return None
        core = core_of(graph.schema)
        tree = tree_in(asked.query, asked.operation_name, limits_of(core))
        if tree is None or not divides(tree, given):
            return None
        context = graph.context(principal)
        try:
            if refusals_of(core, asked.query, tree, context, given):
                return None
        except RecursionError:
            return None
        return Delivery(graph, asked, tree, context, spec, self._found(asked))

    async def execute(self, asked: GraphQLRequest, principal: Principal, *, by_get: bool) -> Body:
        """What comes of it. Raises ``HttpError``."""
        if asked.explain:
            return await self._explain(asked, principal, by_get=by_get)
        found = self._found(asked)
        if found is not None:
            context = self.graph.context(principal)
            with observed(found.document.name, "query", asked.query):
                answered = await found.run(context, asked.variables)
            context.loaders.forget()
            if answered is not None:
                data, errors = answered
                if not errors:
                    return Body(data or b"null", ())
                shown = [told(error, before_execution=False) for error in errors]
                return busy.checked(Body(data or b"null", shown))
        return await self.by_strawberry(asked, self.graph.context(principal), by_get=by_get)

    async def execute_once(self, asked: GraphQLRequest, principal: Principal, key: str) -> Body:
        """The first answer, if it is a mutation, which is then made once."""
        if asked.explain:
            return await self._explain(asked, principal, by_get=False)
        context = self.graph.context(principal)
        once = idempotency.once_of(self.graph, context, key, asked)
        if once is None:
            return await self.execute(asked, principal, by_get=False)
        context = idempotency.written_once(context, once)
        body = await self.by_strawberry(asked, context, by_get=False)
        if once.refusal is not None:
            raise idempotency.refused(once.refusal)
        return body if once.answer is None else _kept(once)._replace(pending=body.pending)

    async def by_strawberry(
        self, asked: GraphQLRequest, context: Context, *, by_get: bool = False
    ) -> Body:
        """What Strawberry makes of it. Raises ``HttpError``."""
        try:
            result = await self.graph.schema.execute(
                asked.query,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                context_value=context,
                allowed_operation_types=_BY_GET if by_get else self._by_post,
            )
        except CannotGetOperationTypeError as error:
            unknown = error.operation_name and error.as_http_error_reason()
            message = unknown or "The document holds no operation."
            return Body(None, [error_body(message, OPERATION_UNKNOWN)])
        except InvalidOperationTypeError as error:
            if not by_get:
                return self._not_at_once(asked)
            reason = error.as_http_error_reason("GET")
            message = f"{reason[:1].upper()}{reason[1:]}."
            raise HttpError(405, "METHOD_NOT_ALLOWED", message, headers={"allow": "POST"}) from None
        body = _body(result)._replace(pending=context.pending)
        return busy.checked(body, kind=current().kind) if body.errors else body

    def _not_at_once(self, asked: GraphQLRequest) -> Body:
        """Of a subscription where one answer is expected; or of several, of which none is named."""
        limits = limits_of(core_of(self.graph.schema))
        if tree_in(asked.query, asked.operation_name, limits) is None:
            message = "The document holds several operations; name one of them."
            return Body(None, [error_body(message, OPERATION_UNKNOWN)])
        message = "A subscription has more than one answer, over time."
        hint = "Ask for text/event-stream, or over a WebSocket; see docs/live.md."
        raise HttpError(406, "NOT_ACCEPTABLE", message, hint=hint)

    async def _explain(self, asked: GraphQLRequest, principal: Principal, *, by_get: bool) -> Body:
        """The answer to a query, and how it came; of a mutation, what it would do."""
        explaining.check_may(self._insight, principal)
        left = partial(self.by_strawberry, asked, by_get=by_get)
        return await explaining.explained(self.graph, asked, principal, left)

    def _found(self, asked: GraphQLRequest) -> Operation | None:
        """The operation, if it can be answered without Strawberry."""
        if not self.graph.direct:
            return None
        return self.graph.operations.find(asked.query, asked.operation_name)


def unexecuted(error: HttpError) -> Body:
    """The answer to what is not executed."""
    return Body(None, [refusal_body(error)])


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


def _kept(once: Once) -> Body:
    """The answer that is kept, in place of what came of the fields now."""
    assert once.answer is not None  # noqa: S101 (it is asked for where there is one)
    data, errors = once.answer
    return Body(data.encode(), json.loads(errors), repeats=once.is_repeated)
