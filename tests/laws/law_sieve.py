"""In charge of what rules leave of rows for somebody, judged row by row, in plain Python.

It knows nothing of plans, filters or caches: what is not for the viewer is taken away beforehand,
and whatever is asked of the rest may be answered. Relations are followed by columns of their own
there, so that a field that is taken away takes no relation along, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from law_rules import Viewer, family_of

from catalog import Catalog
from catalog.access import (
    AllOf,
    AnyOf,
    Authenticated,
    Claim,
    Roles,
    Rows,
    Rule,
    Scopes,
    anyone,
    read_of,
    rules_of,
)
from catalog.entity import Entity, Relation
from catalog.types import Field
from tests.library import rows as held

Row = Mapping[str, Any]


class Judge:
    """Says what a rule comes to for one viewer, looking at all rows there are."""

    def __init__(self, catalog: Catalog, rows: held.Rows, viewer: Viewer) -> None:
        self._catalog = catalog
        self._rows = rows
        self._viewer = viewer

    def left(self) -> held.Rows:
        """All rows that the viewer may see, with null for each value that is not to be seen."""
        return {
            name: [self._row(self._catalog[name], row) for row in rows if self._sees(name, row)]
            for name, rows in self._rows.items()
        }

    def _sees(self, name: str, row: Row) -> bool:
        entity = self._catalog[name]
        return self._holds(read_of(entity), entity, row)

    def _row(self, entity: Entity, row: Row) -> dict[str, Any]:
        kind = self._catalog.kind_of(entity, row) or entity
        rules = rules_of(kind)

        def shown(name: str) -> bool:
            return self._holds(rules.get(name, anyone), kind, row)

        ways = dict(_ways(entity, row, shown))
        computed = {n: f.computed.python(_Attributes(row)) for n, f in entity.fields.items()
                    if f.computed and f.computed.python}  # fmt: skip
        values = {
            name: value if shown(name) else None for name, value in {**row, **computed}.items()
        }
        return values | ways

    def _holds(self, rule: Rule, entity: Entity, row: Row) -> bool:
        who = self._viewer.principal
        match rule:
            case AllOf(rules):
                return all(self._holds(each, entity, row) for each in rules)
            case AnyOf(rules):
                return any(self._holds(each, entity, row) for each in rules)
            case Authenticated():
                return who.subject is not None
            case Scopes(names):
                return all(name in who.scopes for name in names)
            case Roles(names):
                return any(name in who.roles for name in names)
            case Rows(where):
                known = all(each.path in self._viewer.meant for each in _claims(where))
                return known and self._matches(entity, row, where)
            case _:
                raise TypeError(rule)

    def _matches(self, entity: Entity, row: Row, where: Mapping[str, Any]) -> bool:
        return all(self._part(entity, row, name, raw) for name, raw in where.items())

    def _part(self, entity: Entity, row: Row, name: str, raw: Any) -> bool:
        if name == "not":
            return not self._matches(entity, row, raw)
        if name in {"and", "or"}:
            verdicts = [self._matches(entity, row, each) for each in raw]
            return all(verdicts) if name == "and" else any(verdicts)
        member = entity.by_api[name]
        if isinstance(member, Relation):
            return self._related(member, row, raw)
        return all(self._compares(row.get(member.name), *each) for each in raw.items())

    def _related(self, relation: Relation, row: Row, raw: Mapping[str, Any]) -> bool:
        target = self._catalog[relation.target]
        quantified = raw if relation.many else {"some": raw}
        for quantifier, where in quantified.items():
            found = [self._matches(target, each, where) for each in self._targets(relation, row)]
            holds = {"some": any(found), "none": not any(found), "every": all(found)}
            if not holds[quantifier]:
                return False
        return True

    def _targets(self, relation: Relation, row: Row) -> list[Row]:
        target = self._catalog[relation.target]
        if relation.through is None:
            return [each for each in self._rows_of(target) if _joined(row, each, relation.on)]
        links = self._rows_of(self._catalog[relation.through.entity])
        ways = [link for link in links if _joined(row, link, relation.through.source_on)]
        on = relation.through.target_on
        return [
            each for each in self._rows_of(target) if any(_joined(link, each, on) for link in ways)
        ]

    def _rows_of(self, entity: Entity) -> list[Row]:
        root = [*family_of(self._catalog, entity), entity][0]
        of = entity.portion
        return [row for row in self._rows[root.name] if not of or row[of.tag] in of.values]

    def _compares(self, value: Any, operator: str, given: Any) -> bool:
        if operator == "isNull":
            return (value is None) is given
        if value is None:
            return False
        other = self._viewer.meant[given.path] if isinstance(given, Claim) else given
        match operator:
            case "eq":
                return value == other
            case "ne":
                return value != other
            case "in":
                return value in other
            case "notIn":
                return value not in other
            case "gt":
                return value > other
            case "lte":
                return value <= other
            case _:
                raise ValueError(operator)


def _joined(source: Row, target: Row, on: Iterable[tuple[str, str]]) -> bool:
    return all(
        source.get(here) is not None and source.get(here) == target.get(there) for here, there in on
    )


def _claims(where: Any) -> Iterator[Claim]:
    if isinstance(where, Claim):
        yield where
    elif isinstance(where, Mapping):
        for inner in where.values():
            yield from _claims(inner)
    elif isinstance(where, list):
        for inner in where:
            yield from _claims(inner)


class _Attributes:
    """A row as the Python form of a computed field sees it."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return self._row.get(name)


# --- The same catalog, whose relations are followed by columns of their own ---


def without_rules(catalog: Catalog) -> Catalog:
    """The catalog for the rows that are left: nothing is computed, and all is open."""
    return Catalog([_plain(catalog, each) for each in catalog.values()], catalog.interfaces)


def _plain(catalog: Catalog, entity: Entity) -> Entity:
    fields = {name: replace(each, computed=None) for name, each in entity.fields.items()}
    ways = {} if _is_family(entity) else dict(_way_fields(entity))
    relations = {name: _on_ways(catalog, each) for name, each in entity.relations.items()}
    return replace(entity, fields=fields | ways, relations=relations)


def _is_family(entity: Entity) -> bool:
    return bool(entity.kinds or entity.portion)


def _way_fields(entity: Entity) -> Iterator[tuple[str, Field]]:
    """One for each field by which a relation may find a row, and for each by which one leaves."""
    for name, each in entity.fields.items():
        if each.computed is None:
            ways = [_to(name), *(_by(r.name, name) for r in entity.relations.values()
                                 if name in r.source_fields)]  # fmt: skip
            for way in ways:
                yield way, replace(each, name=way, api=way, stored=way, nullable=True)


def _ways(entity: Entity, row: Row, shown: Any) -> Iterator[tuple[str, Any]]:
    if _is_family(entity):
        return
    for name, each in entity.fields.items():
        if each.computed is None:
            yield _to(name), row.get(name)
    for relation in entity.relations.values():
        for name in relation.source_fields:
            yield _by(relation.name, name), row.get(name) if shown(relation.name) else None


def _on_ways(catalog: Catalog, relation: Relation) -> Relation:
    leaves = not _is_family(catalog[relation.source])
    comes = not _is_family(catalog[relation.target])

    def on(pairs: Iterable[tuple[str, str]], *, comes: bool) -> tuple[tuple[str, str], ...]:
        return tuple(
            (_by(relation.name, here) if leaves else here, _to(there) if comes else there)
            for here, there in pairs
        )

    through = relation.through
    if through is None:
        return replace(relation, on=on(relation.on, comes=comes))
    return replace(relation, through=replace(through, source_on=on(through.source_on, comes=False)))


def _by(relation: str, name: str) -> str:
    return f"by_{relation}_{name}"


def _to(name: str) -> str:
    return f"to_{name}"
