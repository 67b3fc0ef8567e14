"""In charge of MongoDB's aggregation expressions as fields of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from catalog.declare import Computed
from catalog.entity import Entity
from catalog.errors import ModelError
from catalog.types import Computation, DocumentType, Field


class Fields:
    """Stands for a document in an expression; its attributes stand for the fields in it."""

    def __init__(self, path: str, fields: Mapping[str, Field]) -> None:
        self.path_ = path
        self.fields_ = fields

    def __getattr__(self, name: str) -> Fields:
        if name not in self.fields_:
            known = ", ".join(self.fields_) or "none"
            raise AttributeError(
                f"there is no field {name!r} in {self.path_ or 'it'}, only {known}"
            )
        field = self.fields_[name]
        path = f"{self.path_}.{field.stored}" if self.path_ else field.stored
        return Fields(path, field.type.fields if isinstance(field.type, DocumentType) else {})


def mongo_computation(entity: Entity, declared: Computed) -> Computation:
    """The computation that a document declares; raises ``ModelError``."""
    stored = entity.stored_fields
    try:
        expression = _written(declared.expression(Fields("", stored)))
    except (AttributeError, TypeError) as error:
        reason = f"its expression cannot be made: {error}"
        mend = "Give a function of a row that gives an aggregation expression."
        raise ModelError(entity.name, declared.name, reason, mend=mend) from error
    known = {field.stored for field in stored.values()}
    for path in _paths(expression):
        if path.partition(".")[0] not in known:
            reason = f"its expression reads {path!r}, which no field is stored as"
            mend = "Name fields as attributes: lambda row: row.wind.speed."
            raise ModelError(entity.name, declared.name, reason, mend=mend)
    return Computation(repr(expression), expression, declared.python)


def _written(expression: Any) -> Any:
    """The expression as MongoDB takes it: a field is the text of its path."""
    match expression:
        case Fields():
            return f"${expression.path_}"
        case dict():
            written = cast("dict[str, Any]", expression)
            return {name: _written(value) for name, value in written.items()}
        case list() | tuple():
            return [_written(value) for value in cast("list[Any]", expression)]
        case _:
            return expression


def _paths(expression: Any) -> Iterator[str]:
    """The paths into the document that an expression reads; variables and literals are none."""
    match expression:
        case str() if expression.startswith("$") and not expression.startswith("$$"):
            yield expression[1:]
        case dict():
            for name, value in cast("dict[str, Any]", expression).items():
                if name != "$literal":
                    yield from _paths(value)
        case list():
            for value in cast("list[Any]", expression):
                yield from _paths(value)
        case _:
            return
