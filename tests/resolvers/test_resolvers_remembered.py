"""What is remembered of operations: what was asked for lately, and never more than so much."""

import gc
import tracemalloc
from dataclasses import dataclass

import pytest
from graphql import FieldNode, Token

from resolvers.documents.parsing import parsed
from resolvers.operations.remembered import Remembered
from tests.library.library import Library
from tests.library.sources import SpoiltSource


@dataclass
class Thing:
    """It has a weight that a test may change."""

    weight: int


def found(remembered: Remembered[int, Thing], *keys: int) -> list[int]:
    """Those of the keys that are remembered."""
    return [key for key in keys if remembered.find(key)]


def test_what_was_not_asked_for_is_the_first_to_go():
    """And there is never more than so much."""
    remembered = Remembered[int, Thing](100)
    for key in range(50):
        remembered.keep(key, Thing(10))
        assert remembered.find(0) is not None
        assert remembered.weight <= 100
    assert found(remembered, *range(1, 40)) == []
    assert found(remembered, 0, 49) == [0, 49]


def test_things_may_grow():
    """What has grown counts as what it weighs now; what has gone counts no more."""
    remembered = Remembered[int, Thing](100)
    things = [Thing(10) for _ in range(5)]
    for key, thing in enumerate(things):
        remembered.keep(key, thing)
    things[4].weight += 30
    remembered.grow(30)
    remembered.keep(5, Thing(10))
    assert found(remembered, 4) == [4]
    remembered.keep(6, Thing(10))
    assert found(remembered, *range(7)) == [4, 5, 6]
    assert remembered.weight <= 100


def fields_alive(aliases: str) -> int:
    """The field nodes with aliases that begin like this, of all documents that are kept anywhere.

    Not all nodes: a stream that a test before has left ends when the event loop comes to it.
    """
    gc.collect()
    # By its type: to ask a proxy whether it is one asks what it stands for, which may be gone.
    fields = [each for each in gc.get_objects() if type(each) is FieldNode]
    return sum(each.alias is not None and each.alias.value.startswith(aliases) for each in fields)


async def test_of_what_rows_answer_no_tree_is_kept():
    """Neither the first plan nor the answer needs it any longer."""
    library, ours = Library(), "of_this_test"
    query = "{ #1: books { #2: nodes { #3: title #4: shelf { #5: code } } } }".replace("#", ours)
    tree = parsed(query, None)
    assert fields_alive(ours) == 5
    del tree
    for number in range(20):
        await library.ask_directly(f"{query} # {number}")
    assert fields_alive(ours) == 0


async def test_a_tree_is_parsed_again_where_it_is_needed():
    """For another plan, and for graphql-core, which tells errors where they are."""
    query = (
        "query ($size: Int, $all: Boolean!) {\n"
        "  books(first: $size) { nodes { title pages @include(if: $all) } }\n}"
    )
    spoilt = Library(postgres=lambda source: SpoiltSource(source, _too_long))
    operation = spoilt.graph.operations.find(query, None)
    for size, whole in ((2, False), (3, False), (1, True), (2, True)):
        answer = await spoilt.ask_directly(query, size=size, all=whole)
        assert answer is not None
        assert len(answer["data"]["books"]["nodes"]) == size
        places = [error["locations"] for error in answer.get("errors", ())]
        assert places == [[{"line": 2, "column": 39}]] * size * whole
    assert spoilt.graph.operations.find(query, None) is operation


def _too_long(_entity: str, record: dict[str, object]) -> None:
    if "pages" in record:
        record["pages"] = 2**40


def test_a_tree_holds_no_tokens():
    """But the same nodes at the same places."""
    gc.collect()
    text = "query Q($n: Int = 1) { ...f } fragment f on Query { books { totalCount } }"
    document = parsed(text, None)
    (_, fragment) = document.definitions
    assert (fragment.loc.start, fragment.loc.end) == (30, 74)  # type: ignore[union-attr]
    found, waiting = list[Token](), [document]
    seen = set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type):
            continue
        seen.add(id(each))
        found += [each] if isinstance(each, Token) else []
        waiting += gc.get_referents(each)
    assert len(found) == 1


@pytest.mark.parametrize("query", ["{ books { nodes { title } } }", "{ nothing }"])
async def test_what_is_understood_is_bounded_by_its_length(query):
    """Documents that may not be run as well as those that may, and however many they are."""
    library = Library()
    understood = library.graph.operations._understood
    for number in range(300):
        await library.ask_directly(f"{query} # {number} {'-' * 4000}")
        # The last of each generation may grow by its plan once it is in.
        assert understood.weight <= 170_000 + 2 * 4_100
    assert understood.weight > 85_000


FILTERED = "query ($w: BookFilter) { books(where: $w) { nodes { title } } }"


async def test_values_of_variables_are_not_held_for_long():
    """Though a filter is planned for what it says, which may be much, and another each time."""
    library = Library()
    operation = library.graph.operations.find(FILTERED, None)
    assert operation is not None
    await _asked_for(library, "Ashes")
    tracemalloc.start()
    try:
        await _asked_for(library, "x" * 300_000)
        held, _ = tracemalloc.get_traced_memory()
        for number in range(30):
            await _asked_for(library, f"{number}{'x' * 300_000}")
        gc.collect()  # each was asked by a graph of its own, which notes what it is asked
        assert tracemalloc.get_traced_memory()[0] - held < 2_000_000
    finally:
        tracemalloc.stop()
    assert operation.plans == 1
    for number in range(60):
        await _asked_for(library, f"{number}{'x' * 2_000}")
    assert 10 < operation.plans < 50_000 / 2_000
    assert 2_000 * operation.plans < operation.weight <= 50_000
    for number in range(60):
        await _asked_for(library, f"{number}")
    assert operation.plans == 50


async def _asked_for(library, title):
    answer = await library.ask_directly(FILTERED, w={"title": {"eq": title}})
    assert answer == {"data": {"books": {"nodes": [{"title": title}] * (title == "Ashes")}}}


async def test_what_one_operation_keeps_is_bounded_as_well():
    """A long one with many sizes of pages has fewer plans than a short one."""
    library = Library()
    for text, most in (("", 50), ("-" * 4000, 11), ("-" * 19_000, 1)):
        query = "query ($size: Int) { books(first: $size) { nodes { title } } } #" + text
        for size in range(1, 60):
            await library.ask_directly(query, size=size)
        operation = library.graph.operations.find(query, None)
        assert operation is not None
        assert operation.plans == most
    assert library.graph.operations._understood.weight <= 170_000
