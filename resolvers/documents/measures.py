"""In charge of what `aggregate` and `groupBy` are asked for: which measures, in the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.entity import Entity
from catalog.query import Path
from catalog.summary import Function, Measure, measurable
from catalog.types import DocumentType, Field
from resolvers.documents.fields import Asked, Place, Scope, arguments_of, fields_below
from resolvers.documents.members import member_of

AGGREGATE = "aggregate"
GROUP_BY = "groupBy"


@dataclass(frozen=True, slots=True)
class SummarySelection:
    """What is asked of all rows of a connection, or of groups of them, for the fields at ``place``.

    ``arguments`` are those of `groupBy`; `aggregate` has none.
    """

    key: str
    place: Place
    measures: tuple[Measure, ...]
    arguments: Mapping[str, Any] | None = None


def summary_selection(info: Scope, entity: Entity, asked: Asked) -> SummarySelection:
    """The selection of a connection's `aggregate` or `groupBy` field."""
    if asked.name == AGGREGATE:
        measures = dict.fromkeys(_measures(info, entity, asked))
        return SummarySelection(asked.key, asked.place, tuple(measures))
    aggregates = [part for part in fields_below(info, asked) if part.name == AGGREGATE]
    measures = dict.fromkeys(m for part in aggregates for m in _measures(info, entity, part))
    return SummarySelection(asked.key, asked.place, tuple(measures), arguments_of(info, asked))


def _measures(info: Scope, entity: Entity, asked: Asked) -> Iterator[Measure]:
    for part in fields_below(info, asked):
        function = Function(part.name)
        if function is Function.COUNT:
            yield Measure(function)
        else:
            paths = _paths(info, entity.fields, function, part)
            yield from (Measure(function, path) for path in paths)


def _paths(
    info: Scope, fields: Mapping[str, Field], function: Function, asked: Asked
) -> Iterator[Path]:
    """The paths of what is asked; if only `__typename` is, of something that shows an object."""
    parts = list(fields_below(info, asked))
    for part in parts:
        member = member_of(part.definition)
        assert isinstance(member, Field)  # noqa: S101 (the schema marks them all)
        if isinstance(member.type, DocumentType):
            inner = _paths(info, member.type.fields, function, part)
            yield from ((member.name, *path) for path in inner)
        else:
            yield (member.name,)
    if not parts:
        yield next(measurable(fields, function))
