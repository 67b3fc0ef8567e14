"""In charge of what kept answers hold of rows that are written here: a write makes them worthless.

Each table that can be written has a mark in Redis, which every write of it replaces by a new one.
An answer is kept under the marks that stood when it was asked for, and counts as long as they do.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from catalog.entity import Catalog, Entity, Relation, Store
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Join,
    Not,
    Or,
    Read,
    Related,
    Searched,
)
from catalog.summary import Summary
from catalog.sweeping import swept
from catalog.templates import Template
from catalog.writing import Action, is_written, may_ever

MARK_SECONDS: Final = 86_400
"""How long a mark is there at least; one that is gone makes what was kept under it worthless."""


class Marks:
    """The marks of one catalog's tables."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        ended = [e for e in catalog.values() if may_ever(e, Action.DELETE)]
        written = [*filter(is_written, catalog.values()), *swept(catalog, ended)]
        self._written = {_table(entity): entity.store for entity in written}

    def of(self, template: Template) -> tuple[str, ...]:
        """The names of the marks under which what is asked may be kept."""
        found = template.made.get(self)
        if found is None:
            found = template.made[self] = tuple(sorted(self._tables(template.read)))
        return found

    def named(self, entities: Iterable[Entity]) -> list[str]:
        """The names of the marks that a write of these entities replaces."""
        return sorted({_table(entity) for entity in entities})

    def _tables(self, read: Read | Summary) -> Iterator[str]:
        tables: set[str] = set()
        for entity in (self._catalog[name] for name in _entities(read)):
            tables.add(_table(entity))
            if _looks_anywhere(entity):
                tables.update(t for t, store in self._written.items() if store is entity.store)
        yield from tables & self._written.keys()


def fresh_mark() -> bytes:
    """One that there never was."""
    return secrets.token_bytes(8)


def stamp_of(names: Iterable[str], held: Mapping[str, bytes | None]) -> str | None:
    """What seals an answer that is kept under these marks; None if one of them is not there."""
    marks = [held.get(name) for name in names]
    found = [mark.hex() for mark in marks if mark is not None]
    return "".join(found) if len(found) == len(marks) else None


def _table(entity: Entity) -> str:
    return f"written:{entity.store.value}:{entity.namespace or ''}:{entity.table}"


def _looks_anywhere(entity: Entity) -> bool:
    """Whether its rows are made of others, nobody knows of which: a view, or subqueries in SQL."""
    computed = any(field.computed for field in entity.fields.values())
    return entity.view is not None or (computed and entity.store is Store.POSTGRES)


def _entities(read: Read | Summary) -> Iterator[str]:
    """All whose rows have a say in an answer."""
    yield read.entity.name
    if read.batch and read.batch.through:
        yield read.batch.through.entity
    yield from _in_filter(read.filter)
    if isinstance(read, Read):
        yield from _in_filter(read.after)
        for join in read.joins:
            yield from _in_join(join)
        for order in read.order:
            yield from (each for relation in order.relations for each in _led(relation))


def _in_join(join: Join) -> Iterator[str]:
    yield from _led(join.relation)
    for inner in join.joins:
        yield from _in_join(inner)


def _led(relation: Relation) -> Iterator[str]:
    yield relation.target
    if relation.through:
        yield relation.through.entity


def _in_filter(filter_: Filter) -> Iterator[str]:
    match filter_:
        case And(filters) | Or(filters):
            for each in filters:
                yield from _in_filter(each)
        case Not(inner) | Elements(filter=inner):
            yield from _in_filter(inner)
        case Related(relation, _, inner):
            yield from _led(relation)
            yield from _in_filter(inner)
        case Compare() | IsNull() | Searched() | Among():
            pass
        case _:
            assert_never(filter_)
