"""In charge of a connection's aggregates and groups: what to read for them, and their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from strawberry.types.info import Info

from catalog.entity import Entity
from catalog.query import Answer, Filter, Path, Record
from catalog.routine import Call
from catalog.summary import Function, Measure, Summary
from resolvers.documents.fields import Place, asked_field
from resolvers.documents.info import raw_info
from resolvers.documents.measures import SummarySelection
from resolvers.planning.grouping import grouped
from resolvers.planning.paging import PageLimits
from resolvers.planning.seen import Seen
from resolvers.rows import RowPage


@dataclass(frozen=True, slots=True)
class Summarized:
    """A summary that is read for a connection, and the fields that it answers.

    ``listed`` is true where these give a list of groups, not the one group of all rows.
    """

    key: str
    places: tuple[Place, ...]
    summary: Summary
    listed: bool


def summarized(
    catalog: Seen,
    entity: Entity,
    filter_: Filter,
    selections: Sequence[SummarySelection],
    limits: PageLimits,
    call: Call | None = None,
) -> tuple[Summarized, ...]:
    """The summaries to read for what is asked; all aggregates together are one.

    With a ``call`` they are of the rows that this gives.

    Raises ``InputError``, and ``UnauthorizedError`` for what may not be looked at.
    """
    found: list[Summarized] = []
    whole = [selection for selection in selections if selection.arguments is None]
    if whole:
        measures = dict.fromkeys(m for selection in whole for m in selection.measures)
        # Whatever is asked of it, the object is there.
        summary = Summary(entity, (), tuple(measures) or (_COUNT,), filter_, call=call)
        places = tuple(selection.place for selection in whole)
        found.append(Summarized(whole[0].key, places, summary, listed=False))
    for selection in selections:
        if selection.arguments is not None:
            summary = Summary(entity, (), selection.measures, filter_, call=call)
            groups = grouped(catalog, summary, selection.arguments, limits)
            found.append(Summarized(selection.key, (selection.place,), groups, listed=True))
    for part in found:
        for measure in part.summary.measures:
            for name in measure.path[:1]:
                catalog.check(entity, entity.fields[name])
    return tuple(found)


_COUNT = Measure(Function.COUNT)


def summary_values(parts: Iterable[Summarized], answers: Iterable[Answer]) -> Mapping[Place, Any]:
    """The values of the fields that summaries answer, in the shape of the GraphQL types."""
    return {
        place: value
        for part, answer in zip(parts, answers, strict=True)
        for value in [_value(part, answer)]
        for place in part.places
    }


def resolve_summary(page: RowPage, info: Info) -> Any:
    """The resolver of `aggregate` and `groupBy`: what the plan has put there."""
    return page.summary(asked_field(raw_info(info)).place)


def _value(part: Summarized, answer: Answer) -> Any:
    if part.listed:
        return [_group(part.summary, group) for group in answer.rows]
    return _aggregate(part.summary, answer.rows[0])


def _group(summary: Summary, group: Record) -> Record:
    key: Record = {}
    for each in summary.keys:
        path = (*(relation.name for relation in each.relations), *each.path)
        _put(key, path, group[each.name])
    return {"key": key, "aggregate": _aggregate(summary, group)}


def _aggregate(summary: Summary, group: Record) -> Record:
    made: Record = {}
    for measure in summary.measures:
        _put(made, (measure.function.value, *measure.path), group[measure.name])
    return made


def _put(into: Record, path: Path, value: Any) -> None:
    *outer, last = path
    for name in outer:
        into = into.setdefault(name, {})
    into[last] = value
