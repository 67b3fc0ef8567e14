"""In charge of what the plan has put on a row: relations, and fields that some may not read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from strawberry.types.info import Info

from catalog.entity import Entity, Relation
from catalog.types import Field
from resolvers.context import Context
from resolvers.documents.fields import Place, asked_field
from resolvers.documents.info import raw_info
from resolvers.execute import follow
from resolvers.later import Later
from resolvers.planning.selection import Edge, Selector
from resolvers.rows import Row

_NOT_PLANNED = object()


def resolve_relation(relation: Relation) -> Callable[[Row, Info], Any]:
    """The resolver of a relation's field."""

    def produce(row: Row, info: Info) -> Any:
        place = asked_field(raw_info(info)).place
        value = row.links_.get(place, _NOT_PLANNED)
        if isinstance(value, Later):
            return _found_later(cast("Later[None]", value), row, place)
        return _follow_now(relation, row, info) if value is _NOT_PLANNED else value

    return produce


def resolve_ruled(entity: Entity, field: Field) -> Callable[[Row, Info], Any]:
    """The resolver of a field that not everybody may read: null, or null in some rows."""

    def produce(row: Row, info: Info) -> Any:
        catalog = cast("Context", info.context).catalog
        catalog.check_shown(entity, field)
        if catalog.mask(entity, field) is None:
            return row[field.name]
        place = asked_field(raw_info(info)).place
        value = row.links_.get(place, _NOT_PLANNED)
        if isinstance(value, Later):
            return _masked_later(cast("Later[None]", value), field, row, place)
        return _masked_now(entity, field, row, info) if value is _NOT_PLANNED else _of(value, field)

    return produce


async def _masked_now(entity: Entity, field: Field, row: Row, info: Info) -> Any:
    raw = raw_info(info)
    edge = _selector(info).masked(entity, asked_field(raw), field)
    return _of(await _followed_now(edge, row, info.context), field)


def _of(row: Any, field: Field) -> Any:
    """The field's value; or that there is no row, or why there is none."""
    return row[field.name] if isinstance(row, Row) else row


async def _found_later(later: Later[None], row: Row, place: Place) -> Any:
    """The value of what is followed later, for this row and others."""
    await later.found()
    return row.links_[place]


async def _masked_later(later: Later[None], field: Field, row: Row, place: Place) -> Any:
    return _of(await _found_later(later, row, place), field)


def _follow_now(relation: Relation, row: Row, info: Info) -> Awaitable[Any]:
    """For rows that a user's resolver gave, and for what may not be read: it is in no plan."""
    raw, catalog = raw_info(info), cast("Context", info.context).catalog
    catalog.check_shown(catalog[relation.source], relation)
    edge = _selector(info).edge(asked_field(raw), relation)
    return _followed_now(edge, row, info.context)


def _selector(info: Info) -> Selector:
    context = cast("Context", info.context)
    return Selector(context.catalog, raw_info(info), in_parts=context.in_parts)


def _followed_now(edge: Edge, row: Row, context: Context) -> Awaitable[Any]:
    hop = context.planner.hop(edge)

    async def value() -> Any:
        await follow(hop, [row], context)
        return row.links_[hop.place]

    return value()
