"""In charge of types that cannot be served: refused by model, field, reason and mend."""

import datetime
import enum
from typing import Any, Optional

import pytest
import sqlalchemy as sa
from pydantic import BaseModel, RootModel
from refusals import document, refusal
from sqlalchemy.dialects import postgresql
from sqlmodel import Field

from catalog import Index

_TYPES = "Use a type that docs/models.md lists, or leave the column out of the model."


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (sa.Interval(), "INTERVAL()"),
        (postgresql.INET(), "INET()"),
        (postgresql.INT4RANGE(), "INT4RANGE()"),
        (sa.ARRAY(sa.Integer, dimensions=2), "ARRAY(Integer(), dimensions=2)"),
    ],
)
def test_unknown_column_type(base, kind, shown):
    """A type that GraphQL has no scalar for."""

    class Item(base, table=True):
        id: int = Field(primary_key=True)
        value: Any = Field(sa_type=kind)

    assert refusal(Item) == f"Item.value: the column type {shown} cannot be served. {_TYPES}"


def test_anonymous_column_enum(base):
    """Labels alone need be no names that GraphQL can use."""

    class Item(base, table=True):
        id: int = Field(primary_key=True)
        value: str = Field(sa_type=sa.Enum("a-b", "c", name="letters"))

    assert refusal(Item) == (
        "Item.value: the enum letters has the member 'a-b', which GraphQL cannot name. "
        "Use a Python enum whose members have plain names; what is stored can stay."
    )


@pytest.mark.parametrize(
    "kind", [complex, datetime.timedelta, int | str, list, tuple[int, str], dict[str, int] | int]
)
def test_unknown_type_in_a_document(kind):
    """A type that BSON or GraphQL lacks."""
    assert refusal(document(value=kind)) == (
        f"Item.value: {kind!r} cannot be served. "
        "Use a type that docs/models.md lists, or dict, which is served as JSON."
    )


def test_unknown_type_in_a_nested_document():
    """It is the nested class that has to be mended."""

    class Inner(BaseModel):
        value: complex

    assert refusal(document(inner=list[Inner])).startswith("Inner.value: <class 'complex'> cannot")


@pytest.mark.parametrize("name", ["true", "false", "null", "été", "__hidden"])
def test_enum_member_that_graphql_cannot_name(name):
    """Member names are what clients write."""
    kind = enum.Enum("Colour", {"RED": "r", name: "x"}, module=__name__)
    assert refusal(document(value=kind)) == (
        f"Item.value: the enum Colour has the member {name!r}, which GraphQL cannot name. "
        "Use a Python enum whose members have plain names; what is stored can stay."
    )


@pytest.mark.parametrize("value", [(1, 2), None, object])
def test_enum_member_that_documents_cannot_store(value):
    """A member is stored as its value."""
    kind = enum.Enum("Colour", {"RED": "r", "ODD": enum.member(value)}, module=__name__)
    assert refusal(document(value=kind)) == (
        f"Item.value: the enum Colour stores ODD as {value!r}. "
        "Give the member a text or a number for its value."
    )


class Empty(enum.Enum):
    pass


class Nothing(BaseModel):
    pass


class Many(RootModel[list[int]]):
    pass


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Empty, "the enum Empty has no members"),
        (Nothing, "the document Nothing is empty"),
        (Many, f"{Many!r} cannot be served"),
    ],
)
def test_a_type_with_nothing_to_serve(kind, reason):
    """GraphQL has no type without a field or a member; a root model is stored as what it holds."""
    assert refusal(document(value=kind)).startswith(f"Item.value: {reason}. ")


@pytest.mark.parametrize("kind", [dict, list[int], Any])
def test_a_key_that_is_not_one_value(kind):
    """It could be neither an argument nor part of a cursor."""
    assert refusal(document(id=kind)) == (
        "Item.id: is the key, but not a single value. "
        "Use a key that is one value: a number, a text, a date, an id."
    )


def test_recursive_documents():
    """A document in itself, at whatever depth, has no end in GraphQL's filters."""

    class Tree(BaseModel):
        branches: list["Tree"]

    class Knot(BaseModel):
        loop: Optional["Loop"]

    class Loop(BaseModel):
        knot: Knot | None

    Knot.model_rebuild(_types_namespace={"Loop": Loop})
    mend = "Store the recursive part as a dict, which is served as JSON."
    assert refusal(document(tree=Tree)) == f"Tree: a document that contains itself. {mend}"
    assert refusal(document(knot=Knot)) == f"Knot: a document that contains itself. {mend}"


@pytest.mark.parametrize("index", ["nope", "nope.code", "inner.nope", "value.nope"])
def test_index_over_a_missing_field(index):
    """Dots reach into nested documents, and only there."""

    class Inner(BaseModel):
        code: str

    model = document(inner=Inner, value=str, __indexes__=(Index(index),))
    assert refusal(model) == (
        f"Item.{index}: an index names a field that does not exist. "
        "Name fields of the document in __indexes__."
    )
