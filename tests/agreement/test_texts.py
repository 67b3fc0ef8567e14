"""What is told of a command has nothing of what it looks for."""

from __future__ import annotations

from typing import Any

from agreement_documents import DOCUMENTS
from agreement_reads import reads
from agreement_settings import examples
from hypothesis import assume, given

from catalog import catalog_of
from catalog.query import Read
from catalog.templates import ask_of
from datasources.mongo.pipelines import command_of
from datasources.mongo.redacted import command_text

CATALOG = catalog_of(DOCUMENTS)


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
        case str():
            return f"another {value}"
        case [*items]:
            return type(value)([_other(each) for each in items])
        case _:
            return value
