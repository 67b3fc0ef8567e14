"""In charge of finding things in memory: rows, related rows, and values along a path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, assert_never, cast

from catalog.entity import Catalog, Entity, Relation, Store, Through
from catalog.gauges import Distance, Gauge, Rank, Similarity
from catalog.geo import distance
from catalog.query import Key, Path
from catalog.types import (
    DocumentType,
    EnumType,
    FieldType,
    UnionType,
    stepped_to,
    type_after,
)
from catalog.words import similarity
from datasources.own import OWN

Row: TypeAlias = Mapping[str, Any]


class Tables:
    """The rows of every entity of one store, by the entity's name."""

    def __init__(self, catalog: Catalog, store: Store, tables: Mapping[str, Sequence[Row]]) -> None:
        entities = [*catalog.of(store), *OWN.of(store)]
        self._keys = {entity.name: entity.key for entity in entities}
        self._searches = {entity.name: entity.search for entity in entities}
        self._kinds = {entity.name: document_of(entity) for entity in entities}
        self._portions = {e.name: e.portion for e in entities if e.portion}
        unknown = tables.keys() - self._kinds.keys()
        if unknown:
            raise LookupError(f"not entities of {store.value}: {', '.join(sorted(unknown))}")
        self._tables = tables
        self._computed = {
            entity.name: made for entity in entities if (made := dict(_computed(entity)))
        }

    def kind(self, entity: str) -> DocumentType | UnionType:
        """The type of an entity's rows."""
        return self._kinds[entity]

    def searched(self, kind: FieldType, row: Row) -> list[str]:
        """The texts of a row that its entity's search looks through."""
        named = isinstance(kind, DocumentType | UnionType)
        search = self._searches.get(kind.name) if named else None
        if search is None:
            raise TypeError(f"{kind} cannot be searched")
        found = (value_at(kind, row, path)[1] for path in search.paths)
        return [text for text in found if text is not None]

    def rows(self, entity: str) -> Sequence[Row]:
        """Every row of an entity; those of a family are all under the name of its first."""
        rows, computed = self._held(entity), self._computed.get(entity)
        return [Computing(row, computed) for row in rows] if computed else rows

    def rows_of(self, model: type | str) -> Sequence[Row]:
        """Every row of a model's entity."""
        return self.rows(model if isinstance(model, str) else model.__name__)

    def table(self, entity: Entity) -> str:
        """The name under which an entity's rows are, with those of its kin."""
        return entity.portion.of if entity.portion else entity.name

    def stored(self, entity: Entity) -> Sequence[Row]:
        """The rows under that name, without what is computed of them."""
        return self._tables.get(self.table(entity), ())

    def _held(self, entity: str) -> Sequence[Row]:
        portion = self._portions.get(entity)
        if portion is None:
            return self._tables.get(entity, ())
        rows = self._tables.get(portion.of, ())
        return [row for row in rows if row.get(portion.tag) in portion.values]

    def related(self, relation: Relation, row: Row | None) -> list[Row]:
        """The rows that a relation leads to from a row: none from no row, or by a null."""
        if row is None:
            return []
        key = values_of(row, relation.source_fields)
        return self.found(relation.target, relation.target_fields, key, relation.through)

    def related_one(self, relation: Relation, row: Row | None) -> Row | None:
        """The row that a relation to one leads to: the first by key, should there be several."""
        key = self._keys[relation.target]
        rows = self.related(relation, row)
        return min(rows, key=lambda found: values_of(found, key), default=None)

    def found(
        self, target: str, fields: Sequence[str], key: Key, through: Through | None = None
    ) -> list[Row]:
        """The target's rows whose fields (with ``through`` the link table's) equal the key."""
        if through is None:
            return [row for row in self.rows(target) if _equal(values_of(row, fields), key)]
        links = self.found(through.entity, fields, key)
        here, there = zip(*through.target_on, strict=True)
        wanted = [values_of(link, here) for link in links]
        return [
            row
            for row in self.rows(target)
            if any(_equal(values_of(row, there), one) for one in wanted)
        ]


class Computing(Mapping[str, Any]):
    """A row whose computed values are made when they are looked at."""

    def __init__(self, row: Row, computed: Mapping[str, Callable[[Any], Any]]) -> None:
        self._row = row
        self._computed = computed

    def __getitem__(self, name: str) -> Any:
        if name in self._computed:
            return self._computed[name](Attributes(self._row))
        return self._row[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._row, **self._computed})

    def __len__(self) -> int:
        return len(self._row.keys() | self._computed.keys())


class Attributes:
    """A row, or a nested document, as the Python form of a computed field sees it.

    Its attributes are its fields; those that it lacks are None.
    """

    def __init__(self, row: Row) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        value = self._row.get(name)
        return Attributes(cast("Row", value)) if isinstance(value, Mapping) else value


def _computed(entity: Entity) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    kinds = entity.kinds.types.values() if entity.kinds else ()
    for kind in (*kinds, entity):
        for name, field in kind.fields.items():
            if field.computed and field.computed.python:
                yield name, field.computed.python


def document_of(entity: Entity) -> DocumentType | UnionType:
    """A row of an entity, seen as a document: so paths start alike at both."""
    return entity.document


def values_of(row: Row, fields: Sequence[str]) -> Key:
    """The row's values of these fields, in their order."""
    return tuple(row.get(field) for field in fields)


def value_at(kind: FieldType, value: Any, path: Path) -> tuple[FieldType, Any]:
    """The type and the value at the end of a path; None once anything on the way is null."""
    for step in path:
        kind = type_after(kind, step)
        if value is not None and stepped_to(step) is None:
            value = value.get(step)
    return kind, value


def comparable(kind: FieldType, value: Any) -> Any:
    """The value that stands for ``value`` in comparisons: an enum's members have an order."""
    return list(kind.members).index(value) if isinstance(kind, EnumType) else value


def gauged(gauge: Gauge, value: Any) -> float:
    """What a gauge makes of a value that is not null."""
    match gauge:
        case Distance(origin):
            return distance(origin, value)
        case Similarity(to):
            return similarity(value, to)
        case Rank():
            raise TypeError("a rank is of a row, and each store has its own")
        case _:
            assert_never(gauge)


def _equal(one: Key, other: Key) -> bool:
    return one == other and None not in one
