"""Direct completion: which root fields it answers, and that it answers them as graphql-core does.

`library.ask` compares both ways; here it is made sure that there are two.
"""

import pytest

from auth import ANONYMOUS
from resolvers.cursors import node_id
from tests.library.library import Library
from tests.library.rows import documents, tables
from tests.library.sources import SpoiltSource


def forms(library: Library, query: str, **variables: object) -> dict[str, str]:
    """How each root field is answered, by response key."""
    operation = library.graph.operations.find(query, None)
    assert operation is not None
    return {
        root.key: (root.refused.reason if root.refused else root.form)
        for root in operation.roots(library.graph.context(ANONYMOUS).planner, variables) or ()
    }


def the_id(library: Library, entity: str, number: int = 0) -> str:
    """The id of a row by which `node` finds it."""
    row = {**tables(), **documents()}[entity][number]
    return node_id(library.graph.catalog[entity], row)


@pytest.mark.parametrize(
    "query",
    [
        "{ books { aggregate { __typename count n: count sum { pages p: price } } } }",
        (
            "{ books { groupBy(by: [{genre: VALUE}]) { __typename key { __typename genre title } "
            "aggregate { count max { published addedAt readingHour } } } } }"
        ),
        "{ authors { nodes { name books { aggregate { count avg { pages } } } } } }",
        (
            "{ loans { groupBy(by: [{book: {title: VALUE}}, {lentOn: {unit: MONTH}}]) { "
            "key { book { title isbn } lentOn returnedOn } aggregate { count } } } }"
        ),
        (
            "{ shelves { nodes { children { aggregate { count } groupBy("
            "by: [{location: {room: VALUE}}]) { key { code "
            "location { room floor position { row } } } } } } } }"
        ),
    ],
)
async def test_groups_are_completed_directly(library, query):
    """At the root and below, keys through relations and documents, null where not grouped by."""
    assert set(forms(library, query).values()) == {"rows"}
    await library.data(query)


async def test_sums_that_no_int_holds(library):
    """A count is an `Int`: what does not fit is an error, told by graphql-core."""
    spoilt = Library(postgres=lambda source: SpoiltSource(source, _too_many))
    query = "{ books { totalCount aggregate { count } } }"
    assert forms(library, query) == {"books": "rows"}
    answer, direct = await spoilt.ask(query), await spoilt.ask_directly(query)
    assert answer == direct
    (error,) = answer["errors"]
    assert error["path"] == ["books", "aggregate", "count"]
    assert error["extensions"]["code"] == "STORED_VALUE_INVALID"


def _too_many(_entity: str, record: dict) -> None:
    if "count()" in record:
        record["count()"] = 2**31


NODE = """query($id: ID!) { node(id: $id) { nodeId __typename ... on Book { title shelf { code } }
  ... on Review { stars book { title } } ... on Node { again: nodeId } } }"""


async def test_any_node_is_found_directly(library):
    """Its fragments are those of its own type; a plan serves all rows of an entity."""
    for entity, number in (("Book", 0), ("Review", 1), ("Loan", 2), ("Book", 1)):
        found = the_id(library, entity, number)
        assert forms(library, NODE, id=found) == {"node": "rows"}
        data = await library.data(NODE, id=found)
        assert data["node"]["__typename"] == entity
        assert data["node"]["again"] == found
    operation = library.graph.operations.find(NODE, None)
    assert operation is not None
    planner = library.graph.context(ANONYMOUS).planner
    assert len([each for each, _ in operation._plans if each is planner]) == 3


async def test_a_node_by_a_literal_and_one_that_is_none(library):
    """An id is data: whichever it is, and whatever else it may be used for."""
    found = the_id(library, "Author")
    assert (await library.data(f'{{ node(id: "{found}") {{ ... on Author {{ name }} }} }}')) == {
        "node": {"name": "Ann Archer"}
    }
    assert await library.code(NODE, id="x") == "NODE_ID_INVALID"
    twice = "query($id: ID!) { node(id: $id) { nodeId } review(id: $id) { stars } }"
    found = the_id(library, "Review")
    data = await library.data(twice, id=found)
    assert data == {"node": {"nodeId": found}, "review": None}
