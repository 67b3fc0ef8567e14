"""In charge of calling resolvers: each once for every object of a level, or once for all of them.

Sync ones are called in a loop; async ones are started together, so that whatever they load goes as
one batch. What a resolver raises is its value.
"""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from strawberry.types.field import StrawberryField

from resolvers.batched import INFO, Many
from resolvers.breadth.faults import Batch
from resolvers.breadth.fields import FieldPlan
from resolvers.breadth.request import Position, Request
from telemetry.spans import fail, span

Call = Callable[[int, Any], Any]
"""Calls a resolver for the object of this number and source."""

_SOURCE, _INFO = object(), object()
_LASTING: Final = (
    str, int, float, bool, type(None), decimal.Decimal, uuid.UUID, enum.Enum,
    datetime.date, datetime.time, datetime.timedelta,
)  # fmt: skip


def called(request: Request, batch: Batch, field: FieldPlan, of: StrawberryField) -> list[Any]:
    """The values that a plain function gives, or what it raised."""
    with _span(batch, field) as note:
        note(values := _each(request, batch, field, of))
        return values


async def called_async(
    request: Request, batch: Batch, field: FieldPlan, of: StrawberryField
) -> list[Any]:
    """The values that a coroutine function gives, or what it raised."""
    with _span(batch, field) as note:
        note(values := await awaited(_each(request, batch, field, of)))
        return values


async def called_once(
    request: Request, batch: Batch, field: FieldPlan, of: StrawberryField, many: Many
) -> list[Any]:
    """The values that a function of all objects gives, or what it raised, for each of them."""
    with _span(batch, field) as note:
        try:
            info = request.info(of, Position(batch, 0, field))
            _, named = request.call_arguments(of, request.arguments(field), _SOURCE, info)
        except Exception as error:  # noqa: BLE001 (arguments that do not fit are each object's error)
            return [error] * len(batch.sources)
        del named[INFO]
        note(values := await many.values(batch.sources, info, named))
        return values


async def awaited(values: Sequence[Any]) -> list[Any]:
    """What comes of awaitables; errors are values, as are those that are none to begin with."""
    awaitable = [value for value in values if not isinstance(value, Exception)]
    found = iter(await asyncio.gather(*awaitable, return_exceptions=True))
    results = [value if isinstance(value, Exception) else next(found) for value in values]
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result  # it was cancelled
    return results


def _each(request: Request, batch: Batch, field: FieldPlan, of: StrawberryField) -> list[Any]:
    values: list[Any] = []
    try:
        call = _call(request, batch, field, of)
    except Exception as error:  # noqa: BLE001 (arguments that do not fit are each object's error)
        return [error] * len(batch.sources)
    for number, source in enumerate(batch.sources):
        try:
            values.append(call(number, source))
        except Exception as error:  # noqa: BLE001 (it is told as the field's)
            values.append(error)
    return values


def _call(request: Request, batch: Batch, field: FieldPlan, of: StrawberryField) -> Call:
    arguments = request.arguments(field)
    function = cast("Any", of.base_resolver).wrapped_func
    if all(isinstance(value, _LASTING) for value in arguments.values()):
        return _shared(request, batch, field, of, function, arguments)

    def call(number: int, source: Any) -> Any:
        # A resolver may change what it gets: each has its own.
        info = request.info(of, Position(batch, number, field))
        given, named = request.call_arguments(of, request.arguments(field), source, info)
        return function(*given, **named)

    return call


def _shared(
    request: Request,
    batch: Batch,
    field: FieldPlan,
    of: StrawberryField,
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
) -> Call:
    """A call with the same arguments for all: only the object and the info are each one's own."""
    given, named = request.call_arguments(of, dict(arguments), _SOURCE, cast("Any", _INFO))
    sources = [name for name, value in named.items() if value is _SOURCE]
    infos = [name for name, value in named.items() if value is _INFO]
    same = {name: value for name, value in named.items() if name not in (*sources, *infos)}
    if given and not sources and not infos:
        return lambda _number, source: function(source, **same)

    def call(number: int, source: Any) -> Any:
        own = dict.fromkeys(sources, source)
        if infos:
            info = request.info(of, Position(batch, number, field))
            own.update(dict.fromkeys(infos, info))
        return function(source, **same, **own) if given else function(**same, **own)

    return call


@contextmanager
def _span(batch: Batch, field: FieldPlan) -> Generator[Callable[[Sequence[Any]], None]]:
    """A span around the calls for all objects, and what marks it if one of them failed."""
    attributes = {"bigraph.parents": len(batch.sources)}
    with span(f"{field.parent.name}.{field.name}", attributes=attributes) as opened:

        def note(values: Sequence[Any]) -> None:
            failed = next((value for value in values if isinstance(value, Exception)), None)
            if failed is not None:
                fail(opened, failed)

        yield note
