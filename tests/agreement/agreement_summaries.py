"""In charge of random summaries: every measure and key, as hypothesis strategies."""

from collections.abc import Iterator, Sequence

from agreement_filters import filters, paths_in
from agreement_kept import kept
from agreement_reads import batches, to_one_chains
from agreement_routines import calls
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from catalog.entity import Catalog, Entity
from catalog.query import ALWAYS, And, Compare, Filter, IsNull, Operator, Or, Order, Path
from catalog.summary import (
    Function,
    GroupKey,
    Measure,
    Span,
    Summary,
    Unit,
    measured,
    result_of,
    type_at,
)
from catalog.types import DocumentType, FieldType, Scalar, is_leaf

# Their offsets in the years of the rows are the same in all databases of time zones.
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo")

_HAVING = {
    Scalar.INT: (0, 1, 2, 5),
    Scalar.BIGINT: (-3, 0, 7, 2**31),
    Scalar.STRING: ("", "a", "é"),
}
_COMPARED = st.sampled_from([Operator.EQ, Operator.NE, Operator.LT, Operator.GTE])
_LIMITS = st.sampled_from([None, None, 1, 5, 1000])
_OFFSETS = st.sampled_from([0, 0, 1, 3])
_ROUNDED = (Function.SUM, Function.AVG, Function.STDDEV, Function.VARIANCE)


@kept
def summaries(catalog: Catalog) -> SearchStrategy[Summary]:
    """Any summary of any entity, most often of the one with most to it."""
    entities = [catalog["Thing"], catalog["Thing"], catalog["Owner"]]
    return st.one_of([_summaries(catalog, entity) for entity in entities])


@st.composite
def _summaries(draw: st.DrawFn, catalog: Catalog, entity: Entity) -> Summary:
    keys = draw(_some_keys(catalog, entity))
    measures = tuple(draw(_some_measures(entity)))
    filter = draw(st.just(ALWAYS) | filters(catalog, entity))
    paged = bool(keys)
    batch = draw(st.none() | batches(catalog, entity))
    return Summary(
        entity,
        tuple(keys),
        measures,
        filter=And((filter, *_bounds(entity, measures))),
        having=draw(_havings(entity, measures)) if keys else ALWAYS,
        order=draw(_orders(tuple(keys), measures)) if keys else (),
        limit=draw(_LIMITS) if paged else None,
        offset=draw(_OFFSETS) if paged else 0,
        batch=batch,
        call=None if batch else draw(calls(catalog, entity)),
    )


@kept
def _some_keys(catalog: Catalog, entity: Entity) -> SearchStrategy[list[GroupKey]]:
    return st.lists(st.sampled_from(list(_keys(catalog, entity))), max_size=3, unique=True)


@kept
def _some_measures(entity: Entity) -> SearchStrategy[list[Measure]]:
    count = st.just(Measure(Function.COUNT))
    one = st.one_of(count, st.sampled_from(list(_measures(entity))))
    return st.lists(one, min_size=1, unique=True)


def _leaves(entity: Entity) -> list[tuple[Path, FieldType]]:
    paths = paths_in(DocumentType(entity.name, entity.fields))
    return [(path, kind) for path, kind in paths if is_leaf(kind)]


def _measures(entity: Entity) -> Iterator[Measure]:
    for path, kind in _leaves(entity):
        for function in set(Function) - {Function.COUNT}:
            if result_of(function, kind):
                yield Measure(function, path)


def _keys(catalog: Catalog, entity: Entity) -> Iterator[GroupKey]:
    for relations, target in to_one_chains(catalog, entity, 1):
        for path, kind in _leaves(target):
            if kind is Scalar.BYTES:  # the stores share no order of them
                continue
            yield GroupKey(path, kind, relations)
            if kind is Scalar.DATE:
                yield from (
                    GroupKey(path, kind, relations, Span(unit))
                    for unit in Unit
                    if unit is not Unit.HOUR
                )
            if kind is Scalar.DATETIME:
                spans = (Span(unit, zone) for unit in Unit for zone in ZONES)
                yield from (GroupKey(path, kind, relations, span) for span in spans)


def _bounds(entity: Entity, measures: tuple[Measure, ...]) -> Iterator[Filter]:
    """Floats of like size only, lest what is left of a sum be chance, or its square too large."""
    for measure in measures:
        if measure.function in _ROUNDED and type_at(entity, measure.path) is Scalar.FLOAT:
            near = (
                Compare(measure.path, Operator.LT, 1e6),
                Compare(measure.path, Operator.GT, -1e6),
            )
            yield Or((IsNull(measure.path), And(near)))


@st.composite
def _havings(draw: st.DrawFn, entity: Entity, measures: Sequence[Measure]) -> Filter:
    """None, one comparison, or either of some."""
    compared = [
        (measure.name, kind)
        for measure in measures
        for kind in [measured(entity, measure)]
        if kind in _HAVING
    ]

    def one() -> Filter:
        picked = draw(st.sampled_from([*compared, None]))
        if picked is None:
            return IsNull((draw(st.sampled_from(measures)).name,))
        name, kind = picked
        return Compare((name,), draw(_COMPARED), draw(st.sampled_from(_HAVING[kind])))

    match draw(st.integers(0, 3)):
        case 0:
            return ALWAYS
        case 1:
            return one()
        case count:
            return Or(tuple(one() for _ in range(count - 1)))


@st.composite
def _orders(
    draw: st.DrawFn, keys: Sequence[GroupKey], measures: Sequence[Measure]
) -> tuple[Order, ...]:
    """Total orders: some terms, whose values no store rounds, and at last the keys."""
    exact = [measure.name for measure in measures if measure.function not in _ROUNDED]
    names = st.sampled_from([*exact, *(key.name for key in keys)])
    terms = [
        Order((draw(names),), (), draw(st.booleans()), draw(st.booleans()))
        for _ in range(draw(st.integers(0, 2)))
    ]
    return (*terms, *(Order((key.name,)) for key in keys))
