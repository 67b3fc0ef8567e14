"""In charge of judging what was read: what is null there may be missing, and have a default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pydantic import ValidationError

from catalog.types import DocumentType, Field, FieldType, ListType, UnionType


class Rereading:
    """Validates values that were read, in which documents have the names of fields.

    Without ``by_name`` models know the fields of documents by the keys that they are stored by.
    """

    def __init__(self, *, by_name: bool) -> None:
        self._by_name = by_name

    def judge(
        self, validate: Callable[[Any], Any], fields: DocumentType, row: dict[str, Any]
    ) -> None:
        """Raises ``ValidationError`` if a row, as models have it, will not do.

        What is null in its documents is left out, unless their models ask for it.
        """
        there = {name: self._there(fields.fields[name].type, row[name]) for name in row}
        try:
            validate(there)
        except ValidationError as error:
            told = error.errors(include_url=False, include_context=False, include_input=False)
            lacking = [each["loc"] for each in told if each["type"] == "missing"]
            if not lacking:
                raise
            for name, *steps in lacking:
                if not steps:
                    there[str(name)] = None
                elif name in there:
                    self._put_null(fields.fields[str(name)].type, there[str(name)], steps)
            validate(there)

    def _there(self, kind: FieldType, value: Any) -> Any:
        """The value, without what is null in documents."""
        if value is None:
            return None
        if isinstance(kind, ListType):
            return [self._there(kind.of, item) for item in cast("list[Any]", value)]
        if isinstance(kind, UnionType):
            kind = kind.member(value.get(kind.tag)) or kind
        if isinstance(kind, DocumentType):
            return {
                self._key(kind.fields[name]): self._there(kind.fields[name].type, item)
                for name, item in value.items()
                if item is not None
            }
        return value

    def _put_null(self, kind: FieldType, value: Any, steps: list[int | str]) -> None:
        """Null, where a validator says that something is missing."""
        step, *inner = steps
        if isinstance(kind, ListType) and isinstance(step, int):
            self._put_null(kind.of, value[step], inner)
        elif isinstance(kind, UnionType) and (member := kind.member(step)):
            self._put_null(member, value, inner)
        elif isinstance(kind, DocumentType):
            for field in kind.fields.values():
                if step in (field.name, field.stored) and inner:
                    self._put_null(field.type, value[self._key(field)], inner)
                elif step in (field.name, field.stored):
                    value[self._key(field)] = None

    def _key(self, field: Field) -> str:
        return field.name if self._by_name else field.stored
