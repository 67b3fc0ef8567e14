"""Fields written by users: what they read, how they load, and what becomes of loaded rows."""

from typing import Any

import pytest
import strawberry
from structlog.testing import capture_logs

from schema import extends, requires
from tests.library.library import Library
from tests.library.models.book import Book, Genre
from tests.library.models.review import Review, Verdict
from tests.library.models.shelf import Shelf


async def test_what_a_field_requires_is_read_for_it(library):
    """The column it names, and no other; it need not be asked by the client."""
    data = await library.data('{ bookByIsbn(isbn: "i1") { priceWithTax(rate: "0.5") } }')
    assert data == {"bookByIsbn": {"priceWithTax": "14.850"}}
    (read,) = library.reads()
    assert read.fields == (("price",),)


async def test_a_root_field_needs_no_row(library):
    """It is a resolver as any other of Strawberry's."""
    assert await library.data("{ openingHours }") == {"openingHours": "9 to 5"}
    assert library.reads() == []


async def test_loads_of_many_rows_are_one_read(library):
    """Each row calls `context.load`; the store sees one call, with every key once."""
    data = await library.data("{ books { nodes { isbn lastLoan { number borrower } } } }")
    loans = {node["isbn"]: node["lastLoan"] for node in data["books"]["nodes"]}
    assert loans["i1"] == {"number": 3, "borrower": "Xi"}
    assert loans["i3"] is None
    assert library.calls()["postgres"] == [["Book"], ["Loan"]]
    (read,) = library.postgres.calls[1]
    assert len(read.batch.keys) == 6
    assert read.limit == 1


async def test_a_type_of_ones_own_holds_rows(library):
    """Of either store; their relations are followed, and it may stand beside rows in a union."""
    data = await library.data(
        """{ bookByIsbn(isbn: "i1") {
             pairing { score book { title shelf { code } } reviews { stars book { isbn } }
                       twin { isbn } again { again { book { authors { totalCount } } } } }
             finds { ... on Review { stars shelf { code } }
                     ... on Pairing { book { title } } } } }"""
    )
    pairing, finds = data["bookByIsbn"]["pairing"], data["bookByIsbn"]["finds"]
    assert pairing["book"] == {"title": "Ashes", "shelf": {"code": "A"}}
    assert [review["book"] for review in pairing["reviews"]] == [{"isbn": "i1"}] * 2
    assert pairing["twin"] == {"isbn": "i1"}
    assert pairing["again"]["again"]["book"]["authors"]["totalCount"] > 0
    assert finds[1:] == [{"book": {"title": "Ashes"}}]
    assert set(finds[0]) == {"stars", "shelf"}


@extends("Query")
class Genres:
    """Members of enums, as models have them and as rows hold them."""

    @strawberry.field
    def genres(self) -> list[Genre | None]:
        return [Genre.NOVEL, None, "POETRY"]  # type: ignore[list-item]

    @strawberry.field
    def verdict(self) -> Verdict | None:
        return Verdict.SKIP

    @strawberry.field
    def stranger(self) -> Genre | None:
        return Verdict.SKIP  # type: ignore[return-value]


async def test_enums_of_models_are_told_by_their_members():
    """Or by their names; what is a member of another is none."""
    told = await Library(Genres).ask("{ genres verdict stranger }")
    assert told["data"] == {
        "genres": ["NOVEL", None, "POETRY"],
        "verdict": "SKIP",
        "stranger": None,
    }
    (error,) = told["errors"]
    assert error["path"] == ["stranger"]


async def test_relations_of_loaded_rows_are_followed_in_batches(library):
    """As of any rows: within the store and across, with arguments, aliases and lists."""
    data = await library.data(
        """{ books(orderBy: [{isbn: ASC}]) { nodes {
             lastLoan { number book { title shelf { code } } }
             praise { stars book { title } shelf { code a: books(first: 1) { totalCount }
                                                   books(last: 1) { nodes { isbn } } } }
           } } }"""
    )
    ashes, birds = data["books"]["nodes"][:2]
    assert ashes["lastLoan"] == {"number": 3, "book": {"title": "Ashes", "shelf": {"code": "A"}}}
    assert [review["stars"] for review in ashes["praise"]] == [5, 4]
    assert ashes["praise"][0]["shelf"] == {
        "code": "A",
        "a": {"totalCount": 2},
        "books": {"nodes": [{"isbn": "i2"}]},
    }
    assert birds["praise"] == []
    calls = library.calls()
    assert calls["postgres"][:2] == [["Book"], ["Loan"]]
    assert calls["mongo"] == [["Review"], ["Shelf"]]  # those of loans and of reviews together


async def test_many_loaded_rows_take_as_many_calls_as_few():
    """The relations of loaded rows, too, go in batches."""
    query = (
        "{ books(first: %d) { nodes { lastLoan { book { shelf { code } } } praise { stars } } } }"
    )
    few, many = Library(), Library()
    for library, size in ((few, 1), (many, 6)):
        await library.data(query % size)
    assert few.calls() == many.calls()


async def test_rows_of_a_root_field_have_their_relations(library):
    """Enum members of the model find what is stored for them."""
    data = await library.data("{ novels { title shelf { code } authors { nodes { name } } } }")
    assert [node["title"] for node in data["novels"]] == ["Ashes", "Dust", "Dust"]
    assert data["novels"][0]["shelf"] == {"code": "A"}
    assert data["novels"][0]["authors"] == {"nodes": [{"name": "Ann Archer"}]}


@extends(Shelf)
class Popularity:
    """A field whose resolver needs several things, and gives the user's own type."""

    @strawberry.field
    @requires("code", "location", "slots")
    def sign(self) -> str:
        """Nested documents come as dicts, by Python names."""
        room = self.location["room"] if self.location else "?"
        return f"{room}/{self.code}: {len(self.slots or [])}"

    @strawberry.field
    def colour(self) -> Genre:
        """The enum of a model; its members go by their names."""
        return Genre.POETRY.name


@extends("Query")
class Verdicts:
    """Rows by the member of an enum whose stored value is a number."""

    @strawberry.field
    async def disliked(self, info: strawberry.Info) -> list[Review]:
        """All that say skip it."""
        return await info.context.load(Review, {"verdict": Verdict.SKIP})

    @strawberry.field
    async def wrong(self, info: strawberry.Info) -> list[Book]:
        """No such field."""
        return await info.context.load(Book, {"titel": "x"})

    @strawberry.field
    async def astray(self, info: strawberry.Info) -> list[Book]:
        """A filter as no GraphQL would let it through."""
        return await info.context.load(Book, {"isbn": "i1"}, where={"titel": {"eq": "x"}})

    @strawberry.field
    async def jumbled(self, info: strawberry.Info) -> list[Book]:
        """The same of an order."""
        return await info.context.load(Book, {"isbn": "i1"}, order_by=[{"titel": "ASC"}])

    @strawberry.field
    async def nowhere(self, info: strawberry.Info) -> list[Book]:
        """A null key leads nowhere."""
        return await info.context.load("Book", {"shelf_code": None})


async def test_a_whole_document_can_be_required():
    """All that is in it is there."""
    data = await Library(Popularity, Verdicts).data("{ shelves { nodes { sign colour } } }")
    assert [node["sign"] for node in data["shelves"]["nodes"]] == [
        "Hall/A: 2", "Attic/B: 0", "?/C: 0", "Cellar/D: 1",
    ]  # fmt: skip
    assert data["shelves"]["nodes"][0]["colour"] == "POETRY"


async def test_load_takes_members_of_enums_and_null_keys():
    """A member means its name to the graph; a null is equal to nothing, so no read is made."""
    library = Library(Popularity, Verdicts)
    data = await library.data("{ disliked { reviewer } nowhere { title } }")
    assert data == {"disliked": [{"reviewer": "tom"}, {"reviewer": "ray"}], "nowhere": []}
    assert library.calls()["postgres"] == []


async def test_load_by_an_unknown_field_names_those_there_are():
    """The developer sees it in the answer."""
    answer: Any = await Library(Popularity, Verdicts).ask("{ wrong { title } }")
    (error,) = answer["errors"]
    assert error["message"] == "load: the key names titel."
    assert error["extensions"]["hint"].startswith("Fields of Book: id, isbn, title")


@pytest.mark.parametrize("field", ["astray", "jumbled"])
async def test_load_with_a_filter_that_fits_no_field_says_so(field):
    """As for a client, and with a hint where to look."""
    answer: Any = await Library(Popularity, Verdicts).ask(f"{{ {field} {{ title }} }}")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "BookFilter" in error["extensions"]["hint"]


@extends(Book)
class Careless:
    """Reads what it does not require."""

    @strawberry.field
    def shout(self) -> str | None:
        """The title was not asked for."""
        return self.title.upper()


async def test_a_field_that_was_not_required_is_the_developer_s_mistake():
    """The client sees an internal error; the log says which field to require."""
    with capture_logs() as lines:
        code = await Library(Careless).code('{ bookByIsbn(isbn: "i1") { shout } }')
    assert code == "INTERNAL_ERROR"
    assert str(lines[0]["exc_info"]) == ("Book.title was not read: name it in @requires('title').")
