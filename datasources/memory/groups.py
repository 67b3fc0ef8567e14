"""In charge of groups of rows in memory, and of what is measured of them: exactly, then rounded."""

from __future__ import annotations

import datetime
import decimal
import math
import statistics
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from catalog.query import Record
from catalog.summary import Function, GroupKey, Measure, Span, Summary, Unit, measured
from catalog.types import Scalar
from datasources.memory.filters import holds
from datasources.memory.tables import Row, Tables, document_of, value_at

_DECIMAL128 = decimal.Context(prec=34)


def groups_of(tables: Tables, summary: Summary, rows: Sequence[Row]) -> list[Record]:
    """The groups of the rows that the summary's filter lets through; with no keys, one."""
    kind = tables.kind(summary.entity.name)
    found: dict[tuple[Any, ...], list[Row]] = {} if summary.keys else {(): []}
    for row in rows:
        if holds(tables, summary.filter, kind, row):
            found.setdefault(_key_values(tables, summary, row), []).append(row)
    groups = [_group(tables, summary, values, same) for values, same in found.items()]
    having = document_of(summary.groups)
    return [group for group in groups if holds(tables, summary.having, having, group)]


def _group(
    tables: Tables, summary: Summary, values: tuple[Any, ...], rows: Sequence[Row]
) -> Record:
    record = {key.name: value for key, value in zip(summary.keys, values, strict=True)}
    kind = tables.kind(summary.entity.name)
    for measure in summary.measures:
        held = [value_at(kind, row, measure.path)[1] for row in rows if measure.path]
        present = [value for value in held if value is not None]
        number = len(rows) if measure.function is Function.COUNT else _measured(measure, present)
        record[measure.name] = _typed(measured(summary.entity, measure), number)
    return record


def _key_values(tables: Tables, summary: Summary, row: Row) -> tuple[Any, ...]:
    return tuple(_key_value(tables, key, summary.entity.name, row) for key in summary.keys)


def _key_value(tables: Tables, key: GroupKey, entity: str, row: Row | None) -> Any:
    for relation in key.relations:
        row = tables.related_one(relation, row)
        entity = relation.target
    _, value = value_at(tables.kind(entity), row, key.path)
    return value if key.span is None or value is None else _start(key.span, value)


def _start(span: Span, value: Any) -> Any:
    """Where the span begins that holds a day or a moment."""
    if not isinstance(value, datetime.datetime):
        return _first_day(span.unit, value)
    local = value.astimezone(ZoneInfo(span.time_zone))
    if span.unit is Unit.HOUR:
        # An hour that clocks show twice is two hours.
        return local.replace(minute=0, second=0, microsecond=0).astimezone(datetime.UTC)
    day = _first_day(span.unit, local.date())
    midnight = datetime.datetime.combine(day, datetime.time(), local.tzinfo)
    return midnight.astimezone(datetime.UTC)


def _first_day(unit: Unit, day: datetime.date) -> datetime.date:
    match unit:
        case Unit.HOUR | Unit.DAY:
            return day
        case Unit.WEEK:
            return day - datetime.timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
        case _:
            assert_never(unit)


def _measured(measure: Measure, values: Sequence[Any]) -> Any:
    match measure.function:
        case Function.COUNT | Function.COUNT_DISTINCT:
            return len(set(values))
        case Function.MIN:
            return min(values, default=None)
        case Function.MAX:
            return max(values, default=None)
        case Function.SUM:
            return sum(map(Fraction, values)) if values else None
        case Function.AVG:
            return statistics.mean(map(Fraction, values)) if values else None
        case Function.VARIANCE:
            return statistics.variance(map(Fraction, values)) if len(values) > 1 else None
        case Function.STDDEV:
            variance = statistics.variance(map(Fraction, values)) if len(values) > 1 else None
            return None if variance is None else Fraction(math.sqrt(variance))
        case _:
            assert_never(measure.function)


def _typed(kind: Scalar, value: Any) -> Any:
    if not isinstance(value, Fraction):
        return value
    match kind:
        case Scalar.FLOAT:
            return float(value)
        case Scalar.DECIMAL:
            return _decimal(value)
        case _:
            return int(value)


def _decimal(value: Fraction) -> decimal.Decimal:
    """Exactly, if 34 digits are enough for it, as those of MongoDB are; else rounded."""
    return _DECIMAL128.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))
