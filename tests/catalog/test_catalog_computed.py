"""In charge of computed fields: which expressions become fields, and what is refused."""

import enum
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from refusals import refusal
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import column_property
from sqlmodel import Field
from sqlmodel.main import SQLModelConfig

from catalog import Computed, Link, catalog_of
from catalog.types import Scalar


class Colour(enum.Enum):
    """Whatever shows."""

    RED = 1


def made(base, *computed: Any, **members: Any) -> type:
    """A table with these computed fields, and with further members."""
    namespace = {
        "__annotations__": {"id": int, "size": int | None, "name": str},
        "__module__": __name__,
        "__computed__": computed,
        "id": Field(primary_key=True),
        "size": None,
        "model_config": SQLModelConfig(ignored_types=(hybrid_property,)),
    }
    return type(base)("Item", (base,), namespace | members, table=True)


def field_of(base, *computed: Any, **members: Any):
    """The last field of such a table."""
    return list(catalog_of([made(base, *computed, **members)])["Item"].fields.values())[-1]


def wind() -> type[BaseModel]:
    """What a document nests."""

    class Wind(BaseModel):
        speed: float | None = None

    return Wind


def hour(expression: Any, kind: Any = float | None) -> type[BaseModel]:
    """A document with one computed field."""

    class Hour(BaseModel):
        __collection__ = "hours"
        __computed__: ClassVar = (Computed("gust", kind, expression),)

        id: int
        wind: wind()  # type: ignore[valid-type]

    return Hour


def test_a_declared_expression_is_cast_to_its_type(base):
    """Constants stand in its text, floats as floats; nothing but it is asked of the store."""
    half = Computed("half", float | None, lambda item: item.size / 2.5, description="Of it.")
    item = catalog_of([made(base, half)])["Item"]
    field = item.fields["half"]
    assert (field.api, field.type, field.nullable) == ("half", Scalar.FLOAT, True)
    assert field.description == "Of it."
    assert field.computed.text == (
        "CAST(item.size / CAST(CAST(2.5 AS DOUBLE PRECISION) AS DOUBLE PRECISION)"
        " AS DOUBLE PRECISION)"
    )
    assert list(item.stored_fields) == ["id", "size", "name"]


def test_an_annotation_says_whether_it_may_be_null(base):
    """As in documents."""
    assert not field_of(base, Computed("label", str, lambda item: item.name + "!")).nullable


def test_a_hybrid_property_is_a_field(base):
    """With its docstring; its own Python is its form in memory."""

    def is_big(self: Any) -> bool:
        """It takes two to carry."""
        return self.size > 3

    field = field_of(base, is_big=hybrid_property(is_big))
    assert (field.name, field.type, field.nullable) == ("is_big", Scalar.BOOLEAN, True)
    assert field.description == "It takes two to carry."
    assert field.computed.python is is_big


def test_a_hybrid_that_only_python_knows_is_none(base):
    """It was never meant for the store; neither is what is private."""

    def word(self: Any) -> str:
        return "big" if self.size and self.size > 3 else "small"

    def _hidden(self: Any) -> int:
        return self.size + 1

    members = {"word": hybrid_property(word), "_hidden": hybrid_property(_hidden)}
    assert field_of(base, **members).name == "name"


def test_a_column_property_is_a_field(base):
    """Its type is that of its expression."""
    item = made(base)
    item.doubled = column_property(item.__table__.c.size * 2, doc="Twice.")
    field = catalog_of([item])["Item"].fields["doubled"]
    assert (field.type, field.description) == (Scalar.INT, "Twice.")


def test_an_unknown_type_is_refused(base):
    """SQLAlchemy knows no type of a function that it does not know."""
    item = made(base)
    item.odd = column_property(sa.func.odd(item.__table__.c.size))
    assert refusal(item) == (
        "Item.odd: the type of its expression is not known. "
        "Say it by type_coerce(..., Float), or declare the field in __computed__."
    )


def test_an_expression_over_another_table_is_refused(base):
    """Any row of it could be meant."""
    other = sa.table("other", sa.column("weight", sa.Integer))
    computed = Computed("weight", int, lambda _item: other.c.weight)
    assert refusal(made(base, computed)) == (
        "Item.weight: its expression uses columns of other, of which it is not said which row. "
        "Put that into a scalar subquery, with a condition that joins it to the row."
    )


@pytest.mark.parametrize(
    ("kind", "expression", "reason"),
    [
        (int, lambda item: item.nope, "its expression cannot be made: "),
        (int, lambda _item: object(), "its expression cannot be written: "),
        (dict, lambda item: sa.cast(item.name, sa.JSON), None),
        (Colour, lambda item: item.name, "its expression is not one of an enum."),
        (list[list[int]], lambda item: item.size, "no SQL expression has this type."),
    ],
)
def test_what_sql_cannot_say_is_refused(base, kind, expression, reason):
    """At the start, by model and field."""
    item = made(base, Computed("value", kind, expression))
    if reason is None:
        assert catalog_of([item])["Item"].fields["value"].type is Scalar.JSON
    else:
        assert refusal(item).startswith(f"Item.value: {reason}")


def test_a_hybrid_whose_expression_fails_is_refused(base):
    """It says that SQL knows it, so it is not passed over."""
    hybrid = hybrid_property(lambda self: self.size, expr=lambda cls: cls.nope)
    assert refusal(made(base, odd=hybrid)).startswith("Item.odd: its expression cannot be made:")


def test_a_document_names_fields_as_python_does():
    """And the store is given the names that it knows."""
    field = catalog_of([hour(lambda row: {"$multiply": [row.wind.speed, 2]})])["Hour"].fields[
        "gust"
    ]
    assert field.computed.expression == {"$multiply": ["$wind.speed", 2]}
    assert (field.type, field.nullable) == (Scalar.FLOAT, True)


def test_a_document_has_no_such_field():
    """Misspelt, or a path of one's own."""
    assert refusal(hour(lambda row: {"$abs": row.wind.sped})) == (
        "Hour.gust: its expression cannot be made: there is no field 'sped' in wind, only speed. "
        "Give a function of a row that gives an aggregation expression."
    )
    assert refusal(hour(lambda _row: {"$abs": "$gale"})) == (
        "Hour.gust: its expression reads 'gale', which no field is stored as. "
        "Name fields as attributes: lambda row: row.wind.speed."
    )
    literal = {"$concat": [{"$literal": "$gale"}, "$$ROOT.x"]}
    assert catalog_of([hour(lambda _row: literal, str)])["Hour"].fields["gust"]


def test_names_are_taken_once(base):
    """By fields, and by what else is computed."""
    one = Computed("size", int, lambda item: item.size)
    assert refusal(made(base, one)) == (
        "Item.size: a computed field of this name collides with another member. Rename one of them."
    )


def test_links_are_by_stored_fields(base):
    """An index finds those."""
    item = made(
        base,
        Computed("half", int, lambda item: item.size),
        __links__=(Link("other", to="Item", on={"half": "id"}),),
    )
    assert refusal(item) == (
        "Item.other: links by Item.half, which is computed. "
        "Link by stored fields: an index finds those."
    )


def test_a_list_with_a_comma(base):
    """The usual slip."""
    item = made(base)
    item.__computed__ = Computed("half", int, lambda item: item.size)
    assert refusal(item) == (
        "Item: its __computed__ are no tuple of Computeds. "
        "Write __computed__ = (Computed(...),): a tuple, with its comma."
    )
