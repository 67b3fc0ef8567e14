"""In charge of Relay connections: the types of a page, and the arguments that ask for it."""

from __future__ import annotations

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from catalog.entity import Entity
from resolvers.documents.measures import AGGREGATE, GROUP_BY
from resolvers.planning.summaries import resolve_summary
from schema.annotations import optional
from schema.fields import Namespace, argument, class_of, plain_field, produced_field
from schema.groups import group_arguments


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """The four fields of the Relay specification."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def add_connection(entity: Entity, namespace: Namespace) -> None:
    """Puts the entity's connection and edge types into the namespace."""
    unless_known = " | None" if entity.kinds else ""  # a row may be of a kind that no model has
    node = f"{entity.name}{unless_known}"
    made = {
        f"{entity.name}Edge": _edge_fields(node, namespace),
        f"{entity.name}Connection": [
            *_page_fields(entity.name, node, namespace),
            *_summary_fields(entity.name, namespace),
        ],
    }
    for name, fields in made.items():
        namespace[name] = strawberry.type(class_of(name, fields, namespace), name=name)


def _edge_fields(node: str, namespace: Namespace) -> list[StrawberryField]:
    return [
        plain_field("node", "node", node, namespace),
        plain_field("cursor", "cursor", str, namespace, description="Where to go on from here."),
    ]


def _page_fields(name: str, node: str, namespace: Namespace) -> list[StrawberryField]:
    nodes = f"list[{node}]"
    total = "How many there are on all pages; counted only if asked for."
    return [
        plain_field("edges", "edges", f"list[{name}Edge]", namespace, description="With cursors."),
        plain_field("nodes", "nodes", nodes, namespace, description="Without cursors."),
        plain_field("page_info", "pageInfo", PageInfo, namespace),
        plain_field("total_count", "totalCount", int, namespace, description=total),
    ]


def _summary_fields(name: str, namespace: Namespace) -> list[StrawberryField]:
    return [
        produced_field(
            AGGREGATE,
            f"{name}Aggregate",
            namespace,
            resolve_summary,
            description="Computed over the rows of all pages; only what is asked for.",
        ),
        produced_field(
            GROUP_BY,
            f"list[{name}Group]",
            namespace,
            resolve_summary,
            arguments=group_arguments(name, namespace),
            description="The rows of all pages as groups, each with aggregates of its own.",
        ),
    ]


def connection_arguments(name: str, namespace: Namespace) -> list[StrawberryArgument]:
    """The arguments of a connection of the entity of this name."""
    number, text = optional(int), optional(str)
    return [
        argument("where", f"{name}Filter | None", namespace, "Which rows."),
        argument("orderBy", f"list[{name}Order] | None", namespace, "The order; the key ends it."),
        argument("first", number, namespace, "The size of a page, from its start."),
        argument("after", text, namespace, "The cursor that the page comes after."),
        argument("last", number, namespace, "The size of a page, from its end."),
        argument("before", text, namespace, "The cursor that the page comes before."),
        argument("offset", number, namespace, "How many rows to pass over first."),
    ]  # fmt: skip
