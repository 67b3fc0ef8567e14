"""Direct completion: which root fields it answers, and that it answers them as graphql-core does.

`library.ask` compares both ways; here it is made sure that there are two.
"""

import ast
from collections.abc import Sequence
from typing import Any

import pytest

from auth import ANONYMOUS
from catalog import code
from resolvers.planning.cursors import node_id
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


async def answered(library: Library, query: str) -> Any:
    """The engine's own answer, of the library's own sources."""
    operation = library.graph.operations.find(query, None)
    assert operation is not None
    return await operation.run(library.graph.context(ANONYMOUS), {})


def _too_long(_entity: str, record: dict) -> None:
    if "pages" in record:
        record["pages"] = 2**31


@pytest.mark.parametrize(
    "query",
    [
        '{ bookByIsbn(isbn: "i1") { pages shelf { code } } }',
        """{ books(first: 3) { totalCount nodes { pages shelf { code parent { code } }
             loans { nodes { number } } reviews { totalCount } } aggregate { count } } }""",
        "{ shelves { nodes { code books { nodes { title pages } } } } }",
    ],
)
async def test_what_graphql_forbids_is_told_of_the_same_rows(query):
    """graphql-core completes them again, and asks no store for anything."""
    well, spoilt = Library(), Library(postgres=lambda source: SpoiltSource(source, _too_long))
    assert set(forms(spoilt, query).values()) == {"rows"}
    assert not (await answered(well, query)).errors
    told = await answered(spoilt, query)
    assert {error.path[-1] for error in told.errors} == {"pages"}
    assert well.calls() == spoilt.calls() != {"postgres": [], "mongo": []}


HOSTILE = [
    *("__import__", "os", "exec", "lambda", "None", "True", "import", "row", "rows", "links"),
    *("missing", "violation", "x0", "v1", "str", "type", "__class__", "get", "source", "odd"),
]
EVIL = '"""); __import__(\'os\').harmless() #'


def of_everything(aliases: Sequence[str], text: str) -> tuple[str, dict[str, str]]:
    """A query of both forms under these aliases, of which the text is a value; and variables."""
    named = """query($given: String!) {
        %s: books(first: 2, where: {title: {ne: $given}, tags: {none: {eq: "%%"}}}) {
          %s: nodes { %s: __typename %s: title %s: pages %s: genre %s: tags
            %s: shelf { %s: code %s: location { %s: room } } %s: loans { %s: totalCount } }
          %s: groupBy(by: [{genre: VALUE}]) { %s: key { %s: genre } } }
        %s: authors { %s: nodes { pieces(wish: {words: [$given, "%%"], mood: STORMY}) {
          ... on Poem { %s: title verses { %s: loud text } } } } } }"""
    literal = text.replace('"', '\\"')
    return (named % tuple(aliases)).replace("%", literal), {"given": text}


@pytest.fixture
def trees(monkeypatch: pytest.MonkeyPatch) -> list[ast.AST]:
    """All that is compiled from now on."""
    noted = list[ast.AST]()

    def noting(tree: ast.AST, *more: Any) -> Any:
        noted.append(tree)
        return compile(tree, *more)

    monkeypatch.setattr(code, "compile", noting, raising=False)
    return noted


class _Blank(ast.NodeTransformer):
    """Puts a number in place of each constant that is one of these texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Its place among them."""
        if node.value in self._texts:
            return ast.Constant(f"alias {self._texts.index(node.value)}")
        return node


async def test_nothing_that_a_client_wrote_is_code(trees):
    """Aliases are constants, be they Python's words or ours; values are not there at all."""
    made = list[list[str]]()
    for aliases, text in ([f"tame{n}" for n in range(20)], "harmless"), (HOSTILE, EVIL):
        library, (query, variables) = Library(), of_everything(aliases, text)
        trees.clear()
        assert set(forms(library, query, **variables).values()) == {"rows", "resolvers"}
        data = await library.data(query, **variables)
        assert set(data) == {aliases[0], aliases[16]}
        assert not any("harmless" in ast.unparse(tree) for tree in trees)
        made.append([ast.dump(_Blank(aliases).visit(tree)) for tree in trees])
    tame, hostile = made
    assert all(f"alias {n}" in str(tame) for n in (3, 8, 15, 18, 19))  # there is something to see
    assert hostile == tame
