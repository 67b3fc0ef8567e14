"""The page about the planner shows what the planner does: each of its blocks is made anew here.

`WRITE_CASES=1 make test ARGS="tests/cases/test_planner_page.py"` writes them into the page; read
the difference, and the words around it, before it is committed.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bson import json_util

from auth import ANONYMOUS
from catalog import Store, code
from catalog.query import Answer, DataSource, Key
from catalog.templates import Ask
from catalog.viewer import Viewer
from datasources.mongo.pipelines import command_of
from datasources.postgres.statements import statement_for
from edge.graph import Graph
from resolvers.operations.explain import plan_text
from resolvers.operations.known import Operations
from resolvers.planning.plan import Island, Planner
from resolvers.planning.seen import Seen as Viewed
from resolvers.planning.selection import PageSelection, Selection

PAGE = Path(__file__).parents[2] / "docs" / "planner.md"
BLOCK = re.compile(r"```(\w+) (\w+)\n(.*?)```\n", re.DOTALL)


class Seen:
    """A source that notes what it is asked and what it answers."""

    policy = ""

    def __init__(self, source: DataSource) -> None:
        self.store = source.store
        self.asked: list[Ask] = []
        self.answers: list[Mapping[Key, Answer]] = []
        self._source = source

    def as_seen_by(self, viewer: Viewer) -> Seen:  # noqa: ARG002
        """Itself."""
        return self

    async def run(self, asks: Sequence[Ask]) -> list[Mapping[Key, Answer]]:
        """As the source does."""
        answers = await self._source.run(asks)
        self.asked += asks
        self.answers += answers
        return answers


class NotingPlanner(Planner):
    """A planner that notes the outermost page that was planned last."""

    def page(self, wanted: PageSelection, **more: Any) -> Island:
        """Inner pages are planned before those around them."""
        island = super().page(wanted, **more)
        self.seen = (wanted, island)
        return island


async def test_the_page_shows_what_happens(graph: Graph, monkeypatch) -> None:
    """Selection, plan, statements, rows, generated functions and bytes of the page's query."""
    page = PAGE.read_text("utf-8")
    query = next(text for _, name, text in BLOCK.findall(page) if name == "query")
    made = await _made(graph, query, monkeypatch)
    written = BLOCK.sub(lambda found: _block(found, made), page)
    if os.environ.get("WRITE_CASES"):
        PAGE.write_text(written, "utf-8")
    assert {name for _, name, _ in BLOCK.findall(page)} == {"query", *made}
    assert written == page


def _block(found: re.Match[str], made: Mapping[str, str]) -> str:
    language, name, text = found.groups()
    return f"```{language} {name}\n{made.get(name, text)}```\n"


async def _made(graph: Graph, query: str, monkeypatch: Any) -> dict[str, str]:
    written = _functions_as_they_are_written(monkeypatch)
    planner = NotingPlanner(Viewed(graph.catalog), graph.page_limits)
    sources = {store: Seen(source) for store, source in graph.sources.items()}
    operation = Operations(graph.schema, graph.catalog).find(query, None)
    assert operation
    context = replace(replace(graph, sources=sources).context(ANONYMOUS), planner=planner)
    answered = await operation.run(context, None)
    assert answered
    assert answered.data
    (ask,), (hop,) = sources[Store.POSTGRES].asked, sources[Store.MONGO].asked
    statement, command = (
        statement_for(graph.catalog, ask.read),
        command_of(graph.catalog, [hop.read]),
    )
    assert statement
    assert command
    wanted, island = planner.seen
    return {
        "selection": "\n".join(_selected("flights", wanted)) + "\n",
        "plan": plan_text(island, graph.context(ANONYMOUS).reach),
        "statement": "".join(f"{line.strip()}\n" for line in statement.sql.splitlines()),
        "command": _shown_json(
            {"aggregate": command.collection or 1, "pipeline": command.pipeline}
        ),
        "rows": _rows(sources[Store.POSTGRES].answers),
        "documents": _rows(sources[Store.MONGO].answers),
        "functions": _formatted("\n\n".join(written)),
        "answer": answered.data.decode() + "\n",
    }


def _functions_as_they_are_written(monkeypatch: Any) -> list[str]:
    written: list[str] = []
    function = code.function

    def noted(parameters: Sequence[str], result: ast.expr, known: Mapping[str, Any]) -> Any:
        names = ", ".join(parameters)
        written.append(f"lambda {names}: {ast.unparse(ast.fix_missing_locations(result))}")
        return function(parameters, result, known)

    monkeypatch.setattr(code, "function", noted)
    return written


def _selected(key: str, wanted: Selection | PageSelection, indent: str = "") -> Iterator[str]:
    if isinstance(wanted, PageSelection):
        told = json.dumps(wanted.arguments, default=lambda member: member.value)
        yield f"{indent}{key}: a page of {wanted.node.entity.name}, {told}"
        wanted = wanted.node
    else:
        yield f"{indent}{key}: {wanted.entity.name}"
    yield f"{indent}  values: {', '.join('.'.join(path) for path in wanted.paths)}"
    for edge in wanted.edges:
        yield from _selected(edge.key, edge.wanted, indent + "  ")


def _rows(answers: Sequence[Mapping[Key, Answer]]) -> str:
    """What is under each key, a row a line."""
    pairs = [(key, row) for each in answers for key, answer in each.items() for row in answer.raw]
    return "".join(f"{f'{key!r}: ' if key else ''}{row!r}\n" for key, row in pairs)


def _shown_json(value: Any) -> str:
    return json_util.dumps(value, indent=2) + "\n"


def _formatted(source: str) -> str:
    formatter = [sys.executable, "-m", "ruff", "format", "-"]
    done = subprocess.run(formatter, input=source, capture_output=True, text=True, check=True)
    return done.stdout
