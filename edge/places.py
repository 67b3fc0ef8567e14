"""In charge of whether files among a request's variables are where its document takes files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import graphql
from graphql import GraphQLSchema

from edge.multipart import refused
from edge.requests import GraphQLRequest
from resolvers.documents.parsing import tree_in
from resolvers.limits.limits import limits_of
from resolvers.uploads import UPLOAD, Upload


def check_places(schema: GraphQLSchema, asked: GraphQLRequest) -> None:
    """Raises ``HttpError`` if a file would come to what takes none, as JSON would take anything.

    A document that is not valid is left to whoever executes it.
    """
    tree = tree_in(asked.query, asked.operation_name, limits_of(schema))
    for definition in (tree.node.variable_definitions or ()) if tree else ():
        name = definition.variable.name.value
        kind = _type_of(schema, definition.type)
        try:
            misplaced = kind and any(_misplaced(kind, (asked.variables or {}).get(name)))
        except RecursionError:
            raise refused(f"The variable `${name}` is nested too deeply.") from None
        if misplaced:
            raise refused(f"The variable `${name}` has a file where it takes none.")


def _misplaced(kind: Any, value: Any) -> Iterator[bool]:
    """Whether each file in a value is where the type takes none."""
    while _is_non_null(kind):
        kind = kind.of_type
    if isinstance(value, Upload):
        yield getattr(kind, "name", None) != UPLOAD
    elif _is_list(kind):
        for item in cast("list[Any]", value) if isinstance(value, list) else [value]:
            yield from _misplaced(kind.of_type, item)
    elif isinstance(value, dict):
        fields: Mapping[str, Any] = getattr(kind, "fields", {})
        for name, item in cast("Mapping[str, Any]", value).items():
            yield from _misplaced(fields[name].type if name in fields else None, item)
    elif isinstance(value, list):
        for item in cast("Iterable[Any]", value):
            yield from _misplaced(None, item)


# graphql-core's own types for these are half unknown.
_type_of = cast("Any", graphql).type_from_ast
_is_list: Callable[[Any], bool] = cast("Any", graphql).is_list_type
_is_non_null: Callable[[Any], bool] = cast("Any", graphql).is_non_null_type
