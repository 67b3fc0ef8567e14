"""In charge of slots: places in an answer that wait for a value, side by side with the values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from resolvers.breadth.faults import Batch, Spot
from resolvers.breadth.fields import FieldPlan


class Frame(NamedTuple):
    """Whose values are put into an answer: a field of a batch; ``waits`` as in ``Batch``."""

    batch: Batch
    field: FieldPlan
    waits: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slots:
    """Values of one field of a batch, each with its place: ``into[n][at[n]]``.

    ``numbers`` are those of the objects that hold the field, ``spots`` where in its value each is.
    """

    into: Sequence[Any]
    at: Sequence[str | int]
    numbers: Sequence[int]
    spots: Sequence[Spot]
    values: Sequence[Any]

    def only(self, chosen: Sequence[int]) -> Slots:
        """Those with these indexes."""
        return Slots(
            [self.into[n] for n in chosen],
            [self.at[n] for n in chosen],
            [self.numbers[n] for n in chosen],
            [self.spots[n] for n in chosen],
            [self.values[n] for n in chosen],
        )

    def with_values(self, values: Sequence[Any]) -> Slots:
        """The same places for other values."""
        return Slots(self.into, self.at, self.numbers, self.spots, values)

    def fill(self, made: Sequence[Any]) -> None:
        """Puts what was made of each value into its place."""
        for into, at, value in zip(self.into, self.at, made, strict=True):
            into[at] = value

    def __iter__(self) -> Iterator[tuple[int, Spot, Any]]:
        """Number, spot and value of each."""
        return zip(self.numbers, self.spots, self.values, strict=True)


def slots_of(frame: Frame, values: Sequence[Any]) -> Slots:
    """The slots for the values of a field of all objects."""
    count = len(values)
    keys = [frame.field.key] * count
    return Slots(frame.batch.objects, keys, range(count), [()] * count, values)


def items_of(slots: Slots, lists: Sequence[Sequence[Any]]) -> Slots:
    """The slots for all items of lists, whose new lists are put into the places of the old."""
    made: list[list[Any]] = [[None] * len(items) for items in lists]
    slots.fill(made)
    each = list(zip(made, slots.numbers, slots.spots, lists, strict=True))
    return Slots(
        into=[new for new, _, _, items in each for _ in items],
        at=[index for items in lists for index in range(len(items))],
        numbers=[number for _, number, _, items in each for _ in items],
        spots=[(*spot, n) for _, _, spot, items in each for n in range(len(items))],
        values=[item for items in lists for item in items],
    )
