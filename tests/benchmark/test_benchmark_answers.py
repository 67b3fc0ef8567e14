"""Answers of different servers, before they are compared."""

from typing import Any

from benchmarks.answers import first_difference, plain
from benchmarks.servers import SERVERS
from benchmarks.shapes import SHAPES, bodies


def test_wrappers_and_spellings_of_moments_are_no_difference():
    """Connections and lists; Z and +00:00."""
    ours = {"rows": {"nodes": [{"id": 1, "timeHour": "2013-01-01T10:00:00+00:00"}]}}
    theirs = {"rows": [{"timeHour": "2013-01-01T10:00:00.000Z", "id": 1}]}
    assert first_difference(plain(ours), plain(theirs)) is None


def test_a_page_keeps_its_total():
    """Only a wrapper that holds nothing else is taken off."""
    page = {"totalCount": 2, "nodes": [{"id": 1}]}
    assert plain(page) == page


def test_groups_of_any_order_and_spelling_are_the_same_groups():
    """Keys as texts, measures beside them, numbers as texts, means rounded elsewhere."""
    late = {"avg": {"delay": 12.345678901234567}, "sum": {"miles": "700"}}
    early = {"avg": {"delay": None}, "sum": {"miles": "70"}}
    ours = [
        {"key": {"carrier": "AA", "month": 2}, "aggregate": late},
        {"key": {"carrier": "UA", "month": 1}, "aggregate": early},
    ]
    theirs: list[dict[str, Any]] = [
        {"key": ["UA", "1"], "avg": {"delay": None}, "sum": {"miles": 70}},
        {"key": ["AA", "2"], "avg": {"delay": "12.3456789012345670"}, "sum": {"miles": 700.0}},
    ]
    assert first_difference(plain({"rows": {"nodes": ours}}), plain({"rows": theirs})) is None
    theirs[1]["sum"] = {"miles": 701}
    difference = first_difference(plain({"rows": {"nodes": ours}}), plain({"rows": theirs}))
    assert difference == ".rows[0].sum.miles: 700.0 / 701"


def test_the_first_difference_is_named():
    """By its place, with both values."""
    left, right = {"rows": [{"id": 1}, {"id": 2}]}, {"rows": [{"id": 1}, {"id": 3}]}
    assert first_difference(left, right) == ".rows[1].id: 2 / 3"
    assert first_difference({"rows": []}, right) is not None


def test_all_servers_are_asked_for_the_same_rows():
    """Whatever their words: the n-th request has the same variables."""
    for shape in SHAPES:
        asked = [bodies(shape, server.dialect) for server in SERVERS if server.answers(shape)]
        variables = [[body["variables"] for body in each or []] for each in asked]
        assert len(asked) > 1
        assert all(each == variables[0] for each in variables)


def test_the_mix_is_as_large_as_it_says():
    """200 documents, all drawn."""
    (mix,) = (shape for shape in SHAPES if shape.name == "mix")
    assert len({body["query"] for body in bodies(mix, "plain") or []}) > 190
