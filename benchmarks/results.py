"""In charge of what was measured: rounds by shape and server, and what is read off them."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Round
from benchmarks.machine import Machine
from benchmarks.servers import SERVERS, TRACED, Server
from benchmarks.shapes import SHAPES, Shape

OURS = SERVERS[0]
KEEPING = [it for it in SERVERS if it.keeping]
"""Ours, from the one that keeps most to the one that keeps nothing."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything of one run."""

    machine: Machine
    rounds: int
    seconds: float
    measured: dict[tuple[str, str], list[Round]] = field(default_factory=dict)
    """By shape's and server's name."""
    differences: list[str] = field(default_factory=list)
    memory_at_start: dict[str, int] = field(default_factory=dict)
    memory_at_end: dict[str, int] = field(default_factory=dict)

    def add(self, shape: Shape, server: Server, it: Round) -> None:
        """One more round."""
        self.measured.setdefault((shape.name, server.name), []).append(it)

    def of(self, shape: Shape, server: Server) -> list[Round]:
        """The rounds; none where it was not measured. Ours may stand in for one another."""
        names = [it.name for it in KEEPING] if server == OURS else [server.name]
        return next((m for name in names if (m := self.measured.get((shape.name, name)))), [])

    def shapes(self) -> list[Shape]:
        """Those with rounds."""
        return [shape for shape in SHAPES if any(name == shape.name for name, _ in self.measured)]

    def servers(self) -> list[Server]:
        """Those with rounds, one of ours first."""
        others = [it for it in (*SERVERS, *TRACED) if it.keeping is None]
        return [OURS, *(it for it in others if any(name == it.name for _, name in self.measured))]

    def kept(self) -> list[Shape]:
        """Those that were asked of all of ours, whatever they keep."""
        return [it for it in self.shapes() if all(self.of(it, server) for server in KEEPING)]

    def per_second(self, shape: Shape, server: Server) -> float | None:
        """The median of the rounds."""
        rounds = self.of(shape, server)
        return median(it.per_second for it in rounds) if rounds else None

    def spread(self, shape: Shape, server: Server) -> tuple[float, float]:
        """The slowest and the quickest round."""
        speeds = [it.per_second for it in self.of(shape, server)]
        return min(speeds), max(speeds)

    def ratio(self, shape: Shape, peer: Server) -> float | None:
        """How many of our requests are answered for each of the peer's."""
        ours, theirs = self.per_second(shape, OURS), self.per_second(shape, peer)
        return ours / theirs if ours and theirs else None

    def cpu(self, shape: Shape, server: Server, used_by: str) -> float | None:
        """Milliseconds for each request, of the server or of a store, over all rounds."""
        rounds = self.of(shape, server)
        requests = sum(it.requests for it in rounds)
        return sum(it.cpu[used_by] for it in rounds) / requests * 1000 if requests else None

    def cpu_ratio(self, shape: Shape, peer: Server) -> float | None:
        """How many of our requests the CPU of one of the peer's would do, stores left out."""
        ours, theirs = self.cpu(shape, OURS, "server"), self.cpu(shape, peer, "server")
        return theirs / ours if ours and theirs else None

    def failed(self, shape: Shape, server: Server) -> int:
        """Requests that were not answered, or not with 200."""
        return sum(it.failed for it in self.of(shape, server))

    def summary(self, shape: Shape, server: Server) -> str:
        """A line for the terminal."""
        slowest, quickest = self.spread(shape, server)
        speed, cpu = self.per_second(shape, server), self.cpu(shape, server, "server")
        failed = self.failed(shape, server)
        return (
            f"{speed or 0:9.1f}/s ({slowest:.1f} to {quickest:.1f}), {cpu or 0:.3f} ms of CPU"
            f"{f', {failed} FAILED' if failed else ''}"
        )
