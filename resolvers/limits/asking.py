"""In charge of what of rows and work an operation asks for: what its variables have a say in."""

from __future__ import annotations

from typing import NamedTuple

from resolvers.limits.weights import Weight


class Asked(NamedTuple):
    """What a selection set asks for.

    ``rows`` is the largest product of the sizes of nested lists, ``cost`` what all of it weighs;
    ``rows_inside`` and ``cost_inside`` are the same of each object of the page that is around it.
    """

    rows: float = 1.0
    cost: float = 0.0
    rows_inside: float = 0.0
    cost_inside: float = 0.0

    def with_fragment(self, other: Asked) -> Asked:
        """Both."""
        return Asked(
            max(self.rows, other.rows),
            self.cost + other.cost,
            max(self.rows_inside, other.rows_inside),
            self.cost_inside + other.cost_inside,
        )

    def with_field(self, field: Weight, call: float, number: float, below: Asked) -> Asked:
        """The same with a field, each call of which weighs so much and gives so many objects."""
        rows, cost = max(below.rows, below.rows_inside), below.cost + below.cost_inside
        match field.size:
            case None:
                asked = Asked(rows, call + field.item + cost)
            case size if size.around:
                asked = Asked(rows_inside=rows, cost_inside=call + field.item + cost)
            case size if size.inside:
                rows = max(below.rows, _times(number, below.rows_inside))
                asked = Asked(rows, call + below.cost + _times(number, below.cost_inside))
            case _:
                asked = Asked(_times(number, rows), call + _times(number, field.item + cost))
        return self.with_fragment(asked)


def _times(number: float, each: float) -> float:
    """The product; nothing of what has no bound is nothing."""
    return number * each if number else 0.0
