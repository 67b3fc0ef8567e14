"""In charge of filters over lists: of scalars, of documents, of lists within documents."""

import pytest
from mongo_reads import EVERY, NONE, SOME, compare, elements, keys_of, rows_of

from catalog.query import ALWAYS, NEVER, And, IsNull, Not, Or

MARKS = {
    1: ["a", "b"],
    2: ["b", None],
    3: [],
    4: None,
    6: ["a"],
    7: [None],
    8: ["ab\n", "$a"],
}
TRACKS = {
    1: [{"no": 1, "gauges": [1000, 1435]}, {"no": 2, "gauges": []}],
    2: [{"no": 2, "spot": {"reg": "N", "height": 5}}],
    3: [],
    4: None,
    6: [{"no": None, "gauges": None}, {"no": 9, "gauges": [600], "spot": None}],
}


@pytest.fixture(scope="module")
def source(filled):
    """A source over stations with those lists; number 5 has none, and 3 has empty ones."""
    stations = {key: {"_id": key} for key in range(1, 9)}
    for key, marks in MARKS.items():
        stations[key]["marks"] = marks
    for key, tracks in TRACKS.items():
        stations[key] |= {"tracks": tracks, "loose": [*tracks, None] if tracks else tracks}
    return filled(stations=list(stations.values()))


A, B = compare("", "eq", "a"), compare("", "eq", "b")


@pytest.mark.parametrize(
    ("filter", "some", "every", "none"),
    [
        (A, [1, 6], [3, 6], [2, 3, 7, 8]),
        (compare("", "ne", "a"), [1, 2, 8], [3, 8], [3, 6, 7]),
        (compare("", "in", ("a", "b")), [1, 2, 6], [1, 3, 6], [3, 7, 8]),
        (compare("", "notIn", ("a", "b")), [8], [3, 8], [1, 2, 3, 6, 7]),
        (compare("", "gte", "b"), [1, 2], [3], [3, 6, 7, 8]),
        (compare("", "startsWith", "a"), [1, 6, 8], [3, 6], [2, 3, 7]),
        (compare("", "like", "ab"), [], [3], [1, 2, 3, 6, 7, 8]),
        (compare("", "eq", "$a"), [8], [3], [1, 2, 3, 6, 7]),
        (IsNull(()), [2, 7], [3, 7], [1, 3, 6, 8]),
        (Not(A), [1, 2, 7, 8], [2, 3, 7, 8], [3, 6]),
        (Not(IsNull(())), [1, 2, 6, 8], [1, 3, 6, 8], [3, 7]),
        (Or((A, B)), [1, 2, 6], [1, 3, 6], [3, 7, 8]),
        (And((A, B)), [], [3], [1, 2, 3, 6, 7, 8]),
        (And((compare("", "gte", "a"), Not(B))), [1, 6, 8], [3, 6], [2, 3, 7]),
        (Not(Or((A, IsNull(())))), [1, 2, 8], [3, 8], [3, 6, 7]),
        (And((compare("", "gt", "a"), compare("", "contains", "b\n"))), [8], [3], [1, 2, 3, 6, 7]),
        (ALWAYS, [1, 2, 6, 7, 8], [1, 2, 3, 6, 7, 8], [3]),
        (NEVER, [], [3], [1, 2, 3, 6, 7, 8]),
    ],
)
async def test_quantifiers_over_scalars(source, filter, some, every, none):
    """Any filter of elements; none of the three is true of a list that is null or missing."""
    assert await keys_of(source, elements("marks", SOME, filter)) == some
    assert await keys_of(source, elements("marks", EVERY, filter)) == every
    assert await keys_of(source, elements("marks", NONE, filter)) == none


SECOND = compare("number", "eq", 2)
WIDE = elements("gauges", SOME, compare("", "gt", 1400))


@pytest.mark.parametrize(
    ("filter", "some", "every", "none"),
    [
        (SECOND, [1, 2], [2, 3], [3, 6]),
        (Not(SECOND), [1, 6], [3, 6], [2, 3]),
        (IsNull(("number",)), [6], [3], [1, 2, 3]),
        (IsNull(("spot", "region")), [1, 6], [1, 3, 6], [2, 3]),
        (compare("spot.region", "eq", "N"), [2], [2, 3], [1, 3, 6]),
        (WIDE, [1], [3], [2, 3, 6]),
        (Not(WIDE), [1, 2, 6], [2, 3, 6], [3]),
        (elements("gauges", EVERY, compare("", "lt", 1000)), [1, 6], [3], [2, 3]),
        (elements("gauges", NONE, compare("", "eq", 600)), [1], [1, 3], [2, 3, 6]),
        (And((compare("number", "eq", 1), WIDE)), [1], [3], [2, 3, 6]),
        (And((SECOND, WIDE)), [], [3], [1, 2, 3, 6]),
        (
            elements("gauges", SOME, Or((compare("", "eq", 600), compare("", "eq", 1000)))),
            [1, 6],
            [3],
            [2, 3],
        ),
        (Or((SECOND, compare("number", "eq", 9))), [1, 2, 6], [2, 3], [3]),
        (ALWAYS, [1, 2, 6], [1, 2, 3, 6], [3]),
        (NEVER, [], [3], [1, 2, 3, 6]),
    ],
)
async def test_quantifiers_over_documents(source, filter, some, every, none):
    """One element must match the whole filter, lists inside it too."""
    assert await keys_of(source, elements("tracks", SOME, filter)) == some
    assert await keys_of(source, elements("tracks", EVERY, filter)) == every
    assert await keys_of(source, elements("tracks", NONE, filter)) == none


async def test_a_null_among_documents_has_null_fields(source):
    """It counts as an element, of which every comparison is false."""
    assert await keys_of(source, elements("loose", SOME, IsNull(("number",)))) == [1, 2, 6]
    assert await keys_of(source, elements("loose", EVERY, Not(SECOND))) == [3, 6]
    assert await keys_of(source, elements("loose", EVERY, compare("number", "gt", 0))) == [3]
    assert await keys_of(source, elements("loose", NONE, Not(SECOND))) == [3]
    assert await keys_of(source, elements("loose", SOME, And((SECOND, Not(WIDE))))) == [1, 2]


async def test_a_list_that_holds_a_null_is_not_null(source):
    """MongoDB's own null test would say so."""
    assert await keys_of(source, IsNull(("marks",))) == [4, 5]
    assert await keys_of(source, IsNull(("tracks",))) == [4, 5, 7, 8]


async def test_paths_inside_a_list_come_back_nested(source):
    """Several paths under one list of documents; nulls among these stay in their place."""
    (row,) = await rows_of(
        source,
        "tracks.number",
        "tracks.spot.region",
        "loose.gauges",
        filter=compare("key", "eq", 2),
    )
    assert row == {
        "tracks": [{"number": 2, "spot": {"region": "N"}}],
        "loose": [{"gauges": None}, None],
    }
