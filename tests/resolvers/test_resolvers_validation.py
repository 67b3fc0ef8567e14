"""What makes a document one that may be run: GraphQL's rules, and no more."""

import pytest
from graphql import OperationDefinitionNode, SelectionSetNode

FRAGMENT = "fragment F on Query { books(first: 1, orderBy: [{title: $way}]) { nodes { title } } }"
QUERY = "query Q($way: Ordering!) { ...F }"


@pytest.mark.parametrize(
    "document", [f"{QUERY} {FRAGMENT}", f"{FRAGMENT} {QUERY}"], ids=["after", "before"]
)
async def test_a_variable_may_stand_in_a_one_of_inside_a_fragment(library, document):
    """Strawberry's own rule looks for it in the operation before, and fails if there is none."""
    data = await library.data(document, way="DESC")
    assert data == {"books": {"nodes": [{"title": "Émile"}]}}


@pytest.mark.parametrize(
    "term", ["{}", "{title: ASC, isbn: ASC}", "{title: null}", "{title: $way}"]
)
async def test_a_one_of_takes_exactly_one(library, term):
    """Not none, not two, not null, and no variable that may be null."""
    declared = "($way: Ordering)" if "$way" in term else ""
    query = f"query {declared} {{ books(orderBy: [{term}]) {{ totalCount }} }}"
    assert await library.code(query) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("kind", [OperationDefinitionNode, SelectionSetNode])
async def test_no_node_is_hashed(library, monkeypatch, kind):
    """What is kept of a node is found by the node: to hash it is to hash all that is below it."""

    def hashed(node):
        raise AssertionError(node)

    monkeypatch.setattr(kind, "__hash__", hashed)
    assert not library.graph.operations.problems(f"{QUERY} {FRAGMENT}", None)
