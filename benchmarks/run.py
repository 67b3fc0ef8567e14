"""Measures Bigraph beside its peers, in one run on the same data: `make bench`.

    python -m benchmarks.run [--quick] [--only mercurius,route] [--shapes row,tree]
    python -m benchmarks.run --tracing [--quick] [--shapes row,tree]

Writes benchmarks/results.md and results.svg; a run that is quick, or of some servers or shapes
only, writes them to benchmarks/.work/ instead; with --tracing Bigraph is measured beside itself
with spans, and the files are tracing.md and tracing.svg. docs/benchmarks.md says how to read them.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.answers import difference
from benchmarks.chart import chart
from benchmarks.install import FOLDER, WORK, install
from benchmarks.load import HOW_TO_GET_WRK, has_wrk, measured
from benchmarks.machine import machine
from benchmarks.processes import resident_bytes
from benchmarks.report import report
from benchmarks.results import KEEPING, OURS, Results
from benchmarks.servers import FIRST_PORT, SERVERS, TRACED, Running, Server, started
from benchmarks.shapes import SHAPES, Shape
from benchmarks.stores import Stores, sample_stores

SECONDS, WARM_UP = 2, 1
"""Of a round, and before the first; wrk knows whole ones only."""
Named = TypeVar("Named", Server, Shape)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured, and how long."""

    servers: Sequence[Server]
    shapes: Sequence[Shape]
    rounds: int
    whole: bool
    """Whether the results may be committed."""
    files: str
    """What the files of the results are called."""


def main() -> None:
    """Prints a line for each shape and server, then where the results are."""
    plan = planned()
    if not has_wrk():
        raise SystemExit(HOW_TO_GET_WRK)
    install()
    try:
        results = asyncio.run(compared(plan))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit("Stopped; nothing is left running, and nothing was written.") from None
    folder = FOLDER if plan.whole else WORK
    (folder / f"{plan.files}.md").write_text(report(results, plan.files), "utf-8")
    (folder / f"{plan.files}.svg").write_text(chart(results), "utf-8")
    print(f"Written: {folder.relative_to(FOLDER.parent)}/{plan.files}.md and {plan.files}.svg")


def planned() -> Plan:
    """What the command line asks for."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="two rounds")
    options.add_argument("--only", type=_names, help="these servers beside Bigraph, by name")
    options.add_argument("--shapes", type=_names, help="these shapes, by name")
    options.add_argument("--tracing", action="store_true", help="Bigraph with spans and without")
    given = options.parse_args()
    shapes = _chosen(SHAPES, given.shapes)
    if given.tracing:
        shapes = [it for it in shapes if OURS.answers(it)]
    ours = {it.name for it in KEEPING}
    beside = given.only and {*ours, *given.only}
    chosen = TRACED if given.tracing else _chosen(SERVERS, beside)
    # The first of ours is asked what the answers must be, in any case.
    servers = [it for it in chosen if it == OURS or any(map(it.answers, shapes))]
    whole = not (given.quick or given.only or given.shapes)
    rounds = 2 if given.quick else 3 if given.tracing else 4
    files = "tracing" if given.tracing else "results"
    return Plan(servers, shapes, rounds, whole, files)


def _names(text: str) -> set[str]:
    return set(text.split(","))


def _chosen(known: Sequence[Named], names: set[str] | None) -> list[Named]:
    if unknown := (names or set()) - {it.name for it in known}:
        names_known = ", ".join(it.name for it in known)
        raise SystemExit(f"Not known: {', '.join(sorted(unknown))}. There are: {names_known}.")
    return [it for it in known if names is None or it.name in names]


async def compared(plan: Plan) -> Results:
    """Every server under every shape; all are started once, and take turns."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(sample_stores(WORK / "data"))
        servers = [
            await stack.enter_async_context(started(server, FIRST_PORT + number, stores))
            for number, server in enumerate(plan.servers)
        ]
        results = Results(await machine(stores), plan.rounds, SECONDS)
        for it in servers:
            results.memory_at_start[it.server.name] = resident_bytes(it.process)
        for shape in plan.shapes:
            await _shape(shape, servers, stores, plan, results)
        for it in servers:
            results.memory_at_end[it.server.name] = resident_bytes(it.process)
        return results


async def _shape(
    shape: Shape, servers: Sequence[Running], stores: Stores, plan: Plan, results: Results
) -> None:
    """Bigraph's answers are what the others' must be; who differs is reported, and not measured."""
    print(f"{shape.name}: {shape.title}")
    ours, fit = servers[0], list[Running]()
    for it in (each for each in servers if each.server.answers(shape)):
        if place := await asyncio.to_thread(difference, shape, ours, it):
            print(f"  {it.server.name} differs: {place}")
            results.differences.append(f"{it.server.title}, {shape.title}: {place}")
        else:
            fit.append(it)
    for it in fit:
        await measured(shape, it, stores, WARM_UP, f"w_{it.server.name}_")
    for number in range(plan.rounds):
        for it in fit:
            tag = f"r{number}_{it.server.name}_"
            results.add(shape, it.server, await measured(shape, it, stores, SECONDS, tag))
    for it in fit:
        print(f"  {it.server.name:16}{results.summary(shape, it.server)}")


if __name__ == "__main__":
    main()
