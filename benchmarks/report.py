"""In charge of results.md: what was measured, as tables a person reads, and on what."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence

from benchmarks.results import KEEPING, OURS, Results
from benchmarks.servers import Server
from benchmarks.shapes import Shape
from benchmarks.targets import targets

_NONE = "–"
_TITLES = {
    "results": ("Bigraph beside its peers", "make bench"),
    "tracing": ("What spans cost", 'make bench ARGS="--tracing"'),
}
"""And commands, by what the files are called."""
_USERS = ("server", "postgres", "mongo", "redis")


def report(results: Results, files: str) -> str:
    """The whole page, which lies beside its chart under the same name."""
    sections = (_head(results, files), _targets(results, files), _ratios(results), _speeds(results))
    more = (_cpu(results), _cache(results), _memory(results), _differences(results))
    more = (*more, _versions(results))
    return "\n".join(line for section in (*sections, *more) for line in section) + "\n"


def number(value: float | None) -> str:
    """Three digits, or a dash for none."""
    if value is None:
        return _NONE
    places = next((n for n, least in enumerate((100, 10, 1)) if value >= least), 3)
    return f"{value:,.{places}f}"


def ratio(value: float | None) -> str:
    """Two digits."""
    if value is None:
        return _NONE
    return f"{value:.{0 if value >= 10 else 1 if value >= 1 else 2}f}"  # noqa: PLR2004 (digits)


def _head(results: Results, files: str) -> Iterator[str]:
    it, day = results.machine, datetime.datetime.now(datetime.UTC)
    yield f"# {_TITLES[files][0]}\n"
    yield f"Measured on {day:%Y-%m-%d} by `{_TITLES[files][1]}`."
    yield "[docs/benchmarks.md](../docs/benchmarks.md) says what is measured, and how to read it.\n"
    yield f"- Machine: {it.cores} cores of {it.processor}, {it.system}; load before: {it.load:.1f}"
    yield f"- Python: {it.python}"
    yield f"- {results.rounds} rounds of {results.seconds:g} s each, servers in turn; medians\n"
    yield f"![Requests of Bigraph for each of a peer's]({files}.svg)\n"


def _targets(results: Results, files: str) -> Iterator[str]:
    if files != "results":
        return
    yield "## What it was to reach\n"
    yield "Figures set beforehand, beside those of this run: requests of Bigraph for each of a"
    yield "peer's, in the shape where they are the fewest.\n"
    heads = ("", "to be", "is", "in", "")
    rows = [
        (it.aim, f"{it.kind} {it.bound:g}{it.unit}", number(it.reached), it.place, it.verdict)
        for it in targets(results)
    ]
    yield from _table(heads, rows, align="-")


def _ratios(results: Results) -> Iterator[str]:
    yield "## Ratio, Bigraph : peer\n"
    yield "Over 1, Bigraph answers more requests a second than the server that the column names.\n"
    peers = [it for it in results.servers() if it != OURS]
    yield from _by_shape(results, peers, lambda *at: ratio(results.ratio(*at)))
    yield "The same by the CPU that the servers use, the stores' left out:\n"
    yield from _by_shape(results, peers, lambda *at: ratio(results.cpu_ratio(*at)))


def _speeds(results: Results) -> Iterator[str]:
    yield "## Requests a second\n"
    yield "The median of the rounds, and below it the slowest and the quickest.\n"
    yield from _by_shape(results, results.servers(), lambda *at: _speed(results, *at))


def _speed(results: Results, shape: Shape, server: Server) -> str:
    if not results.of(shape, server):
        return _NONE
    slowest, quickest = map(number, results.spread(shape, server))
    failed = results.failed(shape, server)
    told = f"{number(results.per_second(shape, server))}<br>{slowest} … {quickest}"
    return f"{told}<br>**{failed} failed**" if failed else told


def _cpu(results: Results) -> Iterator[str]:
    yield "## Milliseconds of CPU for each request\n"
    yield "The server's own, and PostgreSQL's; across the stores SecantusDB's and Valkey's, too.\n"
    yield from _by_shape(results, results.servers(), lambda *at: _used(results, *at))


def _used(results: Results, shape: Shape, server: Server) -> str:
    if not results.of(shape, server):
        return _NONE
    names = _USERS if shape.documents else _USERS[:2]
    return " + ".join(number(results.cpu(shape, server, name)) for name in names)


def _cache(results: Results) -> Iterator[str]:
    shapes = results.kept()
    if not shapes:
        return
    yield "## Where the cache pays\n"
    yield "Bigraph alone: requests a second; below them the milliseconds of CPU for each request,"
    yield "its own and the stores'.\n"
    heads = ("", "nothing kept", "in Redis", "in Redis and the process")
    rows = [(it.title, *(_kept(results, it, each) for each in reversed(KEEPING))) for it in shapes]
    yield from _table(heads, rows)


def _kept(results: Results, shape: Shape, server: Server) -> str:
    speed = results.per_second(shape, server) or 0
    without = results.per_second(shape, KEEPING[-1]) or speed
    told = f"{number(speed)}, {ratio(speed / without)} times"
    return f"{told}<br>{_used(results, shape, server)}"


def _memory(results: Results) -> Iterator[str]:
    yield "## Memory\n"
    yield "Megabytes resident, before the first request and after the last.\n"
    rows = [
        (
            it.title,
            number(results.memory_at_start[it.name] / 1e6),
            number(results.memory_at_end[it.name] / 1e6),
        )
        for it in results.servers()
    ]
    yield from _table(("", "before", "after"), rows)


def _differences(results: Results) -> Iterator[str]:
    if results.differences:
        yield "## Not measured, since the answers differ\n"
        yield from (f"- {it}" for it in results.differences)
        yield ""


def _versions(results: Results) -> Iterator[str]:
    yield "## Versions\n"
    yield from _table(("", "version"), results.machine.versions.items(), align="-")


def _by_shape(
    results: Results, servers: Sequence[Server], cell: Callable[[Shape, Server], str]
) -> Iterator[str]:
    rows = [
        (shape.title, *(cell(shape, server) for server in servers)) for shape in results.shapes()
    ]
    return _table(("", *(it.title for it in servers)), rows)


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, align: str = "-:"
) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|-|{f'{align}|' * (len(head) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
