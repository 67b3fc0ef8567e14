"""In charge of answers in parts: operations that ask for them, and what their parts come to."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, cast

import graphql
from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_list_type,
    parse,
    print_ast,
    visit,
)
from graphql.language.parser import Parser

from edge.media import Spec

_DEFERRED = 0.5
_STREAMED = 3  # one of so many lists is, by the name of its field


def in_parts(schema: GraphQLSchema, text: str, random: Random) -> str:
    """The same operation, of which much is left for later."""
    info = TypeInfo(schema)
    made = visit(parse(text), TypeInfoVisitor(info, _Sprinkling(info, random)))
    return print_ast(made)


class _Sprinkling(Visitor):
    """Puts fragments around fields, and directives at fragments and lists."""

    def __init__(self, info: TypeInfo, random: Random) -> None:
        super().__init__()
        self._info = info
        self._random = random
        self._labels = 0

    def leave_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> Any:
        """A fragment may be deferred."""
        return self._deferred(node)

    def leave_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> Any:
        """As well."""
        return self._deferred(node)

    def leave_field(self, node: FieldNode, *_: Any) -> Any:
        """All fields of a name are streamed alike, since they may be asked at one place.

        What is no list may be put into a fragment of its own.
        """
        kind = cast("Any", graphql).get_nullable_type(self._info.get_type())
        if is_list_type(kind):
            number = zlib.crc32(node.name.value.encode())
            if number % _STREAMED == 0:
                said = _directive(f"@stream(initialCount: {number // _STREAMED % 3})")
                return replace(node, directives=(*(node.directives or ()), said))
        elif self._random.random() < 0.2:
            return self._deferred(
                InlineFragmentNode(selection_set=SelectionSetNode(selections=(node,)))
            )
        return None

    def _deferred(self, node: Any) -> Any:
        if self._random.random() > _DEFERRED:
            return node if isinstance(node, InlineFragmentNode) else None
        self._labels += 1
        label = self._random.choice(["", f'(label: "L{self._labels}")', "(if: true)"])
        if self._random.random() < 0.1:
            label = "(if: false)"
        return replace(node, directives=(*(node.directives or ()), _directive(f"@defer{label}")))


def _directive(text: str) -> DirectiveNode:
    parser: Any = Parser(text)
    parser.advance_lexer()
    return parser.parse_directive(is_const=False)


def merged(parts: Sequence[bytes], spec: Spec) -> dict[str, Any]:
    """What a client makes of parts: the data, and all errors."""
    first, *others = [json.loads(part) for part in parts]
    assert first["hasNext"]
    assert [each["hasNext"] for each in others] == [True] * (len(others) - 1) + [False]
    whole = {"data": first["data"], "errors": [*first.get("errors", ())]}
    merge = _merged_by_id if spec is Spec.PENDING else _merged_by_path
    pending = {each["id"]: each for each in first.get("pending", ())}
    for part in others:
        assert set(part) <= {"hasNext", "pending", "incremental", "completed"}
        pending |= {each["id"]: each for each in part.get("pending", ())}
        for each in part.get("incremental", ()):
            whole["errors"] += each.get("errors", ())
            merge(whole["data"], each, pending)
        for each in part.get("completed", ()):
            whole["errors"] += each.get("errors", ())
            del pending[each["id"]]
    assert not pending
    return whole


def _merged_by_id(data: Any, told: Mapping[str, Any], pending: Mapping[str, Any]) -> None:
    into = _at(data, [*pending[told["id"]]["path"], *told.get("subPath", ())])
    if "items" in told:
        into.extend(told["items"])
    else:
        _merge(into, told["data"])


def _merged_by_path(data: Any, told: Mapping[str, Any], _: Any) -> None:
    if "items" in told:
        *path, index = told["path"]
        into = _at(data, path)
        if told["items"] is not None:
            assert len(into) == index
            into.extend(told["items"])
    elif told["data"] is not None:
        _merge(_at(data, told["path"]), told["data"])


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        data = data[key]
    return data


def _merge(into: dict[str, Any], data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        assert key not in into, "nothing is told twice"
        into[key] = value
