"""In charge of what comes of writes: the rows, or the reasons why nothing was written."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import GraphQLTypeResolver
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.union import StrawberryUnion

from catalog.entity import Entity
from resolvers.writes.refusals import Why
from resolvers.writes.steps import Written
from schema.fields import Namespace, class_of, plain_field

WriteErrorCode = strawberry.enum(Why, name="WriteErrorCode", description="Why a write was refused.")


@strawberry.type(description="One reason why nothing was written.")
class WriteError:
    """What is wrong, and where."""

    code: WriteErrorCode  # type: ignore[valid-type] (Strawberry's enum is the Python one)
    message: str
    path: list[str] = strawberry.field(
        description="Leads to the argument that it is about; empty if it is about none."
    )
    hint: str | None = strawberry.field(description="What to do about it.")


@strawberry.type(description="Nothing of the operation was written.")
class WriteRefused:
    """All that is known to be wrong."""

    errors: list[WriteError]


def add_payloads(entity: Entity, namespace: Namespace) -> None:
    """Puts what comes of an entity's writes into the namespace: of one row, and of several."""
    affected = plain_field(
        "affected", "affected", int, namespace, description="How many rows were written."
    )
    one = plain_field(
        "row",
        entity.singular,
        f"{entity.name} | None",
        namespace,
        description="The row as it has become, or was; null if you may not see it.",
    )
    several = plain_field(
        "rows",
        entity.plural,
        f"list[{entity.name}]",
        namespace,
        description="The rows as they have become, or were; those that you may see.",
    )
    for infix, rows in (("", one), ("List", several)):
        written, payload = f"{entity.name}{infix}Written", f"{entity.name}{infix}Payload"
        made = class_of(written, [affected, rows], namespace)
        namespace[written] = strawberry.type(made, name=written)
        namespace[payload] = _Payload(payload, written, namespace)


class _Payload(StrawberryUnion):
    """Either what was written, or why nothing was."""

    def __init__(self, name: str, written: str, namespace: Namespace) -> None:
        kinds = (namespace[written], WriteRefused)
        super().__init__(name, tuple(map(StrawberryAnnotation, kinds)))
        self._written = written

    def get_type_resolver(self, type_map: Any) -> GraphQLTypeResolver:
        """By what the resolver gave."""
        del type_map
        return self._type_of

    def _type_of(self, value: Any, _info: Any, _kind: Any) -> str:
        return self._written if isinstance(value, Written) else "WriteRefused"
