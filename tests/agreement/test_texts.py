"""What is told of a command has nothing of what it looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agreement_documents import DOCUMENTS
from agreement_reads import reads
from agreement_settings import examples
from bson import ObjectId
from hypothesis import assume, given

from catalog import catalog_of
from catalog.query import Read
from catalog.templates import ask_of
from catalog.types import DocumentType, EnumType, FieldType, ListType, UnionType
from datasources.mongo.pipelines import command_of
from datasources.mongo.redacted import command_text

CATALOG = catalog_of(DOCUMENTS)


def _names_in(kind: FieldType) -> Iterator[str]:
    """What the enums of a type have for members, by which their comparisons differ."""
    match kind:
        case EnumType(members=members):
            yield from members
        case ListType(of):
            yield from _names_in(of)
        case DocumentType(fields=fields):
            for field in fields.values():
                yield from _names_in(field.type)
        case UnionType(members=kinds):
            for each in kinds.values():
                yield from _names_in(each)
        case _:
            pass


_NAMES = frozenset(
    name
    for entity in CATALOG.values()
    for field in entity.stored_fields.values()
    for name in _names_in(field.type)
)


@examples(100)
@given(reads(CATALOG))
def test_reads_that_differ_in_values_have_one_text(read: Read) -> None:
    """Whatever is compared with, of each type that has more than one value."""
    ask = ask_of(read)
    other = ask._replace(values=tuple(_other(value) for value in ask.values))
    commands = [command_of(CATALOG, [each.read]) for each in (ask, other)]
    assume(all(commands))
    assume(ask.ordinary)
    ours, theirs = [command_text(command) for command in commands if command]
    assert ours == theirs


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if ObjectId.is_valid(value):
            return value[:-1] + ("1" if value.endswith("0") else "0")
        case str():
            return value if value in _NAMES else f"another {value}"
        case [*items]:
            return type(value)([_other(each) for each in items])
        case _:
            return value
