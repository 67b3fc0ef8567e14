"""Cost grows with rows in C: how many Python functions are called for a page, directly completed.

Counted are calls of functions written in Python, from the operation to its bytes, when plan,
statement and generated functions are there already. Today, for 10, 100 and 1,000 rows:

    2, 8 or 16 columns of a table, or joined ones    170, 170, 180 to 240 in all: none for a row
    a column of moments                              1 for a row, which reads its text
    cursors                                          23 for a row, whatever else is asked of it
    documents                                        5 for a row, and 3 to 4 for each of its values

graphql-core calls about 20 for each value of a row.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from auth import ANONYMOUS
from edge.graph import Graph
from resolvers.operations import Operation

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
ROWS = (10, 100, 1000)
NESTED = "location { latitude longitude altitude } timezone { name utcOffset dst }"


@pytest.mark.parametrize("columns", [2, 8, 16])
async def test_a_row_of_a_table_takes_no_call_whatever_its_columns(graph, columns):
    """The driver makes tuples, a comprehension dicts and orjson bytes."""
    counts = await _counts(graph, f"flights(first: %d) {{ nodes {{ {_named(columns)} }} }}")
    assert _for_a_row(counts) < 0.25
    assert max(counts) < 500


async def test_nor_do_the_columns_of_a_joined_one(graph):
    """They stand in the same tuple."""
    asked = "flights(first: %d) { nodes { id plane { model seats } airline { name } } }"
    assert _for_a_row(await _counts(graph, asked)) < 0.25


async def test_a_moment_takes_one(graph):
    """It comes as text, and most of it stays that text."""
    asked = "flights(first: %d) { nodes { id timeHour } }"
    assert _for_a_row(await _counts(graph, asked)) < 1.25


@pytest.mark.parametrize("columns", [2, 16])
async def test_a_cursor_takes_a_few_whatever_the_columns(graph, columns):
    """It is encoded in Python."""
    asked = f"flights(first: %d) {{ edges {{ cursor node {{ {_named(columns)} }} }} }}"
    assert _for_a_row(await _counts(graph, asked)) < 30


async def test_rows_of_one_parent_or_another_are_dealt_out_at_once(graph):
    """What a nested list costs grows with its parents, not with its rows."""
    asked = "planes(first: %d) {{ nodes {{ tailnum flights(first: {}) {{ nodes {{ id }} }} }} }}"
    few, many = [_for_a_row(await _counts(graph, asked.format(first))) for first in (1, 20)]
    assert few < 30
    assert many < few + 1


async def test_documents_are_decoded_value_by_value(graph):
    """In MongoDB a value may have any type, so each is looked at, once to read, once to tell."""
    few = _for_a_row(await _counts(graph, "airports(first: %d) { nodes { faa } }"))
    many = _for_a_row(await _counts(graph, f"airports(first: %d) {{ nodes {{ faa {NESTED} }} }}"))
    assert few < 8
    assert many < few + 7 * 5


def _named(columns: int) -> str:
    return " ".join(COLUMNS[:columns])


def _for_a_row(counts: list[int]) -> float:
    """How many more calls one more row takes."""
    return (counts[-1] - counts[0]) / (ROWS[-1] - ROWS[0])


async def _counts(graph: Graph, asked: str) -> list[int]:
    """The calls for pages of each size, of a query that names its size by ``%d``."""
    return [await _calls(graph, "{ " + asked % rows + " }") for rows in ROWS]


async def _calls(graph: Graph, query: str) -> int:
    operation = graph.operations.find(query, None)
    assert operation
    for _ in range(3):  # a statement that comes again is prepared
        answered = await operation.run(graph.context(ANONYMOUS), None)
        assert answered
        assert not answered.errors
    # How often the socket wakes the loop is the network's affair: the quietest of some runs counts.
    return min([await _counted(graph, operation) for _ in range(5)])


async def _counted(graph: Graph, operation: Operation) -> int:
    count = 0

    def counting(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before: Callable[..., Any] | None = sys.getprofile()
    sys.setprofile(counting)
    try:
        await operation.run(graph.context(ANONYMOUS), None)
    finally:
        sys.setprofile(before)
    return count
