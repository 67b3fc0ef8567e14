"""In charge of what one request lends to the completion of a root field: variables, info, types.

What graphql-core would make for every field is made here when somebody looks at it, by
graphql-core's own executor.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from graphql import DocumentNode, GraphQLSchema
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path
from strawberry import Info
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.field import StrawberryField

from resolvers.breadth.faults import Batch
from resolvers.breadth.fields import FieldPlan
from resolvers.context import Context
from resolvers.documents.info import RawInfo
from resolvers.planning.questions import Variables

_NO_VARIABLES = VariableValues(sources={}, coerced={})


class Position(NamedTuple):
    """A field of one object of a batch."""

    batch: Batch
    number: int
    field: FieldPlan

    @property
    def path(self) -> Path:
        """Where it is in the answer."""
        batch, field = self.batch, self.field
        above: Path | None = None
        if batch.above is not None and batch.field is not None:
            above = Position(batch.above, batch.parents[self.number], batch.field).path
            for index in batch.spots[self.number]:
                above = above.add_key(index)
        return Path(above, field.key, field.parent.name)


class LazyInfo(Info[Any, Any]):
    """Strawberry's info, of which only what is looked at is made."""

    def __init__(self, request: Request, called: StrawberryField, position: Position) -> None:
        self._request = request
        self._field = called
        self._position = position

    @cached_property
    def _raw_info(self) -> RawInfo:  # type: ignore[override]
        return self._request.raw_info(self._position)

    @property
    def context(self) -> Any:
        """The request's own."""
        return self._request.context

    @property
    def field_name(self) -> str:
        """The field's name in GraphQL."""
        return self._position.field.name

    @property
    def path(self) -> Path:
        """Where the field is in the answer."""
        return self._position.path


class Operated(NamedTuple):
    """An operation of a schema; without a name, it is the only one of its document."""

    schema: Any  # Strawberry's, of which more is needed than it shows
    core: GraphQLSchema
    document: DocumentNode
    name: str | None


class Request:
    """One request for an operation; ``given`` are its variables as they came."""

    def __init__(
        self,
        operated: Operated,
        context: Context,
        variables: Variables,
        given: Variables | None,
    ) -> None:
        self.context = context
        self.variables = variables
        self._schema, self._core, self._document, self._name = operated
        self._given = given

    @cached_property
    def executor(self) -> Any:
        """graphql-core's, for this operation."""
        built = self._schema.execution_context_class.build(
            self._core,
            self._document,
            context_value=self.context,
            raw_variable_values=dict(self._given or {}),
            operation_name=self._name,
            is_awaitable=optimized_is_awaitable,
        )
        assert not isinstance(built, list)  # noqa: S101 (the variables fit: they were coerced before)
        return built

    @property
    def _variable_values(self) -> VariableValues:
        return self.executor.variable_values if self.variables else _NO_VARIABLES

    def arguments(self, field: FieldPlan) -> dict[str, Any]:
        """The coerced arguments, by their names in GraphQL. Raises ``GraphQLError``."""
        if not field.definition.args:
            return {}
        return get_argument_values(field.definition, field.nodes[0], self._variable_values)

    def call_arguments(
        self, called: StrawberryField, arguments: dict[str, Any], source: Any, info: Info
    ) -> tuple[list[Any], dict[str, Any]]:
        """What the field's resolver is called with."""
        return get_arguments(
            field=called,
            source=source,
            info=info,
            kwargs=arguments,
            config=self._schema.config,
            scalar_registry=self._schema.schema_converter.scalar_registry,
        )

    def info(self, called: StrawberryField, position: Position) -> Info:
        """What Strawberry tells a resolver of the field that it resolves."""
        made = self._schema.config.info_class
        if made is Info:
            return LazyInfo(self, called, position)
        return made(_raw_info=self.raw_info(position), _field=called)

    def raw_info(self, position: Position) -> RawInfo:
        """What graphql-core tells of a field of one object."""
        field = position.field
        return self.executor.build_resolve_info(
            field.definition, list(field.nodes), field.parent, position.path
        )
