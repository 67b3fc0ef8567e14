"""In charge of values on their way into an answer: nulls, lists, leaves, objects, what is late.

Each kind of type is one step. A value that does not fit is noted as a fault, and its place stays
null until all faults are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple, cast

import graphql
from graphql import (
    Executor,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import invalid_return_type_error

from resolvers.breadth.calls import awaited
from resolvers.breadth.faults import Batch, Faults
from resolvers.breadth.fields import FieldPlan
from resolvers.breadth.leaves import Odd, inner_type, is_ordinary, item_type
from resolvers.breadth.objects import Shape
from resolvers.breadth.request import Position, Request
from resolvers.breadth.slots import Frame, Slots, items_of, slots_of

_MOST_TYPES: Final = 1000

# graphql-core's own types for these are half unknown.
_default_type_resolver = cast("Any", graphql).default_type_resolver
_is_iterable = cast("Any", graphql).pyutils.is_iterable


class _Late(NamedTuple):
    """Values of one type that must be waited for."""

    frame: Frame
    kind: Any
    slots: Slots


class Values:
    """Puts the values of one root field into its answer; collects the next level's objects."""

    def __init__(self, request: Request, faults: Faults) -> None:
        self._request = request
        self._faults = faults
        self._ordinary = set[type[Any]]()
        self._late: list[_Late] = []
        self._below: list[Batch] = []

    @property
    def waiting(self) -> bool:
        """Whether there are values to wait for."""
        return bool(self._late)

    def taken(self) -> list[Batch]:
        """The objects that have come to be, whose open fields are the next level; only once."""
        below, self._below = self._below, []
        return below

    async def arrived(self) -> None:
        """Waits for all that is late, at once, and puts what comes of it into place."""
        late, self._late = self._late, []
        found = await asyncio.gather(*(awaited(each.slots.values) for each in late))
        for each, values in zip(late, found, strict=True):
            batch, field, waits = each.frame
            slots = each.slots.with_values(values)
            self._settle(Frame(batch, field, waits + 1), each.kind, slots)

    def put(self, batch: Batch, field: FieldPlan, values: Sequence[Any], waits: int) -> None:
        """Completes the values of a field, one for each object of the batch."""
        frame = Frame(batch, field, waits)
        if field.leaf is None:
            self._settle(frame, field.type, slots_of(frame, values))
            return
        if field.leaf.passes(values):
            for object_, value in zip(batch.objects, values, strict=True):
                object_[field.key] = value
            return
        odd: list[Odd] = []
        convert = field.leaf.convert
        for object_, value in zip(batch.objects, values, strict=True):
            object_[field.key] = convert(value, odd)
        if odd:
            self._look_again(frame)

    def _look_again(self, frame: Frame) -> None:
        """Looks at each value of a field that was odd, as at values of all other types."""
        objects, key = frame.batch.objects, frame.field.key
        numbers = [n for n, each in enumerate(objects) if type(each[key]) is Odd]
        slots = slots_of(frame, [each[key] for each in objects]).only(numbers)
        slots.fill([None] * len(numbers))
        unpacked = slots.with_values([odd.value for odd in slots.values])
        self._settle(frame, frame.field.type, unpacked)

    def _settle(self, frame: Frame, kind: Any, slots: Slots) -> None:
        present = self._present(frame, kind, slots)
        if not present.values:
            return
        inner = inner_type(kind)
        if isinstance(inner, GraphQLList):
            self._lists(frame, inner, present)
        elif is_leaf_type(inner):
            self._leaves(frame, inner, present)
        elif is_abstract_type(inner):
            self._abstract(frame, inner, present)
        else:
            self._objects(frame, inner, present)

    def _present(self, frame: Frame, kind: Any, slots: Slots) -> Slots:
        """The slots with a value: no null, no error, nothing to wait for."""
        if self._ordinary.issuperset(map(type, slots.values)):
            return slots
        ordinary, present, late = self._ordinary, list[int](), list[int]()
        for index, (number, spot, value) in enumerate(slots):
            if type(value) in ordinary:
                present.append(index)
            elif is_ordinary(value):
                if len(ordinary) < _MOST_TYPES:
                    ordinary.add(cast("type[Any]", type(value)))
                present.append(index)
            elif isinstance(value, Exception):
                self._fault(frame, number, spot, value)
            elif value is not None and value is not Undefined:
                late.append(index)
            elif isinstance(kind, GraphQLNonNull):
                self._fault(frame, number, spot, _null_error(frame.field))
        if late:
            self._late.append(_Late(frame, kind, slots.only(late)))
        return slots if len(present) == len(slots.values) else slots.only(present)

    def _lists(self, frame: Frame, kind: Any, slots: Slots) -> None:
        listed = self._made(frame, slots, lambda value, _number: _items(frame.field, value))
        streams = [n for n, items in enumerate(listed.values) if hasattr(items, "__aiter__")]
        if streams:
            late = listed.only(streams)
            late = late.with_values([_collected(stream) for stream in late.values])
            self._late.append(_Late(frame, kind, late))
            still = [n for n in range(len(listed.values)) if n not in streams]
            listed = listed.only(still)
        self._settle(frame, item_type(kind), items_of(listed, listed.values))

    def _leaves(self, frame: Frame, kind: Any, slots: Slots) -> None:
        complete = Executor.complete_leaf_value
        made = self._made(frame, slots, lambda value, _number: complete(kind, value))
        made.fill(made.values)

    def _abstract(self, frame: Frame, kind: Any, slots: Slots) -> None:
        found = self._made(
            frame, slots, lambda value, number: (value, self._type_of(frame, kind, value, number))
        )
        for name in dict.fromkeys(named for _, named in found.values):
            chosen = [n for n, (_, named) in enumerate(found.values) if named == name]
            same = found.only(chosen)
            shape = frame.field.below[name]
            self._objects(frame, shape.kind, same.with_values([value for value, _ in same.values]))

    def _objects(self, frame: Frame, kind: Any, slots: Slots) -> None:
        batch, field, waits = frame
        shape = field.below[kind.name]
        judge = kind.is_type_of
        if judge and not (shape.entity and all(map(judge, slots.values, repeat(None)))):
            slots = self._made(
                frame, slots, lambda value, number: self._checked(frame, shape, value, number)
            )
        odd: list[Odd] = []
        objects = shape.objects(slots.values, odd)
        slots.fill(objects)
        made = Batch(shape, slots.values, objects, field, batch, slots.numbers, slots.spots, waits)
        if odd:
            for each in shape.fields:
                self._look_again(Frame(made, each, waits))
        if shape.open and objects:
            self._below.append(made)

    def _made(self, frame: Frame, slots: Slots, make: Callable[[Any, int], Any]) -> Slots:
        """The slots with what is made of each value and its object's number; errors are faults."""
        values: list[Any] = []
        kept: list[int] = []
        for index, (number, spot, value) in enumerate(slots):
            try:
                values.append(make(value, number))
            except Exception as error:  # noqa: BLE001 (it is told as the field's)
                self._fault(frame, number, spot, error)
            else:
                kept.append(index)
        good = slots if len(kept) == len(slots.values) else slots.only(kept)
        return good.with_values(values)

    def _checked(self, frame: Frame, shape: Shape, value: Any, number: int) -> Any:
        """The value, if its type says that it is one of its own."""
        judge: Any = shape.kind.is_type_of
        info = None if shape.entity else self._info(frame, number)
        if not judge(value, info):
            raise invalid_return_type_error(shape.kind, value, _details(frame.field))
        return value

    def _type_of(self, frame: Frame, kind: Any, value: Any, number: int) -> str:
        info = self._info(frame, number)
        name = (kind.resolve_type or _default_type_resolver)(value, info, kind)
        executor = self._request.executor
        found = executor.ensure_valid_runtime_type(name, kind, _details(frame.field), info, value)
        return found.name

    def _info(self, frame: Frame, number: int) -> Any:
        return self._request.raw_info(Position(frame.batch, number, frame.field))

    def _fault(self, frame: Frame, number: int, spot: tuple[int, ...], error: Exception) -> None:
        self._faults.add(frame.batch, number, frame.field, spot, error, frame.waits)


def _null_error(field: FieldPlan) -> TypeError:
    # In graphql-core's own words, by which the edge knows it.
    name = f"{field.parent.name}.{field.name}"
    return TypeError(f"Cannot return null for non-nullable field {name}.")


def _items(field: FieldPlan, value: Any) -> Any:
    """The items that there are, or what gives them one by one."""
    if hasattr(value, "__aiter__"):
        return value
    if not _is_iterable(value):
        name = f"{field.parent.name}.{field.name}"
        message = f"Expected Iterable, but did not find one for field '{name}'."
        raise GraphQLError(message)
    return cast("list[Any]", value) if type(value) is list else list(value)


async def _collected(stream: AsyncIterable[Any]) -> list[Any]:
    return [item async for item in stream]


def _details(field: FieldPlan) -> list[FieldDetails]:
    return [FieldDetails(node, None) for node in field.nodes]
