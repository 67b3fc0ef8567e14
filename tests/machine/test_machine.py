"""Random mutations of both stores, by one client or by eight at once, beside a ledger in memory.

After each step both stores hold what the ledger says, and what was told is what it would have told.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Generator, Sequence
from itertools import count
from typing import Any

import pytest
from dock import Dock, Rows, rows_of
from dock_models import CATALOG
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from ledger import KINDS, Ledger, To
from ledger_writes import Field
from saying import Saying, said
from serial import Asked, Search
from telling import agree, answered, differences, performed, state

from catalog.nesting import nested_in
from datasources.embedded import EmbeddedUrls

THOROUGH = os.environ.get("AGREEMENT") == "thorough"
CLIENTS = 8
STEPS = 40
"""How many an example has."""
MACHINE = settings(
    database=None,
    phases=[Phase.generate],  # to shrink takes longer than a test may; add it to see less
    deadline=None,
    stateful_step_count=STEPS,
    suppress_health_check=list(HealthCheck),
)
HOW_MANY = some.sampled_from([1] * 19 + [CLIENTS])


class Machine(RuleBasedStateMachine):
    """A dock that is empty at first, and a ledger of what should be there."""

    def __init__(self, dock: Dock, counts: Counter[str]) -> None:
        super().__init__()
        dock.empty()
        self._dock = dock
        self._counts = counts
        self._ledger = Ledger()
        self._known: dict[str, set[Any]] = {kind: set() for kind in KINDS}

    @rule(data=some.data(), clients=HOW_MANY)
    def write(self, data: Any, clients: int) -> None:
        """A mutation, or several at the same time: then there is an order that explains them."""
        saying = Saying(data.draw, self._ledger, alone=clients == 1)
        held = self._dock.held() if clients > 1 else {}
        asked = self._asked([saying.fields() for _ in range(clients)])
        rows = rows_of(self._dock.held())
        if clients == 1:
            self._check_alone(*asked, rows)
        else:
            self._check_at_once(asked, rows)
            # What comes of it is chance, and Hypothesis goes on from what it knows.
            self._dock.put(held)
            rows = rows_of(held)
        self._ledger = Ledger(rows)
        for kind in KINDS:
            self._known[kind] |= rows[kind].keys()

    def _asked(self, mutations: Sequence[Sequence[Field]]) -> list[Asked]:
        asked = [said(fields) for fields in mutations]
        for each in asked:
            note(json.dumps(each))
        answers = zip(mutations, self._dock.asked(asked), strict=True)
        told = [Asked(fields, answered(fields, answer)) for fields, answer in answers]
        self._counts["steps"] += 1
        self._counts["at once"] += len(mutations) > 1
        for one in (one for each in told for one in each.told):
            self._counts[", ".join(sorted(one.codes)) or "written"] += 1
        return told

    def _check_alone(self, asked: Asked, rows: Rows) -> None:
        become, expected = performed(self._ledger, asked.fields)
        assert agree(expected, asked.told), (expected, asked.told)
        amiss = differences(state(become.rows, self._known), state(rows, self._known))
        assert not amiss

    def _check_at_once(self, asked: Sequence[Asked], rows: Rows) -> None:
        search = Search(state(rows, self._known), self._known)
        assert search.has_order(self._ledger, dict(enumerate(asked))), search.amiss


@pytest.fixture(scope="module")
def dock(servers: EmbeddedUrls) -> Generator[Dock]:
    """A dock over both servers."""
    made = Dock(servers)
    yield made
    made.close()


def run(dock: Dock, steps: int, examples: int) -> Counter[str]:
    """What was told in at least so many steps; in the thorough lane each time of others."""
    counts = Counter[str]()
    first = random.randrange(10**9) if THOROUGH else 0  # noqa: S311 (no secret)
    for number in count(first):
        machines = seed(number)(lambda: Machine(dock, counts))
        run_state_machine_as_test(machines, settings=settings(MACHINE, max_examples=examples))
        if counts["steps"] >= steps:
            break
    print(counts)
    assert not dock.promises()
    return counts


def test_both_stores_are_as_the_ledger_says(dock: Dock):
    """For a while."""
    counts = run(dock, STEPS, 3)
    assert counts["written"] > counts["at once"] > 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_both_stores_are_as_the_ledger_says_for_long(dock: Dock):
    """For 10,000 steps, by one client or by eight, all of which tell and leave what they should."""
    counts = run(dock, 10_000, 25)
    refused = ("UNIQUE_VIOLATION", "REFERENCE_VIOLATION", "CHECK_VIOLATION", "VALUE_INVALID")
    assert all(counts[code] for code in (*refused, "NOT_FOUND", "CONFLICT", "ROLLED_BACK"))


def test_the_ledger_knows_all_relations():
    """They are written down by hand, in the order in which they are gone through."""
    for name, own in KINDS.items():
        found = {
            relation.api: relation for relation, _ in nested_in(CATALOG, CATALOG[name], new=False)
        }
        assert list(found) == list(own.relations)
        assert {each.api: each.refers for each in found.values()} == {
            api: isinstance(relation, To) for api, relation in own.relations.items()
        }
