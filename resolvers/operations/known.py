"""In charge of the documents that were asked for lately: understood once, and then at hand.

What cannot be answered here, as what is not valid or no query, is left to graphql-core as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import GraphQLError, GraphQLSchema, OperationType
from strawberry import Schema
from strawberry.extensions import SchemaExtension

from catalog.entity import Catalog
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Tree, operations_in, parsed, tree_of
from resolvers.documents.validation import errors_in
from resolvers.limits.limits import limits_of
from resolvers.operations.operation import Operation
from resolvers.operations.remembered import Remembered

_LONGEST: Final = 20_000  # characters of a document that is kept
_ALL: Final = 170_000
"""Characters of all that are kept, counted once for a document and once for each of its plans.

Each stands for some 45 bytes where rows answer, and for twice that where a tree is kept: so they
take some 8 to 15 megabytes. A few hundred documents of a screen each have room in one generation.
"""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a document asks for, if it is answered here; weighed by its characters."""

    characters: int
    operation: Operation | None

    @property
    def weight(self) -> int:
        """Of the text, and of the plans."""
        return self.characters + (self.operation.weight if self.operation else 0)


class Operations:
    """The operations of a schema's documents, those asked for lately at hand."""

    def __init__(self, schema: Schema, catalog: Catalog) -> None:
        self._core = core_of(schema)
        # A hook around every field must be called for every field; directives are such hooks.
        hooks: list[Any] = [type(each) for each in cast("Any", schema).get_extensions()]
        none: Any = SchemaExtension
        self._hooked = any(hook.resolve is not none.resolve for hook in hooks)
        self._schema = schema
        self._catalog = catalog
        self._understood = Remembered[tuple[str, str | None], Understood](_ALL)
        self._trusted: Mapping[str, Mapping[str | None, Operation]] = {}

    @property
    def may_divide(self) -> bool:
        """Whether answers may come in parts: not where Strawberry must execute all."""
        return not self._hooked

    def find(self, query: str, name: str | None) -> Operation | None:
        """The query of this name in a document; None if it is to be left to graphql-core."""
        if self._trusted and (known := self._trusted.get(query)) is not None:
            return known.get(name)
        if self._hooked or len(query) > _LONGEST:
            return None
        understood = self._understood.find((query, name))
        if understood is None:
            understood = self._understand(query, name)
            self._understood.keep((query, name), understood)
        return understood.operation

    def learned(self, query: str) -> Mapping[str | None, Operation]:
        """All queries of a document by their names, one alone also without; known ones as they are.

        Raises ``GraphQLError`` for what is not valid.
        """
        if (known := self._trusted.get(query)) is not None:
            return known
        document = parsed(query, limits_of(self._core))
        if errors := errors_in(self._core, document, inside=True):
            raise errors[0]
        nodes = () if self._hooked else operations_in(document)
        named = {node.name.value if node.name else None: Tree(document, node) for node in nodes}
        found = {
            name: Operation(self._schema, self._catalog, query, tree)
            for name, tree in named.items()
            if _is_ours(tree)
        }
        return (
            {**found, None: next(iter(found.values()))} if len(named) == len(found) == 1 else found
        )

    def trust(self, found: Mapping[str, Mapping[str | None, Operation]]) -> None:
        """Has these at hand for good, by their texts and names, in place of those before."""
        self._trusted = found

    def _understand(self, query: str, name: str | None) -> Understood:
        tree = _valid(self._core, query, name)
        if tree is None:
            return Understood(len(query), None)
        grow = self._understood.grow
        operation = Operation(self._schema, self._catalog, query, tree, grow)
        return Understood(len(query), operation)

    def problems(
        self, query: str, name: str | None, *, inside: bool = False
    ) -> Sequence[GraphQLError]:
        """What is wrong with a document, or with the choice of an operation in it.

        Those inside are told all of it, whatever the schema tells of itself.
        """
        try:
            document = parsed(query, limits_of(self._core))
        except (GraphQLError, RecursionError) as error:
            return [
                error if isinstance(error, GraphQLError) else GraphQLError("Nested too deeply.")
            ]
        if errors := errors_in(self._core, document, inside=inside):
            return errors
        nodes = operations_in(document)
        names = [node.name.value if node.name else "" for node in nodes]
        if name is None and len(nodes) == 1:
            return []
        if name in names:
            return []
        return [GraphQLError(f"Name one of the document's operations: {', '.join(names)}.")]


def _valid(core: GraphQLSchema, query: str, name: str | None) -> Tree | None:
    """The query that is asked for, if it is one, and its whole document is valid."""
    try:
        document = parsed(query, limits_of(core))
        if errors_in(core, document):
            return None
    except (GraphQLError, RecursionError, ValueError):
        return None
    tree = tree_of(document, name)
    return tree if tree is not None and _is_ours(tree) else None


def _is_ours(tree: Tree) -> bool:
    return tree.node.operation is OperationType.QUERY and not tree.node.directives
