"""In charge of the types a field can have, the same for both stores."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


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
    POINT = "GeoPoint"

    # As it is one of its kind; Enum's own is written in Python, and scalars are often looked up.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class EnumType:
    """A closed set of names; ``members`` maps each name clients see to the value stored.

    ``python`` is the models' class, if there is one.
    """

    name: str
    members: Mapping[str, str | int | float] = field(hash=False)
    description: str | None = None
    python: type[enum.Enum] | None = field(default=None, compare=False, repr=False)

    @property
    def shown(self) -> tuple[object, ...]:
        """What clients see of it: tables store an enum's names, documents its values."""
        return (self.name, self.description, *self.members)


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


@dataclass(frozen=True, slots=True)
class UnionType:
    """Documents of several types in one place: the field called ``tag`` tells of which.

    ``fields`` are those that all have, the tag among them; ``members`` are the types by the tag's
    value, of which several may name one.
    """

    name: str
    tag: str
    fields: Mapping[str, Field] = field(hash=False)
    members: Mapping[Any, DocumentType] = field(hash=False)
    description: str | None = None

    @property
    def types(self) -> dict[str, DocumentType]:
        """Its members by their names."""
        return {member.name: member for member in self.members.values()}

    def values(self, name: str) -> tuple[Any, ...]:
        """The tag's values that stand for the member of this name."""
        return tuple(value for value, member in self.members.items() if member.name == name)

    def member(self, value: Any) -> DocumentType | None:
        """The member that a tag's value stands for, if it does for one."""
        return self.members.get(value) if isinstance(value, (str, int)) else None


FieldType = Scalar | EnumType | ListType | DocumentType | UnionType


@dataclass(frozen=True, slots=True)
class Computation:
    """How a store makes a field of others: an expression in its own language, told by ``text``.

    ``python`` makes the value of a row in memory; without it, memory takes what the row holds.
    """

    text: str
    expression: Any = field(repr=False, compare=False)
    python: Callable[[Any], Any] | None = field(repr=False, compare=False, default=None)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity or of a nested document.

    ``name`` is the Python name, ``api`` the GraphQL name, ``stored`` the column or document key.
    ``nullable`` is true where the store may hold null, or a document may lack the key.
    ``similar`` says that its texts can be compared by likeness. A ``computed`` field is not stored;
    only an entity has such.
    """

    name: str
    api: str
    stored: str
    type: FieldType
    nullable: bool
    description: str | None = None
    similar: bool = False
    computed: Computation | None = None


def step_to(member: str) -> str:
    """The step of a path that goes into a union's member; no field is named like this."""
    return f":{member}"


def stepped_to(step: str) -> str | None:
    """The name of the member that a step of a path goes into; None if it is a field's name."""
    return step[1:] if step.startswith(":") else None


def type_after(kind: FieldType, step: str) -> FieldType:
    """What one step of a path leads to; TypeError if there is nothing to step into."""
    if not isinstance(kind, (DocumentType, UnionType)):
        raise TypeError(f"the step {step!r} leads into {kind}, which has no fields")
    if isinstance(kind, UnionType) and (member := stepped_to(step)):
        return kind.types[member]
    return kind.fields[step].type


def element_of(kind: FieldType) -> Scalar | EnumType | DocumentType | UnionType:
    """What a list holds, however deep; any other type is itself."""
    return element_of(kind.of) if isinstance(kind, ListType) else kind


def is_open(kind: FieldType) -> bool:
    """True for types of which a store may hold a member that no model has: null in an answer."""
    return isinstance(kind, UnionType)


def is_leaf(kind: FieldType) -> bool:
    """True for types that are one value: they can be compared, ordered and put in a cursor."""
    return isinstance(kind, (Scalar, EnumType)) and kind not in (Scalar.JSON, Scalar.POINT)
