"""In charge of parsing: documents as trees, without the tokens that they were made of.

In graphql-core's trees each node knows the tokens where it begins and ends, and each token its
neighbours: half of what a tree weighs. Where a node stands, which errors tell, is known without.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    Location,
    OperationDefinitionNode,
    Source,
    Token,
    TokenKind,
)
from graphql.language.parser import Parser
from strawberry.extensions import SchemaExtension

from resolvers.documents.info import core_of
from resolvers.documents.lexing import QuickLexer
from resolvers.limits.limits import Limits, limits_of
from resolvers.limits.tokens import check_text
from telemetry.stages import stage

KNOWN: Final = 32
"""Documents that are left to Strawberry as a whole and remembered, with what is wrong with them."""

_SHORT: Final = 5_000  # characters of one of them
_NO_TOKEN: Final = Token(TokenKind.SOF, 0, 0, 0, 0)


class Tree(NamedTuple):
    """A document, and one of its operations."""

    document: DocumentNode
    node: OperationDefinitionNode


def parsed(query: str, limits: Limits | None) -> DocumentNode:
    """The document; raises ``GraphQLError``, and RecursionError if it is nested too deeply.

    One that is longer than may be is refused before any of it is parsed.
    """
    if limits is not None:
        check_text(query, limits)
    with stage("parse"):
        return _Parser(query).parse_document()


def operations_in(document: DocumentNode) -> list[OperationDefinitionNode]:
    """All operations of a document."""
    return [n for n in document.definitions if isinstance(n, OperationDefinitionNode)]


def tree_of(document: DocumentNode, name: str | None) -> Tree | None:
    """The operation of this name, or the only one; None if there is none, or more."""
    nodes = operations_in(document)
    named = [n for n in nodes if name is None or (n.name and n.name.value == name)]
    return Tree(document, named[0]) if len(named) == 1 else None


def tree_in(query: str, name: str | None, limits: Limits) -> Tree | None:
    """The same of a text; None if that is no document either."""
    try:
        return tree_of(parsed(query, limits), name)
    except (GraphQLError, RecursionError):
        return None


class Document:
    """One operation of a valid document, whose tree may be let go, and is then read again."""

    def __init__(self, query: str, tree: Tree) -> None:
        self.query = query
        self.name = tree.node.name.value if tree.node.name else None
        self._tree: Tree | None = tree

    @property
    def tree(self) -> Tree:
        """The tree, which is kept from now on."""
        if self._tree is None:
            self._tree = tree_of(parsed(self.query, None), self.name)
        assert self._tree is not None  # noqa: S101 (it was there before)
        return self._tree

    def let_go(self) -> None:
        """The tree may not be needed again."""
        self._tree = None


def is_short(query: str | None) -> bool:
    """Whether a document may be remembered together with its tree."""
    return bool(query) and len(query) <= _SHORT


class Parsing(SchemaExtension):
    """Parses in Strawberry's place; short documents that came lately are known."""

    def on_parse(self) -> Iterator[None]:
        """Before Strawberry would, which does what is left: long ones, and those that are wrong.

        Raises ``GraphQLError`` for one that is longer than may be.
        """
        context = self.execution_context
        limits = limits_of(core_of(context.schema))
        check_text(context.query or "", limits)
        context.parse_options["max_tokens"] = limits.tokens
        if is_short(context.query):
            with suppress(GraphQLError, RecursionError):
                context.graphql_document = _remembered(cast("str", context.query), None)
        yield


class _Parser(Parser):
    """Parses without counting tokens, which is done before."""

    def __init__(self, query: str) -> None:
        source = Source(query)
        super().__init__(source, lexer=QuickLexer(source))

    def advance_lexer(self) -> None:
        self._lexer.advance()

    def loc(self, start_token: Token) -> Location | None:
        location = Location(_NO_TOKEN, _NO_TOKEN, self._lexer.source)
        location.start, location.end = start_token.start, self._lexer.last_token.end
        return location


_remembered = lru_cache(KNOWN)(parsed)
