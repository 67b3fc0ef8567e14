"""In charge of the inputs of edits that begin from what is stored: numbers and lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import strawberry

from catalog.types import DocumentType, Field, FieldType
from catalog.writing import is_counted, is_listed, is_pulled
from schema.annotations import optional
from schema.fields import Namespace, class_of, input_field


class Edits(NamedTuple):
    """One kind of edits: what its inputs are called by, and of which fields it makes sense."""

    suffix: str
    meaning: str
    fits: Callable[[Field], bool]


EDITS: Final = (
    Edits("Increment", "What is added to numbers. Null stays null.", is_counted),
    Edits("Push", "What lists get at their ends. Null becomes a list.", is_listed),
    Edits("Pull", "What lists lose, wherever they hold it.", is_pulled),
)


def add_edits(
    name: str,
    fields: Sequence[Field],
    annotation_of: Callable[[FieldType, Namespace], Any],
    namespace: Namespace,
) -> None:
    """The inputs of an entity's or document's edits, where there are fields for them."""
    for edits in EDITS:
        found = [
            input_field(field.api, optional(annotation), namespace, field.description)
            for field in fields
            if (annotation := _annotation(edits, field, annotation_of, namespace)) is not None
        ]
        if found:
            made = f"{name}{edits.suffix}"
            cls = class_of(made, found, namespace)
            namespace[made] = strawberry.input(cls, name=made, description=edits.meaning)


def _annotation(
    edits: Edits,
    field: Field,
    annotation_of: Callable[[FieldType, Namespace], Any],
    namespace: Namespace,
) -> Any:
    """The type of what is given for a field; of a document its own input, if it has one."""
    if edits.fits(field):
        return annotation_of(field.type, namespace)
    if isinstance(field.type, DocumentType):
        return namespace.get(f"{field.type.name}{edits.suffix}")
    return None
