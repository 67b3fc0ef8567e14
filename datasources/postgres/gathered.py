"""In charge of a page's rows put together: of what they hold, one value in their order; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from datasources.postgres.parts import Page
from datasources.postgres.told import Expression, cast

ZERO: Final[Expression] = sa.literal_column("0")


class Gathered:
    """Aggregates of a page's rows; with a ``size``, of so many at most.

    Postgres sorts nothing for them where the page came in order.
    """

    def __init__(self, page: Page, size: int | None) -> None:
        self._terms = page.terms
        self._size = None if size is None else _number(size)
        self._found: Expression = sa.func.count()

    @property
    def number(self) -> Expression:
        """How many rows there are."""
        return self._found if self._size is None else sa.func.least(self._found, self._size)

    @property
    def any(self) -> Expression:
        """Whether there are any."""
        return self._found > ZERO

    @property
    def more(self) -> Expression:
        """Whether there are others."""
        return sa.false() if self._size is None else self._found > self._size

    def joined(self, text: Expression, between: Expression) -> Expression:
        """A text of each row, none of them null, with another between two."""
        if self._size is None:
            return sa.func.string_agg(text, self._ordered(between))
        return sa.func.array_to_string(self._shown(text), between)

    def sum(self, number: Expression) -> Expression:
        """A number of each row, taken together."""
        if self._size is None:
            total = sa.func.sum(number)
        else:
            numbers = sa.func.unnest(self._shown(number)).column_valued("each")
            total = sa.select(sa.func.sum(numbers)).scalar_subquery()
        return cast(sa.func.coalesce(total, ZERO), "integer")

    def first(self, values: Sequence[Expression]) -> list[Expression]:
        """What the first row holds."""
        return [self._all(value)[_number(1)] for value in values]

    def last(self, values: Sequence[Expression]) -> list[Expression]:
        """What the last row holds."""
        return [self._all(value)[cast(self.number, "integer")] for value in values]

    def _shown(self, value: Expression) -> Any:
        return self._all(value)[_number(1) : self._size]

    def _all(self, value: Expression) -> Any:
        agg = sa.func.array_agg(self._ordered(value))
        return sa.type_coerce(agg, postgresql.ARRAY(sa.types.NullType()))

    def _ordered(self, value: Expression) -> Any:
        return postgresql.aggregate_order_by(value, *self._terms)


def _number(number: int) -> Expression:
    return sa.literal_column(str(int(number)))
