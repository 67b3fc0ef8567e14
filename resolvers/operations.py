"""In charge of operations: a document is understood once, planned once, and then only run.

A plan holds for all requests whose variables are given or not in the same way, and agree in those
on which the plan itself depends, such as the size of a page. What cannot be answered directly is
left to graphql-core: a root field alone, or, as for what is not valid, the whole request.

Of what is answered of rows alone its plan is kept, and of the document its text: should the tree be
needed again, it is parsed again, and kept then.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import graphql
import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLList,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import get_variable_values
from strawberry import Schema
from strawberry.extensions import SchemaExtension

from catalog.entity import Catalog
from datasources.errors import StoreError
from resolvers.breadth.fields import FieldPlan
from resolvers.breadth.request import Operated, Request
from resolvers.breadth.run import completed
from resolvers.context import Context
from resolvers.direct import answer_directly
from resolvers.errors import InputError
from resolvers.info import core_of
from resolvers.parsing import Tree, operations_in, parsed, tree_of
from resolvers.plan import Planner
from resolvers.policies import policies_asked
from resolvers.reasons import Form, Reason
from resolvers.remembered import Remembered
from resolvers.root_plans import Root, RootPlanner
from resolvers.validation import errors_in
from resolvers.variables import Facet, StructuralError, Variable
from telemetry.counts import count_completion
from telemetry.spans import span

_LONGEST: Final = 20_000  # characters of a document that is kept
_ALL: Final = 200_000
"""Characters of all that are kept, counted once for a document and once for each of its plans.

Each stands for 30 to 60 bytes, so they take some 10 megabytes.
"""
_ONE: Final = 50_000  # the same of one document and its plans, if it has two or more
_PLANS: Final = 50  # of one operation

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in JSON, and the errors in it; no data where a null has spread to the top."""

    data: bytes | None
    errors: Sequence[GraphQLError]


class Operations:
    """The operations of a schema's documents, those asked for lately at hand."""

    def __init__(self, schema: Schema, catalog: Catalog) -> None:
        self._core = core_of(schema)
        # A hook around every field must be called for every field; directives are such hooks.
        hooks: list[Any] = [type(each) for each in cast("Any", schema).get_extensions()]
        none: Any = SchemaExtension
        self._hooked = any(hook.resolve is not none.resolve for hook in hooks)
        self._schema = schema
        self._catalog = catalog
        self._understood = Remembered[tuple[str, str | None], Understood](_ALL)

    def find(self, query: str, name: str | None) -> Operation | None:
        """The query of this name in a document; None if it is to be left to graphql-core."""
        if self._hooked or len(query) > _LONGEST:
            return None
        known = self._understood.find((query, name))
        if known is None:
            known = self._understand(query, name)
            self._understood.keep((query, name), known)
        return known.operation

    def _understand(self, query: str, name: str | None) -> Understood:
        tree = _valid(self._core, query, name)
        if tree is None:
            return Understood(len(query), None)
        grow = self._understood.grow
        operation = Operation(self._schema, self._catalog, query, tree, grow)
        return Understood(len(query), operation)

    def problems(self, query: str, name: str | None) -> Sequence[GraphQLError]:
        """What is wrong with a document, or with the choice of an operation in it."""
        try:
            document = parsed(query)
        except (GraphQLError, RecursionError) as error:
            return [
                error if isinstance(error, GraphQLError) else GraphQLError("Nested too deeply.")
            ]
        if errors := errors_in(self._core, document):
            return errors
        nodes = operations_in(document)
        names = [node.name.value if node.name else "" for node in nodes]
        if name is None and len(nodes) == 1:
            return []
        if name in names:
            return []
        return [GraphQLError(f"Name one of the document's operations: {', '.join(names)}.")]


def _valid(core: GraphQLSchema, query: str, name: str | None) -> Tree | None:
    """The query that is asked for, if it is one, and its whole document is valid."""
    try:
        document = parsed(query)
        if errors_in(core, document):
            return None
    except (GraphQLError, RecursionError, ValueError):
        return None
    tree = tree_of(document, name)
    if tree is None or tree.node.operation is not OperationType.QUERY or tree.node.directives:
        return None
    return tree


@dataclass(frozen=True, slots=True)
class Understood:
    """What a document asks for, if it is answered here; weighed by its characters."""

    characters: int
    operation: Operation | None

    @property
    def weight(self) -> int:
        """Of the text, and of each plan."""
        return self.characters * (1 + (self.operation.plans if self.operation else 0))


class Operation:
    """One query of a valid document; planned for all who see the same in the same way."""

    def __init__(
        self,
        schema: Schema,
        catalog: Catalog,
        query: str,
        tree: Tree,
        grow: Callable[[int], None] = lambda _: None,
    ) -> None:
        node = tree.node
        self.name = node.name.value if node.name else None
        self._schema = schema
        self._executor: Any = cast("Any", schema).execution_context_class
        self._core = core_of(schema)
        self._catalog = catalog
        self._query = query
        self._policies = policies_asked(self._core, tree)
        self._tree: Tree | None = tree
        self._grow = grow
        self._definitions = node.variable_definitions or ()
        self._variables = [v.variable.name.value for v in self._definitions]
        self._parsers = list(_parsers(self._core, node))
        self._facets: dict[str, Facet] = {}
        self._plans: OrderedDict[tuple[Any, ...], tuple[Root, ...]] = OrderedDict()

    @property
    def plans(self) -> int:
        """How many there are."""
        return len(self._plans)

    def roots(self, planner: Planner, given: Variables | None) -> tuple[Root, ...] | None:
        """How its root fields are answered with these variables; None if they do not fit."""
        variables = self._coerced(given or {})
        return None if variables is None else self._roots(planner, variables)

    def explained(self, planner: Planner, given: Variables) -> list[Root] | GraphQLError:
        """How its root fields are answered, planned for these very values; or what is amiss."""
        coerced = get_variable_values(self._core, self._definitions, dict(given))
        if isinstance(coerced, list):
            return coerced[0]
        return self._root_planner().roots(planner, coerced.coerced)

    async def run(self, context: Context, given: Variables | None) -> Answered | None:
        """The answer to a request with these variables; None if they do not fit."""
        variables = self._coerced(given or {})
        if variables is None:
            return None
        if self._policies:
            context = await context.knowing(self._policies)
        roots = self._roots(context.planner, variables)
        if len(roots) == 1:  # it needs no task of its own
            found = [await self._answered(roots[0], context, variables, given)]
        else:
            answering = (self._answered(root, context, variables, given) for root in roots)
            found = await asyncio.gather(*answering)
        errors = [error for each in found for error in each.errors]
        pieces: list[bytes] = []  # put together once: an answer may be long
        for root, each in zip(roots, found, strict=True):
            if each.data is None:
                return Answered(None, errors)
            pieces += (b',"%s":' if pieces else b'"%s":') % root.key.encode(), each.data
        return Answered(b"".join((b"{", *pieces, b"}")), errors)

    def _coerced(self, given: Variables) -> Variables | None:
        if not self._variables:
            return {}
        try:
            return {name: parse(given[name]) for name, parse in self._parsers}
        except (GraphQLError, KeyError, ValueError, TypeError):
            return self._coerced_by_core(given)

    def _coerced_by_core(self, given: Variables) -> Variables | None:
        coerced = get_variable_values(self._core, self._definitions, dict(given))
        return None if isinstance(coerced, list) else coerced.coerced

    def _roots(self, planner: Planner, variables: Variables) -> tuple[Root, ...]:
        while True:
            signature = (planner, *self._signature(variables))
            roots = self._plans.get(signature)
            if roots is not None:
                self._plans.move_to_end(signature)
                return roots
            try:
                roots = tuple(self._root_planner().roots(planner, self._standing_in(variables)))
            except StructuralError as error:
                # Two that look at different things of a value see all of it.
                known = self._facets.get(error.name, error.facet)
                self._facets[error.name] = error.facet if known == error.facet else repr
                continue
            self._keep(signature, roots)
            return roots

    def _keep(self, signature: tuple[Any, ...], roots: tuple[Root, ...]) -> None:
        if not self._plans and all(root.form is Form.ROWS for root in roots):
            self._tree = None
        self._plans[signature] = roots
        self._grow(len(self._query))
        while len(self._plans) > max(1, min(_PLANS, _ONE // len(self._query) - 1)):
            self._plans.popitem(last=False)
            self._grow(-len(self._query))

    def _read(self) -> Tree:
        """The document's tree, parsed again if it was thrown away."""
        if self._tree is None:
            self._tree = tree_of(parsed(self._query, None), self.name)
        assert self._tree is not None  # noqa: S101 (it was there before)
        return self._tree

    def _document(self, root: Root, planner: Planner, variables: Variables) -> DocumentNode:
        return self._root_planner().document(planner, root.key, variables)

    def _root_planner(self) -> RootPlanner:
        return RootPlanner(self._core, self._catalog, *self._read())

    def _signature(self, variables: Variables) -> tuple[Any, ...]:
        """What a plan depends on: of most variables only whether there is a value."""
        return tuple(
            [
                self._facets[name](variables.get(name, _ABSENT))
                if name in self._facets
                else (name in variables) + (variables.get(name) is not None)
                for name in self._variables
            ]
        )

    def _standing_in(self, variables: Variables) -> Variables:
        return {name: self._stand_in(name, value) for name, value in variables.items()}

    def _stand_in(self, name: str, value: Any) -> Any:
        facet = self._facets.get(name)
        if value is None or facet is repr:
            return value
        return Variable(name, told=facet and facet(value))

    async def _answered(
        self, root: Root, context: Context, variables: Variables, given: Variables | None
    ) -> Answered:
        if root.constant is not None:
            return Answered(orjson.dumps(root.constant), ())
        if root.field is not None:
            count_completion(Form.RESOLVERS)
            return await self._by_resolvers(root.field, context, variables, given)
        reason = root.refused and root.refused.reason
        if root.level is not None:
            # Whatever is wrong, graphql-core says it where it belongs, from the same reads.
            try:
                with span(f"Query.{root.name}"):
                    value = await answer_directly(root.level, context, variables)
                content = orjson.dumps(value)
            except Exception as error:  # noqa: BLE001 (see above)
                reason = _reason_of(error)
            else:
                count_completion(Form.ROWS)
                return Answered(content, ())
        count_completion(Form.STANDARD, reason)
        document = root.document or self._root_planner().document(
            context.planner, root.key, variables
        )
        return await self._by_graphql_core(root, document, context, given)

    async def _by_resolvers(
        self, field: FieldPlan, context: Context, variables: Variables, given: Variables | None
    ) -> Answered:
        operated = Operated(self._schema, self._core, self._read().document, self.name)
        request = Request(operated, context, variables, given)
        data, errors = await completed(field, request)
        return Answered(None if data is None else as_json(data[field.key]), errors)

    async def _by_graphql_core(
        self, root: Root, document: DocumentNode, context: Context, given: Variables | None
    ) -> Answered:
        result = _execute(
            self._core,
            document,
            context_value=context,
            variable_values=dict(given or {}),
            executor_class=self._executor,
            operation_extensions=None,
        )
        told = result if isinstance(result, ExecutionResult) else await result
        if told.data is None:
            return Answered(None, told.errors or ())
        return Answered(as_json(told.data.get(root.key)), told.errors or ())


def _reason_of(error: Exception) -> Reason:
    """Why rows that were read, or could not be, are completed by graphql-core."""
    match error:
        case StoreError():
            return Reason.STORE
        case InputError():
            return Reason.INPUT
        case _:
            return Reason.VIOLATION


def _parsers(
    schema: GraphQLSchema, node: OperationDefinitionNode
) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What makes values of variables; those that are absent, null or wrong it leaves to others."""
    for definition in node.variable_definitions or ():
        kind: Any = _type_of(schema, definition.type)
        inner: Any = getattr(kind, "of_type", kind)
        plain = isinstance(inner, GraphQLScalarType) and not isinstance(kind, GraphQLList)
        yield definition.variable.name.value, _given(inner.parse_value) if plain else _refuse


def _given(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: _refuse(value) if value is None else parse(value)


def _refuse(value: Any) -> Any:
    raise ValueError(value)


# graphql-core's own types for these are half unknown.
_execute = cast("Any", graphql).execute
_type_of = cast("Any", graphql).type_from_ast
_ABSENT: Final = object()


def as_json(value: Any) -> bytes:
    """JSON of an answer, or of a part of one."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a JSON column may hold numbers beyond 64 bits, or half a surrogate pair
        return json.dumps(value).encode()
