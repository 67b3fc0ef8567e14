"""In charge of random rules for a catalog, and of random people for whom they say something.

Rules hold constants that rows hold, and claims; what somebody's claims mean is noted beside how
they are written, so that whoever judges by them need not read them as the engine does.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from auth import Principal
from catalog import Access, Catalog, anyone, authenticated, claim, roles, rows, scopes
from catalog.access import Rule, nobody
from catalog.entity import Entity
from catalog.types import EnumType, Field, Scalar
from catalog.ways import with_ways
from tests.library.rows import Rows

SCOPES, ROLES = ("a", "b"), ("x", "y")
ONE, SOME = "one", "some"
_PLAIN = frozenset(
    {Scalar.INT, Scalar.BIGINT, Scalar.STRING, Scalar.BOOLEAN, Scalar.DATE, Scalar.DECIMAL}
    | {Scalar.UUID, Scalar.OBJECT_ID, Scalar.DATETIME}
)
_ORDERED = frozenset({Scalar.INT, Scalar.BIGINT, Scalar.DATE, Scalar.DECIMAL, Scalar.DATETIME})

ClaimPath = tuple[str, str]
"""One value or some, and the field whose values these are."""


@dataclass(frozen=True)
class Viewer:
    """Somebody, and what the claims mean that are there and of the right type."""

    principal: Principal
    meant: Mapping[ClaimPath, Any]


@dataclass(frozen=True)
class Ruled:
    """A catalog with rules, and the claims that they name, with values that rows hold."""

    catalog: Catalog
    claims: Mapping[ClaimPath, Sequence[Any]]
    said: Mapping[str, Access]
    """What was said, before rules of fields became those of relations as well."""


def family_of(catalog: Mapping[str, Entity], entity: Entity) -> list[Entity]:
    """What an entity extends, the farthest first: that one has all rows of the family."""
    return [catalog[name] for name in reversed(entity.interfaces) if name in catalog]


def ruled(catalog: Catalog, held: Rows, random: Random) -> Ruled:
    """The catalog with other rules than its own; routines are left out."""
    writer = _Writer(catalog, held, random)
    said: dict[str, Access] = {}
    for entity in sorted(catalog.values(), key=lambda each: len(family_of(catalog, each))):
        above = family_of(catalog, entity)
        read = said[above[0].name].read if above else writer.reading(entity)
        known: set[str | None] = {
            name for each in above for name in (*each.fields, *each.relations)
        }
        inherited = {n: r for each in above for n, r in said[each.name].fields.items()}
        own = dict(writer.members(entity, known))
        said[entity.name] = Access(read=read, fields=inherited | own)
    entities = {name: replace(each, access=said[name]) for name, each in catalog.items()}
    closed = Catalog(with_ways(entities).values(), catalog.interfaces)
    return Ruled(closed, writer.claims, said)


@dataclass
class _Writer:
    catalog: Catalog
    held: Rows
    random: Random
    claims: dict[ClaimPath, Sequence[Any]] = field(default_factory=dict)

    def reading(self, entity: Entity) -> Rule:
        """Who may read rows: of half of all entities, those who match."""
        if self.random.random() < 0.3:
            return anyone
        return self._rule(entity, with_rows=True)

    def members(self, entity: Entity, known: set[str | None]) -> Iterator[tuple[str, Rule]]:
        """Rules of some of the entity's own members, but for its key and its tag."""
        family = bool(entity.kinds or entity.portion)
        tag = entity.kinds.tag if entity.kinds else None
        for name in _without(entity.fields, known | {*entity.key, tag}):
            # A family's relations are found again by their fields.
            if self.random.random() < 0.2 and not (family and _finds(self.catalog, entity, name)):
                yield name, self._rule(entity, with_rows=True)
        for name in _without(entity.relations, known):
            if self.random.random() < 0.15 and not family:
                yield name, self._rule(entity, with_rows=False)

    def _rule(self, entity: Entity, *, with_rows: bool, depth: int = 2) -> Rule:
        drawn = self.random.random()
        if depth and drawn < 0.3:
            parts = [self._rule(entity, with_rows=with_rows, depth=depth - 1) for _ in range(2)]
            return parts[0] & parts[1] if self.random.random() < 0.4 else parts[0] | parts[1]
        if with_rows and drawn < 0.8:
            return rows(self._where(entity, 2))
        simple: list[Callable[[], Rule]] = [
            lambda: authenticated,
            lambda: scopes(*self.random.sample(SCOPES, self.random.choice([1, 1, 2]))),
            lambda: roles(*self.random.sample(ROLES, self.random.choice([1, 2]))),
            lambda: anyone,
            lambda: nobody,
        ]
        return self.random.choices(simple, [4, 4, 4, 1, 1])[0]()

    def _where(self, entity: Entity, depth: int) -> dict[str, Any]:
        drawn = self.random.random()
        if depth and drawn < 0.15:
            name = self.random.choice(["not", "and", "or"])
            parts = [self._where(entity, depth - 1) for _ in range(2)]
            return {name: parts[0] if name == "not" else parts}
        related = list(entity.relations.values())
        if depth and related and drawn < 0.45:
            relation = self.random.choice(related)
            inner = self._where(self.catalog[relation.target], depth - 1)
            quantifier = self.random.choice(["some", "some", "every", "none"])
            return {relation.api: {quantifier: inner} if relation.many else inner}
        plain = [each for each in entity.fields.values() if _is_plain(each)]
        chosen = self.random.sample(plain, min(len(plain), self.random.choice([1, 1, 2])))
        return {each.api: self._comparison(entity, each) for each in chosen}

    def _comparison(self, entity: Entity, compared: Field) -> dict[str, Any]:
        operators = ["eq", "eq", "ne", "in", "notIn", "isNull"]
        if compared.type in _ORDERED:
            operators += ["gt", "lte"]
        operator = self.random.choice(operators)
        if operator == "isNull":
            return {operator: self.random.random() < 0.3}
        several = operator in {"in", "notIn"}
        values = self._values(entity, compared)
        if self.random.random() < 0.5:
            root = [*family_of(self.catalog, entity), entity][0]
            path = (SOME if several else ONE, f"{root.name}.{compared.name}")
            self.claims[path] = values
            return {operator: claim(*path)}
        if several:
            return {operator: self.random.sample(values, self.random.randint(1, len(values)))}
        return {operator: self.random.choice(values)}

    def _values(self, entity: Entity, compared: Field) -> list[Any]:
        root = [*family_of(self.catalog, entity), entity][0]
        met = {row.get(compared.name): None for row in self.held[root.name]}
        return [value for value in met if value is not None]


def _without(names: Iterable[str], others: Container[str | None]) -> list[str]:
    return [name for name in names if name not in others]


def _is_plain(compared: Field) -> bool:
    kind = compared.type
    return compared.computed is None and (isinstance(kind, EnumType) or kind in _PLAIN)


def _finds(catalog: Catalog, entity: Entity, name: str) -> bool:
    leaving = [r for r in entity.relations.values() if name in r.source_fields]
    coming = [
        r
        for each in catalog.values()
        for r in each.relations.values()
        if r.target == entity.name and any(name == pair[1] for pair in r.on)
    ]
    return bool(leaving or coming)


def viewers(found: Ruled, random: Random, count: int) -> list[Viewer]:
    """People of whom many have something in common; some are nobody."""
    return [_viewer(found.claims, random, number) for number in range(count)]


def _viewer(claims: Mapping[ClaimPath, Sequence[Any]], random: Random, number: int) -> Viewer:
    if random.random() < 0.1:
        return Viewer(Principal(), {})
    meant: dict[ClaimPath, Any] = {}
    written: dict[str, dict[str, Any]] = {ONE: {}, SOME: {}}
    for path, values in claims.items():
        many, name = path
        drawn = random.random()
        if drawn < 0.08:
            continue
        if drawn < 0.15:
            wrong = [None, {"x": 1}, [[]], "no such value" if many == SOME else []]
            # A text may be any text.
            written[many][name] = random.choice(wrong[:3])
            continue
        if many == SOME:
            meant[path] = random.sample(list(values), random.randint(0, min(3, len(values))))
            written[many][name] = [_written(value) for value in meant[path]]
        else:
            meant[path] = random.choice(values)
            written[many][name] = _written(meant[path])
    who = Principal(
        "issuer",
        f"s{number}",
        frozenset(each for each in SCOPES if random.random() < 0.4),
        frozenset(each for each in ROLES if random.random() < 0.4),
        written,
    )
    return Viewer(who, meant)


def _written(value: Any) -> Any:
    """A value as a token says it."""
    match value:
        case datetime.date():  # or a moment
            return value.isoformat()
        case decimal.Decimal() | uuid.UUID():
            return str(value)
        case _:
            return value
