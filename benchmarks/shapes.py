"""In charge of the shapes: what is asked, in which servers' words, with which variables.

To add one: an operation of its name in each file of queries/ that can say it, a statement in
peers/route/statements.py, and a line in `SHAPES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Literal

from benchmarks.variables import (
    Variables,
    a_page,
    one_flight,
    one_of_few_pages,
    some_airlines,
    some_delay,
    some_planes,
)

FOLDER = Path(__file__).parent
Dialect = Literal["bigraph", "postgraphile", "plain", "route"]
Keeping = Literal["here", "redis", "nothing"]
"""Where a server of ours keeps what it reads: in its process and Redis, in Redis, or nowhere."""
Body = dict[str, Any]
REQUESTS = 1_000
"""Different ones for each shape; the load goes round them."""
DOCUMENTS = 200
"""Different ones in the mix."""
_MIXED = [
    "year",
    "month",
    "day",
    "depTime",
    "depDelay",
    "arrTime",
    "arrDelay",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "airTime",
    "distance",
    "timeHour",
]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of request; `name` is its operation's name in queries/, in lower case its own."""

    name: str
    title: str
    variables: Callable[[Random], Variables]
    cold: bool = False
    """Asked one by one, with Redis emptied before each."""
    documents: bool = False
    """Whether it asks for what MongoDB holds, which not every peer can reach."""
    operation: str = ""
    """Where it differs from the name."""
    connections: int = 16
    """That ask at the same time; fewer where one answer takes long."""
    routed: bool = True
    """Whether the hand-written route has it, which knows no documents."""
    keeping: tuple[Keeping, ...] = ("here",)
    """Which servers of ours are asked."""


SHAPES = (
    Shape("row", "a row by id × 5 fields", one_flight),
    Shape("hundred", "100 rows × 6", a_page),
    Shape("tree", "20 planes × 10 flights × airline", some_planes),
    Shape("thousand", "1,000 rows × 8", a_page, connections=8),
    Shape("fivethousand", "5,000 rows × 8", a_page, connections=4),
    Shape("counted", "a filtered page of 50, and its total", some_delay),
    Shape("aggregate", "count, means, maximum and sum of a filtered list", some_delay),
    Shape("groups", "the same by airline and month", some_delay),
    Shape("deep", "4 levels, with a limit for each parent", some_airlines),
    Shape(
        "hybrid",
        "50 rows across the stores, Redis warm",
        one_of_few_pages,
        documents=True,
        routed=False,
        keeping=("here", "redis", "nothing"),
    ),
    Shape(
        "hybrid-cold",
        "50 rows across the stores, Redis empty, one by one",
        one_of_few_pages,
        cold=True,
        operation="hybrid",
        documents=True,
        routed=False,
        keeping=("redis",),
    ),
    Shape(
        "hubs",
        "3 airports × 20 departures × airline, across the stores",
        one_of_few_pages,
        documents=True,
        routed=False,
        keeping=("here", "redis", "nothing"),
    ),
    Shape("mix", f"{DOCUMENTS} documents in turn, 10 rows each", a_page, routed=False),
    Shape("unseen", "documents never seen before, 10 rows each", a_page, routed=False),
)


def bodies(shape: Shape, dialect: Dialect) -> list[Body] | None:
    """What is posted, the same rows in the same order for all; None where it cannot be asked."""
    if dialect == "route":
        return [{"variables": it} for it in _variables(shape)] if shape.routed else None
    text = _operations(dialect).get(shape.operation or shape.name)
    if text is None:
        return None
    queries = _documents(text)
    return [
        {"query": query, "variables": it}
        for query, it in zip(queries, _variables(shape), strict=False)
    ]


def _variables(shape: Shape) -> list[Variables]:
    random = Random(shape.name)  # noqa: S311 (the same for every server, and in every run)
    return [shape.variables(random) for _ in range(REQUESTS)]


def _documents(text: str) -> Iterator[str]:
    """The document for each request: the same, or one of the mix, drawn by lot."""
    random = Random(DOCUMENTS)  # noqa: S311 (as above)
    documents = [text]
    if "FIELDS" in text:
        documents = [
            text.replace("FIELDS", fields) for fields in islice(_field_lists(random), DOCUMENTS)
        ]
    while True:
        yield random.choice(documents)


def _field_lists(random: Random) -> Iterator[str]:
    """Lists of 6 of a flight's fields, each one once."""
    seen: set[str] = set()
    while True:
        fields = " ".join(random.sample(_MIXED, 6))
        if fields not in seen:
            seen.add(fields)
            yield fields


@cache
def _operations(dialect: Dialect) -> dict[str, str]:
    """The operations of a file in queries/, by their names in lower case."""
    text = (FOLDER / "queries" / f"{dialect}.graphql").read_text("utf-8")
    found = re.finditer(r"^query (\w+).*?^}$", text, re.MULTILINE | re.DOTALL)
    return {operation[1].lower(): operation[0] for operation in found}
