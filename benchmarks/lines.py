"""In charge of what lines save, and what they cost: pages as lines, beside the same as rows.

`python -m benchmarks.lines` asks two graphs over one PostgreSQL in turn, the whole way through the
app, of which one never has lines. For each page it prints the milliseconds of CPU, the
server's and PostgreSQL's, as rows and as lines, and the ratio of both together.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.flights import graph_where, load_flights
from benchmarks.inside import Asked, answer_of
from benchmarks.processes import cpu_seconds
from catalog import anyone
from datasources.embedded import Supervisor
from edge.app import create_app
from telemetry.logs import configure as configure_logs

SECONDS: Final = 1.0
"""Of one round: /proc counts CPU in hundredths of a second."""
ROUNDS: Final = 7
WARMED: Final = 20
SIX: Final = "id carrier flight origin dest depDelay"
EIGHT: Final = "id carrier flight tailnum origin dest depDelay timeHour"
PAGES: Final = {
    "10 rows × 6": f"{{ flights(first: 10) {{ nodes {{ {SIX} }} }} }}",
    "100 rows × 6": f"{{ flights(first: 100) {{ nodes {{ {SIX} }} }} }}",
    "100 edges × 6": f"{{ flights(first: 100) {{ edges {{ cursor node {{ {SIX} }} }} }} }}",
    "1,000 rows × 8": f"{{ flights(first: 1000) {{ nodes {{ {EIGHT} }} }} }}",
    "20 × 10 rows × 3": (
        '{ planes(first: 20, where: { tailnum: { gt: "N37" } }) { nodes { tailnum model'
        " flights(first: 10) { nodes { id depDelay airline { name } } } } } }"
    ),
    "20 × 10 edges × 3": (
        '{ planes(first: 20, where: { tailnum: { gt: "N37" } }) { nodes { tailnum model'
        " flights(first: 10) { edges { cursor node { id depDelay airline { name } } }"
        " pageInfo { hasNextPage endCursor } } } } }"
    ),
    "20 × 10 of total": (
        '{ planes(first: 20, where: { tailnum: { gt: "N37" } }) { nodes { tailnum model'
        " flights(first: 10) { totalCount nodes { id depDelay airline { name } } } } } }"
    ),
    "1 × 15 × 2 rows": (
        '{ airlines(where: { carrier: { eq: "UA" } }, first: 1) { nodes { name flights(first: 15) {'
        " nodes { id plane { model"
        " flights(first: 2) { nodes { id dest airline { name } } } } } } } } }"
    ),
}


class Used(NamedTuple):
    """Milliseconds of CPU for a request: the server's, and PostgreSQL's."""

    server: float
    postgres: float


def main() -> None:
    """Prints a line for each page."""
    configure_logs("error", "json")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> None:
    async with Supervisor(folder, ["postgres"], say=print) as supervisor:
        url = supervisor.urls.postgres or ""
        await load_flights(url)
        (postgres,) = dict(supervisor.pids()).values()
        graphs = [graph_where(anyone, url, lines=lines) for lines in (False, True)]
        rows, lines = (
            Asked(create_app(graph, max_body_bytes=10_000, examples=None)) for graph in graphs
        )
        for title, query in PAGES.items():
            await _warmed((rows, lines), query)
            taken = [
                (await _used(rows, query, postgres), await _used(lines, query, postgres))
                for _ in range(ROUNDS)
            ]
            print(_line(title, taken))
        for graph in graphs:
            await graph.close()


async def _warmed(both: Sequence[Asked], query: str) -> None:
    """Until each asks as it goes on asking."""
    answers = {await answer_of(asked, query) for asked in both for _ in range(WARMED)}
    if len(answers) > 1 or b'"errors"' in min(answers):
        raise ValueError(f"answered otherwise: {answers!r:.900}")


async def _used(asked: Asked, query: str, postgres: int) -> Used:
    requests, ends = 0, time.perf_counter() + SECONDS
    server, others = time.process_time(), cpu_seconds(postgres)
    while time.perf_counter() < ends:
        await answer_of(asked, query)
        requests += 1
    server, others = time.process_time() - server, cpu_seconds(postgres) - others
    return Used(server * 1000 / requests, others * 1000 / requests)


def _line(title: str, taken: Sequence[tuple[Used, Used]]) -> str:
    rows, lines = (
        [statistics.median(each) for each in zip(*used, strict=True)]
        for used in zip(*taken, strict=True)
    )
    ratio = statistics.median(sum(one[1]) / sum(one[0]) for one in taken)
    told = "  ".join(
        f"{name} {used[0]:6.3f} + {used[1]:6.3f} ms"
        for name, used in (("rows", rows), ("lines", lines))
    )
    return f"{title:<19}{told}  ×{ratio:.2f}"


if __name__ == "__main__":
    main()
