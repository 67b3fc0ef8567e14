"""In charge of answering root fields, each in its form: of rows, by levels, or by graphql-core."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

import graphql
import orjson
from graphql import DocumentNode, ExecutionResult
from strawberry import Schema

from catalog.entity import Catalog
from datasources.errors import StoreError, StoreTimeout, StoreUnavailable
from resolvers.breadth.fields import FieldPlan
from resolvers.breadth.request import Operated, Request
from resolvers.breadth.run import completed
from resolvers.completion.direct import answer_directly
from resolvers.context import Context, Told
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Document
from resolvers.errors import InputError
from resolvers.operations.root_plans import Root, RootPlanner
from resolvers.planning.plan import Planner
from resolvers.reasons import Form, Reason
from telemetry.counts import count_completion
from telemetry.spans import recording, span

Variables = Mapping[str, Any]


class Answering:
    """Answers the root fields of one query of a document."""

    def __init__(self, schema: Schema, catalog: Catalog, document: Document) -> None:
        self._schema = schema
        self._catalog = catalog
        self._core = core_of(schema)
        self._document = document

    async def answer(
        self, root: Root, context: Context, variables: Variables, given: Variables | None
    ) -> Told:
        """The value of a root field. ``variables`` are coerced, ``given`` as they came."""
        if root.constant is not None:
            return orjson.dumps(root.constant), ()
        if root.field is not None:
            count_completion(Form.RESOLVERS)
            return await self._by_resolvers(root.field, context, variables, given)
        reason = root.refused and root.refused.reason
        if root.level is not None:
            # Whatever is wrong, graphql-core says it where it belongs, from the same reads.
            try:
                answer = answer_directly(root.level, context, variables)
                value = await (_traced(root.name, answer) if recording() else answer)
                content = orjson.dumps(value)
            except Exception as error:  # noqa: BLE001 (see above)
                reason = _reason_of(error)
                if not isinstance(error, StoreUnavailable | StoreTimeout | InputError):
                    root.level.forgo_lines()
            else:
                count_completion(Form.ROWS)
                return content, ()
        count_completion(Form.STANDARD, reason)
        document = root.document or self._alone(root, context.planner, variables)
        return await self._by_graphql_core(root, document, context, given)

    def _alone(self, root: Root, planner: Planner, variables: Variables) -> DocumentNode:
        """The document without the other root fields."""
        roots = RootPlanner(self._core, self._catalog, *self._document.tree)
        return roots.document(planner, root.key, variables)

    async def _by_resolvers(
        self, field: FieldPlan, context: Context, variables: Variables, given: Variables | None
    ) -> Told:
        operated = Operated(
            self._schema, self._core, self._document.tree.document, self._document.name
        )
        request = Request(operated, context, variables, given)
        data, errors = await completed(field, request)
        return None if data is None else as_json(data[field.key]), errors

    async def _by_graphql_core(
        self, root: Root, document: DocumentNode, context: Context, given: Variables | None
    ) -> Told:
        told = await executed(self._schema, document, context, given)
        if told.data is None:
            return None, told.errors or ()
        return as_json(told.data.get(root.key)), told.errors or ()


async def _traced(name: str, answer: Awaitable[Any]) -> Any:
    with span(f"Query.{name}"):
        return await answer


async def executed(
    schema: Schema, document: DocumentNode, context: Context, given: Variables | None
) -> ExecutionResult:
    """What graphql-core makes of a valid document, whole; variables are given as they came."""
    result = _execute(
        core_of(schema),
        document,
        context_value=context,
        variable_values=dict(given or {}),
        executor_class=cast("Any", schema).execution_context_class,
        operation_extensions=None,
    )
    return result if isinstance(result, ExecutionResult) else await result


def as_json(value: Any) -> bytes:
    """JSON of an answer, or of a part of one: numbers that are not finite are null.

    Of what else JSON does not have only errors of resolvers tell; it becomes text.
    """
    return _json_of(value, str)


def is_json(value: Any) -> bool:
    """Whether there is JSON for a value, be it of large numbers or half a surrogate pair."""
    try:
        _json_of(value, _refused)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _json_of(value: Any, default: Callable[[Any], Any]) -> bytes:
    try:
        return orjson.dumps(value, default=default)
    except TypeError:  # orjson has no numbers beyond 64 bits, and no half of a surrogate pair
        return _large_json(value, partial(_as_orjson, default)).encode()


def _large_json(value: Any, default: Callable[[Any], Any]) -> str:
    write = json.JSONEncoder(default=default, allow_nan=False, separators=(",", ":")).encode
    try:
        return write(value)
    except ValueError:
        return write(_finite(value))


def _as_orjson(default: Callable[[Any], Any], value: Any) -> Any:
    """Of what the other does not know, such as dates, what orjson makes of it.

    That may be JSON already, in which numbers of any length are.
    """
    return json.loads(orjson.dumps(value, default=default))


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            held = cast("dict[Any, Any]", value)
            return {key: _finite(inner) for key, inner in held.items()}
        case list() | tuple():
            return [_finite(inner) for inner in cast("list[Any]", value)]
        case _:
            return value


def _refused(_value: Any) -> Any:
    raise TypeError


def _reason_of(error: Exception) -> Reason:
    """Why rows that were read, or could not be, are completed by graphql-core."""
    match error:
        case StoreError():
            return Reason.STORE
        case InputError():
            return Reason.INPUT
        case _:
            return Reason.VIOLATION


# graphql-core's own type for it is half unknown.
_execute = cast("Any", graphql).experimental_execute_incrementally
