"""Cost grows with rows in C: how many Python functions are called for a page, directly completed.

Counted are calls of functions written in Python, but for the event loop's and the network's, from
the operation to its bytes, when plan, statement and generated functions are there already. From the
fourth time on long pages of Postgres's rows come as lines; both forms are counted. Today, between
100 and 1,000 rows:

    2, 8 or 16 columns of a table, or joined ones    113 to 126 in all: none for a row, or a line
    a column of moments                              none: its text is remembered
    cursors                                          none in lines, else 12 for a row
    groups                                           136 in all: none for a group
    pages below parents                              2 for a parent, none for a row
    documents, and others inside them                600 to 970 in all: none for a row
    a list inside a document                         2 for a list: its comprehensions
    an ObjectId, a decimal, JSON, a time, a point    up to 8 for each, most of them the driver's
    a resolver of one's own                          8 for a row, the resolver among them

graphql-core calls about 20 for each value of a row.
"""

from __future__ import annotations

import dataclasses
import math
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextvars import ContextVar
from typing import Any

import pytest
from patient import postgres_at

from auth import ANONYMOUS
from catalog import Store
from datasources.embedded import EmbeddedUrls
from edge.graph import Graph
from resolvers.completion import levels
from resolvers.completion.levels import TIMES_UNTIL_LINES
from resolvers.operations.operation import Operation

COLUMNS = [
    "id",
    "year",
    "month",
    "day",
    "depTime",
    "schedDepTime",
    "depDelay",
    "arrTime",
    "schedArrTime",
    "arrDelay",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "airTime",
]
ROWS = (100, 1000)
# Motor hands over documents one by one, in Python.
OF_THE_DRIVER = int(os.environ.get("MONGO_DRIVER") == "motor")
# The longer a store takes, and the more pieces its answer comes in, the more often they are called.
_OF_THE_NETWORK = ("asyncio.", "selectors", "pymongo.network_layer")
_COUNTED = ContextVar[bool]("counted")
NESTED = "location { latitude longitude altitude } timezone { name utcOffset dst }"


@pytest.fixture(params=[True, False], ids=["lines", "rows"])
async def lined(request, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether long pages of Postgres's rows come as lines; they do for as long as it takes."""
    monkeypatch.setattr(levels, "LINES_SECONDS", math.inf)
    return request.param


@pytest.fixture(scope="session")
async def graphs(graph: Graph, sample_servers: EmbeddedUrls) -> AsyncGenerator[dict[bool, Graph]]:
    """The flights with lines, and without."""
    url = sample_servers.postgres or ""
    postgres = postgres_at(graph.catalog, url, lines=False)
    sources = {**graph.sources, Store.POSTGRES: postgres}
    yield {True: graph, False: dataclasses.replace(graph, sources=sources)}
    await postgres.close()


@pytest.mark.parametrize("columns", [2, 8, 16])
async def test_a_row_of_a_table_takes_no_call_whatever_its_columns(graphs, lined, columns):
    """Of rows the driver makes tuples, a comprehension dicts and orjson bytes; lines are bytes."""
    asked = f"flights(first: %d) {{ nodes {{ {_named(columns)} }} }}"
    counts = await _counts(graphs[lined], asked, lined=lined)
    assert _for_a_row(counts) < 0.02
    assert max(counts) < 160


async def test_nor_do_the_columns_of_a_joined_one(graphs, lined):
    """They stand in the same tuple, or line."""
    asked = "flights(first: %d) { nodes { id plane { model seats } airline { name } } }"
    assert _for_a_row(await _counts(graphs[lined], asked, lined=lined)) < 0.02


async def test_nor_does_a_moment(graphs, lined):
    """It comes as text, of which most stays, and which is remembered for other rows of its hour."""
    asked = "flights(first: %d) { nodes { id timeHour } }"
    assert _for_a_row(await _counts(graphs[lined], asked, lined=lined)) < 0.1


@pytest.mark.parametrize("columns", [2, 16])
async def test_a_cursor_takes_a_few_whatever_the_columns(graphs, lined, columns):
    """It is encoded in Python, but for lines, which have it from Postgres."""
    asked = f"flights(first: %d) {{ edges {{ cursor node {{ {_named(columns)} }} }} }}"
    assert _for_a_row(await _counts(graphs[lined], asked, lined=lined)) < (0.02 if lined else 15)


async def test_a_group_takes_no_call_whatever_is_summed_up(graph):
    """Groups are rows, too."""
    asked = """flights(where: {month: {eq: 1}, day: {lte: 3}}) {
        groupBy(by: [{flight: VALUE}, {carrier: VALUE}], first: %d) {
          key { flight carrier } aggregate { count max { depDelay } sum { distance } } } }"""
    assert _for_a_row(await _counts(graph, asked)) < 0.02


async def test_a_resolver_of_ones_own_takes_a_few_beside_itself(graph):
    """The row that it is given is an object, of which it reads what it requires."""
    asked = "flights(first: %d) { nodes { id onTime } }"
    assert _for_a_row(await _counts(graph, asked, "resolvers")) < 9


async def test_rows_of_one_parent_or_another_are_dealt_out_at_once(graphs, lined):
    """What a nested list costs grows with its parents, not with its rows; in lines with neither."""
    asked = "planes(first: %d) {{ nodes {{ tailnum flights(first: {}) {{ nodes {{ id }} }} }} }}"
    few, many = [
        _for_a_row(await _counts(graphs[lined], asked.format(first), lined=lined))
        for first in (1, 20)
    ]
    assert few < (0.02 if lined else 2.25)
    assert many < few + (0.02 if lined else 0.25)


async def test_in_lines_the_place_of_a_nested_list_takes_no_call_either(graphs):
    """Nor do its cursors: as Relay's clients ask."""
    listed = "edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount"
    asked = f"planes(first: %d) {{ nodes {{ tailnum flights(first: 5) {{ {listed} }} }} }}"
    assert _for_a_row(await _counts(graphs[True], asked, lined=True)) < 0.02


@pytest.mark.parametrize("fields", ["faa", f"faa name {NESTED}"], ids=["one", "nine"])
async def test_a_document_takes_no_call_whatever_it_holds(graph, fields):
    """Whatever has its model's type is taken by the function made for the projection."""
    counts = await _counts(graph, f"airports(first: %d) {{ nodes {{ {fields} }} }}")
    assert _for_a_row(counts) < 0.25 + OF_THE_DRIVER
    assert max(counts) < 1000 + 1000 * OF_THE_DRIVER


@pytest.mark.slow
async def test_nor_does_a_moment_in_it(graph):
    """BSON has moments, which the driver makes in C."""
    fields = "id timeHour temperature { air dewpoint } wind { direction speed gust } visibility"
    asked = f"weatherObservations(first: %d) {{ nodes {{ {fields} }} }}"
    assert _for_a_row(await _counts(graph, asked)) < 0.25 + OF_THE_DRIVER


async def test_a_list_in_a_document_takes_two_whatever_is_in_it(graph):
    """Python calls a comprehension: one that reads the list, and one that tells it."""
    asked = "airports(first: %d) { nodes { faa codes { scheme code } } }"
    assert _for_a_row(await _counts(graph, asked)) < 2.25 + OF_THE_DRIVER


async def test_documents_behind_rows_take_none_for_a_row(graph):
    """They are found for all rows at once; each that is found costs a few calls, not each row."""
    few = await _counts(graph, "flights(first: %d) { nodes { id originAirport { name } } }")
    many = await _counts(
        graph, f"flights(first: %d) {{ nodes {{ id originAirport {{ faa name {NESTED} }} }} }}"
    )
    assert _for_a_row(few) < 0.25
    assert _for_a_row(many) < 0.25


def _named(columns: int) -> str:
    return " ".join(COLUMNS[:columns])


def _for_a_row(counts: list[int]) -> float:
    """How many more calls one more row takes."""
    return (counts[-1] - counts[0]) / (ROWS[-1] - ROWS[0])


async def _counts(
    graph: Graph, asked: str, form: str = "rows", *, lined: bool = False
) -> list[int]:
    """The calls for pages of each size, of a query that names its size by ``%d``."""
    return [await _calls(graph, "{ " + asked % rows + " }", form, lined) for rows in ROWS]


async def _calls(graph: Graph, query: str, form: str, lined: bool) -> int:
    operation = graph.operations.find(query, None)
    assert operation
    for _ in range(TIMES_UNTIL_LINES + 1):  # a statement that comes again is prepared
        answered = await operation.run(graph.context(ANONYMOUS), None)
        assert answered
        assert not answered.errors
    (root,) = operation.roots(graph.context(ANONYMOUS).planner, {}) or ()
    assert root.form == form
    assert (root.level is not None and root.level.lined is not None) == lined
    # How often the socket wakes the loop is the network's affair: the quietest of some runs counts.
    return min([await _counted(graph, operation) for _ in range(5)])


async def _counted(graph: Graph, operation: Operation) -> int:
    count = 0

    def counting(frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        module = frame.f_globals.get("__name__", "")
        # Tasks that were there before, as those that watch servers, have contexts of their own.
        ours = _COUNTED.get(False) and not module.startswith(_OF_THE_NETWORK)
        count += ours and event == "call"

    before: Callable[..., Any] | None = sys.getprofile()
    token = _COUNTED.set(True)
    sys.setprofile(counting)
    try:
        await operation.run(graph.context(ANONYMOUS), None)
    finally:
        sys.setprofile(before)
        _COUNTED.reset(token)
    return count
