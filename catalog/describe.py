"""In charge of reads as text, for people: in golden cases, logs and explanations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from catalog.gauges import Distance, Gauge, Rank, Similarity
from catalog.query import (
    ALWAYS,
    Among,
    And,
    Batch,
    Compare,
    Elements,
    Filter,
    IsNull,
    Join,
    Not,
    Or,
    Order,
    Path,
    Read,
    Related,
    Searched,
)
from catalog.summary import Summary


def read_text(read: Read) -> list[str]:
    """A read as lines: what of which entity, and under which conditions."""
    distinct = "distinct " if read.distinct else ""
    fields = distinct + _fields(read.fields, read.joins)
    lines = [f"{_rows(read)}: {fields}", *_each(read.batch)]
    if read.filter != ALWAYS:
        lines.append(f"where {filter_text(read.filter)}")
    if read.after != ALWAYS:
        lines.append(f"after {filter_text(read.after)}")
    if read.order:
        lines.append(f"order by {', '.join(map(_order, read.order))}")
    bounds = [f"limit {read.limit}"] if read.limit is not None else []
    bounds += [f"offset {read.offset}"] if read.offset else []
    bounds += ["with total"] if read.total else []
    return [*lines, " ".join(bounds)] if bounds else lines


def summary_text(summary: Summary) -> list[str]:
    """A summary as lines: its measures and keys, of which rows, and which of the groups."""
    keys = ", ".join(key.name for key in summary.keys)
    measures = ", ".join(measure.name for measure in summary.measures) or "groups"
    by = f" by {keys}" if keys else ""
    lines = [f"{_rows(summary)}: {measures}{by}", *_each(summary.batch)]
    if summary.filter != ALWAYS:
        lines.append(f"where {filter_text(summary.filter)}")
    if summary.having != ALWAYS:
        lines.append(f"having {filter_text(summary.having)}")
    if summary.order:
        lines.append(f"order by {', '.join(map(_order, summary.order))}")
    bounds = [f"limit {summary.limit}"] if summary.limit is not None else []
    bounds += [f"offset {summary.offset}"] if summary.offset else []
    return [*lines, " ".join(bounds)] if bounds else lines


def filter_text(filter_: Filter) -> str:
    """A filter in one line, in the words of the query language."""
    match filter_:
        case And(filters):
            return f"({' and '.join(map(filter_text, filters))})" if filters else "always"
        case Or(filters):
            return f"({' or '.join(map(filter_text, filters))})" if filters else "never"
        case Not(inner):
            return f"not {filter_text(inner)}"
        case Compare(path, operator, value, by):
            left, right = _path(path), repr(value)
            if by:
                left, right = f"{_gauge(by)} of {left}", f"that of {right}"
            return f"{left} {operator.value} {right}"
        case IsNull(path):
            return f"{_path(path)} is null"
        case Searched(text):
            return f"search finds {text!r}"
        case Elements(path, quantifier, inner):
            return f"{quantifier.value} of {_path(path)}: {filter_text(inner)}"
        case Among(fields, keys):
            return f"({', '.join(fields)}) among {keys!r}"
        case Related(relation, quantifier, inner):
            return f"{quantifier.value} {relation.name}: {filter_text(inner)}"
        case _:
            assert_never(filter_)


def _rows(read: Read | Summary) -> str:
    """Whose rows, of which store; or which call gives them."""
    entity, call = read.entity, read.call
    if call is None:
        return f"{entity.name} ({entity.store.value})"
    given = ", ".join(f"{name}={value!r}" for name, (_, value) in call.by_name.items())
    return f"{entity.name} by {call.routine.name}({given}) ({entity.store.value})"


def _each(batch: Batch | None) -> list[str]:
    if batch is None:
        return []
    through = f" through {batch.through.entity}" if batch.through else ""
    return [f"for each {', '.join(batch.fields)}{through}"]


def _fields(fields: Iterable[Path], joins: Iterable[Join]) -> str:
    joined = [f"{join.relation.name} {{{_fields(join.fields, join.joins)}}}" for join in joins]
    return ", ".join([*map(_path, fields), *joined])


def _order(order: Order) -> str:
    steps = [relation.name for relation in order.relations]
    named = [f"place of ({', '.join(order.places.fields)})"] if order.places else order.path
    direction = " desc" if order.descending else ""
    if order.by:
        named = [f"{_gauge(order.by)} of {'.'.join([*steps, *named]) or 'it'}"]
        steps = []
    return ".".join([*steps, *named]) + direction + (" nulls first" * order.nulls_first)


def _gauge(gauge: Gauge) -> str:
    match gauge:
        case Distance(origin):
            return f"distance from {origin!r}"
        case Similarity(to):
            return f"similarity to {to!r}"
        case Rank(text):
            return f"rank for {text!r}"
        case _:
            assert_never(gauge)


def _path(path: Path) -> str:
    return ".".join(path) or "it"
