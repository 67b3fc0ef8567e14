"""The law of direct completion where pages come as lines, as they do from the fourth request on.

Here they do from the second on, however few values there are. Each operation is asked once before,
which takes rows; then what its lines become is held to what graphql-core makes of rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from law_pages import pages_of
from law_trials import holds
from law_volume import FIRST, TIMES
from law_worlds import World

from catalog import Store
from catalog.lines import listed_in
from resolvers.completion import direct, levels, lining

COUNT = 250
pytestmark = pytest.mark.timeout(120 * TIMES)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entities of which lines are told from now on: once their rows have come, they are.

    Or that there are pages in them, and that these say something of themselves.
    """
    monkeypatch.setattr(levels, "TIMES_UNTIL_LINES", 1)
    monkeypatch.setattr(levels, "LINES_SECONDS", math.inf)
    monkeypatch.setattr(lining, "FEWEST", 0)
    noted, tells = list[str](), direct.pages_told

    def noting(level: levels.Level, lines: levels.Lines, *more: Any) -> Any:
        made = tells(level, lines, *more)
        lists = [*listed_in(lines.lining.line.members)]
        noted.append("nested" if lists else level.island.read.entity.name)
        if any(each.facts for each in lists):
            noted.append("facts")
        return made

    monkeypatch.setattr(direct, "pages_told", noting)
    return noted


async def test_lines_are_told_as_graphql_core_tells_rows(
    lined: Sequence[World], told: list[str]
) -> None:
    """Of pages of plain rows, at the root and below it, in every view and under every alias."""
    for world in lined:
        asks, before = pages_of(world.graph.catalog, Store.POSTGRES), len(told)
        for seed in range(FIRST, FIRST + COUNT * TIMES):
            await holds(world, world.operation(seed, asks), f"{world.name}, {seed}")
        assert len(told) - before > COUNT * TIMES * 0.4
    assert told.count("nested") > COUNT * TIMES * 0.1
    assert told.count("facts") > COUNT * TIMES * 0.05
