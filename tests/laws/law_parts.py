"""In charge of operations that ask for answers in parts."""

from __future__ import annotations

import zlib
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
