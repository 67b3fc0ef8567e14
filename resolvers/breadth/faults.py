"""In charge of errors in an answer: where each is told, and how far null spreads from it.

They are told when all is done, in the order in which graphql-core meets them; what lies below a
null that has spread already is not told any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLNonNull, located_error

from resolvers.breadth.fields import FieldPlan
from resolvers.breadth.leaves import item_type
from resolvers.breadth.objects import Shape

Spot = tuple[int, ...]
"""Where in a field's value: the places in its lists, from the outside."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Batch:
    """Objects of one shape: all that one field gives on one level.

    ``parents`` are the numbers of the objects in the batch above of whose field each is a value, at
    its spot. ``waits`` counts the fields above that had to be waited for.
    """

    shape: Shape
    sources: Sequence[Any]
    objects: Sequence[dict[str, Any]]
    field: FieldPlan | None = None
    above: Batch | None = None
    parents: Sequence[int] = ()
    spots: Sequence[Spot] = ()
    waits: int = 0


class Step(NamedTuple):
    """One step of a path: a key or an index, its place among its siblings, the type there."""

    key: str | int
    number: int
    type: Any


def steps_to(batch: Batch, number: int, field: FieldPlan, spot: Spot = ()) -> list[Step]:
    """The way from the answer's top to a place in the value of an object's field."""
    return [*_steps_to_object(batch, number), *_steps_within(field, spot)]


def _steps_to_object(batch: Batch, number: int) -> list[Step]:
    if batch.above is None or batch.field is None:
        return []
    return steps_to(batch.above, batch.parents[number], batch.field, batch.spots[number])


def _steps_within(field: FieldPlan, spot: Spot) -> Iterator[Step]:
    kind = field.type
    yield Step(field.key, field.number, kind)
    for index in spot:
        kind = item_type(kind)
        yield Step(index, index, kind)


class _Fault(NamedTuple):
    waits: int
    steps: Sequence[Step]
    error: GraphQLError

    @property
    def order(self) -> tuple[int, list[int]]:
        """What graphql-core comes to first: what waits less, then what is asked before."""
        return self.waits, [step.number for step in self.steps]


class Faults:
    """The errors of one root field."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []

    def add(
        self, batch: Batch, number: int, field: FieldPlan, spot: Spot, error: Exception, waits: int
    ) -> None:
        """Notes what is wrong with a value; until the end it stands as null."""
        steps = steps_to(batch, number, field, spot)
        path = [step.key for step in steps]
        self._faults.append(_Fault(waits, steps, located_error(error, field.nodes, path)))

    def told(self, data: dict[str, Any]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """The answer with nulls where errors have left them, and the errors that are told."""
        errors: list[GraphQLError] = []
        nulled: set[tuple[str | int, ...]] = set()
        for fault in sorted(self._faults, key=lambda fault: fault.order):
            path = _null_path(fault.steps)
            if any(path[:length] in nulled for length in range(len(path) + 1)):
                continue
            nulled.add(path)
            errors.append(fault.error)
            if not path:
                return None, errors
            _put_null(data, path)
        return data, errors


def _null_path(steps: Sequence[Step]) -> tuple[str | int, ...]:
    """The nearest place, from the end, that may be null."""
    length = len(steps)
    while length and isinstance(steps[length - 1].type, GraphQLNonNull):
        length -= 1
    return tuple(step.key for step in steps[:length])


def _put_null(data: Any, path: Sequence[str | int]) -> None:
    *outer, last = path
    for key in outer:
        data = data[key]
    data[last] = None
