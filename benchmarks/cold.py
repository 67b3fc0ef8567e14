"""In charge of what a cold plan costs: all that is done for a document that nobody sent before.

`python -m benchmarks.cold` prints, for each document of benchmarks/queries/bigraph.graphql,
milliseconds of CPU in each stage, medians over documents that differ in a name. What a server keeps
for documents of the same shape (statements, functions) is made anew for each. No database is asked.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from graphql import DocumentNode

import models
from benchmarks.shapes import SHAPES, Shape, bodies
from catalog import Catalog, Store, catalog_of, models_in
from catalog.flat import FlatReader
from catalog.query import Read
from catalog.summary import Summary
from datasources.postgres.statements import Statement, compiled
from resolvers.completion.levels import Functions, Level
from resolvers.documents.parsing import Tree, parsed
from resolvers.documents.validation import errors_in
from resolvers.operations.operation import Operation
from resolvers.operations.root_plans import Root
from resolvers.planning.paging import PageLimits
from resolvers.planning.plan import Planner
from resolvers.planning.seen import Seen
from schema import build_schema

DOCUMENTS: Final = 40
WARM: Final = 5
_T = TypeVar("_T")
STAGES: Final = ("parse", "validate", "plan", "statements", "functions")


def main() -> None:
    """Prints a line for each shape."""
    cold = Cold(catalog_of(models_in(models)))
    print(f"{'ms of CPU':<14}" + "".join(f"{stage:>12}" for stage in (*STAGES, "all")))
    for shape in SHAPES:
        if shape.operation:  # another one's document
            continue
        taken = cold.taken(shape)
        numbers = "".join(f"{each:12.2f}" for each in (*taken, sum(taken)))
        print(f"{shape.name:<14}{numbers}")


class Cold:
    """A graph of the sample without its stores, of which one thing after the other is asked."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._schema = build_schema(catalog, [])
        self._core: Any = getattr(self._schema, "_schema")  # noqa: B009 (Strawberry's own is hidden)
        self._planner = Planner(Seen(catalog), PageLimits(100, 5_000))

    def taken(self, shape: Shape, documents: int = DOCUMENTS) -> list[float]:
        """Milliseconds of each stage."""
        found = bodies(shape, "bigraph")
        body = found[0] if found else {}
        gc.collect()
        rounds = [
            list(self._stages(body["query"].replace("rows:", f"rows{number}:"), body["variables"]))
            for number in range(WARM + documents)
        ]
        return [statistics.median(each) for each in zip(*rounds[WARM:], strict=True)]

    def _stages(self, text: str, variables: dict[str, Any]) -> Iterator[float]:
        document, took = _timed(lambda: parsed(text, None))
        yield took
        errors, took = _timed(lambda: errors_in(self._core, document))
        if errors:
            raise ValueError(errors)
        yield took
        roots, took = _timed(lambda: self._planned(text, document, variables))
        yield took
        levels = [level for root in roots if root.level for level in _levels(root.level)]
        made, took = _timed(lambda: [list(self._statements(level)) for level in levels])
        yield took
        pairs = list(zip(levels, made, strict=True))
        _, took = _timed(lambda: [Functions(level, _reader(made)) for level, made in pairs])
        yield took

    def _planned(
        self, text: str, document: DocumentNode, variables: dict[str, Any]
    ) -> tuple[Root, ...]:
        node: Any = document.definitions[0]
        tree = Tree(document, node)
        operation = Operation(self._schema, self._catalog, text, tree)
        return operation.roots(self._planner, variables) or ()

    def _statements(self, level: Level) -> Iterator[Statement]:
        """Those of PostgreSQL: commands to MongoDB are made for each request."""
        for question in (level.question, *level.summaries):
            read: Read | Summary = question.ask.template.read
            if read.entity.store is Store.POSTGRES:
                yield compiled(self._catalog, read)


def _levels(level: Level) -> Iterator[Level]:
    yield level
    for _, below in level.hops:
        yield from _levels(below)


def _reader(statements: list[Statement]) -> FlatReader | None:
    shape = statements[0].layout.record if statements else None
    return FlatReader(shape, {}) if shape else None


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """What comes of it, and the milliseconds that it took."""
    started = time.thread_time()
    done = work()
    return done, (time.thread_time() - started) * 1000


if __name__ == "__main__":
    main()
