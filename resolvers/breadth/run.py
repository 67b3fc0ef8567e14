"""In charge of completing one root field: level by level, each resolver for all objects at once.

objects of a level → what is to be called and followed for them, together → values → objects
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple, assert_never

from graphql import GraphQLError

from resolvers.breadth.calls import called, called_async, called_once
from resolvers.breadth.faults import Batch, Faults
from resolvers.breadth.fields import (
    Attribute,
    Called,
    CalledOnce,
    Constant,
    FieldPlan,
    Followed,
    Planned,
    Produced,
    Stored,
    Summed,
)
from resolvers.breadth.objects import Shape
from resolvers.breadth.request import Position, Request
from resolvers.breadth.values import Values
from resolvers.execute import execute, follow
from resolvers.planning.plan import Hop, Island
from resolvers.rows import Row, field_of
from telemetry.spans import span


async def completed(
    field: FieldPlan, request: Request
) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """The answer to a root field under its key, none where null has spread over it; its errors."""
    faults = Faults()
    values = Values(request, faults)
    top = Batch(Shape(field.parent, (field,), None), [None], [{field.key: None}])
    level = [top]
    while level:
        await _complete(level, request, values)
        level = values.taken()
    return faults.told(top.objects[0])


class _Job(NamedTuple):
    batch: Batch
    field: FieldPlan
    work: Coroutine[Any, Any, Sequence[Any]]


async def _complete(level: Sequence[Batch], request: Request, values: Values) -> None:
    """Completes every open field of the level's objects; what is below is the next level."""
    jobs: list[_Job] = []
    for batch in level:
        for field in batch.shape.open:
            found = _started(batch, field, request)
            if isinstance(found, Coroutine):
                jobs.append(_Job(batch, field, found))
            else:
                values.put(batch, field, found, batch.waits)
    for job, result in zip(jobs, await _results(jobs, values), strict=False):
        values.put(job.batch, job.field, result, job.batch.waits + 1)
    while values.waiting:
        await values.arrived()


async def _results(jobs: Sequence[_Job], values: Values) -> list[Any]:
    """What the jobs give; what is late in values that are there is waited for beside them."""
    if len(jobs) == 1 and not values.waiting:
        return [await jobs[0].work]  # one alone needs no task of its own
    return await asyncio.gather(*(job.work for job in jobs), values.arrived()) if jobs else []


def _started(
    batch: Batch, field: FieldPlan, request: Request
) -> Sequence[Any] | Coroutine[Any, Any, Sequence[Any]]:
    """The field's values for all objects of the batch, or what will give them."""
    match field.source:
        case Called(of):
            call = called_async if of.is_async else called
            return call(request, batch, field, of)
        case CalledOnce(of, many):
            return called_once(request, batch, field, of, many)
        case Produced(of, produce):
            infos = (request.info(of, Position(batch, n, field)) for n in _numbers(batch))
            pairs = zip(batch.sources, infos, strict=True)
            return [_attempted(produce, source, info) for source, info in pairs]
        case Stored(name):
            return [_attempted(field_of, row, name) for row in batch.sources]
        case Attribute(name, read):
            return [_attempted(read, source, name) for source in batch.sources]
        case Summed(place):
            return [page.summaries[place] for page in batch.sources]
        case Followed():
            return _followed(batch.sources, field.source, request)
        case Planned(island):
            return _planned(field, island, request)
        case Constant(value):
            return [value] * len(batch.sources)
        case _:
            assert_never(field.source)


def _numbers(batch: Batch) -> range:
    return range(len(batch.sources))


def _attempted(read: Any, source: Any, of: Any) -> Any:
    try:
        return read(source, of)
    except Exception as error:  # noqa: BLE001 (it is told as the field's)
        return error


def _followed(
    rows: Sequence[Row], followed: Followed, request: Request
) -> Sequence[Any] | Coroutine[Any, Any, Sequence[Any]]:
    place, hop = followed.place, followed.hop
    missing = [row for row in rows if place not in row.links_]
    if not missing:
        return [row.links_[place] for row in rows]
    if hop is None:
        return [row.links_.get(place, followed.reason) for row in rows]
    return _follow(hop, missing, rows, request)


async def _follow(
    hop: Hop, missing: list[Row], rows: Sequence[Row], request: Request
) -> Sequence[Any]:
    try:
        await follow(hop, missing, request.context, request.variables)
    except Exception as error:  # noqa: BLE001 (it is told as each row's)
        return [error] * len(rows)
    return [row.links_[hop.place] for row in rows]


async def _planned(field: FieldPlan, island: Island, request: Request) -> Sequence[Any]:
    try:
        with span(f"{field.parent.name}.{field.name}"):
            return [await execute(island, request.context, request.variables)]
    except Exception as error:  # noqa: BLE001 (it is told as the field's)
        return [error]
