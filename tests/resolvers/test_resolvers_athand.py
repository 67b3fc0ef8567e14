"""What is kept in the process: for how long, how much of it, and whose."""

import gc
import tracemalloc

import orjson
import pytest

from catalog.query import Batch, Read
from catalog.templates import ask_of
from resolvers.cache.athand import LOCAL_SECONDS, AtHand
from resolvers.cache.kept import Kept, Lookup
from tests.library.library import catalog

TEMPLATE = ask_of(Read(catalog()["Shelf"], (("code",),), batch=Batch(("code",), ()))).template
LOOKUP = Lookup(TEMPLATE, (), 60)


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def shelf(code: str) -> Kept:
    """One row."""
    return Kept([{"code": code, "labels": ["a", "b"], "location": {"floor": 10**6}}])


def codes(at_hand: AtHand, lookup: Lookup, *keys: str) -> list[str]:
    """The codes of the rows that are found."""
    found = at_hand.find(lookup, [(key,) for key in keys])
    assert len(found.answers) + len(found.missing) == len(keys)
    return [kept.raw[0]["code"] for kept in found.answers.values()]


def test_an_answer_is_there_for_two_seconds(clock):
    """Or as long as it may be kept at all."""
    at_hand = AtHand(10**6, clock)
    at_hand.keep(LOOKUP, {("A",): shelf("A")}, 60)
    at_hand.keep(LOOKUP, {("B",): shelf("B")}, 0.5)
    assert codes(at_hand, LOOKUP, "A", "B", "C") == ["A", "B"]
    clock.now += 0.5
    assert codes(at_hand, LOOKUP, "A", "B") == ["A"]
    clock.now += LOCAL_SECONDS - 0.5
    assert codes(at_hand, LOOKUP, "A", "B") == []


def test_an_answer_stays_for_its_whole_time_while_others_come(clock):
    """Generations change, and it is found in the elder one."""
    at_hand = AtHand(10**6, clock)
    for step in range(40):
        clock.now += 0.3
        at_hand.keep(LOOKUP, {(str(step),): shelf(str(step))}, 60)
        lately = [str(number) for number in range(max(0, step - 6), step + 1)]
        assert codes(at_hand, LOOKUP, *lately) == lately


def test_other_lookups_have_other_answers(clock):
    """Other values, another time to live, another policy: what one viewer sees is no other's."""
    at_hand = AtHand(10**6, clock)
    at_hand.keep(LOOKUP, {("A",): shelf("A")}, 60)
    others = (
        LOOKUP._replace(values=(1,)),
        LOOKUP._replace(ttl=5),
        LOOKUP._replace(policy="p"),
    )
    for other in others:
        assert codes(at_hand, other, "A") == []
    at_hand.keep(others[2], {("A",): shelf("P")}, 60)
    assert codes(at_hand, others[2], "A") == ["P"]
    assert codes(at_hand, LOOKUP, "A") == ["A"]


def test_one_who_asks_late_is_told_to_renew_it(clock):
    """One of all: the others go on with what is there."""
    at_hand = AtHand(10**6, clock)
    at_hand.keep(LOOKUP, {("A",): shelf("A")}, 60)
    clock.now += LOCAL_SECONDS * 0.7
    assert at_hand.find(LOOKUP, [("A",)]).ageing == []
    clock.now += LOCAL_SECONDS * 0.1
    assert [at_hand.find(LOOKUP, [("A",)]).ageing for _ in range(3)] == [[("A",)], [], []]
    assert codes(at_hand, LOOKUP, "A") == ["A"]


def test_it_never_takes_more_than_its_bytes(clock):
    """As it counts them, and as Python does, with what answers show of them."""
    most = 2_000_000
    gc.collect()
    tracemalloc.start()
    try:
        at_hand, form = AtHand(most, clock), object()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(20_000):
            kept = shelf(f"a code that is somewhat longer {number}")
            kept.tell(form, orjson.dumps(kept.raw))
            at_hand.keep(LOOKUP, {(f"key {number}",): kept}, 60)
            assert at_hand.weight <= most
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most / 4 < after - before < most
    assert len(at_hand.find(LOOKUP, [(f"key {n}",) for n in range(20_000)]).answers) > 100


def test_what_is_too_large_is_not_kept(clock):
    """One answer, or a lookup by itself, would take the others' room; so would its JSON."""
    at_hand = AtHand(80_000, clock)
    at_hand.keep(LOOKUP, {("A",): Kept([{"code": "A" * 6_000}])}, 60)
    long = LOOKUP._replace(values=("x" * 20_000,))
    at_hand.keep(long, {("A",): shelf("A")}, 60)
    assert at_hand.weight == 0
    kept, form = shelf("A"), object()
    assert orjson.dumps(kept.tell(form, b'"%s"' % (b"x" * 5_000)))
    assert kept.form is None


def test_without_bytes_it_keeps_nothing(clock):
    """It is off."""
    at_hand = AtHand(0, clock)
    at_hand.keep(LOOKUP, {("A",): shelf("A")}, 60)
    assert codes(at_hand, LOOKUP, "A") == []


def test_rows_are_copies_for_each_who_asks():
    """Nothing that is done to them shows in what is kept."""
    kept = shelf("A")
    kept.rows[0]["labels"].append("c")
    kept.rows[0]["location"]["floor"] = None
    kept.rows[0]["code"] = "B"
    assert kept.rows == [{"code": "A", "labels": ["a", "b"], "location": {"floor": 10**6}}]
