"""In charge of the catalog as somebody sees it: which rows are there, and which of their members.

Whoever plans a read, or reads arguments, does so against this, so that none is without its rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from catalog.entity import Catalog, Entity, Relation
from catalog.query import ALWAYS, And, Filter, Not, Or, Quantifier, Related
from catalog.routine import Routine
from catalog.types import Field
from catalog.writing import Action
from resolvers.errors import UnauthorizedError
from telemetry import logger


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody may see of an entity: which rows, None for none, without ``hidden``.

    Of ``masked`` members the values are seen in the rows that the filter finds. ``writes`` says
    which rows may be made, changed and deleted; an action that is not there is for none.
    """

    rows: Filter | None
    hidden: frozenset[str] = frozenset()
    masked: Mapping[str, Filter] = field(default_factory=dict[str, Filter])
    writes: Mapping[Action, Filter] = field(default_factory=dict[Action, Filter])


_ALL = Verdict(ALWAYS)
_MUTATION = "Mutation."
_log = logger("access")
_NONE: Mapping[str, Verdict] = MappingProxyType({})


class Seen(Catalog):
    """A catalog with a verdict for each entity of which not everything is seen."""

    def __init__(
        self,
        catalog: Catalog,
        verdicts: Mapping[str, Verdict] = _NONE,
        uncalled: frozenset[str] = frozenset(),
        unused: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(catalog.values(), catalog.interfaces, catalog.routines)
        self._verdicts = verdicts
        self._uncalled = uncalled
        self._unused = unused

    def rows(self, entity: Entity) -> Filter:
        """Which of its rows are seen; raises ``UnauthorizedError`` if none may be."""
        rows = self._of(entity.name).rows
        if rows is None:
            raise UnauthorizedError(f"You may not read {entity.name}.", hint=_hint(entity))
        return rows

    def shows(self, entity: Entity, member: Field | Relation) -> bool:
        """Whether a field or a relation may be read."""
        if member.name in self._of(entity.name).hidden:
            return False
        if isinstance(member, Field):
            return True
        # Which rows are linked is told only to those who may read all of the link table.
        through = member.through
        return self._of(member.target).rows is not None and (
            through is None or self._of(through.entity).rows == ALWAYS
        )

    def mask(self, entity: Entity, member: Field | Relation) -> Filter | None:
        """Which rows' value of a field that is shown may be read; None if that of all may."""
        return self._of(entity.name).masked.get(member.name)

    def shows_whole(self, entity: Entity, member: Field | Relation) -> bool:
        """Whether it may be read in all rows that are seen."""
        return self.shows(entity, member) and self.mask(entity, member) is None

    def check_shown(self, entity: Entity, member: Field | Relation) -> None:
        """Raises ``UnauthorizedError`` unless it may be read, at least in some rows."""
        if not self.shows(entity, member):
            raise UnauthorizedError(f"You may not read {entity.name}.{member.api}.")

    def check(self, entity: Entity, member: Field | Relation) -> None:
        """Raises ``UnauthorizedError`` unless it may be read, and so looked at in any way."""
        self.check_shown(entity, member)
        if self.mask(entity, member) is not None:
            message = f"You may not read {entity.name}.{member.api} in all rows."
            hint = "So rows cannot be found, ordered or summed up by it."
            raise UnauthorizedError(message, hint=hint)

    def may(self, entity: Entity, action: Action) -> Filter:
        """For which rows an action is allowed; raises ``UnauthorizedError`` if for none.

        It holds as well where rules are only tried: what is written cannot be unwritten.
        """
        rows = self._of(entity.name).writes.get(action)
        if rows is None:
            raise UnauthorizedError(f"You may not {action.value} {entity.name}.")
        return rows

    def check_call(self, routine: Routine) -> None:
        """Raises ``UnauthorizedError`` unless it may be called."""
        if routine.name in self._uncalled:
            raise UnauthorizedError(f"You may not read {routine.api}.")

    def uses(self, coordinate: str) -> bool:
        """Whether a field that a user wrote, `Type.field`, may be read."""
        return coordinate not in self._unused

    def check_use(self, coordinate: str) -> None:
        """Raises ``UnauthorizedError`` unless it may be read."""
        if not self.uses(coordinate):
            raise UnauthorizedError(f"You may not read {coordinate}.")

    def check_whole(self, entity: Entity, member: Relation) -> None:
        """The same where it does not do that some of the related rows are not seen."""
        self.check(entity, member)
        if self.rows(self[member.target]) != ALWAYS:
            message = f"You may not read all rows that {entity.name}.{member.api} leads to."
            hint = "So nothing can be ordered or grouped by what they hold."
            raise UnauthorizedError(message, hint=hint)

    def related(self, relation: Relation, quantifier: Quantifier, filter_: Filter) -> Filter:
        """A quantifier over the rows of a relation that are seen: the others are not there."""
        rows = self.rows(self[relation.target])
        if rows == ALWAYS:
            return Related(relation, quantifier, filter_)
        if quantifier is Quantifier.EVERY:
            return Related(relation, quantifier, Or((Not(rows), filter_)))
        return Related(relation, quantifier, And((rows, filter_)))

    def _of(self, name: str) -> Verdict:
        return self._verdicts.get(name, _ALL)


class Unruled(Seen):
    """A catalog of which everything is seen, but it tells what somebody would not see.

    So rules can be tried on real requests before they hold.
    """

    def rows(self, entity: Entity) -> Filter:
        """All rows."""
        if self._of(entity.name).rows != ALWAYS:
            _tell(f"{'no' if self._of(entity.name).rows is None else 'some'} rows of {entity.name}")
        return ALWAYS

    def shows(self, entity: Entity, member: Field | Relation) -> bool:
        """Everything."""
        if not super().shows(entity, member) or super().mask(entity, member) is not None:
            _tell(f"{entity.name}.{member.api}")
        return True

    def mask(self, entity: Entity, member: Field | Relation) -> Filter | None:  # noqa: ARG002
        """The values of all rows."""
        return None

    def check_call(self, routine: Routine) -> None:
        """Nothing is refused."""
        if routine.name in self._uncalled:
            _tell(routine.api)

    def uses(self, coordinate: str) -> bool:
        """Everything but mutations: what they do cannot be undone."""
        if super().uses(coordinate):
            return True
        _tell(coordinate)
        return not coordinate.startswith(_MUTATION)


def _tell(denied: str) -> None:
    _log.warning("access_dry_run", would_deny=denied)


def _hint(entity: Entity) -> str | None:
    if entity.access is None:
        return f"No rule lets anybody: {entity.name} has no __access__."
    return None
