"""Relations: to one and to many, within a store and across, with arguments at any depth."""

from tests.library.library import Library, titles
from tests.library.rows import book_id


async def test_to_one_within_a_store_and_across(library):
    """Keys that dangle and null keys give null; the rows stay."""
    data = await library.data(
        """{ books(orderBy: [{isbn: ASC}]) { nodes { isbn shelf { code location { room } } } }
             reviews { nodes { shelf { code } book { title } } }
             authors { nodes { mentor { name } } }
             shelves { nodes { parent { code } } } }"""
    )
    shelves = [node["shelf"] and node["shelf"]["code"] for node in data["books"]["nodes"]]
    assert shelves == ["A", "A", "B", None, None, "B"]  # the fourth is null, the fifth dangles
    assert data["books"]["nodes"][0]["shelf"]["location"] == {"room": "Hall"}
    reviews = data["reviews"]["nodes"]
    assert [node["shelf"] and node["shelf"]["code"] for node in reviews] == [
        "A", "B", None, "A", None, "D",
    ]  # fmt: skip
    assert reviews[4]["book"] is None
    assert reviews[5]["book"] == {"title": "Dust"}
    assert [node["mentor"] for node in data["authors"]["nodes"]].count(None) == 2
    assert [node["parent"] and node["parent"]["code"] for node in data["shelves"]["nodes"]] == [
        None, "A", "A", None,
    ]  # fmt: skip


async def test_to_many_has_the_arguments_of_a_root_list_for_each_parent(library):
    """Limit, filter, order, offset and total apply to every parent's rows on their own."""
    data = await library.data(
        """{ books(orderBy: [{isbn: ASC}], first: 4) { nodes {
          loans(orderBy: [{number: DESC}], first: 1, where: {borrower: {ne: "Zed"}}) {
            totalCount nodes { number } pageInfo { hasNextPage hasPreviousPage }
          }
        } } }"""
    )
    pages = [node["loans"] for node in data["books"]["nodes"]]
    assert [page["totalCount"] for page in pages] == [3, 1, 0, 0]
    assert [page["nodes"] for page in pages] == [[{"number": 3}], [{"number": 1}], [], []]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, False, False, False]


async def test_nested_lists_are_paged_on_by_their_own_cursors(library):
    """The end cursor of one parent's page goes on in that parent's list."""
    query = """query($id: UUID!, $after: String) { book(id: $id) {
      loans(orderBy: [{borrower: ASC}], first: 2, after: $after) {
        edges { cursor node { number } } pageInfo { endCursor hasNextPage }
      }
    } }"""
    first = (await library.data(query, id=str(book_id(1))))["book"]["loans"]
    rest = await library.data(query, id=str(book_id(1)), after=first["pageInfo"]["endCursor"])
    numbers = [
        edge["node"]["number"] for page in (first, rest["book"]["loans"]) for edge in page["edges"]
    ]
    assert numbers == [1, 3, 2]
    assert first["edges"][-1]["cursor"] == first["pageInfo"]["endCursor"]
    assert rest["book"]["loans"]["pageInfo"]["hasNextPage"] is False


async def test_many_to_many_both_ways_with_arguments_at_depth_three(library):
    """Through a link table, there and back, each level with an order and a limit."""
    data = await library.data(
        """{ authors(orderBy: [{id: ASC}], first: 3) { nodes { name
          books(orderBy: [{title: ASC}], first: 2) { totalCount nodes { title
            authors(orderBy: [{name: DESC}], last: 1) { totalCount nodes { name
              books(where: {inPrint: {eq: true}}, offset: 1, first: 1) { nodes { isbn } }
            } }
          } }
        } } }"""
    )
    ann, bob, cid = data["authors"]["nodes"]
    assert [node["title"] for node in ann["books"]["nodes"]] == ["Ashes", "birds"]
    birds = ann["books"]["nodes"][1]["authors"]
    assert birds == {
        "totalCount": 2,
        "nodes": [{"name": "Ann Archer", "books": {"nodes": [{"isbn": "i2"}]}}],
    }
    assert titles(bob["books"]) == ["Dust", "birds"]
    assert cid["books"]["totalCount"] == 2
    assert titles(cid["books"]) == ["Cells 100%", "Dust"]


async def test_across_both_stores_and_back(library):
    """Postgres → MongoDB → MongoDB → Postgres → MongoDB in one query."""
    data = await library.data(
        """{ bookByIsbn(isbn: "i1") {
          reviews(orderBy: [{stars: DESC}], first: 2) { nodes { stars
            shelf { code books(orderBy: [{isbn: DESC}], first: 1) { totalCount nodes { title
              reviews { totalCount }
            } } }
          } }
        } }"""
    )
    assert data["bookByIsbn"]["reviews"]["nodes"] == [
        {
            "stars": 5,
            "shelf": {
                "code": "A",
                "books": {
                    "totalCount": 2,
                    "nodes": [{"title": "birds", "reviews": {"totalCount": 1}}],
                },
            },
        },
        {
            "stars": 4,
            "shelf": {
                "code": "B",
                "books": {
                    "totalCount": 2,
                    "nodes": [{"title": "Dust", "reviews": {"totalCount": 0}}],
                },
            },
        },
    ]


async def test_a_list_without_a_key_is_empty_and_counted(library):
    """No row leads nowhere: an empty page, whatever is asked of it."""
    library.tables["Book"][3]["id"] = None
    data = await library.data(
        """{ bookByIsbn(isbn: "i4") {
          reviews { totalCount nodes { stars } edges { cursor } pageInfo { endCursor hasNextPage } }
        } }"""
    )
    assert data["bookByIsbn"]["reviews"] == {
        "totalCount": 0,
        "nodes": [],
        "edges": [],
        "pageInfo": {"endCursor": None, "hasNextPage": False},
    }


async def test_the_same_row_at_two_places_has_each_place_s_own_relations(library: Library):
    """An author of two books is one row to the store, but each place has its own page."""
    data = await library.data(
        """{ a: authors(where: {id: {eq: 2}}) { nodes { books(first: 1) { nodes { isbn } } } }
             b: authors(where: {id: {eq: 2}}) { nodes { books(last: 1) { nodes { isbn } } } } }"""
    )
    assert data["a"]["nodes"][0]["books"]["nodes"] == [{"isbn": "i2"}]
    assert data["b"]["nodes"][0]["books"]["nodes"] == [{"isbn": "i6"}]


async def test_a_page_may_be_looked_at_twice(library):
    """`nodes`, `edges` and their aliases show the same rows, each with what it alone asks."""
    data = await library.data(
        """{ books(orderBy: [{isbn: ASC}], first: 2) {
          nodes { loans(first: 1, orderBy: [{number: DESC}]) { nodes { number } } shelf { code } }
          more: nodes { loans(first: 2, orderBy: [{number: ASC}]) { nodes { borrower } } }
          edges { node { loans(where: {number: {eq: 2}}) { totalCount }
                         shelf { location { room } } } }
          again: edges { node { loans { totalCount } shelf: loans(first: 0) { totalCount } } }
        } }"""
    )
    page = data["books"]
    assert page["nodes"][0] == {"loans": {"nodes": [{"number": 3}]}, "shelf": {"code": "A"}}
    assert page["more"][0] == {"loans": {"nodes": [{"borrower": "Xi"}, {"borrower": "Yo"}]}}
    assert page["edges"][0]["node"]["loans"] == {"totalCount": 1}
    assert page["edges"][0]["node"]["shelf"] == {"location": {"room": "Hall"}}
    assert page["again"][0] == {"node": {"loans": {"totalCount": 3}, "shelf": {"totalCount": 3}}}


async def test_a_fragment_may_be_spread_under_several_parents(library):
    """The same words under different rows give each row its own answer."""
    data = await library.data(
        """fragment Of on Shelf {
          code books(orderBy: [{isbn: ASC}]) { nodes { isbn shelf { code } } }
        }
        { shelves(orderBy: [{code: ASC}]) { nodes { ...Of parent { ...Of } } } }"""
    )
    first, second = data["shelves"]["nodes"][:2]
    assert second["parent"] == {"code": "A", "books": first["books"]}
    assert first["books"]["nodes"] == [
        {"isbn": "i1", "shelf": {"code": "A"}},
        {"isbn": "i2", "shelf": {"code": "A"}},
    ]


async def test_two_views_of_a_page_may_ask_the_very_same(library):
    """Equal forms are made once, and shown twice."""
    data = await library.data(
        "{ shelves(first: 2) { a: edges { node { code } } b: edges { node { code } }"
        " c: nodes { code } d: nodes { code } } }"
    )
    page = data["shelves"]
    assert page["a"] == page["b"] == [{"node": node} for node in page["c"]]
    assert page["c"] == page["d"]
    assert len(page["c"]) == 2
