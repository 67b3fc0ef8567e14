"""One row: by primary key, by unique key, and by the opaque id of any node."""

import base64
import json

import pytest

from catalog.query import And, Compare, Operator
from tests.library.rows import book_id, review_id

BY_KEY = {
    "author(id: 1)": "Author",
    "authorship(authorId: 1, bookId: $book)": "Authorship",
    "book(id: $book)": "Book",
    "loan(bookId: $book, number: 2)": "Loan",
    "review(id: $review)": "Review",
    'shelf(code: "A")': "Shelf",
}
VARIABLES = {"book": str(book_id(1)), "review": review_id(1)}


def query_for(field: str, inner: str) -> str:
    """A query for one row, whose key may need the variables above."""
    used = [name for name in VARIABLES if f"${name}" in field]
    kinds = {"book": "UUID!", "review": "ID!"}
    declared = ", ".join(f"${name}: {kinds[name]}" for name in used)
    return f"query{f'({declared})' if declared else ''} {{ {field} {{ {inner} }} }}"


@pytest.mark.parametrize("field", BY_KEY)
async def test_a_row_is_found_by_its_key_and_again_by_its_node_id(library, field):
    """The nodeId of every entity leads back to the same object, composite keys included."""
    data = await library.data(query_for(field, "__typename nodeId"), **VARIABLES)
    (found,) = data.values()
    assert found["__typename"] == BY_KEY[field]
    again = await library.data(
        "query($id: ID!) { node(id: $id) { nodeId __typename } }", id=found["nodeId"]
    )
    assert again == {"node": found}


async def test_node_ids_are_distinct(library):
    """Two rows never share one, nor do two entities with equal keys."""
    data = await library.data("{ shelves { nodes { nodeId } } loans { nodes { nodeId } } }")
    ids = [node["nodeId"] for page in data.values() for node in page["nodes"]]
    assert len(set(ids)) == len(ids) == 9


async def test_a_row_is_found_by_its_unique_keys(library):
    """Single and composite; in Postgres and in MongoDB."""
    data = await library.data(
        """query($book: UUID!) {
          bookByIsbn(isbn: "i3") { title }
          authorByName(name: "Cid Čapek") { id }
          reviewByBookIdAndReviewer(bookId: $book, reviewer: "sue") { stars }
        }""",
        book=VARIABLES["book"],
    )
    assert data == {
        "bookByIsbn": {"title": "Cells 100%"},
        "authorByName": {"id": 3},
        "reviewByBookIdAndReviewer": {"stars": 4},
    }


async def test_a_composite_key_asks_for_all_its_parts(library):
    """The read names both columns, and one row at most."""
    await library.data(query_for("loan(bookId: $book, number: 3)", "borrower"), **VARIABLES)
    (read,) = library.reads()
    assert read.limit == 1
    assert read.filter == And(
        (
            Compare(("book_id",), Operator.EQ, book_id(1)),
            Compare(("number",), Operator.EQ, 3),
        )
    )


async def test_what_is_not_there_is_null(library):
    """No error: absence is an answer."""
    data = await library.data(
        """query($book: UUID!, $review: ID!) {
          author(id: 77) { name }
          loan(bookId: $book, number: 77) { borrower }
          bookByIsbn(isbn: "none") { title }
          review(id: $review) { stars }
          malformed: review(id: "not an ObjectId") { stars }
        }""",
        book=VARIABLES["book"],
        review=review_id(77),
    )
    assert set(data.values()) == {None}


def packed(*parts: object) -> str:
    """An id as the server would make it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%",
        "Émile",
        "\x00",
        packed(),
        packed("Nope", 1),
        packed("Author"),
        packed("Author", "1"),
        packed("Author", 1.0),
        packed("Author", True),
        packed("Author", None),
        packed("Author", 1, 2),
        packed("Author", 2**31),
        packed(["Author"], 1),
        packed("Book", "not a uuid"),
        packed("Book", {}),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
async def test_a_wrong_node_id_is_told_as_such(library, text):
    """Garbage, another graph's, another type's: one code, and no store is asked."""
    query = "query($id: ID!) { node(id: $id) { nodeId } }"
    assert await library.code(query, id=text) == "NODE_ID_INVALID"
    assert library.reads() == []


async def test_the_node_id_of_a_row_that_went_away_is_null(library):
    """Well-formed, but nobody is there."""
    data = await library.data(
        "query($id: ID!) { node(id: $id) { nodeId } }", id=packed("Author", 77)
    )
    assert data == {"node": None}


async def test_inline_fragments_on_a_node_read_what_its_type_has(library):
    """Only the fragment that applies counts; the interface's own fields always do."""
    query = """query($id: ID!) { node(id: $id) {
      ... on Node { nodeId }
      ... on Author { name mentor { name } }
      ... on Shelf { labels }
    } }"""
    data = await library.data(query, id=packed("Author", 2))
    assert data["node"]["name"] == "Bob Brandt"
    assert data["node"]["mentor"] == {"name": "Ann Archer"}
    (read,) = library.reads()
    assert read.fields == (("id",), ("name",))
