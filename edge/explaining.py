"""In charge of explaining an operation that is executed: how, and what each store made of it.

Queries are answered as ever, but that nothing of them is kept anywhere: so all that they ask is
asked. Then each store is asked for its own plan of it. Mutations are not made; only what they would
do is told.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationType

from auth import Principal
from catalog.entity import Entity
from catalog.explained import Explains, StorePlan
from catalog.query import Answer, Key, Read, Readable
from catalog.summary import Summary
from catalog.templates import Ask, ask_of
from edge.costs import cost_of, estimated
from edge.errors import HttpError, error_body, told
from edge.graph import Graph
from edge.insight import Insight
from edge.observe import observed
from edge.replies import Body
from edge.requests import GraphQLRequest
from resolvers.context import Context
from resolvers.documents.info import core_of
from resolvers.documents.parsing import Tree, tree_in
from resolvers.limits.limits import limits_of
from resolvers.operations.explain import root_text
from resolvers.operations.operation import Operation
from resolvers.operations.root_plans import Root
from resolvers.reasons import Form, Reason
from resolvers.writes.kinds import Alter, Create, Remove, Upsert, Write
from resolvers.writes.others import others_in, writes_in
from telemetry import current
from telemetry.stages import stages_of


class Noted(NamedTuple):
    """One call of a store: when it began and for how long, in seconds, and what came of it."""

    source: Readable
    asks: Sequence[Ask]
    began: float
    seconds: float
    rows: int


class Watching:
    """A source, of whose calls each is noted."""

    def __init__(self, source: Readable, noted: list[Noted]) -> None:
        self.store = source.store
        self._source = source
        self._noted = noted

    @property
    def policy(self) -> str:
        """Whom it reads for."""
        return self._source.policy

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Answers each read."""
        return await self.run([ask_of(read) for read in reads])

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        began, rows = time.perf_counter(), 0
        try:
            found = await self._source.run(asks)
            rows = sum(len(answer.raw) for answers in found for answer in answers.values())
            return found
        finally:
            seconds = time.perf_counter() - began
            self._noted.append(Noted(self._source, asks, began, seconds, rows))

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """How many rows there are, more or less."""
        return await self._source.sizes(entities)


def check_may(insight: Insight, principal: Principal) -> None:
    """Raises ``HttpError`` unless this one may be told."""
    if not insight.is_for(principal):
        message = "You may not be told how operations are answered here."
        hint = "Ask without `extensions.explain`; an operator may allow it by INSIGHT."
        raise HttpError(403, "EXPLAIN_REFUSED", message, hint=hint)


LeftToStrawberry = Callable[[Context], Awaitable[Body]]
"""What answers the request with this context, as a whole."""


async def explained(
    graph: Graph, asked: GraphQLRequest, principal: Principal, left: LeftToStrawberry
) -> Body:
    """The answer, with its explanation; what is not valid does nothing, and is answered as ever."""
    noted: list[Noted] = []
    context = graph.watched(principal, lambda source: Watching(source, noted))
    tree = tree_in(asked.query, asked.operation_name, limits_of(core_of(graph.schema)))
    if tree is None or graph.operations.problems(asked.query, asked.operation_name):
        return await left(context)
    if tree.node.operation is not OperationType.QUERY:
        return _not_made(graph, asked, tree)
    operation = graph.operations.find(asked.query, asked.operation_name)
    body, roots = await _answered(operation, asked, context, left)
    if body.data is None and not roots:
        return body
    tally = current()
    stages = stages_of(tally, time.perf_counter())
    return body._replace(
        explain={
            "roots": [_root(root, context) for root in roots],
            **({} if roots else {"whole": {"form": Form.STANDARD, "reason": Reason.OPERATION}}),
            "calls": [await _call(each, tally.began) for each in noted],
            "stages": {name: _ms(seconds) for name, seconds in stages.items()},
            "cost": cost_of(core_of(graph.schema), asked, body),
        }
    )


async def _answered(
    operation: Operation | None, asked: GraphQLRequest, context: Context, left: LeftToStrawberry
) -> tuple[Body, Sequence[Root]]:
    """The answer, and how its root fields were: not known of what graphql-core has as a whole."""
    if operation is None:
        return await left(context), ()
    context = await operation.knowing(context)
    with observed(operation.document.name, "query", asked.query):
        answered = await operation.run(context, asked.variables)
    if answered is None:
        return await left(context), ()  # variables that do not fit, or too much in them
    roots = operation.explained(context.planner, asked.variables or {})
    if isinstance(roots, GraphQLError):
        return await left(context), ()
    errors = [told(error, before_execution=False) for error in answered.errors]
    return Body(answered.data or b"null", errors), roots


def _root(root: Root, context: Context) -> Mapping[str, Any]:
    why = {"reason": root.refused.reason, "why": str(root.refused)} if root.refused else {}
    return {"field": root.key, "form": root.form, **why, "plan": root_text(root, context.reach)}


async def _call(noted: Noted, began: float) -> Mapping[str, Any]:
    plans: Sequence[StorePlan] = ()
    if isinstance(noted.source, Explains):
        plans = await noted.source.explained(noted.asks)
    return {
        "store": noted.source.store.value,
        "at": _ms(noted.began - began),
        "duration": _ms(noted.seconds),
        "rows": noted.rows,
        "statements": [
            {name: each for name, each in plan._asdict().items() if each is not None}
            for plan in plans
        ],
    }


def _not_made(graph: Graph, asked: GraphQLRequest, tree: Tree) -> Body:
    """What a mutation would do; its answer is that it was not made."""
    core = core_of(graph.schema)
    writes = [_write(name, write) for name, write in writes_in(core, tree).items()]
    calls = [{"field": name, "does": "calls a resolver of yours"} for name in others_in(core, tree)]
    explain = {"writes": [*writes, *calls], "cost": estimated(core, asked, tree)}
    message = f"A {tree.node.operation.value} is explained, and not made."
    return Body(None, [error_body(message, "EXPLAINED_ONLY")], explain=explain)


def _write(name: str, write: Write) -> Mapping[str, Any]:
    match write:
        case Create():
            does = "create"
        case Upsert():
            does = "upsert"
        case Alter():
            does = "update"
        case Remove():
            does = "delete"
    entity = write.entity
    return {
        "field": name,
        "does": does,
        "of": entity.name,
        "rows": "many" if write.many else "one",
        "store": entity.store.value,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
