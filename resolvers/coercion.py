"""In charge of variables' values: coerced by functions that are made once for each type.

They do what graphql-core does, in a fifth of the time, which matters where there are many rows.
What will not do is left to graphql-core, which says what is amiss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple, cast

import graphql
from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    DocumentNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    NonNullTypeNode,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    get_operation_ast,
    is_leaf_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

Coerce = Callable[[Any, int], Any]
"""Makes a value of what came as JSON, so many lists and objects deep; raises ``UnfitError``."""

_DEEPEST: Final = 200
"""How deep graphql-core goes."""

_EXTENSION: Final = "bigraph.coercions"


class UnfitError(Exception):
    """The value is none of its type, or one that graphql-core had better look at."""


def coercer_of(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Coerce:
    """What makes the values of a variable."""
    # graphql-core's own type for it is half unknown.
    kind = cast("Any", graphql).type_from_ast(schema, definition.type)
    return schema.extensions.setdefault(_EXTENSION, _Coercions()).of(kind)


class CoercingContext(StrawberryGraphQLCoreExecutionContext):
    """Executes operations whose variables are coerced here."""

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *given: Any,
        **named: Any,
    ) -> Any:
        """An executor, or the errors of a request that cannot be executed."""
        operation, raw = get_operation_ast(document, operation_name), raw_variable_values or {}
        definitions = operation.variable_definitions if operation else ()
        values = _quickly(schema, definitions, raw) if definitions and raw else None
        if operation and values:
            document, raw = _without_variables(document, operation), {}
        build = cast("Any", super()).build
        made = build(
            *(schema, document, root_value, context_value, raw, operation_name, *given), **named
        )
        if operation and values and isinstance(made, cls):
            made.operation, made.variable_values = operation, values
        return made


def _without_variables(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentNode:
    bare = replace(operation, variable_definitions=())
    return replace(
        document,
        definitions=tuple(bare if each is operation else each for each in document.definitions),
    )


def _quickly(
    schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode], given: Mapping[str, Any]
) -> VariableValues | None:
    """All values; None where graphql-core must look, as at variables that have defaults."""
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for definition in definitions:
        name = definition.variable.name.value
        signature: Any = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError):
            return None
        if name in given:
            sources[name] = VariableValueSource(signature, given[name])
            try:
                coerced[name] = coercer_of(schema, definition)(given[name], 0)
            except UnfitError:
                return None
        elif definition.default_value or isinstance(definition.type, NonNullTypeNode):
            return None
        else:
            sources[name] = VariableValueSource(signature)
    return VariableValues(sources, coerced)


class _Coercions:
    """The functions for the types of one schema."""

    def __init__(self) -> None:
        self._made: dict[str, Coerce] = {}

    def of(self, kind: Any) -> Coerce:
        """The function for a type."""
        if isinstance(kind, GraphQLNonNull):
            return _given(self._present(cast("Any", kind).of_type))
        return _nullable(self._present(kind))

    def _present(self, kind: Any) -> Coerce:
        """The function for what is not null."""
        if isinstance(kind, GraphQLList):
            return _listed(self.of(cast("Any", kind).of_type))
        if kind.name not in self._made:
            # It may hold itself: who asks for it meanwhile is given what will have been made.
            self._made[kind.name] = partial(self._later, kind.name)
            self._made[kind.name] = _leaf(kind) if is_leaf_type(kind) else self._object(kind)
        return self._made[kind.name]

    def _later(self, name: str, value: Any, depth: int) -> Any:
        return self._made[name](value, depth)

    def _object(self, kind: Any) -> Coerce:
        made = _object([self._part(name, field) for name, field in kind.fields.items()])
        as_it_is = kind.out_type is GraphQLInputObjectType.out_type and not kind.is_one_of
        return made if as_it_is else _turned(kind, made)

    def _part(self, name: str, field: Any) -> _Part:
        is_nullable = not isinstance(field.type, GraphQLNonNull)
        present = field.type if is_nullable else field.type.of_type
        return _Part(
            name,
            field.out_name or name,
            self._present(present),
            is_nullable,
            str if present is GraphQLString else bool if present is GraphQLBoolean else None,
            is_required_input_field(field),
            coerce_default_value(field),
        )


class _Part(NamedTuple):
    """A field of an input object; a value of the ``plain`` type is as it is to be."""

    name: str
    out: str
    present: Coerce
    is_nullable: bool
    plain: type | None
    required: bool
    default: Any


def _object(parts: Sequence[_Part]) -> Coerce:
    def coerce(value: Any, depth: int) -> Any:
        if type(value) is not dict or depth >= _DEEPEST:
            raise UnfitError
        raw, made, absent = cast("dict[str, Any]", value), dict[str, Any](), 0
        for name, out, present, is_nullable, plain, required, default in parts:
            if name in raw:
                item = raw[name]
                if type(item) is plain or (item is None and is_nullable):
                    made[out] = item
                elif item is None:
                    raise UnfitError
                else:
                    made[out] = present(item, depth + 1)
            elif required:
                raise UnfitError
            else:
                absent += 1
                if default is not Undefined:
                    made[out] = default
        if len(raw) + absent != len(parts):  # there are others besides
            raise UnfitError
        return made

    return coerce


def _turned(kind: Any, inner: Coerce) -> Coerce:
    """Of an object that is not to be a dict, as one that may have one field only."""

    def coerce(value: Any, depth: int) -> Any:
        made = inner(value, depth)
        if kind.is_one_of and (len(value) != 1 or None in made.values()):
            raise UnfitError
        return kind.out_type(made)

    return coerce


def _listed(inner: Coerce) -> Coerce:
    def coerce(value: Any, depth: int) -> Any:
        if type(value) is not list or depth >= _DEEPEST:
            raise UnfitError
        return [inner(item, depth + 1) for item in cast("list[Any]", value)]

    return coerce


def _leaf(kind: Any) -> Coerce:
    return _whole if kind is GraphQLInt else _parsed(kind.coerce_input_value)


def _whole(value: Any, _depth: int) -> Any:
    if type(value) is not int or not GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        raise UnfitError
    return value


def _parsed(parse: Callable[[Any], Any]) -> Coerce:

    def coerce(value: Any, _depth: int) -> Any:
        try:
            made = parse(value)
        except Exception as error:  # whatever a scalar says, graphql-core tells
            raise UnfitError from error
        if made is Undefined:
            raise UnfitError
        return made

    return coerce


def _given(inner: Coerce) -> Coerce:
    def coerce(value: Any, depth: int) -> Any:
        if value is None:
            raise UnfitError
        return inner(value, depth)

    return coerce


def _nullable(inner: Coerce) -> Coerce:
    def coerce(value: Any, depth: int) -> Any:
        return None if value is None else inner(value, depth)

    return coerce
