"""In charge of calls of routines: a root field's arguments as values, and what is planned of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from graphql import FieldNode

from catalog.filters import all_of
from catalog.query import IsNull, Not
from catalog.routine import Call, Gives, Routine
from catalog.types import FieldType, ListType
from resolvers.planning.arguments import value_of
from resolvers.planning.plan import Island, Planner
from resolvers.planning.selection import Selector
from resolvers.planning.variables import Variable

Arguments = Mapping[str, Any]


def call_of(routine: Routine, arguments: Arguments) -> Call:
    """The call that a field's coerced arguments mean. Raises ``InputError``."""
    given = (_value(each.type, arguments.get(each.api)) for each in routine.arguments)
    return Call(routine, tuple(given))


def _value(kind: FieldType, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(kind, ListType):
        return value_of(kind, value)
    if isinstance(value, Variable):
        return value.of(kind.of, many=True)
    if any(isinstance(item, Variable) for item in value):
        list(map(bool, value))  # which raises: a plan holds for these very values
    return tuple([value_of(kind.of, item) for item in value])


def called(
    planner: Planner,
    selector: Selector,
    routine: Routine,
    nodes: Sequence[FieldNode],
    arguments: Arguments,
) -> Island:
    """The island of a root field that gives what a routine does. Raises ``InputError``."""
    planner.catalog.check_call(routine)
    call = call_of(routine, arguments)
    match routine.gives:
        case Gives.ROWS:
            return planner.page(selector.page(routine.entity, nodes, arguments), call=call)
        case Gives.ROW:
            # For no row, a function of Postgres that gives one row gives one of nulls.
            there = all_of([Not(IsNull((name,))) for name in routine.entity.key])
            return planner.one(selector.entity(routine.entity, nodes), there, call)
        case Gives.VALUE:
            return planner.value(call)
        case _:
            assert_never(routine.gives)
