"""Golden cases: a query beside its answer, its plan, its SQL and its pipelines, as files.

`WRITE_CASES=1 make test ARGS="tests/cases"` writes them anew; read the difference before it is
committed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from bson import json_util
from graphql import GraphQLError

from auth import ANONYMOUS
from catalog import Entity, Store
from catalog.query import Answer, Key, Read, Readable
from catalog.summary import Summary
from catalog.templates import Ask
from datasources.mongo.pipelines import command_of
from datasources.postgres.statements import statement_for
from edge.errors import told
from edge.graph import Graph
from resolvers.context import Context
from resolvers.operations.explain import root_text

FOLDER = Path(__file__).parent
CASES = sorted(path.parent for path in FOLDER.glob("*/*/query.graphql"))


class Recorded:
    """A source that notes what it is asked."""

    policy = ""

    def __init__(self, source: Readable) -> None:
        self.store = source.store
        self.calls: list[Sequence[Read | Summary]] = []
        self._source = source

    async def read(self, reads: Sequence[Read | Summary]) -> list[Mapping[Key, Answer]]:
        """Notes the reads, and has them answered."""
        self.calls.append(reads)
        return await self._source.read(reads)

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """The same of reads that are taken apart."""
        return await self.read([ask.read for ask in asks])

    async def sizes(self, entities: Sequence[Entity]) -> Mapping[str, int]:
        """As the source says."""
        return await self._source.sizes(entities)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
async def test_case(graph: Graph, case: Path) -> None:
    """The answer, the plan and every statement are as the files say."""
    sources: dict[Store, Recorded] = {}
    # The graph's own estimates count, which are there: in new ones a busy store may have no say.
    context = graph.watched(ANONYMOUS, partial(_recorded, sources))
    query, path = (case / "query.graphql").read_text("utf-8"), case / "variables.json"
    variables = orjson.loads(path.read_bytes()) if path.exists() else {}
    result = await graph.schema.execute(query, variable_values=variables, context_value=context)
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [told(error, before_execution=False) for error in result.errors]
    _compare(case / "result.json", orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    _compare(case / "plan.txt", _plan(graph, query, variables, context))
    _compare(case / "postgres.sql", _sql(graph, sources[Store.POSTGRES]))
    _compare(case / "mongo.json", _pipelines(graph, sources[Store.MONGO]))


def _recorded(sources: dict[Store, Recorded], source: Readable) -> Recorded:
    return sources.setdefault(source.store, Recorded(source))


def _plan(graph: Graph, query: str, variables: Mapping[str, Any], context: Context) -> str:
    """Nothing, where it is no operation that can be run."""
    operation = graph.operations.find(query, None)
    roots = operation.explained(context.planner, variables) if operation else []
    if isinstance(roots, GraphQLError):
        return ""
    return "\n".join(root_text(root, context.reach) for root in roots)


def _sql(graph: Graph, source: Recorded) -> str:
    reads = [read for call in source.calls for read in call]
    statements = [statement_for(graph.catalog, read) for read in reads]
    return "\n".join(f"{statement.sql};\n" for statement in statements if statement)


def _pipelines(graph: Graph, source: Recorded) -> str:
    commands = [command_of(graph.catalog, call) for call in source.calls]
    shown = [
        {"aggregate": command.collection or 1, "pipeline": command.pipeline}
        for command in commands
        if command
    ]
    return json_util.dumps(shown, indent=2) + "\n" if shown else ""


def _compare(path: Path, text: str) -> None:
    """With nothing to say there is no file."""
    if os.environ.get("WRITE_CASES"):
        path.write_text(text, "utf-8") if text else path.unlink(missing_ok=True)
    assert text == (path.read_text("utf-8") if path.exists() else "")
