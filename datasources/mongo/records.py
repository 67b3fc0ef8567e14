"""In charge of what any stored value comes to, by the type that its model declares.

A value of another type than its model says does not fail the row: an error stands in its place.
Most values have their type, and `reading` takes them without asking here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from catalog.errors import StoredValueError
from catalog.query import Record
from catalog.types import (
    DocumentType,
    EnumType,
    Field,
    FieldType,
    ListType,
    Scalar,
    UnionType,
    step_to,
    stepped_to,
)
from datasources.mongo.decoding import SCALARS, Decode, instance
from datasources.mongo.paths import Tree

Document = Mapping[str, Any]


def _document_decoder(
    scope: DocumentType | UnionType, tree: Tree, where: str
) -> Callable[[Document], Record]:
    if isinstance(scope, UnionType) and scope.tag in tree:
        return _kinds_decoder(scope, tree, where)
    columns = [
        (name, scope.fields[name].stored, _field_decoder(scope.fields[name], inner, where))
        for name, inner in tree.items()
        if stepped_to(name) is None
    ]

    def decode(document: Document) -> Record:
        return {name: value(document.get(stored)) for name, stored, value in columns}

    return decode


def _kinds_decoder(scope: UnionType, tree: Tree, where: str) -> Callable[[Document], Record]:
    """Decodes each document as what its tag tells; one of no known kind as what all are."""
    common = DocumentType(scope.name, scope.fields)
    near = {name: inner for name, inner in tree.items() if stepped_to(name) is None}
    decoders = {
        name: _document_decoder(member, {**near, **tree.get(step_to(name), {})}, where)
        for name, member in scope.types.items()
    }
    other = _document_decoder(common, near, where)
    tag = scope.fields[scope.tag]
    told = _field_decoder(tag, {}, where)

    def decode(document: Document) -> Record:
        member = scope.member(told(document.get(tag.stored)))
        return (decoders[member.name] if member else other)(document)

    return decode


def _field_decoder(field: Field, tree: Tree, where: str) -> Decode:
    return safe_decoder(field.type, tree, f"{where}.{field.name}")


def safe_decoder(kind: FieldType, tree: Tree, where: str) -> Decode:
    """None for null; an error in the value's place where it has not its type."""
    decode = _decoder(kind, tree, where)

    def safely(value: Any) -> Any:
        if value is None:
            return None
        try:
            return decode(value)
        except (TypeError, ValueError, ArithmeticError):
            stored = type(value).__name__
            return StoredValueError(f"{where} holds {stored}, which is no {_label(kind)}.")

    return safely


def _label(kind: FieldType) -> str:
    match kind:
        case Scalar():
            return kind.value
        case EnumType() | DocumentType() | UnionType():
            return kind.name
        case ListType():
            return "list"


def _decoder(kind: FieldType, tree: Tree, where: str) -> Decode:
    match kind:
        case Scalar():
            return SCALARS[kind]
        case EnumType():
            return _enum_decoder(kind)
        case DocumentType():
            return _nested_decoder(_document_decoder(kind, tree, where))
        case UnionType():
            return _member_decoder(kind, _document_decoder(kind, tree, where), where)
        case ListType():
            return _list_decoder(safe_decoder(kind.of, tree, where))


def enum_names(kind: EnumType) -> dict[Any, str]:
    """The members' names by what is stored of them; the first with a value names it."""
    return {kind.members[name]: name for name in reversed(list(kind.members))}


def _enum_decoder(kind: EnumType) -> Decode:
    names = enum_names(kind)

    def decode(value: Any) -> str:
        if value not in names:
            raise ValueError
        return names[value]

    return decode


def _nested_decoder(decode: Decode) -> Decode:
    return lambda value: decode(instance(dict, value))


def _member_decoder(kind: UnionType, decode: Decode, where: str) -> Decode:
    def member(value: Any) -> Record | StoredValueError:
        record = decode(instance(dict, value))
        if kind.member(record.get(kind.tag)) is None:
            return StoredValueError(f"{where} holds a document of no kind that {kind.name} has.")
        return record

    return member


def _list_decoder(decode: Decode) -> Decode:
    return lambda value: [decode(item) for item in cast("list[Any]", instance(list, value))]
