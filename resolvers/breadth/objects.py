"""In charge of reading objects: a generated function makes the answer's of a level's sources.

Leaves that are only to be read are read, guarded and put in their places; all other fields have a
place, which is filled later.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from graphql import GraphQLObjectType

from catalog import code
from catalog.entity import Entity
from resolvers.breadth.fields import Attribute, Constant, FieldPlan, Stored
from resolvers.breadth.leaves import Odd
from resolvers.rows import Row, field_of

Make = Callable[[Sequence[Any], Callable[[Any, str], Any], list[Odd]], list[dict[str, Any]]]
"""Makes objects of sources; the second is how an attribute is read of each."""

_SOURCES, _SOURCE, _GET, _ODD, _MADE, _ERROR = "sources", "source", "get", "odd", "made", "error"


@dataclass(frozen=True, eq=False, repr=False)
class Shape:
    """What is asked of objects of one type; ``entity`` is the one whose rows they are, if any."""

    kind: GraphQLObjectType
    fields: tuple[FieldPlan, ...]
    entity: Entity | None

    def objects(self, sources: Sequence[Any], odd: list[Odd]) -> list[dict[str, Any]]:
        """An object of each source; what is odd in them is noted."""
        return self._make(sources, getter_of(sources, self._read), odd)

    @cached_property
    def _make(self) -> Make:
        return _make_function(self)

    @cached_property
    def _read(self) -> Callable[[Any, str], Any]:
        sources = (field.source for field in self.fields)
        return next((each.read for each in sources if isinstance(each, Attribute)), field_of)

    @cached_property
    def open(self) -> tuple[FieldPlan, ...]:
        """The fields that are not only leaves to be read."""
        return tuple(field for field in self.fields if not field.is_read)


def getter_of(sources: Sequence[Any], default: Callable[[Any, str], Any]) -> Any:
    """How attributes are read of all of these sources; the shortest way for sources of one kind."""
    if default is not field_of:
        return default
    kinds = set(map(type, sources))
    if kinds == {dict}:
        return cast("Any", dict).get
    return default if any(issubclass(kind, dict | Row) for kind in kinds) else getattr


def _make_function(shape: Shape) -> Make:
    known: dict[str, Any] = {"Exception": Exception, "type": type, "read_again": _read_again}
    known |= {kind.__name__: kind for kind in (str, int, float, bool)}
    reads: list[ast.stmt] = []
    pairs = [(field.key, _value(field, reads, known)) for field in shape.fields]
    made = code.method(code.name(_MADE), "append", code.mapping(pairs))
    body = [
        code.assign(_MADE, code.nothing()),
        code.loop(_SOURCE, code.name(_SOURCES), [*reads, code.done(made)]),
        code.returned(code.name(_MADE)),
    ]
    return code.procedure([_SOURCES, _GET, _ODD], body, known)


def _value(field: FieldPlan, reads: list[ast.stmt], known: dict[str, Any]) -> ast.expr:
    """What stands for the field in the object; what must be read for it goes into ``reads``."""
    if field.leaf is None:
        return code.constant(None)
    match field.source:
        case Constant(value):
            return code.constant(value)
        case Stored(name):
            stored = code.item(code.attribute(code.name(_SOURCE), "record_"), name)
            again = code.call(code.name("read_again"), code.name(_SOURCE), code.constant(name))
            read = _attempted(field, stored, again)
        case Attribute(name, _):
            found = code.call(code.name(_GET), code.name(_SOURCE), code.constant(name))
            read = _attempted(field, found, code.name(_ERROR))
        case _:
            return code.constant(None)
    reads.append(read)
    known[converter := f"c{field.number}"] = field.leaf.convert
    value = code.name(_variable(field))
    return field.leaf.guarded(value, code.call(code.name(converter), value, code.name(_ODD)))


def _attempted(field: FieldPlan, value: ast.expr, otherwise: ast.expr) -> ast.stmt:
    variable = _variable(field)
    failed = [code.assign(variable, otherwise)]
    return code.attempt([code.assign(variable, value)], _ERROR, failed)


def _variable(field: FieldPlan) -> str:
    return f"v{field.number}"


def _read_again(row: Row, name: str) -> Any:
    """What a row says of a field that it does not hold: the error that it raises."""
    try:
        return field_of(row, name)
    except Exception as error:  # noqa: BLE001 (it is told as the field's)
        return error
