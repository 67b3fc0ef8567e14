"""In charge of values between the catalog and the models: enums, and documents.

The models' validators see Python's own: members of enums, and documents by the names of fields.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel

from catalog.query import Record
from catalog.types import DocumentType, EnumType, FieldType, ListType, Scalar, UnionType
from resolvers.planning.arguments import value_of


def as_python(kind: FieldType, value: Any, members: Mapping[str, Any] | None) -> Any:
    """A value as models have it; ``members`` are those of a table's enum, by name."""
    if value is None:
        return None
    if isinstance(kind, EnumType):
        return (members or kind.members)[value]
    if isinstance(kind, ListType):
        return [as_python(kind.of, item, members) for item in value]
    if isinstance(kind, UnionType):
        kind = kind.member(value.get(kind.tag)) or DocumentType(kind.name, kind.fields)
    if isinstance(kind, DocumentType):
        document = cast("Record", value)
        return {
            name: as_python(kind.fields[name].type, item, None) for name, item in document.items()
        }
    return value


Own = Callable[[Any], Any]
"""What a store holds of a value that the model has, and nobody gave."""


def as_it_is(value: Any) -> Any:
    """In PostgreSQL all of it."""
    return value


def to_the_millisecond(value: Any) -> Any:
    """In MongoDB moments are whole milliseconds, and a model's "now" seldom is.

    From clients such a moment is refused; of one that they never gave they could mend nothing.
    """
    if isinstance(value, datetime.datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, list):
        return [to_the_millisecond(item) for item in cast("list[Any]", value)]
    return value


def from_python(kind: FieldType, value: Any, own: Own = as_it_is) -> Any:
    """What a model made of a value, as sources know it; ``own`` is for what it added by itself."""
    if value is None:
        return None
    if isinstance(kind, EnumType):
        return value.name if isinstance(value, enum.Enum) else value
    if isinstance(kind, ListType):
        return [from_python(kind.of, item, own) for item in value]
    if isinstance(kind, UnionType):
        kind = kind.member(_got(value, kind.tag)) or DocumentType(kind.name, kind.fields)
    if isinstance(kind, DocumentType):
        return dict(_document(kind, value, own))
    if isinstance(value, enum.Enum):  # a literal of one: the catalog knows its value alone
        value = value.value
    return value if kind is Scalar.JSON else value_of(kind, value)


def _document(kind: DocumentType, value: Any, own: Own) -> Iterator[tuple[str, Any]]:
    """The fields that were given, and those for which the model has a value that is not null."""
    given = value.model_fields_set if isinstance(value, BaseModel) else value
    for name, field in kind.fields.items():
        item = _got(value, name)
        if name in given:
            yield name, from_python(field.type, item, own)
        elif item is not None:
            yield name, from_python(field.type, own(item), own)


def _got(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return cast("Record", value).get(name)
    return getattr(value, name, None)
