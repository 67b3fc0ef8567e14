"""In charge of random summaries: every measure and key, as hypothesis strategies."""

from collections.abc import Iterator

from agreement_filters import filters, paths_in
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
_ROUNDED = (Function.SUM, Function.AVG, Function.STDDEV, Function.VARIANCE)


def summaries(catalog: Catalog) -> SearchStrategy[Summary]:
    """Any summary of any entity, most often of the one with most to it."""
    entities = [catalog["Thing"], catalog["Thing"], catalog["Owner"]]
    return st.one_of([_summaries(catalog, entity) for entity in entities])


@st.composite
def _summaries(draw: st.DrawFn, catalog: Catalog, entity: Entity) -> Summary:
    keys = draw(st.lists(st.sampled_from(list(_keys(catalog, entity))), max_size=3, unique=True))
    count = st.just(Measure(Function.COUNT))
    some = st.lists(
        st.one_of(count, st.sampled_from(list(_measures(entity)))), min_size=1, unique=True
    )
    measures = tuple(draw(some))
    filter = draw(st.one_of(st.just(ALWAYS), filters(catalog, entity)))
    paged = bool(keys)
    batch = draw(st.one_of(st.none(), batches(catalog, entity)))
    return Summary(
        entity,
        tuple(keys),
        measures,
        filter=And((filter, *_bounds(entity, measures))),
        having=draw(_havings(entity, measures)) if keys else ALWAYS,
        order=draw(_orders(entity, tuple(keys), measures)) if keys else (),
        limit=draw(st.sampled_from([None, None, 1, 5, 1000])) if paged else None,
        offset=draw(st.sampled_from([0, 0, 1, 3])) if paged else 0,
        batch=batch,
        call=None if batch else draw(calls(catalog, entity)),
    )


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


def _havings(entity: Entity, measures: tuple[Measure, ...]) -> SearchStrategy[Filter]:
    compares = [
        st.builds(
            Compare,
            st.just((measure.name,)),
            st.sampled_from([Operator.EQ, Operator.NE, Operator.LT, Operator.GTE]),
            st.sampled_from(_HAVING[kind]),
        )
        for measure in measures
        for kind in [measured(entity, measure)]
        if kind in _HAVING
    ]
    nulls = st.sampled_from(measures).map(lambda measure: IsNull((measure.name,)))
    base = st.one_of(*compares, nulls)
    either = st.lists(base, min_size=1, max_size=2).map(tuple)
    return st.one_of(st.just(ALWAYS), base, either.map(Or))


def _orders(
    entity: Entity, keys: tuple[GroupKey, ...], measures: tuple[Measure, ...]
) -> SearchStrategy[tuple[Order, ...]]:
    """Total orders: some terms, whose values no store rounds, and at last the keys."""
    exact = [measure.name for measure in measures if measure.function not in _ROUNDED]
    names = [*exact, *(key.name for key in keys)]
    term = st.builds(Order, st.sampled_from(names).map(lambda name: (name,)), st.just(()),
                     st.booleans(), st.booleans())  # fmt: skip
    ties = tuple(Order((key.name,)) for key in keys)
    return st.lists(term, max_size=2).map(lambda terms: (*terms, *ties))
