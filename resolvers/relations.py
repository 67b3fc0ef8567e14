"""In charge of a relation's value on a row: what the plan has put there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from strawberry.types.info import Info

from catalog.entity import Relation
from resolvers.context import Context
from resolvers.documents import asked_field
from resolvers.execute import follow
from resolvers.info import raw_info
from resolvers.rows import Row
from resolvers.selection import Selector

_NOT_PLANNED = object()


def resolve_relation(relation: Relation) -> Callable[[Row, Info], Any]:
    """The resolver of a relation's field."""

    def produce(row: Row, info: Info) -> Any:
        value = row.links_.get(asked_field(raw_info(info)).place, _NOT_PLANNED)
        return _follow_now(relation, row, info) if value is _NOT_PLANNED else value

    return produce


def _follow_now(relation: Relation, row: Row, info: Info) -> Awaitable[Any]:
    """For rows that a user's resolver gave: no plan has seen what the client asks of them."""
    raw, context = raw_info(info), cast("Context", info.context)
    hop = context.planner.hop(Selector(context.catalog, raw).edge(asked_field(raw), relation))

    async def value() -> Any:
        await follow(hop, [row], context)
        return row.links_[hop.place]

    return value()
