"""Where documents can be searched: MongoDB can do it at the root of a read alone."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from auth import ANONYMOUS
from catalog import Access, Index, Link, Search, Store, anyone, catalog_of
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.errors import told
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

__access__ = Access(read=anyone)


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of these tables."""


class Reader(Table, table=True):
    """Wrote letters, which are documents."""

    id: int = Field(primary_key=True)


class Letter(BaseModel):
    """Is searched, and answers another."""

    __collection__ = "letters"
    __indexes__: ClassVar = (Index("reader_id"), Index("answered_id"))
    __links__: ClassVar = (
        Link("reader", to="Reader", on={"reader_id": "id"}, back="letters"),
        Link("answered", to="Letter", on={"answered_id": "id"}, back="answers"),
    )
    __search__: ClassVar = Search("text")

    id: int
    reader_id: int
    answered_id: int | None = None
    text: str


LETTERS = [
    {"id": 1, "reader_id": 1, "text": "a jet flew by"},
    {"id": 2, "reader_id": 2, "answered_id": 1, "text": "which jet, which wing"},
    {"id": 3, "reader_id": 2, "answered_id": 2, "text": "the jet with a jet wing"},
]


@pytest.fixture
def graph() -> Graph:
    """Two readers and their letters, in memory."""
    catalog = catalog_of([Reader, Letter])
    readers = {"Reader": [{"id": 1}, {"id": 2}]}
    sources = {
        Store.POSTGRES: MemorySource(catalog, Store.POSTGRES, readers),
        Store.MONGO: MemorySource(catalog, Store.MONGO, {"Letter": LETTERS}),
    }
    schema = build_schema(catalog)
    return Graph(catalog, schema, sources, NoCache(), 60, PageLimits(100, 200))


async def _answer(graph: Graph, field: str, **variables: Any) -> tuple[Any, list[str]]:
    """The value of a root field, and the codes of the errors."""
    declared = "($text: String!)" if variables else ""
    query = f"query {declared} {{ found: {field} }}"
    context = graph.context(ANONYMOUS)
    result = await graph.schema.execute(query, variables, context_value=context)
    errors = [told(error, before_execution=False) for error in result.errors or ()]
    return (result.data or {}).get("found"), [each["extensions"]["code"] for each in errors]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ('letters(where: {search: "jet", readerId: {gt: 1}}) { totalCount }', {"totalCount": 2}),
        ('letters(where: {and: [{search: "wing"}]}) { totalCount }', {"totalCount": 2}),
        ('letters(where: {search: "jet"}) { aggregate { count } }', {"aggregate": {"count": 3}}),
        ('letters(where: {search: "jet"}, orderBy: [{search: RANK}]) { nodes { id } }',
         {"nodes": [{"id": 3}, {"id": 1}, {"id": 2}]}),
        ('letters(where: {search: "jet"}, first: 1) { edges { node { id } } }',
         {"edges": [{"node": {"id": 1}}]}),
        ('readers(where: {letters: {some: {search: "wing"}}}) { nodes { id } }',
         {"nodes": [{"id": 2}]}),
    ],
)  # fmt: skip
async def test_documents_are_searched_at_the_root(graph, field, found):
    """Beside other conditions; and from the other store, where what is read is a root as well."""
    assert await _answer(graph, field) == (found, [])


@pytest.mark.parametrize(
    "field",
    [
        'letters(where: {or: [{search: "jet"}]}) { totalCount }',
        'letters(where: {not: {search: "jet"}}) { totalCount }',
        'letters(where: {search: "jet", and: [{search: "wing"}]}) { totalCount }',
        'letters(where: {answered: {search: "jet"}}) { totalCount }',
        'letters(where: {answers: {none: {search: "jet"}}}) { totalCount }',
        'readers { nodes { letters(where: {search: "jet"}) { totalCount } } }',
    ],
)
async def test_elsewhere_a_search_of_documents_is_refused(graph, field):
    """When the query is planned, so nothing is asked."""
    assert await _answer(graph, field) == (None, ["SEARCH_INVALID"])


async def test_one_plan_serves_all_texts(graph):
    """And finds by each of them."""
    query = "query($text: String!) { letters(where: {search: $text}) { totalCount } }"
    operation = graph.operations.find(query, None)
    assert operation
    for text, count in (("jet", 3), ("wing -with", 1), ("", 0)):
        answered = await operation.run(graph.context(ANONYMOUS), {"text": text})
        assert answered
        assert answered.data == b'{"letters":{"totalCount":%d}}' % count
