"""In charge of completing groups directly: a generated function makes objects of flat records."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLSchema

from catalog import code
from catalog.query import Path
from catalog.summary import GroupKey, Summary
from resolvers.completion.access import Access, access_of
from resolvers.completion.group_forms import (
    Constant,
    GroupForm,
    GroupMember,
    Measured,
    Shared,
    Within,
)
from resolvers.completion.objects import Writer

_ROW, _ROWS = "row", "rows"


def groups_function(
    schema: GraphQLSchema, form: GroupForm, summary: Summary, reader: Any
) -> Callable[[Sequence[Any]], list[dict[str, Any]]]:
    """The function from the groups of a summary to objects."""
    writer = _GroupWriter(Writer(schema, {}), summary, access_of(reader, _ROW))
    result = code.each(writer.object(form.members), _ROW, code.name(_ROWS))
    return code.function([_ROWS], result, writer.known)


class _GroupWriter:
    """Writes the objects of a group, a flat record whose fields are its keys and measures."""

    def __init__(self, writer: Writer, summary: Summary, access: Access) -> None:
        self._writer = writer
        self._fields = summary.groups.fields
        self._keys = {_reached(key): key for key in summary.keys}
        self._access = access

    @property
    def known(self) -> dict[str, Any]:
        """The values of the names in what was written."""
        return self._writer.known

    def object(self, members: Sequence[GroupMember]) -> ast.expr:
        """An object with these members."""
        return code.mapping([(member.key, self._member(member)) for member in members])

    def _member(self, member: GroupMember) -> ast.expr:
        match member:
            case Constant(_, value):
                return code.constant(value)
            case Measured(_, measure, type_):
                return self._value(measure.name, type_)
            case Shared(_, path, type_) if path in self._keys:
                return self._value(self._keys[path].name, type_)
            case Shared():
                return code.constant(None)
            case Within(_, members, path) if path is None or self._is_grouped(path):
                return self.object(members)
            case Within():
                return code.constant(None)

    def _value(self, name: str, type_: str) -> ast.expr:
        return self._writer.value(self._fields[name], type_, self._access)

    def _is_grouped(self, path: Path) -> bool:
        return any(reached[: len(path)] == path for reached in self._keys)


def _reached(key: GroupKey) -> Path:
    return (*(relation.name for relation in key.relations), *key.path)
