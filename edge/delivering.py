"""In charge of one query whose answer comes in parts: what is told at once, and what later.

Whatever becomes of it, what it still has read ends with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any, cast

from graphql import ExecutionResult

from catalog.ending import ended
from edge import busy
from edge.errors import told
from edge.graph import Graph
from edge.media import Spec
from edge.observe import observed
from edge.parts import Part, Telling, telling
from edge.replies import Body
from edge.requests import GraphQLRequest
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Tree
from resolvers.operations.answering import as_json
from resolvers.operations.operation import Operation
from resolvers.parts import begun
from resolvers.policies import policies_asked
from telemetry import span


class Delivery:
    """The answer to a valid query, in parts. It is begun once.

    With its ``operation`` root fields that come in one piece are completed directly.
    """

    def __init__(
        self,
        graph: Graph,
        asked: GraphQLRequest,
        tree: Tree,
        context: Context,
        spec: Spec,
        operation: Operation | None,
    ) -> None:
        self._graph = graph
        self._asked = asked
        self._tree = tree
        self._spec = spec
        self._operation = operation
        self._context = context
        self._others: AsyncGenerator[Any] | None = None
        self._pending: list[Any] = []
        self._telling: Telling | None = None
        self._goes_on = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left for later."""
        return self._others is None

    async def begin(self) -> Body:
        """What is told at once. Raises ``HttpError``."""
        name = self._tree.node.name.value if self._tree.node.name else None
        names = policies_asked(core_of(self._graph.schema), self._tree)
        if names:
            self._context = await self._context.knowing(names)
        given = self._asked.variables or {}
        known = self._operation
        divided = replace(
            self._context, answers=known.answers(self._context, given) if known else {}
        )
        with observed(name, "query", self._asked.query):
            result = await begun(self._graph.schema, self._tree, divided, given)
        if isinstance(result, ExecutionResult):
            return self._body(result)
        self._others = cast("AsyncGenerator[Any]", result.subsequent_results)
        first = result.initial_result
        self._pending = first.pending
        self._telling = telling(self._spec, first.data)
        return self._body(first)

    def first(self, body: Body) -> Part:
        """What is told at once, as a part."""
        assert self._telling is not None  # noqa: S101 (it is not whole)
        return self._telling.first(body, self._pending)

    async def next(self) -> Part | None:
        """Another part; None if there is none."""
        assert self._telling is not None  # noqa: S101 (it is not whole)
        assert self._others is not None  # noqa: S101 (as well)
        self._goes_on = True
        with span("part"):
            async for result in self._others:
                if (part := self._telling.next(result)) is not None:
                    return part
        return None

    def broken_off(self, error: dict[str, Any]) -> Part:
        """What is told in place of the parts that will not come."""
        assert self._telling is not None  # noqa: S101 (it is not whole)
        return self._telling.broken_off(error)

    async def aclose(self) -> None:
        """Ends it: nothing more is read."""
        try:
            if self._others is not None:
                await self._close(self._others)
        finally:
            await ended(self._context.begun)
            self._context.begun.clear()
            self._context.loaders.forget()

    async def _close(self, others: AsyncGenerator[Any]) -> None:
        """Ends what makes the other parts; graphql-core ends only what it has been asked for."""
        if not self._goes_on:
            asked = asyncio.ensure_future(anext(others))
            await asyncio.sleep(0)
            await ended({asked})
        await others.aclose()

    def _body(self, result: Any) -> Body:
        errors = [told(error, before_execution=False) for error in result.errors or ()]
        refused = result.data is None and any("path" not in each for each in errors)
        body = Body(None if refused else as_json(result.data), errors)
        return busy.checked(body) if errors else body
