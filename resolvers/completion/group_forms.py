"""In charge of the form of aggregates and groups: which keys their objects have, and what of.

A group is a flat record, whose fields are named as its keys and measures are; a form says which of
them stand where.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from graphql import GraphQLObjectType

from catalog.entity import Relation
from catalog.query import Path
from catalog.summary import Function, Measure
from catalog.types import DocumentType, Field
from resolvers.documents.fields import Asked, Scope, asked_fields, named_type_of
from resolvers.documents.measures import AGGREGATE
from resolvers.documents.members import member_of


@dataclass(frozen=True, slots=True)
class Constant:
    """The type's name."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure; ``type`` is the name of its GraphQL type."""

    key: str
    measure: Measure
    type: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A value that the rows of a group share; ``path`` leads there, through relations too.

    It is null in groups that are not grouped by it.
    """

    key: str
    path: Path
    type: str


@dataclass(frozen=True, slots=True)
class Within:
    """An object inside a group's; one that holds shared values has their ``path``.

    With a path, it is null in groups that are grouped by nothing within it.
    """

    key: str
    members: tuple[GroupMember, ...]
    path: Path | None = None


GroupMember = Constant | Measured | Shared | Within


@dataclass(frozen=True, slots=True)
class GroupForm:
    """The one object of an aggregate, or each of a list of groups."""

    members: tuple[GroupMember, ...]


def aggregate_form(scope: Scope, asked: Asked) -> GroupForm:
    """The form of a connection's `aggregate`."""
    return GroupForm(tuple(_functions(scope, asked)))


def group_form(scope: Scope, asked: Asked) -> GroupForm:
    """The form of each group of a connection's `groupBy`."""
    return GroupForm(tuple(_parts(scope, asked)))


def _parts(scope: Scope, asked: Asked) -> Iterator[GroupMember]:
    for part, kind in _asked(scope, asked):
        if part.name == "__typename":
            yield Constant(part.key, kind)
        elif part.name == AGGREGATE:
            yield Within(part.key, tuple(_functions(scope, part)))
        else:
            yield Within(part.key, tuple(_shared(scope, part, ())), ())


def _functions(scope: Scope, asked: Asked) -> Iterator[GroupMember]:
    for part, kind in _asked(scope, asked):
        if part.name == "__typename":
            yield Constant(part.key, kind)
        elif part.name == Function.COUNT.value:
            yield Measured(part.key, Measure(Function.COUNT), "Int")
        else:
            yield Within(part.key, tuple(_measured(scope, part, Function(part.name), ())))


def _measured(scope: Scope, asked: Asked, function: Function, path: Path) -> Iterator[GroupMember]:
    for part, kind in _asked(scope, asked):
        if part.name == "__typename":
            yield Constant(part.key, kind)
            continue
        field = member_of(part.definition)
        assert isinstance(field, Field)  # noqa: S101 (the schema marks them all)
        here = (*path, field.name)
        if isinstance(field.type, DocumentType):
            yield Within(part.key, tuple(_measured(scope, part, function, here)))
        else:
            yield Measured(part.key, Measure(function, here), _type_of(part))


def _shared(scope: Scope, asked: Asked, path: Path) -> Iterator[GroupMember]:
    for part, kind in _asked(scope, asked):
        if part.name == "__typename":
            yield Constant(part.key, kind)
            continue
        member = member_of(part.definition)
        assert isinstance(member, Field | Relation)  # noqa: S101 (the schema marks them all)
        here = (*path, member.name)
        if isinstance(member, Relation) or isinstance(member.type, DocumentType):
            yield Within(part.key, tuple(_shared(scope, part, here)), here)
        else:
            yield Shared(part.key, here, _type_of(part))


def _asked(scope: Scope, asked: Asked) -> Iterator[tuple[Asked, str]]:
    """What is asked of an object of the field's type, with the name of that type."""
    kind = cast("GraphQLObjectType", named_type_of(asked))
    for part in asked_fields(scope, kind, asked.nodes, meta=True):
        yield part, kind.name


def _type_of(asked: Asked) -> str:
    return named_type_of(asked).name
