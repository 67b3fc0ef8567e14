"""In charge of telling what somebody may do, and by which rule, entity by entity.

It is said by the models alone, decided as the planner decides it: no database is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, cast

from auth import Principal
from auth.decide import decided
from catalog.access import (
    Access,
    AllOf,
    AnyOf,
    Claim,
    Rows,
    Rule,
    anyone,
    leaves,
    nobody,
    read_of,
)
from catalog.entity import Catalog, Entity, Relation
from catalog.rule_text import claim_text, rule_text
from catalog.types import Scalar
from resolvers.guards import NO_GUARDS, Guards, policies_in
from resolvers.planning.claims import ABSENT, Use
from resolvers.planning.predicates import predicate_of
from resolvers.planning.seen import Seen

_ACTIONS: Final = ("read", "create", "update", "delete")


class _Line(NamedTuple):
    what: str = ""
    may: str = ""
    by: str = ""


class _Verdict(NamedTuple):
    """What a rule comes to: ``yes``, ``no``, ``rows`` for some, or ``no rows``; and why so."""

    may: str
    why: tuple[str, ...] = ()


def access_text(catalog: Catalog, principal: Principal, guards: Guards = NO_GUARDS) -> str:
    """A table for one principal, with the fields that users wrote and that have ``guards``.

    Raises ``ModelError`` for rules that cannot be followed.
    """
    lines = list(_Teller(catalog, principal, guards).lines())
    width = max(len(line.what) for line in lines)
    table = (f"{line.what:<{width}}  {line.may:<7}  {line.by}".rstrip() for line in lines)
    return "\n".join([_who(principal), *table, ""])


def _who(principal: Principal) -> str:
    if principal.subject is None:
        return "Somebody who is not signed in."
    parts = [
        f"{name} {', '.join(sorted(some))}" if some else f"no {name}"
        for name, some in (("scopes", principal.scopes), ("roles", principal.roles))
    ]
    return f"{principal.subject}, with {' and '.join(parts)}."


class _Teller:
    def __init__(self, catalog: Catalog, principal: Principal, guards: Guards) -> None:
        self._everything = Seen(catalog)
        self._principal = principal
        self._guards = guards

    def lines(self) -> Iterator[_Line]:
        for entity in self._everything.values():
            yield from (_Line(), _Line(entity.name))
            yield from self._entity(entity)
        if self._everything.routines:
            yield from (_Line(), _Line("(routines)"))
        for routine in self._everything.routines:
            may = "yes" if decided(routine.read, self._principal) == anyone else "no"
            yield _Line(f"  {routine.api}", may, rule_text(routine.read))
        others = {each.partition(".")[0]: None for each in sorted(self._guards.rules)}
        for name in [each for each in others if each not in self._everything]:
            yield from (_Line(), _Line(name), *self._written(name))

    def _entity(self, entity: Entity) -> Iterator[_Line]:
        access, members = entity.access or Access(), {**entity.fields, **entity.relations}
        for rule, names in _actions(access).items():
            yield from self._ruled(f"  {', '.join(names)}", entity, rule)
        for name, rule in access.fields.items():
            yield from self._ruled(f"  .{members[name].api}", entity, rule)
        for relation in entity.relations.values():
            # Who may not read a relation by its own rule need not know where it leads.
            if decided(access.fields.get(relation.name, anyone), self._principal) == anyone:
                yield from self._led(relation)
        yield from self._written(entity.name)

    def _written(self, type_: str) -> Iterator[_Line]:
        """Of a type, the fields that a user wrote; what policies hold is only said to requests."""
        for coordinate, rule in sorted(self._guards.rules.items()):
            owner, _, name = coordinate.partition(".")
            if owner == type_:
                trusted = replace(self._principal, policies=policies_in(rule))
                may = [decided(rule, each) == anyone for each in (self._principal, trusted)]
                word = "yes" if may[0] else "asked" if may[1] else "no"
                yield _Line(f"  .{name}", word, rule_text(rule))

    def _ruled(self, what: str, entity: Entity, rule: Rule) -> Iterator[_Line]:
        verdict = self._verdict(entity, rule)
        by = rule_text(rule) if entity.access else "nobody: there is no __access__"
        yield _Line(what, verdict.may, by)
        yield from (_Line(by=f"  {why}") for why in verdict.why)

    def _led(self, relation: Relation) -> Iterator[_Line]:
        """A relation along which not all is seen, though it has no rule that forbids it."""
        if relation.through:
            link = self._everything[relation.through.entity]
            if self._verdict(link, read_of(link)).may != "yes":
                yield _Line(f"  .{relation.api}", "no", f"all of {link.name} would have to be seen")
                return
        target = self._everything[relation.target]
        may = self._verdict(target, read_of(target)).may
        if may != "yes":
            yield _Line(f"  .{relation.api}", may, f"as {target.name}")

    def _verdict(self, entity: Entity, rule: Rule) -> _Verdict:
        ruled = decided(rule, self._principal)
        if ruled in (anyone, nobody):
            return _Verdict("yes" if ruled == anyone else "no")
        uses = {leaf: self._uses(entity, leaf) for leaf in leaves(ruled) if isinstance(leaf, Rows)}
        values = {use: self._value(use) for some in uses.values() for use in some}
        amiss = [self._amiss(use) for use, value in values.items() if value is ABSENT]
        idle = {leaf for leaf, some in uses.items() if any(values[use] is ABSENT for use in some)}
        left = decided(_without(ruled, idle), self._principal)
        if left == nobody:
            return _Verdict("no rows", tuple(dict.fromkeys(amiss)))
        told = {use.path: value for use, value in values.items()}
        rows = rule_text(left, lambda claim: told[claim.path])
        return _Verdict("rows", tuple(dict.fromkeys([rows, *amiss])))

    def _uses(self, entity: Entity, rows: Rows) -> tuple[Use, ...]:
        return predicate_of(self._everything, entity, rows, "").uses

    def _value(self, use: Use) -> Any:
        return use.value(self._principal.claims)

    def _amiss(self, use: Use) -> str:
        named = claim_text(Claim(use.path))
        if not _is_there(self._principal.claims, use.path):
            return f"{named} is missing"
        kind = use.kind.value if isinstance(use.kind, Scalar) else getattr(use.kind, "name", "")
        return f"{named} is no {kind}"


def _actions(access: Access) -> dict[Rule, list[str]]:
    """What may be done, by the rule that says so."""
    said: dict[Rule, list[str]] = {}
    for name in _ACTIONS:
        said.setdefault(getattr(access, name), []).append(name)
    return said


def _without(rule: Rule, idle: set[Rows]) -> Rule:
    """The rule, of which some parts hold for nobody."""
    match rule:
        case AllOf(rules):
            return AllOf(tuple(_without(each, idle) for each in rules))
        case AnyOf(rules):
            return AnyOf(tuple(_without(each, idle) for each in rules))
        case _:
            return nobody if rule in idle else rule


def _is_there(claims: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    found: Any = claims
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = cast("Mapping[str, Any]", found)[name]
    return True
