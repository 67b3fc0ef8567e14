"""In charge of views: how a model says that it is one, and what it then need not have."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from refusals import document, refusal
from sqlmodel import Field

from catalog import Index, Link, Search, catalog_of
from catalog.entity import View


def table(base, view: Any, **members: Any) -> type:
    """A table class that may be a view."""
    namespace = {
        "__annotations__": {"id": int, "code": str},
        "__module__": __name__,
        "__view__": view,
        "id": Field(primary_key=True),
    }
    return type(base)("Item", (base,), namespace | members, table=True)


class Flight(BaseModel):
    """What a view is made of, and what links to it."""

    __collection__ = "flights"
    __links__: ClassVar = (Link("hub", to="Hub", on={"origin": "code"}),)

    id: int
    origin: str


class Hub(BaseModel):
    """An airport with flights; it has no index, for it is a view."""

    __collection__ = "hubs"
    __view__ = (Flight, [{"$group": {"_id": "$origin", "flights": {"$sum": 1}}}])

    code: str = Field(alias="_id")  # type: ignore[call-overload]
    flights: int


def test_a_table_says_by_which_select_it_is_made(base):
    """Or that the database has the view."""
    made = catalog_of([table(base, " SELECT 1 AS id, 'a' AS code; ")])["Item"]
    assert made.view == View(sql="SELECT 1 AS id, 'a' AS code")
    assert made.key == ("id",)


def test_the_database_may_have_the_view(base):
    """Then nothing is known of how it is made."""
    assert catalog_of([table(base, True)])["Item"].view == View()


def test_a_document_says_by_which_pipeline_it_is_made():
    """Over the collection of another model; no link to it asks for an index."""
    hub = catalog_of([Flight, Hub])["Hub"]
    assert hub.view
    assert hub.view.source == "flights"
    assert hub.view.stages == ({"$group": {"_id": "$origin", "flights": {"$sum": 1}}},)


def test_a_link_to_one_row_of_a_view_is_by_its_key():
    """Which rests on the model's word; nothing else does."""
    day = document("Day", hub=int)
    day.__view__ = ("flights", [{"$limit": 1}])
    flight = document("Trip", day=int)
    flight.__links__ = (Link("at", to="Day", on={"day": "hub"}),)
    assert refusal(day, flight) == (
        "Trip.at: is to one Day, but hub is not unique there. "
        "Declare the unique key on the target, or say many=True."
    )
    day.__indexes__ = (Index("hub", unique=True),)
    assert catalog_of([day, flight])["Trip"].relations["at"].target == "Day"


@pytest.mark.parametrize("view", ["", False, ("flights", [])])
def test_a_view_of_a_table_is_a_select(base, view):
    """Anything else is refused."""
    assert refusal(table(base, view)) == (
        f"Item: its __view__ is {view!r}. "
        'Write __view__ = "SELECT ...", or True if the database has the view.'
    )


@pytest.mark.parametrize("view", ["SELECT 1", ("flights", []), ("flights", ["$x"]), (int, [{}])])
def test_a_view_of_documents_is_a_pipeline(view):
    """Over a collection."""
    item = document("Item", code=str)
    item.__view__ = view
    assert refusal(item) == (
        f"Item: its __view__ is {view!r}. "
        "Write __view__ = (Source, [stages]), or True if the database has the view."
    )


def test_mongodb_searches_no_view():
    """A text index is a collection's."""
    item = document("Item", code=str)
    item.__view__ = ("flights", [{"$limit": 1}])
    item.__search__ = Search("code")
    assert refusal(item) == (
        "Item: is a view, which MongoDB cannot search. "
        "Leave __search__ out, or put it on what the view is made of."
    )
