"""How often the stores are called, and for what: one call a level, and only what is asked."""

import asyncio

import pytest

from catalog.query import Read
from tests.library.library import Library
from tests.library.rows import book_id, review_id
from tests.library.sources import MeetingSource


def read_of(library: Library, entity: str) -> Read:
    """The one read of an entity."""
    (read,) = [read for read in library.reads() if read.entity.name == entity]
    return read


@pytest.mark.parametrize("times", [1, 40])
async def test_each_level_is_one_call_of_each_store_whatever_the_number_of_rows(times):
    """Four levels down, across both stores and back."""
    library = Library()
    books, reviews = library.tables["Book"], library.documents["Review"]
    for number in range(100, 100 + (times - 1) * 6):
        books.append(books[0] | {"id": book_id(number), "isbn": f"x{number}"})
        reviews.append(reviews[0] | {"id": review_id(number), "book_id": book_id(number)})
    data = await library.data(
        """{ books(first: 200) { nodes {
          authors { nodes { mentor { name } } }
          shelf { parent { code } children { totalCount } }
          reviews { nodes { shelf { books(first: 1) { nodes { shelf { code } } } } } }
          loans { nodes { book { title } } }
        } } }"""
    )
    assert len(data["books"]["nodes"]) == min(200, times * 6)
    assert library.calls() == {
        "postgres": [["Book"], ["Author", "Loan"], ["Book"]],
        "mongo": [["Shelf", "Review"], ["Shelf"], ["Shelf"]],
    }


async def test_aliases_of_one_relation_go_together(library):
    """Equal reads are one; different ones are one call."""
    await library.data(
        """{ books { nodes { a: reviews { nodes { stars } } b: reviews { nodes { stars } }
                             c: reviews(first: 1) { nodes { stars } } } } }"""
    )
    assert library.calls()["mongo"] == [["Review", "Review"]]


async def test_each_key_is_asked_once(library):
    """Many rows that lead to one row name it once, in a stable order; nulls are not asked."""
    await library.data("{ books { nodes { shelf { code } } } }")
    assert read_of(library, "Shelf").batch.keys == (("A",), ("B",), ("Z",))


async def test_the_row_that_only_shows_whether_more_follow_is_not_followed(library):
    """The page's relations are those of its rows."""
    await library.data(
        """{ books(first: 2, orderBy: [{isbn: ASC}]) {
          nodes { shelf { code } reviews { totalCount } } pageInfo { hasNextPage }
        } }"""
    )
    assert read_of(library, "Book").limit == 3
    assert read_of(library, "Shelf").batch.keys == (("A",),)
    assert len(read_of(library, "Review").batch.keys) == 2


async def test_no_keys_is_no_call(library):
    """An empty page and null keys lead nowhere."""
    await library.data('{ books(where: {title: {eq: ""}}) { nodes { shelf { code } } } }')
    await library.data('{ bookByIsbn(isbn: "i4") { shelf { code } } }')
    assert library.mongo.calls == []


async def test_only_what_is_asked_is_read(library):
    """Columns, paths into documents, keys that relations need, and joined rows' columns."""
    await library.data(
        """{ loans(orderBy: [{book: {title: ASC}}]) { nodes {
          borrower book { pages shelf { location { position { row } } slots { name } } }
        } } }"""
    )
    loan, shelf = read_of(library, "Loan"), read_of(library, "Shelf")
    assert loan.fields == (("borrower",),)
    (join,) = loan.joins
    assert (join.relation.name, join.fields) == ("book", (("pages",), ("shelf_code",)))
    assert set(shelf.fields) == {("location", "position", "row"), ("slots", "name")}
    assert loan.total is shelf.total is False


async def test_an_order_s_values_are_read_only_for_cursors(library):
    """The store sorts by them in any case."""
    query = "{ loans(orderBy: [{book: {title: ASC}}]) { %s } }"
    await library.data(query % "nodes { fee }")
    assert (library.reads()[0].fields, library.reads()[0].joins) == ((("fee",),), ())
    await library.data(query % "edges { cursor }")
    read = library.reads()[1]
    assert set(read.fields) == {("book_id",), ("number",)}
    assert [join.fields for join in read.joins] == [(("title",),)]


@pytest.mark.parametrize(
    ("asked", "total", "limit"),
    [
        ("nodes { isbn }", False, 3),
        ("totalCount", True, 0),
        ("nodes { isbn } totalCount", True, 3),
        ("pageInfo { hasNextPage }", False, 4),
        ("edges { cursor } pageInfo { endCursor }", False, 4),
        ("__typename", False, 0),
    ],
)
async def test_totals_and_one_more_row_only_if_asked(library, asked, total, limit):
    """No count without totalCount, no rows without nodes, no extra row without pageInfo."""
    await library.data(f"{{ books(first: 3) {{ {asked} }} }}")
    (read,) = library.reads()
    assert (read.total, read.limit) == (total, limit)
    await library.data(f"{{ authors {{ nodes {{ books(first: 3) {{ {asked} }} }} }} }}")
    read = library.reads()[-1]
    if total or limit:
        assert (read.total, read.limit) == (total, limit)
    else:  # then the books are not read at all
        assert read.entity.name == "Author"


async def test_root_fields_run_at_the_same_time():
    """Three reads of two stores are all under way before any is answered."""
    barrier = asyncio.Barrier(3)
    library = Library(
        postgres=lambda source: MeetingSource(source, barrier),
        mongo=lambda source: MeetingSource(source, barrier),
    )
    data = await library.data(
        "{ books { totalCount } authors { totalCount } shelves { totalCount } }"
    )
    assert [page["totalCount"] for page in data.values()] == [6, 5, 4]


async def test_the_two_stores_are_asked_at_the_same_time():
    """Relations into the other store do not wait for those within."""
    barrier = asyncio.Barrier(2)
    library = Library(
        postgres=lambda source: MeetingSource(source, barrier, "Loan"),
        mongo=lambda source: MeetingSource(source, barrier, "Review"),
    )
    data = await library.data("{ books { nodes { loans { totalCount } reviews { totalCount } } } }")
    assert data["books"]["nodes"][0] == {"loans": {"totalCount": 3}, "reviews": {"totalCount": 3}}
