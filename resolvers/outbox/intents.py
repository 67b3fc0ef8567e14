"""In charge of changes of both stores as the outbox keeps them, and of what they are in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalog.change import Change, Delete, Insert, Update
from catalog.entity import Entity
from catalog.query import Filter
from datasources.own import is_own


@dataclass(frozen=True)
class Intent:
    """A change of both stores: ``redo`` is MongoDB's part, ``undo`` takes back that of Postgres."""

    redo: tuple[Change, ...]
    undo: tuple[Change, ...]
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def is_joint(self) -> bool:
        """Whether there is anything to be written in both."""
        return bool(self.redo and self.undo)

    @property
    def entities(self) -> set[Entity]:
        """Whose rows it touches."""
        touched = {change.entity for change in (*self.redo, *self.undo)}
        return {entity for entity in touched if not is_own(entity)}

    @property
    def doing(self) -> str:
        """What MongoDB is to get, in words."""
        return ", ".join(_told(self.redo, came="created", went="deleted"))

    @property
    def undoing(self) -> str:
        """What of Postgres is taken back, in words, and in the order in which it was made."""
        return ", ".join(_told(reversed(self.undo), came="deleted", went="created"))


def _told(changes: Iterable[Change], *, came: str, went: str) -> Iterator[str]:
    for change in changes:
        if is_own(change.entity):
            continue
        match change:
            case Insert(entity, rows):
                yield f"{len(rows)} {entity.name} {came}"
            case Update(entity, found):
                yield f"{_count(found)} {entity.name} updated"
            case Delete(entity, found):
                yield f"{_count(found)} {entity.name} {went}"


def _count(found: Filter) -> int:
    return len(getattr(found, "keys", ()))
