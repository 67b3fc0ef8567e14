"""In charge of Relay's paging arguments: which rows a page holds, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.entity import Catalog, Entity
from catalog.filters import all_of
from catalog.query import ALWAYS, Filter, Order
from resolvers.errors import PageError, PageSizeError
from resolvers.planning.cursors import beyond_cursor


@dataclass(frozen=True, slots=True)
class PageLimits:
    """How many rows a page has if nobody says, and at most."""

    default: int
    most: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is read: ``size`` rows in ``read_orders``, turned round if ``backward``.

    ``listed`` names what it is a page of, if that is not the list of its entity.
    """

    size: int
    offset: int
    after: Filter
    orders: tuple[Order, ...]
    backward: bool
    starts_inside: bool
    ends_inside: bool
    listed: str | None = None

    @property
    def read_orders(self) -> tuple[Order, ...]:
        """The order in which the store reads: the last rows are the first ones backwards."""
        return tuple(order.reversed() for order in self.orders) if self.backward else self.orders


def page_of(
    catalog: Catalog,
    entity: Entity,
    orders: tuple[Order, ...],
    arguments: Mapping[str, Any],
    limits: PageLimits,
    listed: str | None = None,
) -> Page:
    """The page that the arguments ask for; raises ``InputError`` if they ask for none."""
    first, last, offset = (arguments.get(name) for name in ("first", "last", "offset"))
    backward = last is not None
    _check(first, last, offset)
    cursors = {
        name: beyond_cursor(catalog, entity, orders, arguments[name], name, listed)
        for name in ("after", "before")
        if arguments.get(name) is not None
    }
    size = last if last is not None else first
    return Page(
        size=size_of("last" if backward else "first", size, limits),
        offset=offset or 0,
        after=all_of(list(cursors.values())) if cursors else ALWAYS,
        orders=orders,
        backward=backward,
        starts_inside="after" in cursors or bool(offset),
        ends_inside="before" in cursors,
        listed=listed,
    )


_BY_CURSOR = "Page through the list by after: pageInfo.endCursor."


def _check(first: int | None, last: int | None, offset: int | None) -> None:
    if first is not None and last is not None:
        raise PageError("Both first and last were given.", hint="Give one of them.")
    if last is not None and offset is not None:
        raise PageError("offset counts from the start, so it goes with first, not with last.")
    check_offset(offset or 0)


def check_offset(offset: int) -> None:
    """Raises ``PageError`` for a number of rows that cannot be passed over."""
    if offset < 0:
        raise PageError(f"offset is {offset}, but must not be negative.")


def size_of(name: str, size: int | None, limits: PageLimits, *, hint: str = _BY_CURSOR) -> int:
    """How many rows to give; raises ``InputError``, with a hint for those who ask for too many."""
    if size is None:
        return limits.default
    if size < 0:
        raise PageError(f"{name} is {size}, but must not be negative.")
    if size > limits.most:
        message = f"{name} is {size}, but a page holds {limits.most} rows at most."
        raise PageSizeError(message, size, limits.most, hint=hint)
    return size
