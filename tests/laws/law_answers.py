"""In charge of an operation's two answers: graphql-core's, and the engine's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import graphql
import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    OverlappingFieldsCanBeMergedRule,
    validate,
)
from law_operations import Operation
from law_worlds import core_of

from auth import ANONYMOUS
from edge.errors import INTERNAL_ERROR, told
from edge.graph import Graph
from resolvers.documents.parsing import Tree, operations_in, parsed, tree_of
from resolvers.operations.answering import as_json
from resolvers.operations.operation import Operation as Understood
from tests.library.answers import comparable_errors, data_in

_execute: Any = graphql.experimental_execute_incrementally


@dataclass(frozen=True)
class Answers:
    """What both ways say to one request; ``direct`` is none where the engine leaves it alone."""

    standard: Any
    direct: Any

    @property
    def agree(self) -> bool:
        """Whether there is no difference, and nothing that neither expected."""
        expected = INTERNAL_ERROR not in str(self.standard)
        return expected and (self.direct is None or self.standard == self.direct)


def understood(graph: Graph, operation: Operation) -> Understood | None:
    """The engine's own understanding of an operation; none if it is in conflict with itself.

    All other rules take ten times as long to check; that operations keep them is seen elsewhere.
    """
    document = parsed(operation.text, None)
    if validate(core_of(graph), document, [OverlappingFieldsCanBeMergedRule]):
        return None
    tree = tree_of(document, "Q")
    assert tree is not None
    return Understood(graph.schema, graph.catalog, operation.text, tree)


async def answers_of(
    graph: Graph, found: Understood, variables: Mapping[str, Any], before: int = 0
) -> Answers:
    """Both answers, each from reads of its own; the engine is asked some times ``before``."""
    tree = found.document.tree
    for _ in range(before):
        await found.run(graph.context(ANONYMOUS), variables)
    answered = await found.run(graph.context(ANONYMOUS), variables)
    by_core = await _by_graphql_core(graph, tree, variables)
    standard = _comparable(as_json(by_core.data), by_core.errors)
    direct = answered and _comparable(answered.data or b"null", answered.errors)
    return Answers(standard, direct)


async def _by_graphql_core(
    graph: Graph, tree: Tree, variables: Mapping[str, Any]
) -> ExecutionResult:
    """What `schema.execute` comes to, but for parsing and validating the document again."""
    others = set(map(id, operations_in(tree.document))) - {id(tree.node)}
    kept = [each for each in tree.document.definitions if id(each) not in others]
    result = _execute(
        core_of(graph),
        DocumentNode(definitions=tuple(kept)),
        context_value=graph.context(ANONYMOUS),
        variable_values=dict(variables),
        executor_class=graph.schema.execution_context_class,
        operation_extensions=None,
    )
    return result if isinstance(result, ExecutionResult) else await result


def _comparable(data: bytes, errors: Any) -> Any:
    """An answer to the byte, whatever the order of its errors and whichever trace they belong to.

    Where a null has spread, an answer need not tell of more than one error within. What orjson
    cannot write has letters beyond ASCII escaped, in that root or in all of them.
    """
    shown = [told(error, before_execution=False) for error in errors or ()]
    held = data_in(data)
    try:
        orjson.dumps(held)
    except TypeError:
        return json.dumps(held), comparable_errors(held, shown)
    return data, comparable_errors(held, shown)
