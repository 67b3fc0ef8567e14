"""What fails costs what depends on it, and no more: stores that are down, values that are wrong."""

import pytest

from catalog import BigraphError
from catalog.errors import StoredValueError
from tests.library.library import Library
from tests.library.rows import book_id, review_id
from tests.library.sources import DownSource

WRONG = StoredValueError("The stored value is no such thing.")


def told(answer) -> dict[str, str]:
    """The codes of an answer's errors by their paths."""
    return {
        ".".join(map(str, error["path"])): error["extensions"]["code"]
        for error in answer.get("errors", ())
    }


async def test_the_rows_of_the_store_that_is_up_stay():
    """Relations into the other store are null, each with an error that says why and where."""
    library = Library(mongo=DownSource)
    answer = await library.ask(
        """{ books(first: 2, orderBy: [{isbn: ASC}]) { totalCount nodes {
               title shelf { code } loans { totalCount } reviews { nodes { stars } }
             } } }"""
    )
    nodes = answer["data"]["books"]["nodes"]
    assert [node["title"] for node in nodes] == ["Ashes", "birds"]
    assert [node["loans"]["totalCount"] for node in nodes] == [3, 1]
    assert [(node["shelf"], node["reviews"]) for node in nodes] == [(None, None)] * 2
    assert told(answer) == {
        f"books.nodes.{row}.{name}": "STORE_UNAVAILABLE"
        for row in (0, 1)
        for name in ("shelf", "reviews")
    }
    assert {error["message"] for error in answer["errors"]} == {"mongo does not answer."}
    assert len(library.mongo.calls) == 1


async def test_a_failure_further_down_costs_only_the_branch():
    """MongoDB's rows stay where Postgres, two steps on, is down."""
    library = Library(postgres=DownSource)
    answer = await library.ask(
        "{ reviews(first: 2) { nodes { stars book { title } shelf { code parent { code } } } } }"
    )
    assert [node["book"] for node in answer["data"]["reviews"]["nodes"]] == [None, None]
    assert answer["data"]["reviews"]["nodes"][0]["shelf"] == {"code": "A", "parent": None}
    assert set(told(answer).values()) == {"STORE_UNAVAILABLE"}


async def test_a_root_row_of_a_store_that_is_down_is_null_beside_the_others():
    """One root field fails; the other, of the store that is up, is answered."""
    answer = await Library(mongo=DownSource).ask(
        '{ shelf(code: "A") { code } bookByIsbn(isbn: "i1") { title } }'
    )
    assert answer["data"] == {"shelf": None, "bookByIsbn": {"title": "Ashes"}}
    assert told(answer) == {"shelf": "STORE_UNAVAILABLE"}


async def test_a_user_s_field_fails_as_the_store_does():
    """context.load raises what the store raises; the code reaches the client."""
    answer = await Library(mongo=DownSource).ask('{ bookByIsbn(isbn: "i1") { praise { stars } } }')
    assert answer["data"] == {"bookByIsbn": None}
    assert told(answer) == {"bookByIsbn.praise": "STORE_UNAVAILABLE"}


async def test_a_wrong_value_is_null_and_the_rest_stays(library):
    """In a row, in a document, in a list's element, and as a whole document."""
    library.tables["Book"][0] |= {"price": WRONG, "tags": ["fire", WRONG]}
    library.documents["Shelf"][0] |= {"lit_from": WRONG}
    library.documents["Shelf"][0]["location"]["floor"] = WRONG
    library.documents["Shelf"][0]["slots"][0]["width"] = WRONG
    library.documents["Shelf"][3]["location"] = WRONG
    answer = await library.ask(
        """{ bookByIsbn(isbn: "i1") { title price tags
               shelf { code litFrom location { room floor } slots { name width } } }
             shelves(last: 1) { nodes { code location { __typename } } } }"""
    )
    assert answer["data"] == {
        "bookByIsbn": {
            "title": "Ashes",
            "price": None,
            "tags": ["fire", None],
            "shelf": {
                "code": "A",
                "litFrom": None,
                "location": {"room": "Hall", "floor": None},
                "slots": [{"name": "top", "width": None}, {"name": "low", "width": None}],
            },
        },
        "shelves": {"nodes": [{"code": "D", "location": None}]},
    }
    book = "bookByIsbn"
    assert set(told(answer)) == {
        f"{book}.price",
        f"{book}.tags.1",
        f"{book}.shelf.litFrom",
        f"{book}.shelf.location.floor",
        f"{book}.shelf.slots.0.width",
        "shelves.nodes.0.location",
    }
    assert set(told(answer).values()) == {"STORED_VALUE_INVALID"}


async def test_a_wrong_key_costs_the_relation(library):
    """What should lead to the other row is no key: null there, with the reason."""
    library.tables["Book"][0]["shelf_code"] = WRONG
    answer = await library.ask("{ books { nodes { title shelf { code } } } }")
    nodes = answer["data"]["books"]["nodes"]
    assert [node["shelf"] for node in nodes[:2]] == [None, {"code": "A"}]
    assert told(answer) == {"books.nodes.0.shelf": "STORED_VALUE_INVALID"}


@pytest.mark.parametrize("asked", ["edges { cursor }", "pageInfo { endCursor }", "nodes { nodeId }"])
async def test_a_wrong_value_in_an_opaque_id_is_told_as_such(library, asked):
    """A cursor or nodeId cannot be made of it; the error says so, and hides nothing else."""
    library.documents["Review"][:] = [
        {"id": WRONG if "nodeId" in asked else review_id(1), "book_id": book_id(1), "paid": WRONG}
    ]
    library.documents["Review"][0]["written_at"] = None
    answer = await library.ask(f"{{ reviews(orderBy: [{{writtenAt: ASC}}]) {{ {asked} }} }}")
    if "nodeId" in asked:
        assert set(told(answer).values()) == {"STORED_VALUE_INVALID"}
    else:
        assert told(answer) == {}


async def test_a_wrong_value_reaches_a_user_s_resolver_as_the_error(library):
    """It is not computed with; the field that needs it is null, with the same code."""
    library.tables["Book"][0]["price"] = WRONG
    answer = await library.ask('{ bookByIsbn(isbn: "i1") { title priceWithTax(rate: "0.1") } }')
    assert answer["data"] == {"bookByIsbn": {"title": "Ashes", "priceWithTax": None}}
    assert told(answer) == {"bookByIsbn.priceWithTax": "STORED_VALUE_INVALID"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("pages", 2**31), ("rating", float("nan")), ("rating", float("inf")), ("title", None)],
)
async def test_a_value_that_graphql_cannot_show_is_told_as_such(library, field, value):
    """It has the store's type, but not GraphQL's: too large, not finite, null where none may be."""
    library.tables["Book"][0][field] = value
    answer = await library.ask(f'{{ bookByIsbn(isbn: "i1") {{ isbn {field} }} }}')
    assert told(answer) == {f"bookByIsbn.{field}": "STORED_VALUE_INVALID"}


def test_an_error_reads_well_in_a_log():
    """Message and hint, in one line."""
    assert str(BigraphError("It is so.", hint="Mend it.")) == "It is so. Mend it."
