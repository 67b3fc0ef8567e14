"""In charge of the arguments of `groupBy`: keys, having, the order of groups, and which of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast
from zoneinfo import available_timezones

from catalog.entity import Entity
from catalog.filters import all_of
from catalog.query import Filter, Order, Path
from catalog.summary import Function, GroupKey, Measure, Span, Summary, Unit, measured
from catalog.types import DocumentType, Field
from resolvers.errors import GroupError
from resolvers.planning.arguments import (
    Raw,
    field_filter,
    given,
    leaf_of,
    logic,
    names_leaf,
    ordering,
)
from resolvers.planning.paging import PageLimits, check_offset, size_of
from resolvers.planning.seen import Seen
from resolvers.planning.variables import StructuralError, Variable


def grouped(
    catalog: Seen,
    whole: Summary,
    arguments: Mapping[str, Any],
    limits: PageLimits,
) -> Summary:
    """The groups that the arguments ask for of what ``whole`` summarizes, with its measures too.

    Raises ``InputError``.
    """
    entity, offset = whole.entity, arguments.get("offset") or 0
    check_offset(offset)
    keys = _keys(catalog, entity, arguments["by"])
    measures = dict.fromkeys(whole.measures)
    arranged = _Arranged(catalog, entity, keys, measures)
    having = arranged.having(arguments.get("having") or {})
    order = arranged.order(arguments.get("orderBy") or ())
    hint = "Page through the groups by offset."
    limit = size_of("first", arguments.get("first"), limits, hint=hint)
    return Summary(
        *(entity, keys, tuple(measures), whole.filter, having, order, limit, offset),
        call=whole.call,
    )


def _keys(catalog: Seen, entity: Entity, by: Sequence[Raw]) -> tuple[GroupKey, ...]:
    keys = tuple(_key(catalog, entity, term) for term in by)
    if not keys:
        raise GroupError("groupBy has no key.", hint="For all rows as one, ask for aggregate.")
    reached = [(key.relations, key.path) for key in keys]
    if len(set(reached)) < len(reached):
        hint = "Ask for groupBy twice, under two aliases."
        raise GroupError("groupBy names a field twice.", hint=hint)
    return keys


def _key(catalog: Seen, entity: Entity, term: Raw) -> GroupKey:
    leaf = leaf_of(catalog, entity, term)
    return GroupKey(leaf.path, leaf.field.type, leaf.relations, _span(leaf.value))


def _span(value: Any) -> Span | None:
    """Of dates and moments, the value may say a unit and a time zone."""
    if not isinstance(_looked_into(value), Mapping):
        return None
    said = cast("Raw", value)
    unit, zone = _looked_into(said.get("unit")), _looked_into(said.get("timeZone"))
    if zone is not None and zone not in _time_zones():
        hint = "Give a name of the IANA data base, such as America/New_York."
        raise GroupError(f"There is no time zone {zone!r}.", hint=hint)
    if unit is None:
        if zone is not None:
            raise GroupError("A timeZone was given without a unit.", hint="Give a unit too.")
        return None
    return Span(Unit(str(getattr(unit, "value", unit)).lower()), zone or "UTC")


def _looked_into(value: Any) -> Any:
    """The value; where a variable stands for it, there is a plan for each that it has."""
    if isinstance(value, Variable):
        raise StructuralError(value.name)
    return value


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


class _Arranged:
    """Reads what is said about groups; adds the measures that it looks at to those computed."""

    def __init__(
        self,
        catalog: Seen,
        entity: Entity,
        keys: Sequence[GroupKey],
        measures: dict[Measure, None],
    ) -> None:
        self._catalog = catalog
        self._entity = entity
        self._keys = keys
        self._measures = measures

    def having(self, raw: Raw) -> Filter:
        """The filter of groups that `having` means."""
        return all_of(list(self._havings(raw)))

    def _havings(self, raw: Raw) -> Iterator[Filter]:
        functions = {function.value for function in Function}
        for name, value in given(raw):
            if name not in functions:
                yield logic(name, value, self.having)
            elif name == Function.COUNT.value:
                yield self._compared(Measure(Function.COUNT), value)
            else:
                yield from self._members(Function(name), self._entity.fields, value)

    def _members(
        self, function: Function, fields: Mapping[str, Field], raw: Raw, path: Path = ()
    ) -> Iterator[Filter]:
        by_api = {field.api: field for field in fields.values()}
        for name, value in given(raw):
            field = by_api[name]
            here = (*path, field.name)
            if isinstance(field.type, DocumentType):
                yield from self._members(function, field.type.fields, value, here)
            else:
                yield self._compared(Measure(function, here), value)

    def _compared(self, measure: Measure, raw: Raw) -> Filter:
        self._measures[measure] = None
        return field_filter((measure.name,), measured(self._entity, measure), raw)

    def order(self, raw: Sequence[Raw]) -> tuple[Order, ...]:
        """The order that `orderBy` means, ended by the keys so that it is total."""
        orders = [self._order(name, value) for term in raw for name, value in term.items()]
        named = {order.path for order in orders}
        ties = [Order((key.name,)) for key in self._keys if (key.name,) not in named]
        return (*orders, *ties)

    def _order(self, name: str, value: Any) -> Order:
        if name == Function.COUNT.value:
            return self._ordered(Measure(Function.COUNT), value)
        if name == "key":
            return self._by_key(value)
        leaf = leaf_of(self._catalog, self._entity, value)
        return self._ordered(Measure(Function(name), leaf.path), leaf.value)

    def _by_key(self, term: Raw) -> Order:
        if names_leaf(self._catalog, self._entity, term):
            leaf = leaf_of(self._catalog, self._entity, term)
            for key in self._keys:
                if (key.relations, key.path) == (leaf.relations, leaf.path):
                    return ordering((key.name,), leaf.value)
        hint = "Groups are ordered by their keys and aggregates."
        raise GroupError("orderBy names a key that is not in by.", hint=hint)

    def _ordered(self, measure: Measure, direction: Any) -> Order:
        self._measures[measure] = None
        return ordering((measure.name,), direction)
