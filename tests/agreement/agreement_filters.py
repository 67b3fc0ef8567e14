"""In charge of random filters: every operator on every type, within and across entities."""

import dataclasses
import functools
from collections.abc import Iterable, Iterator

from agreement_data import ORIGINS, PATTERNS, REGIONS, values_in
from agreement_kept import kept
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from catalog.entity import Catalog, Entity, Relation
from catalog.gauges import LEAST_SIMILARITY, Distance, Gauge, Likeness, Similarity
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Not,
    Operator,
    Or,
    Path,
    Quantifier,
    Related,
)
from catalog.types import (
    DocumentType,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    is_leaf,
    step_to,
    stepped_to,
    type_after,
)

_EQUALITY = (Operator.EQ, Operator.NE)
_MEMBERSHIP = (Operator.IN, Operator.NOT_IN)
_RANGE = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
_TEXT = (Operator.STARTS_WITH, Operator.ENDS_WITH, Operator.CONTAINS)
_PATTERN = (Operator.LIKE, Operator.ILIKE)


@kept
def filters(catalog: Catalog, entity: Entity, hops: int = 2) -> SearchStrategy[Filter]:
    """Filters of an entity's rows; ``hops`` bounds how many quantifiers nest."""
    within = _within(entity.document, hops) | _among(entity)
    similar = [(name,) for name, field in entity.fields.items() if field.similar]
    if similar:
        within |= st.sampled_from(similar).flatmap(_likenesses)
    relations = [relation for relation in entity.relations.values() if not relation.cross_store]
    if not relations or not hops:
        return _combined(within)
    related = st.sampled_from(relations).flatmap(functools.partial(_related, catalog, hops - 1))
    return _combined(within | related)


@kept
def _related(catalog: Catalog, hops: int, relation: Relation) -> SearchStrategy[Filter]:
    quantifiers = list(Quantifier) if relation.many else [Quantifier.SOME]
    inner = filters(catalog, catalog[relation.target], hops)
    return st.builds(Related, st.just(relation), st.sampled_from(quantifiers), inner)


def paths_in(
    kind: FieldType, path: Path = (), *, through_lists: bool = False
) -> Iterator[tuple[Path, FieldType]]:
    """Every path into a type with what it leads to; ``()`` too, unless that is a document.

    Of unions, the fields that all members have; ``through_lists`` also what lies in members.
    """
    if path or not isinstance(kind, (DocumentType, UnionType)):
        yield path, kind
    if isinstance(kind, ListType) and through_lists:
        kind = kind.of
    if isinstance(kind, UnionType) and through_lists:
        for name, member in kind.types.items():
            for inner in paths_in(member, (*path, step_to(name)), through_lists=True):
                if inner[0] != (*path, step_to(name)):
                    yield inner
    if isinstance(kind, (DocumentType, UnionType)):
        for name, field in kind.fields.items():
            yield from paths_in(field.type, (*path, name), through_lists=through_lists)


def with_tags(kind: FieldType, paths: Iterable[Path]) -> tuple[Path, ...]:
    """The paths, and those to the tags of all unions that they lead into."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = kind
        for at, step in enumerate(path):
            while isinstance(inside, ListType):
                inside = inside.of
            if isinstance(inside, UnionType) and (at or stepped_to(step)):
                found[*path[:at], inside.tag] = None
            inside = type_after(inside, step)
        found[path] = None
    return tuple(found)


def _combined(base: SearchStrategy[Filter]) -> SearchStrategy[Filter]:
    def extended(inner: SearchStrategy[Filter]) -> SearchStrategy[Filter]:
        several = st.lists(inner, max_size=3).map(tuple)
        return several.map(And) | several.map(Or) | inner.map(Not)

    return st.recursive(base, extended, max_leaves=4)


@kept
def _among(entity: Entity) -> SearchStrategy[Filter]:
    """Keys of one to three fields, of which some are null."""
    leaves = {name: field.type for name, field in entity.fields.items() if is_leaf(field.type)}
    values = {name: st.none() | st.sampled_from(values_in(leaves[name])) for name in leaves}

    @kept
    def keys(names: tuple[str, ...]) -> SearchStrategy[Filter]:
        key = st.tuples(*(values[name] for name in names))
        return st.builds(Among, st.just(names), st.lists(key, max_size=12).map(tuple))

    few = st.lists(st.sampled_from(list(leaves)), min_size=1, max_size=3, unique=True)
    return few.map(tuple).flatmap(keys)


@kept
def _within(kind: FieldType, hops: int) -> SearchStrategy[Filter]:
    """Filters that look at one value only: a row, a nested document or an element."""
    paths = list(paths_in(kind))
    leaves = [(path, leaf) for path, leaf in paths if is_leaf(leaf)]
    lists = [(path, held) for path, held in paths if isinstance(held, ListType)]
    compares = st.sampled_from(leaves).flatmap(lambda pair: _compares(*pair))
    points = [path for path, held in paths if held is Scalar.POINT]
    if points:
        compares |= st.sampled_from(points).flatmap(_geographic)
    nulls = st.sampled_from([path for path, _ in paths]).map(IsNull)
    found = [compares, nulls, *_of_members(kind, (), hops)]
    found += [each for path, inside in paths for each in _of_members(inside, path, hops)]
    if lists and hops:
        found.append(st.sampled_from(lists).flatmap(lambda pair: _elements(*pair, hops)))
    return st.one_of(found)


def _of_members(kind: FieldType, path: Path, hops: int) -> Iterator[SearchStrategy[Filter]]:
    """Filters of a union's members, each beside what tells that it is stored."""
    if not isinstance(kind, UnionType):
        return
    for name, member in kind.types.items():
        told = Compare((*path, kind.tag), Operator.IN, kind.values(name))
        prefix = (*path, step_to(name))
        inner = _combined(_within(member, hops)).map(functools.partial(_moved, prefix))
        yield st.builds(And, st.tuples(st.just(told), inner))


def _moved(prefix: Path, filter: Filter) -> Filter:
    """The filter of what lies behind a path."""
    match filter:
        case And(filters) | Or(filters):
            return type(filter)(tuple(_moved(prefix, each) for each in filters))
        case Not(inner):
            return Not(_moved(prefix, inner))
        case Compare() | IsNull() | Elements():
            return dataclasses.replace(filter, path=(*prefix, *filter.path))
        case _:
            raise TypeError(filter)


@kept
def _elements(path: Path, kind: ListType, hops: int) -> SearchStrategy[Filter]:
    inner = _combined(_within(kind.of, hops - 1))
    return st.builds(Elements, st.just(path), st.sampled_from(Quantifier), inner)


@kept
def _compares(path: Path, kind: FieldType) -> SearchStrategy[Filter]:
    value = st.sampled_from(values_in(kind))
    options = [
        _compare(path, _EQUALITY, value),
        _compare(path, _MEMBERSHIP, st.lists(value, max_size=4).map(tuple)),
    ]
    # The stores share no order of bytes: MongoDB compares their lengths first.
    if kind is not Scalar.BYTES:
        options.append(_compare(path, _RANGE, value))
    if kind is Scalar.STRING:
        part = value | st.sampled_from(["a", "b", "\\", ".", "$", "%", "\n"])
        options.append(_compare(path, _TEXT, part))
        options.append(_compare(path, _PATTERN, st.sampled_from(PATTERNS)))
    return st.one_of(options)


@kept
def _likenesses(path: Path) -> SearchStrategy[Filter]:
    texts = st.sampled_from(values_in(Scalar.STRING))
    likeness = st.builds(Likeness, texts, st.sampled_from([LEAST_SIMILARITY, 0.4, 0.5, 0.75, 1.0]))
    gauge = st.builds(Similarity, texts)
    return _compare(path, (Operator.SIMILAR,), likeness) | _gauged(path, texts, gauge)


@kept
def _geographic(path: Path) -> SearchStrategy[Filter]:
    regions = st.sampled_from(REGIONS)
    near = _compare(path, (Operator.NEAR, Operator.WITHIN), regions)
    points = st.sampled_from(values_in(Scalar.POINT))
    return near | _gauged(path, points, st.builds(Distance, st.sampled_from(ORIGINS)))


def _gauged(
    path: Path, values: SearchStrategy[object], gauge: SearchStrategy[Gauge]
) -> SearchStrategy[Filter]:
    """What cursors ask."""
    operators = st.sampled_from([Operator.EQ, Operator.PRECEDES, Operator.FOLLOWS])
    return st.builds(Compare, st.just(path), operators, values, gauge)


def _compare(
    path: Path, operators: tuple[Operator, ...], values: SearchStrategy[object]
) -> SearchStrategy[Filter]:
    return st.builds(Compare, st.just(path), st.sampled_from(operators), values)
