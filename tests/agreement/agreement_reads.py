"""In charge of random reads: everything that `catalog.query` can say, as hypothesis strategies."""

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from typing import Any

from agreement_data import ORIGINS, OWNERS, PIECES, THINGS, values_in
from agreement_filters import filters, paths_in, with_tags
from agreement_kept import kept
from agreement_routines import calls
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from catalog.entity import Catalog, Entity, Relation
from catalog.gauges import Distance, Similarity
from catalog.query import ALWAYS, Batch, Join, Key, Order, Path, Places, Read
from catalog.routine import Call
from catalog.types import DocumentType, FieldType, ListType, Scalar, UnionType, is_leaf


@kept
def orders(catalog: Catalog, entity: Entity) -> SearchStrategy[tuple[Order, ...]]:
    """Total orders: some terms, and at last the key."""
    chains = list(to_one_chains(catalog, entity, 2))
    terms = [
        (path, relations)
        for relations, target in chains
        for path, kind in paths_in(DocumentType(target.name, target.fields), ())
        if is_leaf(kind) and kind is not Scalar.BYTES
    ]
    near = [term for term in terms if not term[1]]
    term = st.builds(
        lambda term, *ways: Order(*term, *ways),
        st.one_of(st.sampled_from(near), st.sampled_from(terms)),
        st.booleans(),
        st.booleans(),
    )
    measured = list(_measured(chains, entity))
    if measured:
        term |= st.builds(
            dataclasses.replace,
            st.sampled_from(measured),
            descending=st.booleans(),
            nulls_first=st.booleans(),
        )
    key = [st.builds(Order, st.just((name,)), descending=st.booleans()) for name in entity.key]
    return st.builds(lambda terms, key: (*terms, *key), st.lists(term, max_size=3), st.tuples(*key))


def _measured(
    chains: Sequence[tuple[tuple[Relation, ...], Entity]], entity: Entity
) -> Iterator[Order]:
    """Orders by distance, also beyond relations, and by likeness."""
    for relations, target in chains:
        for path, kind in paths_in(DocumentType(target.name, target.fields), ()):
            if kind is Scalar.POINT:
                yield from (Order(path, relations, by=Distance(origin)) for origin in ORIGINS)
    for name, field in entity.fields.items():
        if field.similar:
            yield from (Order((name,), by=Similarity(text)) for text in ("ab", "É", "line"))


@kept
def placed_orders(catalog: Catalog, entity: Entity) -> SearchStrategy[tuple[Order, ...]]:
    """Total orders in which another store has a say: its places are one of the terms."""
    terms = [
        st.builds(Order, st.just(()), st.just(chain), st.booleans(), st.booleans(),
                  places=_places(target))
        for chain, target in to_one_chains(catalog, entity, 2)
    ]  # fmt: skip
    return st.builds(
        lambda order, term, at: (*order[:at], term, *order[at:]),
        orders(catalog, entity),
        st.one_of(terms),
        st.integers(0, 1),
    )


@kept
def _places(entity: Entity) -> SearchStrategy[Places]:
    return _few_leaves(entity).flatmap(functools.partial(_places_by, entity))


@kept
def _places_by(entity: Entity, fields: tuple[str, ...]) -> SearchStrategy[Places]:
    placed = st.dictionaries(_key(entity, fields), st.integers(0, 3), max_size=6)
    return placed.map(
        lambda placed: Places(fields, tuple((*key, at) for key, at in placed.items()))
    )


def to_one_chains(
    catalog: Catalog, entity: Entity, steps: int
) -> Iterator[tuple[tuple[Relation, ...], Entity]]:
    """The entities that so many steps to one lead to, each with the steps."""
    yield (), entity
    for relation in entity.relations.values():
        if steps and not relation.many:
            for chain, target in to_one_chains(catalog, catalog[relation.target], steps - 1):
                yield (relation, *chain), target


@kept
def reads(catalog: Catalog) -> SearchStrategy[Read]:
    """Any read of any entity, most often of the one with most to it."""
    entities = [catalog["Thing"], catalog["Thing"], *catalog.values()]
    return st.one_of([_reads(catalog, entity) for entity in entities])


def _reads(catalog: Catalog, entity: Entity) -> SearchStrategy[Read]:
    return st.builds(_called, _uncalled(catalog, entity), calls(catalog, entity))


def _called(read: Read, call: Call | None) -> Read:
    return read if read.batch else dataclasses.replace(read, call=call)


def _uncalled(catalog: Catalog, entity: Entity) -> SearchStrategy[Read]:
    return st.builds(
        Read,
        st.just(entity),
        fields=_projections(entity),
        joins=_joins(catalog, entity, 2),
        filter=st.one_of(st.just(ALWAYS), filters(catalog, entity)),
        after=st.one_of(st.just(ALWAYS), filters(catalog, entity, 1)),
        order=st.one_of(orders(catalog, entity), placed_orders(catalog, entity)),
        limit=st.sampled_from([None, None, 0, 1, 5, 1000]),
        offset=st.sampled_from([0, 0, 1, 3, 1000]),
        total=st.booleans(),
        batch=st.one_of(st.none(), batches(catalog, entity)),
    )


@kept
def distinct_reads(catalog: Catalog) -> SearchStrategy[Read]:
    """Reads of the distinct values of a few fields."""
    return st.one_of([_distinct_reads(catalog, entity) for entity in catalog.values()])


def _distinct_reads(catalog: Catalog, entity: Entity) -> SearchStrategy[Read]:
    return st.builds(
        Read,
        st.just(entity),
        fields=_few_leaves(entity).map(lambda names: tuple((name,) for name in names)),
        filter=st.one_of(st.just(ALWAYS), filters(catalog, entity)),
        limit=st.sampled_from([None, 1, 3, 1000]),
        distinct=st.just(True),
        call=calls(catalog, entity),
    )


@kept
def _few_leaves(entity: Entity) -> SearchStrategy[tuple[str, ...]]:
    leaves = [name for name, field in entity.stored_fields.items() if is_leaf(field.type)]
    return st.lists(st.sampled_from(leaves), min_size=1, max_size=3, unique=True).map(tuple)


@kept
def _projections(entity: Entity) -> SearchStrategy[tuple[Path, ...]]:
    kind = entity.document
    paths = [path for path, leaf in paths_in(kind, (), through_lists=True) if _is_asked(leaf)]
    some = st.lists(st.sampled_from(paths), max_size=6, unique=True)
    return some.map(functools.partial(with_tags, kind))


def _is_asked(kind: FieldType) -> bool:
    """Documents are asked for by their fields, as GraphQL's selections are."""
    element = kind.of if isinstance(kind, ListType) else kind
    return not isinstance(element, (DocumentType, UnionType))


@kept
def _joins(catalog: Catalog, entity: Entity, depth: int) -> SearchStrategy[tuple[Join, ...]]:
    to_one = [relation for relation in entity.relations.values() if not relation.many]
    if depth == 0 or not to_one:
        return st.just(())

    some = st.lists(st.sampled_from(to_one), max_size=2, unique_by=lambda relation: relation.name)
    joined = some.map(tuple).flatmap(functools.partial(_joined, catalog, depth - 1))
    return st.one_of(st.just(()), joined)


@kept
def _joined(
    catalog: Catalog, depth: int, relations: tuple[Relation, ...]
) -> SearchStrategy[tuple[Join, ...]]:
    targets = [catalog[relation.target] for relation in relations]
    return st.tuples(
        *(
            st.builds(Join, st.just(relation), _projections(target), _joins(catalog, target, depth))
            for relation, target in zip(relations, targets, strict=True)
        )
    )


@kept
def batches(catalog: Catalog, entity: Entity) -> SearchStrategy[Batch]:
    """Batches by any fields, or through a link table."""
    plain = _few_leaves(entity).flatmap(functools.partial(_batches_by, entity))
    throughs = [
        relation
        for owner in catalog.values()
        for relation in owner.relations.values()
        if relation.target == entity.name and relation.through
    ]
    if not throughs:
        return plain
    linked = [
        st.builds(
            Batch,
            st.just(relation.target_fields),
            _keys(catalog[relation.source], relation.source_fields),
            st.just(relation.through),
        )
        for relation in throughs
    ]
    return st.one_of(plain, st.one_of(linked))


@kept
def _batches_by(entity: Entity, fields: tuple[str, ...]) -> SearchStrategy[Batch]:
    return st.builds(Batch, st.just(fields), _keys(entity, fields))


def _keys(entity: Entity, fields: tuple[str, ...]) -> SearchStrategy[tuple[Key, ...]]:
    return st.lists(_key(entity, fields), max_size=6).map(tuple)


def _key(entity: Entity, fields: tuple[str, ...]) -> SearchStrategy[Key]:
    return st.tuples(*(st.sampled_from(_key_values(entity, name)) for name in fields))


def _key_values(entity: Entity, name: str) -> list[Any]:
    # References and keys are few enough to be met, and go a little beyond what exists.
    if name == "id" or name.endswith("_id"):
        most = {"id": THINGS, "parent_id": THINGS, "spare_id": PIECES}
        return list(range(most.get(name, OWNERS) + 4))
    return list(values_in(entity.fields[name].type))
