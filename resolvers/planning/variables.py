"""In charge of variables that stand in a plan: their values come with each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Self, cast

from catalog.types import FieldType, Scalar

Facet = Callable[[Any], str]
"""What a plan depends on of a variable's value."""


class StructuralError(Exception):
    """A plan depends on this variable's value, and not only on its being there.

    ``facet`` tells what of the value; plans are made for each of the things that it tells.
    """

    def __init__(self, name: str, facet: Facet = repr) -> None:
        super().__init__(name)
        self.name = name
        self.facet = facet


@dataclass(frozen=True, slots=True)
class Variable:
    """Stands for the value of a variable; ``kind`` is the type that it is compared as.

    Whoever looks into it would plan by its value: all of that raises ``StructuralError``.
    ``told`` is the facet of the value that the plan is made for; ``part`` makes of the value the
    part that is stood for.
    """

    name: str
    kind: FieldType | None = None
    many: bool = False
    told: str | None = None
    part: Callable[[Any], Any] | None = None

    def of(self, kind: FieldType, *, many: bool = False) -> Self:
        """The same, as it is compared: as a value of this type, or as several."""
        return type(self)(self.name, kind, many)

    def __getattr__(self, _name: str) -> NoReturn:
        raise StructuralError(self.name)

    def __getitem__(self, _key: Any) -> NoReturn:
        raise StructuralError(self.name)

    def __bool__(self) -> NoReturn:
        raise StructuralError(self.name)

    def __iter__(self) -> NoReturn:
        raise StructuralError(self.name)

    def __len__(self) -> NoReturn:
        raise StructuralError(self.name)

    def __lt__(self, _other: Any) -> NoReturn:
        raise StructuralError(self.name)

    def __gt__(self, _other: Any) -> NoReturn:
        raise StructuralError(self.name)


@dataclass(frozen=True, slots=True)
class Claimed(Variable):
    """Stands for what a viewer's token says, which is ready to be compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """A value that is made of others, of which some are variables."""

    make: Callable[[Any], Any]
    parts: Any


def assembled(make: Callable[[Any], Any], parts: Any) -> Any:
    """What ``make`` makes of the parts, at once if they are all there."""
    return make(parts) if first_variable(parts) is None else Assembled(make, parts)


def first_variable(value: Any) -> Variable | None:
    """A variable that stands for the value, or somewhere inside it."""
    match value:
        case Variable():
            return value
        case Assembled(_, parts):
            return first_variable(parts)
        case dict():
            inside = cast("dict[str, Any]", value).values()
        case list():
            inside = cast("list[Any]", value)
        case _:
            return None
    return next((found for found in map(first_variable, inside) if found is not None), None)


_AS_THEY_ARE: Final = {Scalar.INT, Scalar.BIGINT, Scalar.STRING, Scalar.BOOLEAN, Scalar.UUID}
"""What sources know as GraphQL's coercion makes it."""


def as_they_are(values: Sequence[Any]) -> Sequence[str] | None:
    """The names of the variables that stand for these values, if they are compared as they come."""
    plain = [value.name for value in values if type(value) is Variable and _is_plain(value)]
    return plain if len(plain) == len(values) else None


def _is_plain(variable: Variable) -> bool:
    kind = variable.kind
    whole = variable.part is None and not variable.many
    return whole and isinstance(kind, Scalar) and kind in _AS_THEY_ARE


def bound(
    values: Sequence[Any], variables: Mapping[str, Any], claims: Mapping[str, Any], value_of: Any
) -> tuple[Any, ...]:
    """The values, with those of the request, or of who asks, where a variable stands for one."""
    return tuple(
        [
            claims[value.name]
            if type(value) is Claimed
            else _bound(value, variables[value.name], value_of)
            if type(value) is Variable
            else value.make(_filled(value.parts, variables))
            if type(value) is Assembled
            else value
            for value in values
        ]
    )


def _bound(variable: Variable, value: Any, value_of: Any) -> Any:
    if variable.part:
        return variable.part(value)
    if variable.many:
        return tuple([value_of(variable.kind, item) for item in value])
    return value_of(variable.kind, value)


def _filled(parts: Any, variables: Mapping[str, Any]) -> Any:
    match parts:
        case Variable(part=part):
            value = variables[parts.name]
            return part(value) if part else value
        case dict():
            named = cast("dict[str, Any]", parts)
            return {name: _filled(part, variables) for name, part in named.items()}
        case list():
            return [_filled(part, variables) for part in cast("list[Any]", parts)]
        case _:
            return parts
