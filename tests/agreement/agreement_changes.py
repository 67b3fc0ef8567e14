"""In charge of random changes: what `catalog.change` can say, as hypothesis strategies."""

from collections.abc import Iterator
from typing import Any

from agreement_data import values_in
from agreement_filters import filters
from agreement_kept import kept
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from catalog.change import (
    Change,
    Conflict,
    Delete,
    Edit,
    Increment,
    Insert,
    Pull,
    Push,
    Set,
    Update,
)
from catalog.entity import Catalog, Entity
from catalog.query import ALWAYS, Among, Filter, Path
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType

_NUMBERS = (Scalar.INT, Scalar.BIGINT, Scalar.DECIMAL, Scalar.FLOAT)
_IDS = st.integers(1, 8)


@kept
def changes(catalog: Catalog) -> SearchStrategy[Change]:
    """Changes of any entity that is not of several kinds."""
    entities = [entity for entity in catalog.values() if entity.kinds is None]
    return st.one_of([_changes(catalog, entity) for entity in entities])


def _changes(catalog: Catalog, entity: Entity) -> SearchStrategy[Change]:
    wanted = _wanted(catalog, entity)
    # A sum of two constants overflows in Postgres even where there is no row to get it.
    edits = st.lists(st.one_of(list(_edits(entity))), max_size=3, unique_by=_sum_or_path)
    # Of what has a unique key and would overflow too, each store may say the one or the other.
    keyed = list(_keyed_edits(entity))
    return st.one_of(
        _inserts(entity, wanted),
        st.builds(Update, st.just(entity), wanted, edits.map(tuple)),
        *([st.builds(Update, st.just(entity), wanted, st.tuples(*keyed))] if keyed else []),
        st.builds(Delete, st.just(entity), wanted),
    )


def _sum_or_path(edit: Edit) -> object:
    return isinstance(edit, Set | Increment), edit.path


def _wanted(catalog: Catalog, entity: Entity) -> SearchStrategy[Filter]:
    """Filters that often find something."""
    keys = st.lists(st.tuples(_IDS), max_size=4).map(tuple)
    among = st.builds(Among, st.just(entity.key), keys)
    return st.just(ALWAYS) | among | among | filters(catalog, entity)


def _inserts(entity: Entity, wanted: SearchStrategy[Filter]) -> SearchStrategy[Change]:
    rows = st.lists(_rows(entity), max_size=4).map(tuple)
    targets = st.sampled_from([entity.key, *entity.unique])
    conflicts = st.builds(Conflict, targets, _updates(entity), st.just(ALWAYS) | wanted)
    return st.builds(Insert, st.just(entity), rows, st.none() | conflicts)


def _updates(entity: Entity) -> SearchStrategy[tuple[str, ...]]:
    """No part of a key: which of several rows comes first would tell."""
    names = [name for name in entity.stored_fields if not _is_keyed(entity, name)]
    return st.lists(st.sampled_from(names), max_size=3, unique=True).map(tuple)


def _is_keyed(entity: Entity, name: str) -> bool:
    tag = entity.portion.tag if entity.portion else None
    return name == tag or any(name in key for key in (entity.key, *entity.unique))


def _rows(entity: Entity) -> SearchStrategy[dict[str, Any]]:
    """Few fields each, and a key that others may have."""
    tag = entity.portion.tag if entity.portion else None
    fields = [name for name in entity.stored_fields if name not in (*entity.key, tag)]
    some = st.lists(st.sampled_from(fields), max_size=4, unique=True)

    @st.composite
    def rows(draw: st.DrawFn) -> dict[str, Any]:
        named = {name: draw(_values(entity.fields[name].type)) for name in draw(some)}
        return {entity.key[0]: draw(_IDS), **named}

    return rows()


@kept
def _values(kind: FieldType) -> SearchStrategy[Any]:
    """Values of a type, of which some are null."""
    return st.none() | _some(kind) | _some(kind)


def _some(kind: FieldType) -> SearchStrategy[Any]:
    if isinstance(kind, ListType):
        items = _values(kind.of) if kind.items_nullable else _some(kind.of)
        return st.lists(items, max_size=3)
    if isinstance(kind, DocumentType):
        fields = {name: _values(field.type) for name, field in kind.fields.items()}
        return st.fixed_dictionaries({}, optional=fields)
    assert not isinstance(kind, UnionType)
    beyond = st.just(2**31) if kind is Scalar.INT else st.nothing()
    return st.sampled_from(values_in(kind)) | beyond


def _edits(entity: Entity) -> Iterator[SearchStrategy[Edit]]:
    for path, kind in _paths(entity.stored_fields, ()):
        if len(path) == 1 and _is_keyed(entity, path[0]):
            continue
        where = st.just(path)
        yield st.builds(Set, where, _values(kind))
        if kind in _NUMBERS:
            yield st.builds(Increment, where, st.sampled_from(values_in(kind)))
        if isinstance(kind, ListType):
            items = st.lists(_values(kind.of), max_size=3).map(tuple)
            yield st.builds(Push, where, items)
        if isinstance(kind, ListType) and isinstance(kind.of, Scalar):
            # No client can say what is out of range, and no list has it.
            pulled = st.sampled_from(values_in(kind.of))
            yield st.builds(Pull, where, st.lists(pulled, max_size=3).map(tuple))


def _keyed_edits(entity: Entity) -> Iterator[SearchStrategy[Edit]]:
    for key in entity.unique:
        for name in key:
            yield st.builds(Set, st.just((name,)), _values(entity.fields[name].type))


def _paths(fields: Any, path: Path) -> Iterator[tuple[Path, FieldType]]:
    """Paths through nested documents."""
    for name, field in fields.items():
        yield (*path, name), field.type
        if isinstance(field.type, DocumentType):
            yield from _paths(field.type.fields, (*path, name))
