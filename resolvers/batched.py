"""In charge of resolvers that users wrote for many objects at once, rather than for each.

Completion level by level calls one with all objects of a level. graphql-core, which asks for each
object's value by itself, is kept waiting until all have asked that are there to do so.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from strawberry.dataloader import DataLoader
from strawberry.types.info import Info

from resolvers.documents.info import raw_info

_MARK = "__bigraph_batched__"
INFO = "info"
"""The parameter by which a function takes the info, if it does."""


class BatchError(Exception):
    """What such a function gave is not a value for each of the objects."""


@dataclass(frozen=True, slots=True)
class Many:
    """A function that gives as many values as it is given objects; an error may be a value."""

    function: Callable[..., Any]
    takes_info: bool

    async def values(
        self, sources: Sequence[Any], info: Info, arguments: Mapping[str, Any]
    ) -> list[Any]:
        """A value or an error for each of the objects, in their order."""
        given = {**arguments, INFO: info} if self.takes_info else arguments
        try:
            found = self.function(list(sources), **given)
            return self._checked(await found if inspect.isawaitable(found) else found, sources)
        except Exception as error:  # noqa: BLE001 (it is told as each object's)
            return [error] * len(sources)

    def _checked(self, found: Any, sources: Sequence[Any]) -> list[Any]:
        name = self.function.__qualname__
        if not isinstance(found, Sequence) or isinstance(found, str | bytes):
            raise BatchError(f"{name} gave a {type(found).__name__}, rather than a list of values.")
        values = list(cast("Sequence[Any]", found))
        if len(values) != len(sources):
            raise BatchError(f"{name} gave {len(values)} values for {len(sources)} objects.")
        return values


def mark(resolver: Callable[..., Any], many: Many) -> None:
    """Says that a resolver of one object stands for a function of many."""
    setattr(resolver, _MARK, many)


def many_of(resolver: Callable[..., Any]) -> Many | None:
    """The function of many that a resolver stands for, if it does."""
    return getattr(resolver, _MARK, None)


class _Asked(NamedTuple):
    source: Any
    info: Info
    arguments: Mapping[str, Any]


async def gathered(many: Many, source: Any, info: Info, arguments: Mapping[str, Any]) -> Any:
    """One object's value, by one call for all that ask in the same turn at the same place."""
    raw, open_ = raw_info(info), cast("dict[object, Any]", info.context.batches)
    place = (many.function, id(raw.field_nodes[0]), raw.parent_type.name)

    async def values(asked: list[_Asked]) -> list[Any]:
        open_.pop(place, None)  # it holds the objects, and would be held by this
        first = asked[0]
        return await many.values([each.source for each in asked], first.info, first.arguments)

    if place not in open_:
        open_[place] = DataLoader(values, cache=False)
    return await open_[place].load(_Asked(source, info, arguments))
