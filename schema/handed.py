"""In charge of filters and orders of the graph as resolvers of users take them, for `load`."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from catalog.entity import Catalog
from schema.fields import Namespace

_SAID: Final = "bigraph_said"
"""What a field of an input of the user's says itself: another schema has other inputs."""


class Handed:
    """The filters and orders of entities, which users name by text, for one schema."""

    def __init__(self, catalog: Catalog, namespace: Namespace) -> None:
        named = (f"{name}{kind}" for name in catalog for kind in ("Filter", "Order"))
        self._inputs = {name: namespace[name] for name in named if name in namespace}
        self._seen = set[type]()
        for cls in self._inputs.values():
            get_object_definition(cls, strict=True).from_input = _as_given

    def argument(self, argument: StrawberryArgument) -> StrawberryArgument:
        """An argument whose annotation may name them."""
        made = StrawberryArgument(
            argument.python_name,
            argument.graphql_name,
            self._annotation(argument.type_annotation),
            is_subscription=argument.is_subscription,
            description=argument.description,
            default=argument.default,
            deprecation_reason=argument.deprecation_reason,
            directives=argument.directives,
            metadata=argument.metadata,
        )
        self._look_into(made.type_annotation.annotation)
        return made

    def _annotation(self, said: StrawberryAnnotation) -> StrawberryAnnotation:
        named = {**self._inputs, **(said.namespace or {})}
        return StrawberryAnnotation(said.raw_annotation, namespace=named)

    def _look_into(self, annotation: Any) -> None:
        """Has the fields of the inputs that an annotation names name them, too."""
        for cls in _classes_in(annotation):
            definition = get_object_definition(cls)
            own = cls not in self._inputs.values() and cls not in self._seen
            if definition is not None and definition.is_input and own:
                self._seen.add(cls)
                for field in definition.fields:
                    self._complete(field)

    def _complete(self, field: StrawberryField) -> None:
        if _SAID not in field.metadata:
            field.metadata = {**field.metadata, _SAID: field.type_annotation}  # type: ignore[assignment]
        said: StrawberryAnnotation | None = field.metadata[_SAID]
        if said is not None:
            field.type_annotation = self._annotation(said)
            self._look_into(field.type_annotation.annotation)


def _classes_in(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, LazyType):
        annotation = annotation.resolve_type()
    if isinstance(annotation, type) and not typing.get_args(annotation):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _classes_in(inner)


def _as_given(_cls: type, value: Mapping[str, Any], _context: Any) -> Mapping[str, Any]:
    """What GraphQL has made of it, in which all has its names: so `load` takes it."""
    return value
