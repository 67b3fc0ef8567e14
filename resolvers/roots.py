"""In charge of the root fields: each runs all stages, for its whole selection.

Document → selection → plan → execution.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from strawberry.types.info import Info

from catalog.entity import Catalog, Entity
from catalog.filters import all_of
from catalog.query import Compare, Filter, Operator
from catalog.routine import VALUE, Gives, Routine
from resolvers.context import Context
from resolvers.documents.fields import arguments_of, asked_field
from resolvers.documents.info import RawInfo, raw_info
from resolvers.execute import execute
from resolvers.planning.arguments import value_of
from resolvers.planning.calling import called
from resolvers.planning.cursors import parsed_node_id
from resolvers.planning.seen import Seen
from resolvers.planning.selection import Selector
from telemetry.spans import span

Produce = Callable[[Any, Info], Awaitable[Any]]


def resolve_one(entity: Entity, key: Sequence[str]) -> Produce:
    """The resolver of a field that finds one row by a key's values."""
    fields = [entity.fields[name] for name in key]

    async def produce(_source: Any, info: Info) -> Any:
        raw = raw_info(info)
        arguments = arguments_of(raw, asked_field(raw))
        values = [value_of(field.type, arguments[field.api]) for field in fields]
        return await _one(entity, key, values, info.context, raw)

    return produce


def resolve_node(catalog: Catalog) -> Produce:
    """The resolver of `node`: any row by its opaque id."""

    async def produce(_source: Any, info: Info) -> Any:
        raw = raw_info(info)
        entity, values = parsed_node_id(catalog, arguments_of(raw, asked_field(raw))["id"])
        return await _one(entity, entity.key, values, info.context, raw)

    return produce


def resolve_connection(entity: Entity) -> Produce:
    """The resolver of a field that pages through an entity's rows."""

    async def produce(_source: Any, info: Info) -> Any:
        raw, context = raw_info(info), info.context
        with span(f"Query.{raw.field_name}"):
            selector = Selector(context.catalog, raw, in_parts=context.in_parts)
            wanted = selector.page(entity, raw.field_nodes, arguments_of(raw, asked_field(raw)))
            return await execute(context.planner.page(wanted), context)

    return produce


def resolve_routine(routine: Routine) -> Produce:
    """The resolver of a field that gives what a routine does."""

    async def produce(_source: Any, info: Info) -> Any:
        raw, context = raw_info(info), info.context
        with span(f"Query.{raw.field_name}"):
            arguments = arguments_of(raw, asked_field(raw))
            selector = Selector(context.catalog, raw, in_parts=context.in_parts)
            island = called(context.planner, selector, routine, raw.field_nodes, arguments)
            found: Any = await execute(island, context)
            return found[VALUE] if found and routine.gives is Gives.VALUE else found

    return produce


async def _one(
    entity: Entity, key: Sequence[str], values: Sequence[Any], context: Context, raw: RawInfo
) -> Any:
    with span(f"Query.{raw.field_name}"):
        found = found_by(context.catalog, entity, key, values)
        selector = Selector(context.catalog, raw, in_parts=context.in_parts)
        selection = selector.entity(entity, raw.field_nodes)
        return await execute(context.planner.one(selection, found), context)


def found_by(catalog: Seen, entity: Entity, key: Sequence[str], values: Sequence[Any]) -> Filter:
    """The filter for the row whose key has these values. Raises ``UnauthorizedError``."""
    for name in key:
        catalog.check(entity, entity.fields[name])
    pairs = zip(key, values, strict=True)
    return all_of([Compare((name,), Operator.EQ, value) for name, value in pairs])
