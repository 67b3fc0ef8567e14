"""In charge of who is told what of the schema: by introspection, and by what errors suggest.

Execution is the same for all; this is about what a schema says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    NamedTypeNode,
    VariableDefinitionNode,
    Visitor,
    is_introspection_type,
    visit,
)
from graphql.pyutils import Path

from catalog.errors import BigraphError
from resolvers.documents.coercion import CoercingContext
from resolvers.documents.info import RawInfo

_EXTENSION: Final = "bigraph.introspection"
QUESTIONS: Final = ("__schema", "__type")
"""The fields that ask about a schema."""
_SUGGESTION: Final = " Did you mean "
_UNTOLD: Final = (
    "This does not fit the schema, of which nothing is told here: a name is unknown, a value does"
    " not fit, something required is missing; or what must have a selection has none, or what must"
    " not have a selection since type or field has no subfields has one."
)
"""It lists what may be wrong, and tells nobody which it is.

Programs that guess names, as clairvoyance, take each for one of the schema unless they are told in
graphql-core's words that it is not; and they take all back where they are told these words.
"""


class Introspection(StrEnum):
    """What of the schema is told."""

    ALL = "all"
    """All of it, to everybody."""
    ALLOWED = "allowed"
    """To each viewer what the rules let such a one use."""
    OFF = "off"
    """Nothing."""


class IntrospectionError(BigraphError):
    """A question about the schema, where none is answered."""

    code = "INTROSPECTION_DISABLED"


def set_introspection(schema: GraphQLSchema, introspection: Introspection) -> None:
    """Says it of a schema, which else tells all."""
    schema.extensions[_EXTENSION] = introspection


def introspection_of(schema: GraphQLSchema) -> Introspection:
    """What of a schema is told."""
    return schema.extensions.get(_EXTENSION, Introspection.ALL)


def questions_in(document: DocumentNode) -> list[FieldNode]:
    """Where a document asks about the schema; `__typename` says nothing of it."""
    found = _Questions()
    visit(document, found)
    return found.nodes


def refusals(document: DocumentNode) -> Iterator[GraphQLError]:
    """What is told of each question about the schema, where none is answered."""
    for node in questions_in(document):
        error = IntrospectionError("Nothing is told of the schema here.")
        yield GraphQLError(error.message, node, original_error=error)


def untold(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """Where something does not fit the schema, if anything does not, and no more of it.

    Each place is told once, so that neither the number of errors nor their order tells anything.
    """
    places = {node.loc.start: node for error in errors for node in error.nodes or () if node.loc}
    return [GraphQLError(_UNTOLD, [places[at] for at in sorted(places)])] if errors else []


def together(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors, of which those that say the same are one, at all of their places."""
    said: dict[tuple[str, object], list[GraphQLError]] = {}
    for error in errors:
        said.setdefault((error.message, type(error.original_error)), []).append(error)
    return [_one(each) for each in said.values()]


def _one(errors: Sequence[GraphQLError]) -> GraphQLError:
    first = errors[0]
    if len(errors) == 1:
        return first
    nodes = [node for error in errors for node in error.nodes or ()]
    return GraphQLError(
        first.message, nodes, original_error=first.original_error, extensions=first.extensions
    )


def reworded(
    errors: Sequence[GraphQLError], suggesting: Sequence[GraphQLError]
) -> list[GraphQLError]:
    """The errors, which suggest nothing, with what others about the same places suggest."""
    return [_with_suggestion(error, suggesting) for error in errors]


def _with_suggestion(error: GraphQLError, suggesting: Sequence[GraphQLError]) -> GraphQLError:
    for other in suggesting:
        said, found, _ = other.message.partition(_SUGGESTION)
        if found and error.message.startswith(said.rstrip(".")) and other.nodes == error.nodes:
            return other
    return error


class Untelling(CoercingContext):
    """Executes where nothing is told: of inputs that do not fit, it is said where, and not why."""

    @classmethod
    def build(cls, schema: GraphQLSchema, *given: Any, **named: Any) -> Any:
        """An executor, or the errors of a request that cannot be executed."""
        made = super().build(schema, *given, **named)
        if not isinstance(made, list):
            return made
        return together([_untold_value(schema, each) for each in cast("list[GraphQLError]", made)])


def _untold_value(schema: GraphQLSchema, error: GraphQLError) -> GraphQLError:
    """The same of a variable whose type is a leaf, which its operation names itself."""
    for node in error.nodes or ():
        if isinstance(node, VariableDefinitionNode):
            kind: Any = node.type
            while not isinstance(kind, NamedTypeNode):
                kind = kind.type
            where, amiss, _ = error.message.partition(": ")
            if amiss and isinstance(schema.get_type(kind.name.value), GraphQLInputObjectType):
                return GraphQLError(f"{where}.", node)
    return error


class _Questions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[FieldNode] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value in QUESTIONS:
            self.nodes.append(node)


class Telling(CoercingContext):
    """Executes what asks about the schema as if it were the one that the viewer sees."""

    def build_resolve_info(
        self, field_def: Any, field_nodes: list[FieldNode], parent_type: Any, path: Path
    ) -> RawInfo:
        """Of a field; those of introspection are told of another schema."""
        info = cast("Any", super()).build_resolve_info(field_def, field_nodes, parent_type, path)
        if info.field_name in QUESTIONS or is_introspection_type(info.parent_type):
            return info._replace(schema=self.context_value.shown)
        return info
