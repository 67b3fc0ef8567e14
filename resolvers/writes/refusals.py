"""In charge of why a write was refused, as clients face it in the schema's own types.

What a client cannot foresee in another way is told so: what the data, the models or other people's
writes forbid. Mistakes in the document, and what the viewer may not do, are GraphQL's errors.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.entity import Entity
from catalog.query import Path
from catalog.types import DocumentType, FieldType, ListType, element_of
from datasources.errors import (
    ChangeRefused,
    CheckViolation,
    DocumentRefused,
    NotNullViolation,
    ReferenceViolation,
    UniqueViolation,
    ValueOutOfRange,
    ValueTooLong,
)

ApiPath = tuple[str, ...]
"""Where something stands in a field's arguments: names, and places in lists from 0."""


class Why(enum.Enum):
    """The codes of refusals, with what each means."""

    VALUE_INVALID = "The model's own rules, or the store, have no place for this value."
    UNIQUE_VIOLATION = UniqueViolation.__doc__
    REFERENCE_VIOLATION = ReferenceViolation.__doc__
    CHECK_VIOLATION = CheckViolation.__doc__
    NOT_NULL_VIOLATION = NotNullViolation.__doc__
    DOCUMENT_REFUSED = DocumentRefused.__doc__
    VALUE_OUT_OF_RANGE = ValueOutOfRange.__doc__
    VALUE_TOO_LONG = ValueTooLong.__doc__
    CHANGE_REFUSED = "Something else in the store's data forbids it."
    NOT_FOUND = "There is no such row that you may change so."
    CONFLICT = "The row is there, but not as `ifMatch` asks for."
    ROLLED_BACK = "Another field of the same operation failed, so nothing was written."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason; ``path`` leads to the argument that it is about, empty if it is about none."""

    code: Why
    message: str
    path: ApiPath = ()
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The value of a field whose write was refused."""

    errors: Sequence[Refusal]


class RefusedError(Exception):
    """Ends the transaction: nothing is written, for these reasons."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*refusals)
        self.refused = Refused(refusals)


ROLLED_BACK = Refused(
    [
        Refusal(
            Why.ROLLED_BACK,
            "Nothing was written, since another field of the operation failed.",
            hint="Its error says why.",
        )
    ]
)


def refusal_by_store(
    entity: Entity, error: ChangeRefused, at: ApiPath, *, path: Path = ()
) -> Refusal:
    """What a store refused of an argument's values.

    ``path`` is what it must be about, should the store not tell.
    """
    path = api_path(entity, next(iter(error.paths), path))
    return Refusal(Why[error.code], error.message, (*at, *path), error.hint)


def api_path(entity: Entity, path: Path) -> ApiPath:
    """A path of fields, and of places in lists where these are known, as clients name it."""
    kind: FieldType = DocumentType(entity.name, entity.fields)
    told: list[str] = []
    for step in path:
        if isinstance(kind, ListType) and step.isdigit():
            told.append(step)
            kind = kind.of
            continue
        kind = element_of(kind)
        if not isinstance(kind, DocumentType) or step not in kind.fields:
            break
        told.append(kind.fields[step].api)
        kind = kind.fields[step].type
    return tuple(told)
