"""In charge of one subscription: whether it may be, and the answers to its events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from graphql import GraphQLError

from auth import Principal
from edge.errors import told
from edge.graph import Graph
from edge.observe import observed
from edge.replies import Body
from edge.requests import GraphQLRequest
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Tree
from resolvers.documents.validation import refusals_of
from resolvers.operations.answering import as_json
from resolvers.policies import policies_asked
from resolvers.reasons import Form, Reason
from resolvers.subscriptions import Source, source_of
from telemetry import count_completion


class Subscribing:
    """A subscription that is asked for. It is begun once, by whoever asks."""

    def __init__(self, graph: Graph, asked: GraphQLRequest, tree: Tree) -> None:
        self._graph = graph
        self.asked = asked
        self._tree = tree
        self._core = core_of(graph.schema)
        self._source: Source | None = None
        self._name = tree.node.name.value if tree.node.name else None

    async def begin(self, principal: Principal) -> Body | None:
        """Nothing; or why it cannot be."""
        context, given = self._graph.context(principal), self.asked.variables or {}
        try:
            errors = refusals_of(self._core, self.asked.query, self._tree, context, given)
        except RecursionError as error:
            errors = [GraphQLError("Nested too deeply.", original_error=error)]
        if errors:
            return _refused(errors, before_execution=True)
        with observed(self._name, "subscription", self.asked.query):
            source = await source_of(
                self._graph.schema, self._tree, await self._knowing(context), given
            )
        if not isinstance(source, Source):
            return _refused(source, before_execution=False)
        self._source = source
        return None

    async def events(self) -> AsyncGenerator[Any]:
        """What there is to be told of. Raises ``GraphQLError``."""
        assert self._source is not None  # noqa: S101 (it is begun)
        async for event in self._source.events():
            yield event

    async def answer(self, event: Any, principal: Principal) -> Body:
        """What somebody is told of an event: read now, by the rights of now."""
        assert self._source is not None  # noqa: S101 (it is begun)
        context = await self._knowing(self._graph.context(principal))
        with observed(self._name, "subscription", self.asked.query):
            result = await self._source.answer(event, context)
        count_completion(Form.STANDARD, Reason.OPERATION)
        context.loaders.forget()
        errors = [told(error, before_execution=False) for error in result.errors or ()]
        return Body(as_json(result.data), errors)

    async def _knowing(self, context: Context) -> Context:
        """The same, once it is known which policies hold that are asked about."""
        names = policies_asked(self._core, self._tree)
        return await context.knowing(names) if names else context


def failed(error: GraphQLError) -> Body:
    """The end of a subscription whose source has failed."""
    return _refused([error], before_execution=False)


def _refused(errors: Sequence[GraphQLError], *, before_execution: bool) -> Body:
    return Body(None, [told(error, before_execution=before_execution) for error in errors])
