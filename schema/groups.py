"""In charge of groups: the arguments of `groupBy`, a group's key, and the group itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from operator import attrgetter
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity, Relation
from catalog.types import DocumentType, Field, Scalar, is_leaf
from schema.aggregates import family_fields
from schema.annotations import annotation_of, named_types, optional
from schema.fields import Namespace, argument, class_of, input_field, plain_field, produced_field
from schema.ordering import Ordering


@strawberry.enum(description="Groups by the values themselves.")
class GroupByValue(Enum):
    """The one thing to say of most keys."""

    VALUE = "VALUE"


@strawberry.enum(description="The spans that days are grouped by. Weeks begin on Mondays.")
class DateUnit(Enum):
    """The names of `catalog.summary.Unit` that days have a use for."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@strawberry.enum(description="The spans that moments are grouped by. Weeks begin on Mondays.")
class DateTimeUnit(Enum):
    """The names of `catalog.summary.Unit`."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@strawberry.input(description="Groups by the first day of a span; without a unit by the day.")
class DateGroupBy:
    """How days are grouped."""

    unit: DateUnit | None = strawberry.UNSET


@strawberry.input(description="Groups by the start of a span; without a unit by the very moment.")
class DateTimeGroupBy:
    """How moments are grouped."""

    unit: DateTimeUnit | None = strawberry.UNSET
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose clock says when spans begin: a name of the IANA data base, else UTC.",
    )


def add_groups(catalog: Catalog, namespace: Namespace) -> None:
    """Puts every type that groups need into the namespace; orders and aggregates are there."""
    kinds = named_types(f for entity in catalog.values() for f in entity.fields.values())
    for kind in kinds:
        if isinstance(kind, DocumentType):
            _add_keys(kind.name, _Keys(kind.fields.values(), (), namespace), namespace)
    for entity in catalog.values():
        near = [r for r in entity.relations.values() if not r.many and not r.cross_store]
        _add_keys(entity.name, _Keys(entity.fields.values(), near, namespace), namespace)
        _add_group(entity, namespace)


def group_arguments(name: str, namespace: Namespace) -> list[StrawberryArgument]:
    """The arguments of the `groupBy` of a connection of the entity of this name."""
    number = optional(int)
    return [
        argument("by", f"list[{name}GroupBy]", namespace, "What the rows of a group share."),
        argument("having", f"{name}Having | None", namespace, "Which groups."),
        argument("orderBy", f"list[{name}GroupOrder] | None", namespace, "The keys end it."),
        argument("first", number, namespace, "How many groups."),
        argument("offset", number, namespace, "How many groups to pass over first."),
    ]  # fmt: skip


class _Keys:
    """What rows can be grouped by: the fields of the input, and of the key that answers it."""

    def __init__(
        self, fields: Iterable[Field], relations: Iterable[Relation], namespace: Namespace
    ) -> None:
        self._namespace = namespace
        self._leaves = [field for field in fields if is_leaf(field.type)]
        documents = [(f, f.type.name) for f in fields if isinstance(f.type, DocumentType)]
        # A document with nothing to group by has no such types, and neither have its parents.
        held = [(field, name) for field, name in documents if f"{name}GroupBy" in namespace]
        self._inner: list[tuple[Field | Relation, str]] = [*held]
        self._inner += [(relation, relation.target) for relation in relations]

    def inputs(self) -> Iterator[StrawberryField]:
        """How each may be grouped by."""
        for field in self._leaves:
            kind = optional(_HOW.get(field.type, GroupByValue))
            yield input_field(field.api, kind, self._namespace, field.description)
        for member, name in self._inner:
            kind = f"{name}GroupBy | None"
            yield input_field(member.api, kind, self._namespace, member.description)

    def values(self) -> Iterator[StrawberryField]:
        """The values that a group shares; null for those not grouped by."""
        for field in self._leaves:
            yield self._value(field, annotation_of(field.type, self._namespace, nullable=True))
        for member, name in self._inner:
            yield self._value(member, f"{name}GroupKey | None")

    def _value(self, member: Field | Relation, annotation: object) -> StrawberryField:
        # By the API's name, and not as an attribute: a relation may be called `from`.
        return produced_field(
            member.api,
            annotation,
            self._namespace,
            lambda key, _info: key.get(member.name),
            member=member,
        )


_HOW: dict[Any, Any] = {Scalar.DATE: DateGroupBy, Scalar.DATETIME: DateTimeGroupBy}


def _add_keys(name: str, keys: _Keys, namespace: Namespace) -> None:
    inputs = list(keys.inputs())
    if inputs:
        by = class_of(f"{name}GroupBy", inputs, namespace)
        namespace[f"{name}GroupBy"] = strawberry.input(by, name=f"{name}GroupBy", one_of=True)
        key = class_of(f"{name}GroupKey", keys.values(), namespace)
        said = "The values that a group shares; null for what it is not grouped by."
        namespace[f"{name}GroupKey"] = strawberry.type(
            key, name=f"{name}GroupKey", description=said
        )


def _add_group(entity: Entity, namespace: Namespace) -> None:
    name = entity.name
    group = [
        plain_field("key", "key", f"{name}GroupKey", namespace, description="What they share."),
        plain_field("aggregate", "aggregate", f"{name}Aggregate", namespace),
    ]
    namespace[f"{name}Group"] = strawberry.type(
        class_of(f"{name}Group", group, namespace),
        name=f"{name}Group",
        description=f"Rows of {name} that share a key.",
    )
    namespace[f"{name}Having"] = strawberry.input(
        class_of(f"{name}Having", _having(entity, namespace), namespace), name=f"{name}Having"
    )
    namespace[f"{name}GroupOrder"] = strawberry.input(
        class_of(f"{name}GroupOrder", _order(entity, namespace), namespace),
        name=f"{name}GroupOrder",
        one_of=True,
    )


def _having(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    name = f"{entity.name}Having"
    yield input_field("count", "IntFilter | None", namespace)
    yield from family_fields(entity, namespace, attrgetter("having"))
    yield input_field("and", f"list[{name}] | None", namespace, "All of these.")
    yield input_field("or", f"list[{name}] | None", namespace, "At least one of these.")
    yield input_field("not", f"{name} | None", namespace, "Exactly what this does not match.")


def _order(entity: Entity, namespace: Namespace) -> Iterator[StrawberryField]:
    said = "By a key, which must be among those grouped by."
    yield input_field("key", f"{entity.name}Order | None", namespace, said)
    yield input_field("count", optional(Ordering), namespace)
    yield from family_fields(entity, namespace, attrgetter("order"))
