"""In charge of what a record must hold: for what is asked of it, and for the order it stands in."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.entity import Relation
from catalog.query import Join, Order, Path


class Needs:
    """Collects what a record must hold, each path and each join once."""

    def __init__(self) -> None:
        self._paths: dict[Path, None] = {}
        self._joins: dict[Relation, Needs] = {}

    @property
    def empty(self) -> bool:
        """True if nothing is needed."""
        return not self._paths and not self._joins

    def add(self, paths: Iterable[Path]) -> None:
        """Fields of the record itself."""
        self._paths.update(dict.fromkeys(paths))

    def join(self, relation: Relation, fields: Iterable[Path], joins: Iterable[Join]) -> None:
        """Fields of a record joined to it."""
        needs = self._joins.setdefault(relation, Needs())
        needs.add(fields)
        for join in joins:
            needs.join(join.relation, join.fields, join.joins)

    def order(self, order: Order) -> None:
        """What the order's value is found by: of one in the other store, the link's fields."""
        needs, near = self, order.relations[: order.steps_near]
        for relation in near:
            needs = needs._joins.setdefault(relation, Needs())
        if order.is_far:
            needs.add((name,) for name in order.relations[len(near)].source_fields)
        else:
            needs.add([order.path])

    def collected(self) -> tuple[tuple[Path, ...], tuple[Join, ...]]:
        """The fields and the joins of a read."""
        joins = tuple(Join(relation, *needs.collected()) for relation, needs in self._joins.items())
        return tuple(self._paths), joins
