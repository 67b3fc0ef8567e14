"""What a model says of searching its texts, and of places: read, or refused with a reason."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from refusals import document, refusal
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from catalog import GeoPoint, Index, Search, catalog_of
from catalog.entity import TextSearch
from catalog.types import Scalar


class Text(BaseModel):
    heading: str


def test_a_table_is_searched_by_its_fields(base):
    """With their weights; those that are not named weigh least."""

    class Item(base, table=True):
        __search__: ClassVar = Search("name", "more", language="english", weights={"name": "A"})
        __similar__: ClassVar = ("name",)

        id: int = Field(primary_key=True)
        name: str
        more: str | None = None

    item = catalog_of([Item])["Item"]
    assert item.search == TextSearch((("name",), ("more",)), ("A", "D"), "english")
    assert [name for name, field in item.fields.items() if field.similar] == ["name"]


def test_a_table_may_have_a_column_for_it(base):
    """Which is no field."""

    class Item(base, table=True):
        __search__: ClassVar = Search(column="words")

        id: int = Field(primary_key=True)
        words: Any = Field(sa_column=Column(TSVECTOR))

    item = catalog_of([Item])["Item"]
    assert item.search == TextSearch((), (), "simple", "words")
    assert list(item.fields) == ["id"]


def test_a_document_is_searched_by_what_is_nested_too():
    """And has points."""
    item = catalog_of(
        [document(id=int, text=Text, at=GeoPoint, __search__=Search("text.heading"),
                  __indexes__=(Index("at"),))]
    )["Item"]  # fmt: skip
    assert item.search == TextSearch((("text", "heading"),), ("D",), "simple")
    assert item.fields["at"].type is Scalar.POINT


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"__search__": ("name",)}, "Item: its __search__ is no Search."),
        ({"__search__": Search()}, "Item: its __search__ names no field."),
        ({"__search__": Search("id")}, "Item.id: its __search__ names what is no text field."),
        ({"__search__": Search("text")}, "Item.text: its __search__ names what is no text field."),
        ({"__search__": Search("gone")}, "Item.gone: its __search__ names what is no text field."),
        ({"__search__": Search("name", language="elvish")}, "cannot search in 'elvish'"),
        ({"__search__": Search("name", weights={"name": "E"})}, "weighs 'name' as 'E'"),
        ({"__search__": Search("name", weights={"text": "A"})}, "weighs 'text' as 'A'"),
        ({"__search__": Search(column="name")}, "Item.name: a search by a column needs"),
        ({"__similar__": ("name",)}, "its __similar__ needs Postgres"),
        ({"search": str, "__search__": Search("name")}, "the name 'search' is taken"),
        ({"at": list[GeoPoint]}, "Item.at: a list of points cannot be served."),
        ({"at": GeoPoint, "__indexes__": (Index("at", unique=True),)}, "a point cannot be unique"),
    ],
)
def test_documents_that_are_refused(members, reason):
    """By model, field and reason."""
    assert reason in refusal(document(**{"id": int, "name": str, "text": Text} | members))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"__search__": Search("name", language="english'")}, "cannot be searched in"),
        ({"__similar__": ("id",)}, "its __similar__ names 'id', which is no text field."),
        ({"__similar__": "name"}, "its __similar__ names None, which is no text field."),
        ({"__similar__": ("name",), "similarity": 1}, "the name 'similarity' is taken"),
    ],
)
def test_tables_that_are_refused(base, said, reason):
    """A language is never pasted into SQL unless it is a plain name."""
    own = {name: value for name, value in said.items() if name.startswith("__")}
    extra = {name: int for name in said if not name.startswith("__")}
    annotations = {"id": int, "name": str, **extra}
    namespace = {"__annotations__": annotations, "__module__": __name__, **own}
    namespace["id"] = Field(primary_key=True)
    assert reason in refusal(type(base)("Item", (base,), namespace, table=True))


def test_a_point_is_no_key():
    """Nor can anything be linked by one."""
    key = document(at=GeoPoint, __collection__="items")
    key.model_fields["at"].alias = "_id"
    assert "Item.at: a point cannot be a key." in refusal(key)
