"""In charge of what generated fields cost, shown by directives: a row is 1, and all else so many.

A model's ``__cost__`` says another weight of its rows, and a user's field what it costs itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from catalog.entity import Catalog, Entity, Relation
from catalog.names import cost_of
from catalog.routine import Gives
from resolvers.documents.measures import AGGREGATE, GROUP_BY
from resolvers.documents.members import MEMBER, Calls, Many, Member, Writes
from resolvers.limits.directives import Cost, ListSize
from resolvers.planning.paging import PageLimits
from resolvers.writes.kinds import Create, Upsert
from schema.fields import Namespace

ACROSS: Final = "1"
"""Of a row: what leads to the other store is asked in a batch of its own."""
FILTERS_ACROSS: Final = "10"
"""A filter or an order by the other store: it is asked first."""
FILTERS_NEAR: Final = "1"
"""The same by a relation of one store: it is joined."""
COMPARED: Final = Cost(weight="0.0625")
"""A value that rows are compared with, or a term of an order: a part of a row, so that a few weigh
about nothing, and a power of two, so that sums are exact.
"""
COUNTS: Final = "5"
SUMS: Final = "10"
"""All rows that the filter leaves are looked at, and not only those of the page."""
WRITES: Final = "10"

_OF_PAGES: Final = {"totalCount": COUNTS, AGGREGATE: SUMS, GROUP_BY: SUMS}


_OF_ROWS: Final = ("Create", "Change", "Key")
"""Inputs of which each is a row: a new one, one that is changed, one that is looked up."""


def add_costs(catalog: Catalog, namespace: Namespace, pages: PageLimits) -> None:
    """Puts ``@cost`` and ``@listSize`` on everything that costs. Raises ``ModelError``."""
    for name, made in namespace.items():
        definition = get_object_definition(made) if isinstance(made, type) else None
        for field in definition.fields if definition else ():
            _add(field, _of_field(name, field, pages))
    for entity in catalog.values():
        relations = {each.api: each for each in entity.relations.values()}
        for suffix in ("", "Group"):
            definition = get_object_definition(namespace[f"{entity.name}{suffix}"], strict=True)
            if not definition.is_interface:
                _add(definition, [Cost(weight=_of_row(entity))])
        for suffix in ("Filter", "Order"):
            definition = get_object_definition(namespace[f"{entity.name}{suffix}"], strict=True)
            for field in definition.fields:
                if relation := relations.get(field.graphql_name or ""):
                    weight = FILTERS_ACROSS if relation.cross_store else FILTERS_NEAR
                    _add(field, [Cost(weight=weight)])
        for suffix in _OF_ROWS:
            if (made := namespace.get(f"{entity.name}{suffix}")) is not None:
                _add(get_object_definition(made, strict=True), [Cost(weight=_of_row(entity))])


def _of_row(entity: Entity) -> str:
    return f"{cost_of(entity.model):g}"


def _add(definition: Any, said: Iterator[object] | list[object]) -> None:
    definition.directives = [*(definition.directives or ()), *said]


def _of_field(owner: str, field: StrawberryField, pages: PageLimits) -> Iterator[object]:
    member: Member | None = field.metadata.get(MEMBER)
    name = field.graphql_name or ""
    match member:
        case Many() | Calls() | Relation():
            if isinstance(member, Relation) and member.cross_store:
                yield Cost(weight=ACROSS)
            if _is_page(member):
                yield _paged(pages, ["first", "last"], ["nodes", "edges"])
        case Writes(write):
            yield Cost(weight=WRITES)
            if write.many:
                given = ["input"] if isinstance(write, Create | Upsert) else strawberry.UNSET
                yield _paged(pages, given, [write.entity.plural])
        case None if owner.endswith("Connection") and name in _OF_PAGES:
            yield Cost(weight=_OF_PAGES[name])
            if name == GROUP_BY:
                yield _paged(pages, ["first"])
        case _:
            pass


def _is_page(member: Many | Calls | Relation) -> bool:
    match member:
        case Many():
            return True
        case Relation(many=many):
            return many
        case Calls(routine):
            return routine.gives is Gives.ROWS


def _paged(pages: PageLimits, arguments: Any, sized: Any = strawberry.UNSET) -> ListSize:
    return ListSize(assumed_size=pages.default, slicing_arguments=arguments, sized_fields=sized)
