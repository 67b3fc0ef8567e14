"""What a run says of the figures that were set for it."""

import dataclasses

import pytest

from benchmarks.load import Round
from benchmarks.machine import Machine
from benchmarks.report import report
from benchmarks.results import OURS, Results
from benchmarks.servers import SERVERS
from benchmarks.shapes import SHAPES
from benchmarks.targets import targets

BY_NAME = {it.name: it for it in SERVERS}
SHAPE = {it.name: it for it in SHAPES}
STORES = {"server": 0.5, "postgres": 0.1, "mongo": 0.0, "redis": 0.0}


def test_the_worst_shape_decides() -> None:
    """Level with the route on one of two shapes is not enough."""
    results = _results({("row", "route"): 50, ("hundred", "route"): 125})
    target = next(targets(results))
    assert (target.reached, target.place) == (0.8, SHAPE["hundred"].title)
    assert target.verdict == "**not met**"


def test_a_target_just_reached_is_met() -> None:
    """The bound belongs to what is met."""
    assert next(targets(_results({("row", "route"): 100}))).verdict == "met"


def test_what_was_not_asked_is_not_met_either() -> None:
    """A run of a part says so."""
    verdicts = {it.aim: it.verdict for it in targets(_results({}))}
    assert set(verdicts.values()) == {"not measured"}


@pytest.mark.parametrize(("megabytes", "verdict"), [(149, "met"), (151, "**not met**")])
def test_memory_is_bounded_from_above(megabytes: int, verdict: str) -> None:
    """As the CPU of documents never seen is, of which ours took 5 ms here."""
    results = _results({("unseen", "strawberry"): 10})
    results.memory_at_end[OURS.name] = megabytes * 1_000_000
    *_, cold, memory = targets(results)
    assert (cold.reached, cold.verdict) == (5, "met")
    assert memory.verdict == verdict


def test_the_report_names_what_it_depends_on() -> None:
    """The interpreter, memory and CPU of each server, and every target."""
    results = _results({("row", "route"): 50})
    results.memory_at_start.update(bigraph=100_000_000, route=40_000_000)
    results.memory_at_end.update(bigraph=140_000_000, route=45_000_000)
    page = report(results, "results")
    assert "- Python: 3.11.7, without PGO" in page
    assert "| Bigraph | 100 | 140 |\n| hand-written route | 40.0 | 45.0 |" in page
    assert f"| {SHAPE['row'].title} | 5.00 + 1.00 | 10.0 + 2.00 |" in page
    assert all(f"| {it.aim} |" in page for it in targets(results))
    assert "What it was to reach" not in report(results, "tracing")


def _results(speeds: dict[tuple[str, str], int]) -> Results:
    """Two rounds of a second: 100 requests of ours, and so many of each peer's."""
    machine = Machine("a processor", 2, 0.0, "Linux", "3.11.7, without PGO", {})
    results = Results(machine, 2, 1)
    for (shape, peer), speed in speeds.items():
        for requests, server in ((100, OURS), (speed, BY_NAME[peer])):
            it = Round(requests, 1.0, 0, 1.0, 2.0, STORES)
            results.add(SHAPE[shape], server, it)
            results.add(SHAPE[shape], server, dataclasses.replace(it))
    return results
