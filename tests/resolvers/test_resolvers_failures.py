"""What fails costs what depends on it, and no more: stores that are down, values that are wrong."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest

from catalog import BigraphError
from catalog.errors import StoredValueError
from resolvers.operations.answering import as_json
from tests.library.library import Library
from tests.library.sources import DownSource, SpoiltSource

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


def spoilt(entity: str, **values: Any) -> Library:
    """A library where the records of an entity hold wrong values, wherever they are asked."""

    def spoil(name: str, record: dict[str, Any]) -> None:
        if name == entity:
            record |= {field: value for field, value in values.items() if field in record}

    return Library(
        postgres=lambda source: SpoiltSource(source, spoil),
        mongo=lambda source: SpoiltSource(source, spoil),
    )


async def test_a_wrong_value_is_null_and_the_rest_stays():
    """In a row, and in a list's element."""
    answer = await spoilt("Book", price=WRONG, tags=["fire", WRONG]).ask(
        '{ bookByIsbn(isbn: "i1") { title price tags } }'
    )
    assert answer["data"]["bookByIsbn"] == {"title": "Ashes", "price": None, "tags": ["fire", None]}
    assert told(answer) == {
        "bookByIsbn.price": "STORED_VALUE_INVALID",
        "bookByIsbn.tags.1": "STORED_VALUE_INVALID",
    }


async def test_a_wrong_value_in_a_document_is_null_there():
    """In a nested document, in a list of them, and as a whole document; also across stores."""
    library = spoilt(
        "Shelf",
        location={"room": "Hall", "floor": WRONG},
        slots=[{"name": "top", "width": WRONG}, {"name": "low", "width": None}],
        lit_from=WRONG,
    )
    asked = "litFrom location { room floor } slots { name width }"
    answer = await library.ask(f'{{ bookByIsbn(isbn: "i1") {{ shelf {{ {asked} }} }} }}')
    assert answer["data"]["bookByIsbn"]["shelf"] == {
        "litFrom": None,
        "location": {"room": "Hall", "floor": None},
        "slots": [{"name": "top", "width": None}, {"name": "low", "width": None}],
    }
    assert set(told(answer)) == {
        f"bookByIsbn.shelf.{path}" for path in ("litFrom", "location.floor", "slots.0.width")
    }
    answer = await spoilt("Shelf", location=WRONG).ask(
        '{ shelf(code: "A") { code location { room } } }'
    )
    assert answer["data"] == {"shelf": {"code": "A", "location": None}}
    assert told(answer) == {"shelf.location": "STORED_VALUE_INVALID"}


async def test_a_wrong_document_is_null_even_if_nothing_is_asked_of_it():
    """Its type's name is not told of what is none; the engine's own completion sees it, too."""
    library = spoilt("Shelf", location=WRONG)
    library._repeatable = True
    answer = await library.ask('{ shelf(code: "A") { location { __typename } } }')
    assert answer["data"] == {"shelf": {"location": None}}
    assert told(answer) == {"shelf.location": "STORED_VALUE_INVALID"}


async def test_a_wrong_key_costs_the_relation():
    """What should lead to the other row is no key: null there, with the reason."""
    answer = await spoilt("Book", shelf_code=WRONG).ask(
        '{ bookByIsbn(isbn: "i1") { title shelf { code } } }'
    )
    assert answer["data"] == {"bookByIsbn": {"title": "Ashes", "shelf": None}}
    assert told(answer) == {"bookByIsbn.shelf": "STORED_VALUE_INVALID"}


@pytest.mark.parametrize(
    ("order", "asked", "path"),
    [
        ("writtenAt", "edges { cursor }", "edges.0.cursor"),
        ("paid", "pageInfo { endCursor }", "pageInfo.endCursor"),
        ("stars", "nodes { nodeId }", "nodes.0.nodeId"),
    ],
)
async def test_a_wrong_value_in_an_opaque_id_is_told_as_such(order, asked, path):
    """A cursor or nodeId cannot be made of it, and the error says why."""
    library = spoilt("Review", id=WRONG, written_at=WRONG, paid=WRONG)
    answer = await library.ask(f"{{ reviews(orderBy: [{{{order}: ASC}}]) {{ {asked} }} }}")
    assert told(answer)[f"reviews.{path}"] == "STORED_VALUE_INVALID"
    assert set(told(answer).values()) == {"STORED_VALUE_INVALID"}


async def test_a_wrong_document_has_no_cursor_either():
    """The order's path leads into it."""
    answer = await spoilt("Shelf", location=WRONG).ask(
        "{ shelves(orderBy: [{location: {floor: ASC}}]) { pageInfo { startCursor } } }"
    )
    assert told(answer) == {"shelves.pageInfo.startCursor": "STORED_VALUE_INVALID"}


async def test_a_wrong_value_reaches_a_user_s_resolver_as_the_error():
    """It is not computed with; the field that needs it is null, with the same code."""
    answer = await spoilt("Book", price=WRONG).ask(
        '{ bookByIsbn(isbn: "i1") { title priceWithTax(rate: "0.1") } }'
    )
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


@pytest.mark.parametrize("large", [2**70, 1], ids=["beyond 64 bits", "small"])
@pytest.mark.parametrize("asked", ['bookByIsbn(isbn: "i1")', "books(first: 1) { nodes", "novels"])
async def test_a_number_in_json_that_is_not_finite_is_null(library, asked, large):
    """By each form; JSON has no word for it, and what stands beside it must not bring one in."""
    held = {"a": [float("inf"), -float("inf")], "b": {"c": float("nan"), "d": 0.5}, "n": large}
    library.tables["Book"][0]["extra"] = held
    end = " }" if "nodes" in asked else ""
    told_directly = await library.ask_directly(f"{{ {asked} {{ extra }}{end} }}")
    await library.ask(f"{{ {asked} {{ extra }}{end} }}")
    assert told_directly is not None
    found = next(iter(told_directly["data"].values()))
    shown = found["nodes"][0] if "nodes" in asked else found[0] if asked == "novels" else found
    assert shown["extra"] == {"a": [None, None], "b": {"c": None, "d": 0.5}, "n": large}


async def test_a_value_that_is_no_json_costs_its_field_alone(library):
    """A user's resolver gives it, or the scalar of a user's own; other roots are answered."""
    answer = await library.ask(
        """{ author(id: 3) { id ink scribbles inks }
             low: author(id: 4) { id scribbles } books { totalCount } }"""
    )
    assert answer["data"] == {
        "author": {"id": 3, "ink": None, "scribbles": None, "inks": ["ink 0", "ink 1", "ink 2"]},
        "low": {"id": 4, "scribbles": None},
        "books": {"totalCount": 6},
    }
    paths = ("author.ink", "author.scribbles", "low.scribbles")
    assert told(answer) == dict.fromkeys(paths, "STORED_VALUE_INVALID")


async def test_where_none_may_be_null_it_costs_what_may(library):
    """The list, and the objects around it, up to what may be null."""
    answer = await library.ask("{ author(id: 4) { id drafts } authors { nodes { id inks } } }")
    assert answer["data"] == {"author": None, "authors": None}
    assert told(answer) == dict.fromkeys(
        ("author.drafts.3", "authors.nodes.3.inks.3"), "STORED_VALUE_INVALID"
    )


def test_what_is_no_json_is_text_where_errors_tell_of_it():
    """Nobody declares what stands in extensions; an answer is not to be lost for it."""
    told_of = {"price": Decimal("1.5"), "at": date(2024, 1, 1), "rate": float("nan")}
    shown = {"price": "1.5", "at": "2024-01-01", "rate": None}
    assert orjson.loads(as_json(told_of)) == shown
    assert json.loads(as_json({**told_of, "n": 2**70})) == {**shown, "n": 2**70}


def test_an_error_reads_well_in_a_log():
    """Message and hint, in one line."""
    assert str(BigraphError("It is so.", hint="Mend it.")) == "It is so. Mend it."
