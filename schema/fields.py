"""In charge of making Strawberry types and fields from parts, instead of class bodies."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final
from uuid import uuid4

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from catalog.errors import ModelError
from resolvers.documents.info import RawInfo
from resolvers.documents.members import MEMBER, PRODUCE, Member

Namespace = dict[str, Any]
"""The generated classes of one schema by GraphQL name: the dict of a module made for them.

Annotations name classes that do not exist as yet; Strawberry looks them up in the module of the
class that holds the field.
"""

_KNOWN: Final = "__known__"
"""Where a namespace in which no class is missing holds its annotations, read, by their text."""

Produce = Callable[[Any, Info], Awaitable[Any] | Any]


class Later(StrawberryAnnotation):
    """An annotation that may name classes of the same schema, read once they are all there.

    Strawberry asks for it at every step of making a class, and would parse it each time.
    """

    def __init__(self, annotation: object, namespace: Namespace) -> None:
        super().__init__(annotation, namespace=namespace)

    @property
    def annotation(self) -> object:
        """Itself: the class's own annotation of a field, of which a dataclass makes it again."""
        return self

    @annotation.setter
    def annotation(self, value: object) -> None:
        raise NotImplementedError

    def evaluate(self) -> type:
        """What is meant; raises ``NameError`` while classes are missing."""
        known = (self.namespace or {}).get(_KNOWN)
        if known is None:
            raise NameError
        if not isinstance(self.raw_annotation, str):
            return super().evaluate()
        if self.raw_annotation not in known:
            known[self.raw_annotation] = super().evaluate()
        return known[self.raw_annotation]


class ProducedField(StrawberryField):
    """A field whose value the engine produces from the source and the info, arguments unread.

    The engine takes arguments from the document, for a whole selection at once.
    """

    @property
    def is_basic_field(self) -> bool:
        """Always false: Strawberry must hand over the info."""
        return False

    def get_result(
        self,
        source: Any,
        info: Info | None,
        args: list[Any],  # noqa: ARG002 (taken from the document instead)
        kwargs: Any,  # noqa: ARG002
    ) -> Any:
        """Calls the producer that the field was made with."""
        return self.metadata[PRODUCE](source, info)


def leave_arguments(schema: GraphQLSchema) -> None:
    """Has Strawberry make no objects of what is unread: for many rows that takes long."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for field in kind.fields.values():
                definition = field.extensions.get("strawberry-definition")
                if isinstance(definition, ProducedField) and field.resolve:
                    field.resolve = _without_arguments(field.resolve)


def _without_arguments(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def left(source: Any, info: RawInfo, **_: Any) -> Any:
        return resolve(source, info)

    return left


def complete(namespace: Namespace) -> None:
    """Says that all classes are there, so that annotations may be read."""
    namespace[_KNOWN] = {}


@contextmanager
def generated_module() -> Generator[Namespace]:
    """A module for the classes of one schema, found by name until the schema is built."""
    module = ModuleType(f"bigraph_schema_{uuid4().hex}")
    sys.modules[module.__name__] = module
    try:
        yield vars(module)
    finally:
        del sys.modules[module.__name__]


def plain_field(
    python_name: str,
    graphql_name: str,
    annotation: object,
    namespace: Namespace,
    *,
    member: Member | None = None,
    description: str | None = None,
) -> StrawberryField:
    """A field read from its source by ``python_name``."""
    return StrawberryField(
        python_name=python_name,
        graphql_name=graphql_name,
        type_annotation=Later(annotation, namespace),
        description=description,
        metadata={MEMBER: member},
    )


def produced_field(  # noqa: PLR0913 (the parts of a GraphQL field)
    graphql_name: str,
    annotation: object,
    namespace: Namespace,
    produce: Produce,
    *,
    arguments: Sequence[StrawberryArgument] = (),
    member: Member | None = None,
    description: str | None = None,
    directives: Sequence[object] = (),
) -> StrawberryField:
    """A field whose value ``produce`` gives."""
    field = ProducedField(
        python_name=f"{graphql_name}_",  # Strawberry makes a parameter of it: `class` must be none
        graphql_name=graphql_name,
        type_annotation=Later(annotation, namespace),
        description=description,
        metadata={MEMBER: member, PRODUCE: produce},
        directives=directives,
    )
    field.arguments = list(arguments)
    return field


def input_field(
    graphql_name: str,
    annotation: object,
    namespace: Namespace,
    description: str | None = None,
    *,
    required: bool = False,
    directives: Sequence[object] = (),
) -> StrawberryField:
    """A field of an input object, which may be left out unless it is required."""
    return StrawberryField(
        python_name=f"{graphql_name}_",  # `and`, `or` and `not` are no Python names
        graphql_name=graphql_name,
        type_annotation=Later(annotation, namespace),
        description=description,
        default=dataclasses.MISSING if required else strawberry.UNSET,
        directives=directives,
    )


def argument(
    name: str,
    annotation: object,
    namespace: Namespace,
    description: str | None = None,
    *,
    default: object = strawberry.UNSET,
) -> StrawberryArgument:
    """An argument of a produced field; nullable ones, and those with a default, may be left out."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=name,
        type_annotation=Later(annotation, namespace),
        description=description,
        default=default,
    )


def class_of(
    name: str,
    fields: Iterable[StrawberryField],
    namespace: Namespace,
    bases: tuple[type, ...] = (),
) -> type:
    """A class with these Strawberry fields, for `strawberry.type` or `strawberry.input`.

    Raises ``ModelError`` if two have the same name.
    """
    by_name: dict[str, StrawberryField] = {}
    served: set[str | None] = set()
    for field in fields:
        if field.python_name in by_name or field.graphql_name in served:
            mend = "Rename a field or a model that it is made of, or say another __plural__."
            raise ModelError(name, field.graphql_name, "two fields have this name", mend=mend)
        by_name[field.python_name] = field
        served.add(field.graphql_name)
    # Strawberry adds the annotations itself; any given here would replace those of the fields.
    module = namespace["__name__"]
    return type(name, bases, {**by_name, "__annotations__": {}, "__module__": module})
