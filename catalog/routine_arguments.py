"""In charge of the arguments of routines: what a function's signature says of them."""

from __future__ import annotations

import enum
import inspect
import typing
from collections.abc import Iterator
from typing import Any, Final, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from catalog.declare import Declared
from catalog.documents import annotated_type
from catalog.errors import ModelError
from catalog.names import api_name
from catalog.routine import REQUIRED, Argument
from catalog.types import EnumType, ListType, Scalar

_NO_ARGUMENTS: Final = frozenset({Scalar.JSON, Scalar.POINT})


def named(declared: Declared) -> type:
    """A class of the routine's name, where one is blamed by the name of its model."""
    return type(declared.name, (), {})


def arguments_in(declared: Declared) -> Iterator[Argument]:
    """The parameters of a declared function, as arguments; raises ``ModelError``."""
    function, name = declared.function, declared.name
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        mend = "Import the types of its arguments where they can be found when it is loaded."
        raise ModelError(
            name, None, f"its annotations are not known: {error}", mend=mend
        ) from error
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            mend = "Name each argument."
            raise ModelError(name, parameter.name, "takes any number of arguments", mend=mend)
        if parameter.name not in hints:
            mend = "Say it: carrier: str."
            raise ModelError(name, parameter.name, "the argument has no type", mend=mend)
        yield _argument(declared, parameter, hints[parameter.name])


def _argument(declared: Declared, parameter: inspect.Parameter, hint: Any) -> Argument:
    kind, optional = annotated_type(named(declared), parameter.name, hint)
    item = kind.of if isinstance(kind, ListType) and not kind.items_nullable else kind
    if not isinstance(item, (Scalar, EnumType)) or item in _NO_ARGUMENTS:
        mend = "Take a number, a text, a date, a time, an id, an enum, or a list of them."
        raise ModelError(declared.name, parameter.name, f"cannot be given {hint!r}", mend=mend)
    return Argument(
        name=parameter.name,
        api=api_name(declared.name, parameter.name),
        type=kind,
        nullable=optional or parameter.default is None,
        default=_default(declared.name, parameter, hint),
        description=_description(hint),
    )


def _default(owner: str, parameter: inspect.Parameter, hint: Any) -> Any:
    """The default as clients see it: a member of an enum by its name."""
    default = parameter.default
    if default is parameter.empty:
        return REQUIRED
    if default is None:
        return None
    try:
        return _shown(TypeAdapter(hint).validate_python(default, strict=True))
    except ValidationError as error:
        reason = f"its default is {default!r}, which is no {hint!r}"
        mend = "Give it a value of its type."
        raise ModelError(owner, parameter.name, reason, mend=mend) from error


def _shown(default: Any) -> Any:
    if isinstance(default, list):
        return [_shown(each) for each in cast("list[Any]", default)]
    return default.name if isinstance(default, enum.Enum) else default


def _description(hint: Any) -> str | None:
    marks = getattr(hint, "__metadata__", ())
    told = (mark.description for mark in marks if isinstance(mark, FieldInfo))
    return next((each for each in told if each), None)
