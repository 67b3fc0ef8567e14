"""In charge of whether answers to mutations that were asked at the same time have an order.

There must be one in which, one after the other, each tells what was told, and all together leave
what is there. So what was made has its effect once, upon what was there at its time: a sum tells
which sums were before it, and of two who take a key one is refused. What was refused has no effect,
and at its time there was a reason. Which one is told may be another: a transaction sees one state,
but keys that others have taken since are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from ledger import Ledger
from ledger_writes import Field
from telling import Known, Told, agree, differences, performed, state


class Asked(NamedTuple):
    """A mutation and what was told of it."""

    fields: Sequence[Field]
    told: Sequence[Told]


class Search:
    """Looks for an order that ends in ``there``, through each state that can be reached once."""

    def __init__(self, there: Any, known: Known) -> None:
        self._there = there
        self._known = known
        self._seen = set[tuple[frozenset[int], str]]()
        self._least = (inf, "")

    @property
    def amiss(self) -> str:
        """Why the order that came furthest is none."""
        return self._least[1]

    def has_order(self, ledger: Ledger, left: Mapping[int, Asked]) -> bool:
        """Whether those that are left can follow."""
        now = state(ledger.rows, self._known)
        if not left:
            self._note(0, differences(now, self._there))
            return now == self._there
        place = (frozenset(left), repr(now))
        if place in self._seen:
            return False
        self._seen.add(place)
        return any(self._can_be_next(ledger, left, number) for number in left)

    def _can_be_next(self, ledger: Ledger, left: Mapping[int, Asked], number: int) -> bool:
        fields, told = left[number]
        become, expected = performed(ledger, fields)
        if not (agree(expected, told) or _both_refused(expected, told)):
            self._note(len(left), f"{fields}: {expected}, not {told}")
            return False
        others = {other: asked for other, asked in left.items() if other != number}
        return self.has_order(become, others)

    def _note(self, left: int, reason: str) -> None:
        self._least = min(self._least, (left, reason))


def _both_refused(expected: Sequence[Told], told: Sequence[Told]) -> bool:
    """Whether there is a reason, though it is not the one that is told: that a key was taken."""
    codes = {code for each in told for code in each.codes}
    return any(each.codes for each in expected) and codes <= {"UNIQUE_VIOLATION", "ROLLED_BACK"}
