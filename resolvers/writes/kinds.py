"""In charge of the writes that there are: which rows each is about, and which rules have a say."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.entity import Entity
from catalog.writing import Action


@dataclass(frozen=True, slots=True)
class Create:
    """New rows: one, or ``many``."""

    entity: Entity
    many: bool

    actions = (Action.CREATE,)


@dataclass(frozen=True, slots=True)
class Upsert:
    """New rows, or new values of those that are there."""

    entity: Entity
    many: bool

    actions = (Action.CREATE, Action.UPDATE)


@dataclass(frozen=True, slots=True)
class Alter:
    """New values of the row with a ``key``, or of all that a filter finds."""

    entity: Entity
    key: tuple[str, ...] | None

    actions = (Action.UPDATE,)

    @property
    def many(self) -> bool:
        """Whether it is about all that a filter finds."""
        return self.key is None


@dataclass(frozen=True, slots=True)
class Remove:
    """The end of the row with a ``key``, or of all that a filter finds."""

    entity: Entity
    key: tuple[str, ...] | None

    actions = (Action.DELETE,)

    @property
    def many(self) -> bool:
        """Whether it is about all that a filter finds."""
        return self.key is None


Write = Create | Upsert | Alter | Remove
