"""In charge of the stages that give a summary's groups, from one collection. Pure.

Once grouped, a group is a document like any other: its having is a ``$match``, its order a
``$sort``. Values of a type that the model does not declare are left out of sums and means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from catalog.entity import Catalog, Entity
from catalog.query import Order
from catalog.summary import Function, GroupKey, Measure, Span, Summary, type_at
from catalog.types import Field, FieldType, Scalar
from datasources.mongo.computed import computing, filtered_by, named_by
from datasources.mongo.ordering import ordering, reached
from datasources.mongo.paths import Stage, document_of, place_of
from datasources.mongo.rows import finding, matching

Expression = str | dict[str, Any]


def group_stages(catalog: Catalog, summary: Summary) -> list[Stage]:
    """The stages that give the groups, from all documents of the collection or of a key.

    Without keys there is no group where there is no document.
    """
    groups = summary.groups
    return [
        *finding(catalog, summary.entity, summary.filter),
        *computing(_grouped_by(summary) - filtered_by(summary.entity, summary.filter)),
        *_joined(catalog, summary),
        {"$group": {"_id": _keys(summary), **dict(_gathered(summary))}},
        {"$project": {"_id": 0, **_named(summary)}},
        *matching(catalog, groups, summary.having),
        *ordering(catalog, groups, summary.order),
        *([{"$skip": summary.offset}] if summary.offset else []),
        *([] if summary.limit is None else [{"$limit": summary.limit}]),
    ]


def _grouped_by(summary: Summary) -> set[Field]:
    """The computed fields of which groups are made, or which are measured."""
    paths = [key.path for key in summary.keys if not key.relations]
    measured = [measure.path for measure in summary.measures if measure.path]
    return named_by(summary.entity, [*paths, *measured])


def _joined(catalog: Catalog, summary: Summary) -> Iterator[Stage]:
    for place, key in enumerate(summary.keys):
        beyond = Order(key.path, key.relations)
        yield from reached(catalog, summary.entity, beyond, f"~key{place}")


def _keys(summary: Summary) -> dict[str, Expression] | None:
    keys = enumerate(summary.keys)
    return {f"key{place}": _key(summary.entity, key, place) for place, key in keys} or None


def _key(entity: Entity, key: GroupKey, place: int) -> Expression:
    # To $group, missing and null are two things.
    value = f"$~key{place}.value" if key.relations else _stored(entity, key.path)
    present = {"$ifNull": [value, None]}
    return present if key.span is None else _start(value, key.type, key.span, present)


def _start(value: str, kind: FieldType, span: Span, other: Expression) -> Expression:
    # $dateTrunc fails the whole command where it meets something other than a date.
    zone = span.time_zone if kind is Scalar.DATETIME else "UTC"
    parts = {"date": value, "unit": span.unit.value, "timezone": zone}
    start = {"$dateTrunc": {**parts, "startOfWeek": "monday"}}
    return {"$cond": [{"$eq": [{"$type": value}, "date"]}, start, other]}


def _gathered(summary: Summary) -> Iterator[tuple[str, Expression]]:
    """The accumulators, and for each sum whether there was a value: to $sum, nothing is 0."""
    for place, measure in enumerate(summary.measures):
        yield f"value{place}", _accumulator(summary.entity, measure)
        if measure.function is Function.SUM:
            yield f"~any{place}", {"$max": _stored(summary.entity, measure.path)}


def _accumulator(entity: Entity, measure: Measure) -> Expression:
    if measure.function is Function.COUNT:
        return {"$sum": 1}
    kind, value = type_at(entity, measure.path), _stored(entity, measure.path)
    match measure.function:
        case Function.COUNT_DISTINCT:
            return {"$addToSet": value}
        case Function.SUM:
            # A sum of longs that outgrows them would become a double.
            return {"$sum": _as("$toDecimal", value) if kind is Scalar.BIGINT else value}
        case Function.AVG:
            return {"$avg": _as(_MEANS[kind], value) if kind in _MEANS else value}
        case Function.MIN:
            return {"$min": value}
        case Function.MAX:
            return {"$max": value}
        case Function.STDDEV | Function.VARIANCE:
            return {"$stdDevSamp": value}
        case _:
            assert_never(measure.function)


_MEANS: Mapping[FieldType, str] = {Scalar.BIGINT: "$toDouble", Scalar.DECIMAL: "$toDecimal"}
"""The types whose values are converted first: their mean has another, or would outgrow it."""


def _as(conversion: str, value: str) -> Expression:
    # Of what is no number, a conversion fails the whole command.
    return {"$cond": [{"$isNumber": value}, {conversion: value}, None]}


def _named(summary: Summary) -> dict[str, Expression]:
    """Each field of the groups by its stored name, out of what $group gives."""
    keys = {f"key{place}": f"$_id.key{place}" for place in range(len(summary.keys))}
    measures = enumerate(summary.measures)
    return {**keys, **{f"value{place}": _result(measure, place) for place, measure in measures}}


def _result(measure: Measure, place: int) -> Expression:
    gathered = f"$value{place}"
    match measure.function:
        case Function.COUNT_DISTINCT:
            return {"$size": {"$setDifference": [gathered, [None]]}}
        case Function.SUM:
            return {"$cond": [{"$gt": [f"$~any{place}", None]}, gathered, None]}
        case Function.VARIANCE:
            return {"$pow": [gathered, 2]}
        case _:
            return gathered


def _stored(entity: Entity, path: tuple[str, ...]) -> str:
    return f"${place_of(document_of(entity), path).stored}"
