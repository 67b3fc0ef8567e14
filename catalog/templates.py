"""In charge of reads without their values: what can be compiled once, and then filled in.

Reads of one shape share a template, whoever asks, so what others have made of it (a statement, a
decoder) is at hand without comparing reads. It lives as long as the plans that ask by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple, assert_never, cast
from weakref import WeakValueDictionary

from catalog.gauges import Distance, Gauge, Rank, Similarity
from catalog.lines import Inner, Line, Listed, Member, listed_in
from catalog.query import (
    Among,
    And,
    Compare,
    Elements,
    Filter,
    IsNull,
    Key,
    Not,
    Or,
    Order,
    Read,
    Related,
    Searched,
)
from catalog.routine import Call
from catalog.summary import Summary

# Kept in any case: reads that are planned for each request come again, too.
_LATELY: Final = 128
# A text that some store cannot hold may need another comparison than others do.
_ODD: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a filter for the value of this number."""

    number: int


@dataclass(frozen=True, eq=False)
class Template:
    """A read with slots for the values that it compares with, and without its batch's keys."""

    read: Read | Summary
    made: dict[object, Any] = field(default_factory=dict[object, Any], repr=False)
    """What others have made of it, by who did."""


class Ask(NamedTuple):
    """A template with its values and keys: what a read says, ready to be run."""

    template: Template
    values: tuple[Any, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def read(self) -> Read | Summary:
        """The read that this is."""
        read = self.template.read
        if self.values:
            read = _changed(
                read,
                lambda filter_: _filled(filter_, self.values),
                lambda order: _filled_order(order, self.values),
                lambda call: _filled_call(call, self.values),
            )
        return replace(read, batch=replace(read.batch, keys=self.keys)) if read.batch else read

    @property
    def ordinary(self) -> bool:
        """False if a value is one that its template must not be filled with."""
        for value in self.values:  # noqa: SIM110 (`all` takes longer for the usual one)
            if type(value) is not int and is_odd(value):
                return False
        return True


def ask_of(read: Read | Summary) -> Ask:
    """A read in two parts: what it is like, and what it compares with."""
    values: list[Any] = []
    bare = _changed(
        read,
        lambda filter_: _slotted(filter_, values),
        lambda order: _slotted_order(order, values),
        lambda call: _slotted_call(call, values),
    )
    if bare.batch:
        bare = replace(bare, batch=replace(bare.batch, keys=()))
    return Ask(_template(bare), tuple(values), read.batch.keys if read.batch else ())


_known: Final = WeakValueDictionary[Read | Summary, Template]()


@lru_cache(maxsize=_LATELY)
def _template(read: Read | Summary) -> Template:
    return _known.get(read) or _known.setdefault(read, Template(read))


def _changed(
    read: Read | Summary,
    change: Callable[[Filter], Filter],
    change_order: Callable[[Order], Order],
    change_call: Callable[[Call], Call],
) -> Read | Summary:
    """The read with all of its filters and orders changed, and its call; and those inside it."""
    if read.call:
        read = replace(read, call=change_call(read.call))
    if isinstance(read, Summary):
        return replace(read, filter=change(read.filter), having=change(read.having))
    filter_, after = change(read.filter), change(read.after)
    read = replace(read, filter=filter_, after=after, order=tuple(map(change_order, read.order)))
    if read.line is None or not any(listed_in(read.line.members)):
        return read

    def changed(member: Member) -> Member:
        match member:
            case Inner(members=members):
                return replace(member, members=tuple(map(changed, members)))
            case Listed(read=inner):
                inner = cast("Read", _changed(inner, change, change_order, change_call))
                return replace(member, read=inner)
            case _:
                return member

    return replace(read, line=Line(tuple(map(changed, read.line.members)), read.line.kept))


def is_odd(value: Any) -> bool:
    """True for null, and for text that not every store can hold."""
    if isinstance(value, str):  # most are printable, and so have nothing odd in them
        return not value.isprintable() and _ODD.search(value) is not None
    return value is None


def _slotted(filter_: Filter, values: list[Any]) -> Filter:
    match filter_:
        case And(filters) | Or(filters):
            return type(filter_)(tuple([_slotted(each, values) for each in filters]))
        case Not(inner):
            return Not(_slotted(inner, values))
        case Compare(path, operator, value, by):
            if is_odd(value):
                return filter_
            return Compare(path, operator, _slot(value, values), by and _slotted_gauge(by, values))
        case IsNull():
            return filter_
        case Searched(text):
            return filter_ if is_odd(text) else Searched(_slot(text, values))
        case Among(fields, keys):
            return Among(fields, _slot(keys, values))
        case Elements(path, quantifier, inner):
            return Elements(path, quantifier, _slotted(inner, values))
        case Related(relation, quantifier, inner):
            return Related(relation, quantifier, _slotted(inner, values))
        case _:
            assert_never(filter_)


def _slot(value: Any, values: list[Any]) -> Any:
    values.append(value)
    return Slot(len(values) - 1)


def _slotted_order(order: Order, values: list[Any]) -> Order:
    if order.places:
        slot = _slot(order.places.places, values)
        return replace(order, places=replace(order.places, places=slot))
    return replace(order, by=_slotted_gauge(order.by, values)) if order.by else order


def _filled_order(order: Order, values: tuple[Any, ...]) -> Order:
    if order.places:
        places = values[order.places.places.number]
        return replace(order, places=replace(order.places, places=places))
    return replace(order, by=_filled_gauge(order.by, values)) if order.by else order


def _slotted_call(call: Call, values: list[Any]) -> Call:
    slots = [value if is_odd(value) else _slot(value, values) for value in call.values]
    return replace(call, values=tuple(slots))


def _filled_call(call: Call, values: tuple[Any, ...]) -> Call:
    filled = [values[v.number] if isinstance(v, Slot) else v for v in call.values]
    return replace(call, values=tuple(filled))


def _slotted_gauge(gauge: Gauge, values: list[Any]) -> Gauge:
    match gauge:
        case Distance(value) | Similarity(value) | Rank(value):
            return gauge if is_odd(value) else type(gauge)(_slot(value, values))
        case _:
            assert_never(gauge)


def _filled_gauge(gauge: Gauge, values: tuple[Any, ...]) -> Gauge:
    match gauge:
        case Distance(value) | Similarity(value) | Rank(value):
            return type(gauge)(values[value.number]) if isinstance(value, Slot) else gauge
        case _:
            assert_never(gauge)


def _filled(filter_: Filter, values: tuple[Any, ...]) -> Filter:
    match filter_:
        case And(filters) | Or(filters):
            return type(filter_)(tuple([_filled(each, values) for each in filters]))
        case Not(inner):
            return Not(_filled(inner, values))
        case Compare(path, operator, Slot(number), by):
            return Compare(path, operator, values[number], by and _filled_gauge(by, values))
        case Searched(Slot(number)):
            return Searched(values[number])
        case Among(fields, Slot(number)):
            return Among(fields, values[number])
        case Compare() | IsNull() | Searched() | Among():
            return filter_
        case Elements(path, quantifier, inner):
            return Elements(path, quantifier, _filled(inner, values))
        case Related(relation, quantifier, inner):
            return Related(relation, quantifier, _filled(inner, values))
        case _:
            assert_never(filter_)
