"""In charge of routines as root fields: over the library in memory, asked in both ways."""

import pytest

from auth import ANONYMOUS
from catalog.query import Order
from resolvers.operations.explain import plan_text
from resolvers.reasons import Form
from tests.library.library import Library, titles

PAGE = "first: 1, orderBy: [{title: ASC}]"


async def test_its_rows_are_a_connection(library: Library):
    """With all that lists have, over the rows that it gives, and relations of either store."""
    data = await library.data(
        "{ thickBooks(pages: 90, genre: NOVEL, orderBy: [{title: DESC}], first: 1) {"
        "  nodes { title reviews { totalCount } } totalCount pageInfo { hasNextPage }"
        "  aggregate { count } groupBy(by: [{shelfCode: VALUE}]) { key { shelfCode } } } }"
    )
    assert data["thickBooks"] == {
        "nodes": [{"title": "Dust", "reviews": {"totalCount": 0}}],
        "totalCount": 2,
        "pageInfo": {"hasNextPage": True},
        "aggregate": {"count": 2},
        "groupBy": [{"key": {"shelfCode": "A"}}, {"key": {"shelfCode": "B"}}],
    }


@pytest.mark.parametrize("books", [["Ashes", "Cells 100%", "Émile", "Dust"]])
async def test_arguments_have_defaults(library: Library, books: list[str]):
    """Which a variable without a value leaves; null is one where it may be."""
    ask = (
        "query($p: Int! = 100, $g: Genre) { thickBooks(pages: $p, genre: $g) { nodes { title } } }"
    )
    assert titles((await library.data("{ thickBooks { nodes { title } } }"))["thickBooks"]) == books
    assert titles((await library.data(ask))["thickBooks"]) == books
    assert titles((await library.data(ask, g=None, p=200))["thickBooks"]) == ["Cells 100%"]
    assert await library.code("{ thickBooks(pages: null) { totalCount } }") == (
        "GRAPHQL_VALIDATION_FAILED"
    )


async def test_a_list_is_given_whole_or_item_by_item(library: Library):
    """As a variable, or with variables in it."""
    whole = "query($s: [Int!]!) { starredReviews(stars: $s) { totalCount } }"
    items = "query($s: Int!) { starredReviews(stars: [$s, 1]) { totalCount } }"
    assert await library.data(whole, s=[5]) == {"starredReviews": {"totalCount": 1}}
    assert await library.data(whole, s=5) == {"starredReviews": {"totalCount": 1}}
    assert await library.data(items, s=5) == {"starredReviews": {"totalCount": 2}}


async def test_it_may_give_one_row_or_none(library: Library):
    """With what hops off it."""
    ask = "query($d: Date!) { authorBorn(day: $d) { name books { nodes { title } } } }"
    ann = await library.data(ask, d="1901-02-03")
    assert ann["authorBorn"]["name"] == "Ann Archer"
    assert titles(ann["authorBorn"]["books"]) == ["Ashes", "birds"]
    assert await library.data(ask, d="1800-01-01") == {"authorBorn": None}


async def test_it_may_give_a_value_or_null(library: Library):
    """Of either store."""
    ask = '{ pagesInPrint(words: "s") none: pagesInPrint(words: "?") countVerdicts(verdict: READ) }'
    assert await library.data(ask) == {"pagesInPrint": 320, "none": None, "countVerdicts": 3}


async def test_filters_and_orders_reach_into_the_other_store(library: Library):
    """By the keys of the rows that it gives, not of all that are stored."""
    lit = "{ thickBooks(where: {shelf: {location: {floor: {gte: 0}}}}) { nodes { title } } }"
    assert titles((await library.data(lit))["thickBooks"]) == ["Ashes"]
    order = "[{shelf: {location: {floor: DESC}}}, {title: ASC}]"
    ordered = f"{{ thickBooks(orderBy: {order}) {{ nodes {{ title }} }} }}"
    found = titles((await library.data(ordered))["thickBooks"])
    assert sorted(found) == ["Ashes", "Cells 100%", "Dust", "Émile"]
    asked = [read for read in library.reads() if read.entity.name == "Book"]
    assert all(read.call for read in asked)


async def test_a_plan_serves_all_values_of_the_arguments(library: Library):
    """They are values of one template, as those of filters are."""
    ask = "query($p: Int!, $s: [Int!]!) { thickBooks(pages: $p) { nodes { title } } starredReviews(stars: $s) { totalCount } }"  # noqa: E501
    operation = library.graph.operations.find(ask, None)
    assert operation
    planner = library.graph.context(ANONYMOUS).planner
    one, other = (operation.roots(planner, {"p": p, "s": s}) for p, s in ((1, [1]), (2, [3, 4])))
    assert one is other
    assert [root.form for root in one or ()] == [Form.ROWS, Form.ROWS]


async def test_cursors_belong_to_the_routine_and_say_a_place_in_its_order(library: Library):
    """Other arguments change which rows there are behind it, as another `where` does."""
    ask = "query($p: Int!, $a: String) {{ {}(pages: $p, {}, after: $a) {{ nodes {{ title }} pageInfo {{ endCursor }} }} }}"  # noqa: E501
    thick = ask.format("thickBooks", PAGE)
    first = (await library.data(thick, p=100))["thickBooks"]
    after = first["pageInfo"]["endCursor"]
    assert titles(first) == ["Ashes"]
    assert titles((await library.data(thick, p=100, a=after))["thickBooks"]) == ["Cells 100%"]
    assert titles((await library.data(thick, p=50, a=after))["thickBooks"]) == ["Cells 100%"]
    assert titles((await library.data(thick, p=130, a=after))["thickBooks"]) == ["Cells 100%"]


@pytest.mark.parametrize(("here", "there"), [("books", "thickBooks"), ("thickBooks", "books")])
async def test_a_cursor_of_another_list_is_refused(library: Library, here: str, there: str):
    """Though both are of books, in one order."""
    page = (await library.data(f"{{ {here}({PAGE}) {{ pageInfo {{ endCursor }} }} }}"))[here]
    after = page["pageInfo"]["endCursor"]
    ask = f'{{ {there}({PAGE}, after: "{after}") {{ totalCount }} }}'
    assert await library.code(ask) == "CURSOR_INVALID"


async def test_its_pages_are_bounded_as_those_of_any_list(library: Library):
    """Whatever the routine would give."""
    assert await library.code("{ thickBooks(first: 201) { totalCount } }") == "PAGE_SIZE_EXCEEDED"


async def test_a_plan_names_the_call(library: Library):
    """With its arguments."""
    operation = library.graph.operations.find("{ thickBooks(pages: 7) { nodes { id } } }", None)
    context = library.graph.context(ANONYMOUS)
    (root,) = operation.roots(context.planner, {}) if operation else ()  # type: ignore[misc]
    assert root.island
    assert root.island.read.order == (Order(("id",)),)
    text = plan_text(root.island, context.reach)
    assert text.startswith("Book by thick_books(pages=7, genre=None) (postgres): id\n")
