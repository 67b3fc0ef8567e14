"""In charge of what users add to the graph: their Strawberry fields on generated types."""

from __future__ import annotations

import copy
import importlib
import pkgutil
import typing
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any, Final, TypeVar, cast

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from catalog.entity import Catalog
from catalog.errors import ModelError
from resolvers.documents.members import MEMBER, Reads
from resolvers.traced import Traced
from schema.fields import Namespace
from schema.handed import Handed
from schema.written import Written

_EXTENDS = "__bigraph_extends__"
_REQUIRES = "__bigraph_requires__"
_SUBSCRIPTION: Final = "Subscription"
_GIVING: Final = {AsyncGenerator, AsyncIterable, AsyncIterator}
_ROOTS: Final = ("Query", "Mutation", _SUBSCRIPTION)

Class = TypeVar("Class", bound=type)
Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def extends(target: type | str) -> Callable[[Class], Class]:
    """Adds the Strawberry fields of a class to a generated type, or to ``"Query"``, ``"Mutation"``
    or ``"Subscription"``.

    A resolver's ``self`` is the row: its attributes are the fields that ``requires`` names.
    """
    name = target if isinstance(target, str) else target.__name__

    def mark(cls: Class) -> Class:
        if vars(cls).get("__strawberry_definition__"):
            mend = "Decorate it with @extends alone, and its fields with @strawberry.field."
            raise ModelError(cls.__name__, None, "is a Strawberry type already", mend=mend)
        setattr(cls, _EXTENDS, name)
        return strawberry.type(cls)

    return mark


def requires(*fields: str) -> Callable[[Resolver], Resolver]:
    """Says which fields of the row a resolver reads; put it below ``@strawberry.field``."""

    def mark(resolver: Resolver) -> Resolver:
        setattr(resolver, _REQUIRES, fields)
        return resolver

    return mark


def extensions_in(package: ModuleType) -> list[type]:
    """The classes marked by ``extends`` in a package's modules."""
    return [
        value
        for module in modules_of(package)
        for value in vars(module).values()
        if isinstance(value, type)
        if value.__module__ == module.__name__ and _EXTENDS in vars(value)
    ]


def modules_of(package: ModuleType) -> list[ModuleType]:
    """A package's modules, itself the first of them."""
    return [
        package,
        *(
            importlib.import_module(f"{package.__name__}.{info.name}")
            for info in pkgutil.iter_modules(getattr(package, "__path__", ()))
        ),
    ]


def attach(catalog: Catalog, namespace: Namespace, extensions: list[type]) -> None:
    """Puts each extension's fields on the type it extends; a collision is a ``ModelError``."""
    written, handed = Written(namespace), Handed(catalog, namespace)
    for extension in extensions:
        target = getattr(extension, _EXTENDS)
        definition = get_object_definition(namespace.get(target))
        if definition is None or definition.is_input:
            known = ", ".join(sorted((*catalog, *_ROOTS)))
            reason = f"extends {target!r}, which is not a type"
            raise ModelError(extension.__name__, None, reason, mend=f"Extend one of: {known}.")
        for field in _fields(catalog, written, extension, target):
            field.arguments = [handed.argument(each) for each in field.arguments]
            for each in (target, *_implementing(catalog, target)):
                _check_free(extension, field, each, namespace)
            for each in (target, *_implementing(catalog, target)):
                _add(field, get_object_definition(namespace[each], strict=True))


def _add(field: StrawberryField, to: StrawberryObjectDefinition) -> None:
    if to.is_interface:
        # Directives say nothing on interfaces: a rule is that of each type that has the field.
        field = copy.copy(field)
        field.directives = []
    to.fields.append(field)


def _check_free(extension: type, field: StrawberryField, target: str, namespace: Namespace) -> None:
    definition = get_object_definition(namespace[target], strict=True)
    taken = {other.graphql_name or other.python_name for other in definition.fields}
    if field.graphql_name in taken:
        reason = f"{target} already has a field {field.graphql_name!r}"
        mend = "Rename it, or give it another name=."
        raise ModelError(extension.__name__, field.python_name, reason, mend=mend)


def _implementing(catalog: Catalog, target: str) -> list[str]:
    """The types that have to have an interface's fields as well."""
    return [entity.name for entity in catalog.values() if target in entity.interfaces] + [
        declared.name for declared in catalog.interfaces if target in declared.interfaces
    ]


def _fields(
    catalog: Catalog, written: Written, extension: type, target: str
) -> Iterator[StrawberryField]:
    definition = get_object_definition(extension, strict=True)
    for declared in definition.fields:
        field = copy.copy(declared)
        said = cast("StrawberryResolver[Any] | None", field.base_resolver)
        if said is None:
            mend = "Decorate a method with @strawberry.field."
            raise ModelError(extension.__name__, field.python_name, "has no resolver", mend=mend)
        _check_kind(extension, field, target)
        resolver = cast("Callable[..., Any]", said.wrapped_func)
        needs: tuple[str, ...] = getattr(resolver, _REQUIRES, ())
        _check_requires(catalog, extension, field.python_name, target, needs)
        field.graphql_name = _graphql_name(field)
        field.metadata = {**field.metadata, MEMBER: Reads(needs)}  # type: ignore[assignment]
        if not field.is_subscription:  # whose answers have a span each
            field.extensions = [*field.extensions, Traced(f"{target}.{field.graphql_name}")]
        annotation = written.returned(resolver)
        if not field.is_subscription:
            _check_streamable(extension, field.python_name, annotation)
        field.type_annotation = StrawberryAnnotation(annotation, namespace=written.namespace)
        yield field


def _check_kind(extension: type, field: StrawberryField, target: str) -> None:
    """Fields of `Subscription` are subscriptions, and no others are."""
    if field.is_subscription != (target == _SUBSCRIPTION):
        kind = "is a subscription" if field.is_subscription else "is no subscription"
        reason = f"{kind}, on {target}"
        mend = "Decorate generators with @strawberry.subscription, on Subscription, and no others."
        raise ModelError(extension.__name__, field.python_name, reason, mend=mend)


def _check_streamable(extension: type, name: str, annotation: Any) -> None:
    """What gives items one by one is a list; Strawberry takes it for one only if it says so."""
    if typing.get_origin(annotation) in _GIVING:
        mend = "Let it return strawberry.Streamable[...] of what it gives."
        raise ModelError(extension.__name__, name, "gives items, but says of no list", mend=mend)


def _graphql_name(field: StrawberryField) -> str:
    head, *tail = field.python_name.split("_")
    return field.graphql_name or head + "".join(part[:1].upper() + part[1:] for part in tail)


def _check_requires(
    catalog: Catalog, extension: type, name: str, target: str, needs: tuple[str, ...]
) -> None:
    owners = {each.name: each.fields for each in (*catalog.values(), *catalog.interfaces)}
    known = tuple(owners.get(target, ()))
    for need in needs:
        if need not in known:
            reason = f"requires {need!r}, which {target} has not"
            mend = f"Require fields of the model: {', '.join(known) or 'it has none'}."
            raise ModelError(extension.__name__, name, reason, mend=mend)
