"""In charge of the types a field can have, the same for both stores."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Scalar(enum.Enum):
    """The leaf types; each has one GraphQL scalar, one SQL case and one BSON case."""

    INT = "Int"
    BIGINT = "BigInt"
    FLOAT = "Float"
    DECIMAL = "Decimal"
    STRING = "String"
    BOOLEAN = "Boolean"
    DATE = "Date"
    TIME = "Time"
    DATETIME = "DateTime"
    UUID = "UUID"
    BYTES = "Base64"
    JSON = "JSON"
    OBJECT_ID = "ID"


@dataclass(frozen=True, slots=True)
class EnumType:
    """A closed set of names; ``members`` maps each name clients see to the value stored."""

    name: str
    members: Mapping[str, str | int | float] = field(hash=False)
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ListType:
    """A list held in one field: an SQL array or a BSON array."""

    of: FieldType
    items_nullable: bool = False


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A nested document: named fields held inside one field of its parent."""

    name: str
    fields: Mapping[str, Field] = field(hash=False)
    description: str | None = None


FieldType = Scalar | EnumType | ListType | DocumentType


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity or of a nested document.

    ``name`` is the Python name, ``api`` the GraphQL name, ``stored`` the column or document key.
    ``nullable`` is true where the store may hold null, or a document may lack the key.
    """

    name: str
    api: str
    stored: str
    type: FieldType
    nullable: bool
    description: str | None = None


def element_of(kind: FieldType) -> Scalar | EnumType | DocumentType:
    """What a list holds, however deep; any other type is itself."""
    return element_of(kind.of) if isinstance(kind, ListType) else kind


def is_leaf(kind: FieldType) -> bool:
    """True for types that are one value: they can be compared, ordered and put in a cursor."""
    return isinstance(kind, (Scalar, EnumType)) and kind is not Scalar.JSON
