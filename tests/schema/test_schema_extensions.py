"""Fields written by users: what is refused when the schema is built, and in which words."""

import enum
from typing import Annotated, ClassVar

import pytest
import strawberry
from pydantic import BaseModel
from pydantic import Field as Name
from strawberry import Schema

from catalog import Index, ModelError, catalog_of
from schema import build_schema, extends, requires
from tests.library.library import schema
from tests.library.models.book import Book


def refusal(extension: type) -> str:
    """What the builder says of a library with one more extension."""
    with pytest.raises(ModelError) as refused:
        schema(extension)
    return str(refused.value)


def test_a_required_field_must_exist():
    """The message names the class, the field, and what could be required."""

    @extends(Book)
    class Wrong:
        @strawberry.field
        @requires("titel")
        def shout(self) -> str:
            return ""

    said = refusal(Wrong)
    assert said.startswith("Wrong.shout: requires 'titel', which Book has not. Require fields")
    assert "title" in said


def test_the_root_has_no_fields_to_require():
    """Query holds no row."""

    @extends("Query")
    class Wrong:
        @strawberry.field
        @requires("title")
        def shout(self) -> str:
            return ""

    assert "requires 'title', which Query has not" in refusal(Wrong)


@pytest.mark.parametrize("name", ["title", "shelf", "nodeId", "lastLoan"])
def test_a_name_is_taken_once(name):
    """A column, a relation, an engine's own field or another extension may have it already."""

    @extends(Book)
    class Wrong:
        @strawberry.field(name=name)
        def mine(self) -> str:
            return ""

    said = refusal(Wrong)
    assert said.startswith(f"Wrong.mine: Book already has a field {name!r}. Rename it")


def test_a_root_field_collides_too():
    """Generated root fields are protected as well."""

    @extends("Query")
    class Wrong:
        @strawberry.field
        def books(self) -> str:
            return ""

    assert "Query already has a field 'books'" in refusal(Wrong)


@pytest.mark.parametrize("target", ["Bok", "Genre", "__name__"])
def test_the_target_must_be_a_type(target):
    """The message lists what can be extended."""

    @extends(target)
    class Wrong:
        @strawberry.field
        def shout(self) -> str:
            return ""

    said = refusal(Wrong)
    assert said.startswith(f"Wrong: extends {target!r}, which is not a type.")
    assert "Book" in said
    assert "Query" in said


def test_an_input_is_no_target():
    """Filters have operators, not resolvers."""

    @extends("BookFilter")
    class Wrong:
        @strawberry.field
        def shout(self) -> str:
            return ""

    assert refusal(Wrong).startswith("Wrong: extends 'BookFilter', which is not a type.")


def test_a_field_needs_a_resolver():
    """A bare annotation would have nothing to read."""

    @extends(Book)
    class Wrong:
        shout: str

    assert refusal(Wrong).startswith("Wrong.shout: has no resolver. Decorate a method")


def test_one_extension_serves_two_schemas():
    """Building leaves the user's class as it was."""

    @extends(Book)
    class Twice:
        @strawberry.field
        @requires("title")
        def shout(self) -> str:
            return self.title.upper()

    assert schema(Twice).as_str() == schema.__wrapped__(Twice).as_str()


def test_a_lookup_by_a_unique_key_may_be_called_as_another_entity():
    """`itemByCode` would be both; it is said, and neither is lost."""

    class Item(BaseModel):
        __collection__: ClassVar = "items"
        __indexes__: ClassVar = (Index("code", unique=True),)
        code: str

    class ItemByCode(BaseModel):
        __collection__: ClassVar = "more_items"
        code: str

    with pytest.raises(ModelError) as refused:
        build_schema(catalog_of([Item, ItemByCode]))
    assert str(refused.value).startswith("Query.itemByCode: two fields have this name.")


def test_types_of_ones_own_name_models():
    """In what they hold and in what their resolvers return; each schema has its own types."""

    @strawberry.type
    class Basket:
        label: str
        books: list[Book] | None

        @strawberry.field
        def first(self) -> Book | None:
            return None

    @strawberry.type
    class Cart:
        basket: Basket

    @extends("Query")
    class Shopping:
        @strawberry.field
        def cart(self) -> Cart:
            return Cart(basket=Basket(label="", books=None))

    one, other = schema(Shopping).as_str(), schema.__wrapped__(Shopping).as_str()
    assert "type Basket {\n  label: String!\n  books: [Book!]\n  first: Book\n}" in one
    assert one == other


def test_annotations_around_models_are_kept():
    """Only the models in them become the generated types."""

    @extends("Query")
    class More:
        @strawberry.field
        def shelved(self) -> list[list[Book | None]] | None:
            return None

        @strawberry.field
        def doubtful(self) -> Annotated[Book | None, "a note"]:
            return None

    sdl = schema(More).as_str()
    assert "shelved: [[Book]!]\n" in sdl
    assert "doubtful: Book\n" in sdl


def _hues(python: type[enum.Enum]) -> Schema:
    """The schema of documents that hold an enum."""

    class Paint(BaseModel):
        __collection__: ClassVar = "paints"
        code: str = Name(alias="_id")
        hue: python

    return build_schema(catalog_of([Paint]))


def test_an_enum_is_shown_by_the_names_that_models_have():
    """Rows hold those, so Strawberry may not have been told of others."""
    for said in ({"name": "Colour"}, {"graphql_name_from": "value"}):
        hue = strawberry.enum(enum.Enum("Hue", {"RED": "r"}), **said)
        with pytest.raises(ModelError) as refused:
            _hues(hue)
        assert str(refused.value).startswith("Hue: is shown by @strawberry.enum under other names")


def test_members_are_told_apart_by_repr():
    """Plans are found again by it."""

    class Hue(enum.Enum):
        RED = "r"
        BLUE = "b"

        def __repr__(self) -> str:
            return "Hue"

    with pytest.raises(ModelError) as refused:
        _hues(Hue)
    assert str(refused.value).startswith("Hue: has members that `repr` tells alike")


def test_strawberry_knows_an_enum_the_same_whoever_names_it_first():
    """Its description is the class's, in a schema of Bigraph's and in any other."""
    hue = enum.Enum("Hue", {"RED": "r"})
    hue.__doc__ = "How it looks."

    @strawberry.type
    class Query:
        shown: hue  # type: ignore[valid-type]

    assert "How it looks." not in strawberry.Schema(Query).as_str()
    text = _hues(hue).as_str()
    assert '"""How it looks."""\nenum Hue {\n  RED\n}' in text
    assert _hues(hue).as_str() == text
    assert strawberry.Schema(Query).execute_sync(
        "{ shown }", root_value=Query(shown=hue.RED)
    ).data == {"shown": "RED"}
