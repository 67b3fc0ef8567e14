"""In charge of graphql-core's own view of a field: its document and the schema around it."""

from __future__ import annotations

from typing import Any, cast

from graphql import GraphQLResolveInfo, GraphQLSchema
from strawberry import Schema
from strawberry.types.info import Info

RawInfo = GraphQLResolveInfo[Any]


def raw_info(info: Info) -> RawInfo:
    """What Strawberry's info is made of."""
    return cast("RawInfo", getattr(info, "_raw_info"))  # noqa: B009 (Strawberry offers no other way)


def core_of(schema: Schema) -> GraphQLSchema:
    """graphql-core's schema, which Strawberry's stands on."""
    return cast("GraphQLSchema", getattr(schema, "_schema"))  # noqa: B009 (Strawberry's own is hidden)
