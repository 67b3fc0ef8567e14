"""In charge of what the resolvers hand to completion: rows, and pages of rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from catalog.entity import Entity
from catalog.errors import StoredValueError
from catalog.query import Record
from resolvers.documents.fields import Place
from resolvers.planning.cursors import node_id

CursorOf = Callable[[Record], str]


class Row:
    """One entity's values, by field name as items and as attributes.

    Fields may have any name: its own attributes end in an underscore, and items are fields only.
    ``links_`` holds the relations' values, by what asked for them.
    """

    __slots__ = ("entity_", "links_", "record_")

    def __init__(self, entity: Entity, record: Record) -> None:
        self.entity_ = entity
        self.record_ = record
        self.links_: dict[Place, Any] = {}

    def __getitem__(self, name: str) -> Any:
        value = self.record_[name]
        if isinstance(value, StoredValueError):
            raise value
        return value

    def __getattr__(self, name: str) -> Any:
        # As `__getitem__`, which is not called: it would be most of what an attribute costs.
        try:
            value = self.record_[name]
        except KeyError:
            message = f"{self.entity_.name}.{name} was not read: name it in @requires({name!r})."
            raise AttributeError(message) from None
        if isinstance(value, StoredValueError):
            raise value
        return value

    @property
    def node_id(self) -> str:
        """The opaque id by which `Query.node` finds the row again."""
        return node_id(self.entity_, self.record_)

    def __repr__(self) -> str:
        return f"Row({self.entity_.name}, {self.record_!r})"


def field_of(source: Any, name: str) -> Any:
    """A field's value: nested documents are dicts, and of a row only the items are its fields."""
    if isinstance(source, dict):
        return cast("Record", source).get(name)
    if isinstance(source, Row) and name in source.record_:
        return source[name]
    return getattr(source, name)


class RowEdge:
    """A row with its place in the list."""

    __slots__ = ("_cursor_of", "node")

    def __init__(self, node: Row, cursor_of: CursorOf) -> None:
        self.node = node
        self._cursor_of = cursor_of

    @property
    def cursor(self) -> str:
        """The row's cursor; only where it was asked for were its values read."""
        return self._cursor_of(self.node.record_)


class RowPage:
    """A connection's value: its rows, and what was asked about them.

    ``summaries`` holds the values of `aggregate` and `groupBy`, by what asked for them. What is
    read ``later`` of either, or is not counted yet, is there once that is.
    """

    __slots__ = (
        "_cursor_of",
        "_later",
        "_total",
        "has_next_page",
        "has_previous_page",
        "nodes",
        "summaries",
    )

    def __init__(  # noqa: PLR0913 (what a connection has)
        self,
        nodes: Sequence[Row],
        cursor_of: CursorOf,
        *,
        has_next_page: bool,
        has_previous_page: bool,
        total_count: int | None,
        summaries: Mapping[Place, Any],
        later: Callable[[], Awaitable[RowPage]] | None = None,
    ) -> None:
        self.nodes = nodes
        self._cursor_of = cursor_of
        self.has_next_page = has_next_page
        self.has_previous_page = has_previous_page
        self._total = total_count
        self.summaries = summaries
        self._later = later

    @property
    def total_count(self) -> Any:
        """How many rows there are on all pages, or what tells it later; None if nobody asks."""
        later = self._later
        return self._total if self._total is not None or later is None else _total_of(later())

    def summary(self, place: Place) -> Any:
        """The value of an `aggregate` or `groupBy`, or what gives it later."""
        if place not in self.summaries and self._later is not None:
            return _summary_of(self._later(), place)
        return self.summaries[place]

    @property
    def edges(self) -> list[RowEdge]:
        """The rows with their cursors."""
        return [RowEdge(row, self._cursor_of) for row in self.nodes]

    @property
    def page_info(self) -> RowPage:
        """The page's place: Relay's `pageInfo` is a part of the page itself."""
        return self

    @property
    def start_cursor(self) -> str | None:
        """The first row's cursor."""
        return self._cursor_of(self.nodes[0].record_) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        """The last row's cursor."""
        return self._cursor_of(self.nodes[-1].record_) if self.nodes else None


async def _total_of(page: Awaitable[RowPage]) -> Any:
    return (await page).total_count


async def _summary_of(page: Awaitable[RowPage], place: Place) -> Any:
    return (await page).summaries[place]
