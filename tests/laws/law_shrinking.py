"""In charge of making an operation smaller as long as it still shows what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

_REMOVABLE = (
    OperationDefinitionNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ArgumentNode,
    DirectiveNode,
    ObjectFieldNode,
)

Asked = tuple[str, Mapping[str, Any]]
"""A document, and the values of its variables."""


async def smallest(
    schema: GraphQLSchema, asked: Asked, fails: Callable[[Asked], Awaitable[bool]]
) -> Asked:
    """What is left when nothing more can be taken away without its ceasing to fail."""
    at, since = 0, 0  # the node to do without next, and for how many none could be spared
    while since < (count := len(_found(parse(asked[0]), Node))):
        at = at % count
        smaller = _without(schema, asked, at)
        if smaller and await fails(smaller):
            asked, since = smaller, 0
        else:
            at, since = at + 1, since + 1
    return asked


def _without(schema: GraphQLSchema, asked: Asked, at: int) -> Asked | None:
    """The operation without the node of this number; None if it would be none."""
    text, values = asked
    document = parse(text, no_location=True)
    lesser = visit(document, _Without(at))
    if lesser is document or validate(schema, lesser := _used(lesser)):
        return None
    if any(not node.selections for node in _found(lesser, SelectionSetNode)):
        return None
    names = {node.name.value for node in _found(lesser, VariableNode)}
    return print_ast(lesser), {name: v for name, v in values.items() if name in names}


def _found(document: DocumentNode, kind: type[Any]) -> list[Any]:
    met: list[Any] = []

    class Meets(Visitor):
        def enter(self, node: Node, *_: Any) -> None:
            if isinstance(node, kind):
                met.append(node)

    visit(document, Meets())
    return met


@dataclass
class _Without(Visitor):
    """Takes away the node of this number."""

    at: int

    def __post_init__(self) -> None:
        super().__init__()
        self._met = -1

    def enter(self, node: Node, _key: Any, parent: Any, *_: Any) -> Any:
        """Counts, and takes away one."""
        self._met += 1
        if self._met != self.at:
            return None
        listed = isinstance(parent, tuple | list)
        return REMOVE if listed and isinstance(node, (*_REMOVABLE, ValueNode)) else None


def _used(document: DocumentNode) -> DocumentNode:
    """The document without fragments and variables that nothing in it names."""
    spread = {node.name.value for node in _found(document, FragmentSpreadNode)}
    kept = tuple(
        node
        for node in document.definitions
        if not isinstance(node, FragmentDefinitionNode) or node.name.value in spread
    )
    lesser = DocumentNode(definitions=kept)
    if len(kept) < len(document.definitions):
        return _used(lesser)
    names = [node.name.value for node in _found(lesser, VariableNode)]
    return visit(lesser, _Declaring({name for name in names if names.count(name) > 1}))


@dataclass
class _Declaring(Visitor):
    """Takes away the declarations of other variables."""

    names: set[str]

    def __post_init__(self) -> None:
        super().__init__()

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        """Each variable is declared once, and named where it is used."""
        return None if node.variable.name.value in self.names else REMOVE
