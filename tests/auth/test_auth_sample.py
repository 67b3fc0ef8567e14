"""What the sample's people may see of it, by the rules on its models."""

from functools import cache
from typing import Any

import pytest
from asking import DENIED, asked, graph_of

import models
from auth import ANONYMOUS, Principal
from catalog import catalog_of, models_in
from edge.graph import Graph

ROWS: dict[str, list[dict[str, Any]]] = {
    "Plane": [{"tailnum": "N1", "model": "737", "engines": 2, "speed": 90}],
    "Note": [
        {"id": "0" * 23 + str(n), "flight_id": 1, "author": author, "text": author, "tags": []}
        for n, author in enumerate(("ann", "bob"))
    ],
    "Watch": [{"id": n, "flight_id": 1, "subject": who} for n, who in enumerate(("ann", "bob"))],
    "Flight": [{"id": 1, "carrier": "UA", "tailnum": "N1"}],
}
ANN = Principal("i", "ann", claims={"sub": "ann"})
DISPATCHER = Principal("i", "d", roles=frozenset({"dispatcher"}), claims={"sub": "d"})
FLEET = Principal("i", "f", scopes=frozenset({"fleet:read"}), claims={"sub": "f"})
QUERY = """{
  flights { nodes { id notes { nodes { author } } watches { totalCount } } }
  notes(orderBy: [{author: ASC}]) { nodes { text } } watches { totalCount }
}"""


@cache
def whole_graph() -> Graph:
    """The graph of these models, made once somebody asks."""
    return graph_of(catalog_of(models_in(models)), ROWS)


@pytest.mark.parametrize(("who", "watches"), [(ANONYMOUS, 0), (ANN, 1), (DISPATCHER, 0)])
async def test_watches_are_those_of_who_asks(who: Principal, watches: int):
    """Everybody reads the schedule, and what is noted about it."""
    data, errors = await asked(whole_graph(), who, QUERY)
    assert not errors
    (flight,) = data["flights"]["nodes"]
    assert sorted(note["author"] for note in flight["notes"]["nodes"]) == ["ann", "bob"]
    assert [note["text"] for note in data["notes"]["nodes"]] == ["ann", "bob"]
    assert (flight["watches"]["totalCount"], data["watches"]["totalCount"]) == (watches, watches)


async def test_fields_of_the_fleet_need_a_scope():
    """Nor can planes be found by them."""
    query = """{ planes { nodes { model engines } }
        fast: planes(where: {speed: {gt: 1}}) { totalCount } }"""
    data, errors = await asked(whole_graph(), FLEET, query)
    assert (data["planes"]["nodes"], errors) == ([{"model": "737", "engines": 2}], [])
    data, errors = await asked(whole_graph(), DISPATCHER, query)
    assert data == {"planes": {"nodes": [{"model": "737", "engines": None}]}, "fast": None}
    assert sorted(errors) == [(DENIED, ["fast"]), (DENIED, ["planes", "nodes", 0, "engines"])]


DAN = Principal("i", "d", roles=frozenset({"dispatcher"}), claims={"sub": "d", "airline": "UA"})
WRITES: list[tuple[str, Principal, Principal]] = [
    # What is written, who may, and who may not
    (
        """createWatch(input: {flightId: 2, subject: "ann", createdAt: "2024-05-01T09:00:00Z"}) {
             ... on WatchWritten { affected } }""",
        ANN,
        DISPATCHER,
    ),
    (
        """updateWatch(id: 0, input: {alert: {set: {by: "email", to: ["ann@example.com"]}}}) {
             ... on WatchWritten { affected } }""",
        ANN,
        DISPATCHER,
    ),
    ("deleteWatch(id: 0) { ... on WatchWritten { affected } }", ANN, DISPATCHER),
    (
        f"""updateNote(id: "{"0" * 24}", input: {{text: "New."}}, push: {{tags: ["new"]}}) {{
             ... on NoteWritten {{ affected }} }}""",
        ANN,
        ANONYMOUS,
    ),
    (
        """createNote(input: {flightId: 1, author: "ann", text: "Hi",
             createdAt: "2024-05-01T09:00:00Z"}) {
             ... on NoteWritten { affected } }""",
        ANN,
        DISPATCHER,
    ),
    (
        "updateFlight(id: 1, input: {depDelay: 5}) { ... on FlightWritten { affected } }",
        DAN,
        DISPATCHER,
    ),
]


@pytest.mark.parametrize(("field", "may", "may_not"), WRITES)
async def test_people_write_what_is_theirs(field: str, may: Principal, may_not: Principal):
    """Watches and notes of one's own, and flights of one's own airline."""
    found: list[Any] = []
    for who in (may_not, may):
        graph = graph_of(catalog_of(models_in(models)), ROWS)
        context = graph.context(who)
        answer: Any = await graph.schema.execute(f"mutation {{ {field} }}", context_value=context)
        found.append((answer.data, answer.errors))
    (refused, errors), (written, none) = found
    assert errors or list(refused.values()) == [{}]
    assert none is None
    assert list(written.values()) == [{"affected": 1}]
