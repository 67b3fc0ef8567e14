"""In charge of types that users write down: a model in them stands for its generated type."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import Any, Final, cast

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from schema.fields import Namespace

_WRITTEN: Final = "bigraph_written"
"""What a field of the user's says itself: another schema has other generated types."""


class Written:
    """Annotations, and types of the user's own that are named in them, for one schema."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace
        self._seen = set[type]()

    def returned(self, resolver: Callable[..., Any]) -> Any:
        """What a resolver says that it returns, so."""
        hints = typing.get_type_hints(resolver, localns=self.namespace, include_extras=True)
        return self.generated(hints.get("return"))

    def generated(self, annotation: Any) -> Any:
        """The annotation with the generated type wherever it names a model."""
        arguments = typing.get_args(annotation)
        if not arguments:
            return self._class(annotation) if isinstance(annotation, type) else annotation
        inner = tuple(self.generated(argument) for argument in arguments)
        if inner == arguments:
            return annotation
        match typing.get_origin(annotation):
            case typing.Union | types.UnionType:
                return typing.Union[inner]  # noqa: UP007 (built at run time)
            case typing.Annotated:
                return typing.Annotated[inner]
            case origin:
                return origin[inner]

    def _class(self, cls: type) -> type:
        if found := self.namespace.get(cls.__name__):
            return found
        definition = get_object_definition(cls)
        if definition is not None and not definition.is_input and cls not in self._seen:
            self._seen.add(cls)
            for field in definition.fields:
                self._complete(field)
        return cls

    def _complete(self, field: StrawberryField) -> None:
        if _WRITTEN not in field.metadata:
            resolver = cast("Any", field).base_resolver
            said = field.type_annotation or (resolver.type_annotation if resolver else None)
            field.metadata = {**field.metadata, _WRITTEN: said}  # type: ignore[assignment]
        said: StrawberryAnnotation | None = field.metadata[_WRITTEN]
        if said is not None:
            annotation = self.generated(said.annotation)
            named = {**(said.namespace or {}), **self.namespace}
            field.type_annotation = StrawberryAnnotation(annotation, namespace=named)
