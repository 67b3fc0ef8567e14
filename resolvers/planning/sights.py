"""In charge of what everybody sees: one planner for all to whom the rules say the same.

Rules are read once, and decided for each principal; what rows have a say in becomes a filter, in
which variables stand for claims. So plans are shared, and only their values are somebody's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from auth import Principal
from auth.decide import decided
from catalog.access import (
    Access,
    AllOf,
    AnyOf,
    Policies,
    Roles,
    Rows,
    Rule,
    Scopes,
    leaves,
    nobody,
)
from catalog.entity import Catalog, Entity
from catalog.filters import all_of
from catalog.query import ALWAYS, NEVER, Filter, Or
from catalog.writing import Action
from resolvers.guards import NO_GUARDS, Guards
from resolvers.planning.claims import ABSENT, Use
from resolvers.planning.paging import PageLimits
from resolvers.planning.plan import Planner
from resolvers.planning.predicates import Predicate, predicate_of
from resolvers.planning.seen import Seen, Unruled, Verdict

_KINDS_OF_VIEWERS: Final = 500
_VIEWERS: Final = 2_000  # remembered at once, the latest
_NO_RULES: Final = Access()
_NOTHING: Final[frozenset[str]] = frozenset()


class Sight(NamedTuple):
    """What one request may see: how it is planned, and the claims that stand in the plans."""

    planner: Planner
    claims: Mapping[str, Any]


class _Facts(NamedTuple):
    """What of a principal the rules ask about, beside claims."""

    signed_in: bool
    scopes: frozenset[str]
    roles: frozenset[str]
    policies: frozenset[str]


class Sights:
    """What principals see of a catalog, and of fields that users wrote.

    In a ``dry_run`` they see everything, and what they would not see is logged. Raises
    ``ModelError`` for rules that cannot be followed.
    """

    def __init__(
        self,
        catalog: Catalog,
        limits: PageLimits,
        guards: Guards = NO_GUARDS,
        *,
        dry_run: bool = False,
    ) -> None:
        self._seen = Unruled if dry_run else Seen
        self._catalog = catalog
        self._limits = limits
        self._guards = guards
        self._access = {entity.name: entity.access or _NO_RULES for entity in catalog.values()}
        self._predicates: dict[tuple[str, Rule], Predicate] = {}
        self._scopes: frozenset[str] = frozenset()
        self._roles: frozenset[str] = frozenset()
        self._policies: frozenset[str] = frozenset()
        everything = Seen(catalog)
        for name, access in self._access.items():
            for rule in _rules(access):
                self._learn(everything, catalog[name], rule)
        for routine in catalog.routines:
            self._learn(everything, routine.entity, routine.read)
        for rule in guards.rules.values():
            self._learn_names(rule)
        self._decided = lru_cache(_KINDS_OF_VIEWERS)(self._decide)
        self._planner = lru_cache(_KINDS_OF_VIEWERS)(self._plan)
        self._known: dict[int, tuple[Principal, Sight]] = {}

    def of(self, principal: Principal) -> Sight:
        """What this one sees; remembered, since whoever has signed in asks again.

        By identity: who is found by the same token is the same, and claims cannot be hashed.
        """
        known = self._known.get(id(principal))
        if known is not None and known[0] is principal:
            return known[1]
        while len(self._known) >= _VIEWERS:
            del self._known[next(iter(self._known))]
        sight = self.found(principal)
        self._known[id(principal)] = principal, sight
        return sight

    def found(self, principal: Principal) -> Sight:
        """The same, for one who will not ask again."""
        facts = _Facts(
            principal.subject is not None,
            principal.scopes & self._scopes,
            principal.roles & self._roles,
            principal.policies & self._policies,
        )
        uses = self._decided(facts)
        if not uses:
            return Sight(self._planner(facts, _NOTHING), {})
        claims = {use.name: use.value(principal.claims) for use in uses}
        absent = frozenset(name for name, value in claims.items() if value is ABSENT)
        return Sight(self._planner(facts, absent), claims)

    def _learn(self, everything: Seen, entity: Entity, rule: Rule) -> None:
        self._learn_names(rule)
        for leaf in leaves(rule):
            # Models may share a rule: what it says of each is another thing.
            if isinstance(leaf, Rows) and (entity.name, leaf) not in self._predicates:
                prefix = f"{len(self._predicates)}."
                made = predicate_of(everything, entity, leaf, prefix)
                self._predicates[entity.name, leaf] = made

    def _learn_names(self, rule: Rule) -> None:
        for leaf in leaves(rule):
            match leaf:
                case Scopes(names):
                    self._scopes |= names
                case Roles(names):
                    self._roles |= names
                case Policies(names):
                    self._policies |= names
                case _:
                    pass

    def _decide(self, facts: _Facts) -> tuple[Use, ...]:
        """The claims that the rows have to be compared with."""
        somebody = _somebody(facts)
        rows = {
            (name, leaf): None
            for name, access in self._access.items()
            for rule in _rules(access)
            for leaf in leaves(decided(rule, somebody))
        }
        return tuple(use for each in rows for use in self._predicates[each].uses)

    def _plan(self, facts: _Facts, absent: frozenset[str]) -> Planner:
        somebody = _somebody(facts)
        verdicts = {name: self._verdict(name, somebody, absent) for name in self._access}
        uncalled = frozenset(
            routine.name
            for routine in self._catalog.routines
            if decided(routine.read, somebody) == nobody
        )
        unused = frozenset(
            coordinate
            for coordinate, rule in self._guards.rules.items()
            if decided(rule, somebody) == nobody
        )
        return Planner(self._seen(self._catalog, verdicts, uncalled, unused), self._limits)

    def _verdict(self, name: str, somebody: Principal, absent: frozenset[str]) -> Verdict:
        access = self._access[name]
        of_members = {
            member: self._rows(name, rule, somebody, absent)
            for member, rule in access.fields.items()
        }
        of_actions = {
            action: self._rows(name, getattr(access, action.value), somebody, absent)
            for action in Action
        }
        return Verdict(
            rows=self._rows(name, access.read, somebody, absent),
            writes={action: rows for action, rows in of_actions.items() if rows is not None},
            hidden=frozenset(member for member, rows in of_members.items() if rows is None),
            masked={
                member: rows
                for member, rows in of_members.items()
                if rows is not None and rows != ALWAYS
            },
        )

    def _rows(
        self, name: str, rule: Rule, somebody: Principal, absent: frozenset[str]
    ) -> Filter | None:
        """The rows for which a rule holds; None if it holds for none, whatever they are."""
        ruled = decided(rule, somebody)
        return None if ruled == nobody else self._filter(name, ruled, absent)

    def _filter(self, name: str, rule: Rule, absent: frozenset[str]) -> Filter:
        match rule:
            case AllOf(rules):
                return all_of([self._filter(name, each, absent) for each in rules])
            case AnyOf(rules):
                return Or(tuple([self._filter(name, each, absent) for each in rules]))
            case _:
                predicate = self._predicates[name, rule]
                known = not any(use.name in absent for use in predicate.uses)
                return predicate.filter if known else NEVER


def _rules(access: Access) -> tuple[Rule, ...]:
    """All that an entity's model says."""
    actions: list[Rule] = [getattr(access, action.value) for action in Action]
    return (access.read, *actions, *access.fields.values())


def _somebody(facts: _Facts) -> Principal:
    subject = "" if facts.signed_in else None
    return Principal(None, subject, facts.scopes, facts.roles, policies=facts.policies)
