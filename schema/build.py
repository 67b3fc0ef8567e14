"""In charge of the whole schema: from a catalog and the user's extensions to Strawberry's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import get_object_definition
from strawberry.types.execution import ExecutionContext

from catalog.entity import Catalog
from resolvers.documents.coercion import CoercingContext
from resolvers.documents.info import core_of
from resolvers.documents.introspection import (
    Introspection,
    Telling,
    Untelling,
    introspection_of,
    set_introspection,
)
from resolvers.documents.parsing import Parsing
from resolvers.documents.validation import Validation, tell_one_of
from resolvers.guards import Decide, set_guards
from resolvers.limits.judging import judge_of
from resolvers.limits.limits import DEFAULTS, Limits, set_limits
from resolvers.operations.beforehand import Refusing
from resolvers.operations.holding import Holding
from resolvers.policies import Deciding
from resolvers.rows import field_of
from schema.aggregates import add_aggregates
from schema.costs import add_costs
from schema.enums import hand_over_members
from schema.extend import attach
from schema.fields import class_of, complete, generated_module, leave_arguments
from schema.filters import add_filters
from schema.groups import add_groups
from schema.guards import guards_in
from schema.mutations import mutation_type
from schema.objects import add_objects
from schema.orders import add_orders
from schema.roots import query_type
from schema.scalars import SCALAR_MAP, check_leaves, locate_errors

_OWN: Final = (Parsing, Validation, Holding)
"""What Strawberry does around every operation, whatever else is asked for."""

_EXECUTING: Final = {
    Introspection.ALL: CoercingContext,
    Introspection.ALLOWED: Telling,
    Introspection.OFF: Untelling,
}
"""What executes operations, by what is told of the schema."""


class GeneratedSchema(strawberry.Schema):
    """Strawberry's schema, whose documents `Parsing` and `Validation` read.

    It leaves errors to the edge, which logs what it masks, once.
    """

    def __init__(self, **parts: Any) -> None:
        cast("Any", super()).__init__(**parts)
        tell_one_of(core_of(self))

    def _get_custom_context_kwargs(self, *given: Any, **named: Any) -> dict[str, Any]:
        # The one way to say how Strawberry has operations executed.
        quiet = introspection_of(self._schema) is not Introspection.ALL
        return {**super()._get_custom_context_kwargs(*given, **named), "hide_suggestions": quiet}

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Does nothing; Strawberry's own would log every client's mistake with a traceback."""


def build_schema(
    catalog: Catalog,
    extensions: Sequence[type] = (),
    *,
    decide: Decide | None = None,
    introspection: Introspection = Introspection.ALL,
    limits: Limits = DEFAULTS,
    schema_extensions: Sequence[Callable[[], SchemaExtension]] = (),
) -> strawberry.Schema:
    """The graph of a catalog. Needs no database; raises ``ModelError``.

    ``decide`` says which policies hold, where fields or types of the user's name some, and
    ``introspection`` what is told of the schema, and ``limits`` what one document may ask of it.
    """
    with generated_module() as namespace:
        add_objects(catalog, namespace)
        add_filters(catalog, namespace)
        add_orders(catalog, namespace)
        add_aggregates(catalog, namespace)
        add_groups(catalog, namespace)
        namespace["Query"] = query_type(catalog, namespace)
        namespace["Mutation"] = mutation_type(catalog, namespace)
        namespace["Subscription"] = strawberry.type(class_of("Subscription", [], namespace))
        complete(namespace)
        attach(catalog, namespace, list(extensions))
        add_costs(catalog, namespace, limits.pages)
        schema = GeneratedSchema(
            query=namespace["Query"],
            mutation=_unless_empty(namespace["Mutation"]),
            subscription=_unless_empty(namespace["Subscription"]),
            types=[namespace[name] for name in catalog],
            config=StrawberryConfig(
                scalar_map=SCALAR_MAP,
                default_resolver=field_of,
                enable_experimental_incremental_execution=True,
            ),
            extensions=[*schema_extensions, *_OWN, *([Deciding] if decide else []), Refusing],
            execution_context_class=_EXECUTING[introspection],
        )
    core = core_of(schema)
    leave_arguments(core)
    locate_errors(core)
    check_leaves(core)
    hand_over_members(core, namespace)
    set_introspection(core, introspection)
    set_limits(core, limits)
    judge_of(core).weights  # noqa: B018 (what is said of them amiss is told now)
    set_guards(core, guards_in(core, catalog, decide))
    return schema


def _unless_empty(root: type) -> type | None:
    """A type without fields is none: then nothing can be written, or subscribed to."""
    return root if get_object_definition(root, strict=True).fields else None
