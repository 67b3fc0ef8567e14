"""In charge of what a document says: each type, keys, aliases, nullability and descriptions."""

import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, ClassVar, Literal, Optional

import bson
import document_models
import pytest
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from catalog import BigInt, Index, ObjectId, Store, catalog_of, models_in
from catalog.types import DocumentType, EnumType, ListType, Scalar


class Colour(enum.Enum):
    """How it looks."""

    RED = "r"
    BLUE = 2


class Grade(enum.IntEnum):
    A = 1


class Text(str):
    __slots__ = ()


class Inner(BaseModel):
    """Within."""

    some_code: int = Field(alias="c")
    note: str | None = None


class Outer(BaseModel):
    inner: Inner


def _field(annotation: Any, default: Any = ...):
    """The catalog's field for one field beside a key."""
    namespace = {
        "__annotations__": {"value": annotation},
        "__module__": __name__,
        "__collection__": "items",
        "model_config": ConfigDict(arbitrary_types_allowed=True),
        **({} if default is ... else {"value": default}),
    }
    model = type(BaseModel)("Item", (BaseModel,), namespace)
    return catalog_of([model])["Item"].fields["value"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, Scalar.INT),
        (BigInt, Scalar.BIGINT),
        (float, Scalar.FLOAT),
        (decimal.Decimal, Scalar.DECIMAL),
        (str, Scalar.STRING),
        (Text, Scalar.STRING),
        (Literal["a", "b"], Scalar.STRING),
        (bool, Scalar.BOOLEAN),
        (datetime.date, Scalar.DATE),
        (datetime.time, Scalar.TIME),
        (datetime.datetime, Scalar.DATETIME),
        (uuid.UUID, Scalar.UUID),
        (bytes, Scalar.BYTES),
        (ObjectId, Scalar.OBJECT_ID),
        (bson.ObjectId, Scalar.OBJECT_ID),
        (dict, Scalar.JSON),
        (dict[str, Any], Scalar.JSON),
        (Any, Scalar.JSON),
        (Annotated[str, Field(max_length=3)], Scalar.STRING),
        (Colour, EnumType("Colour", {"RED": "r", "BLUE": 2}, "How it looks.")),
        (Grade, EnumType("Grade", {"A": 1})),
        (list[int], ListType(Scalar.INT)),
        (list[int | None], ListType(Scalar.INT, items_nullable=True)),
        (list[BigInt], ListType(Scalar.BIGINT)),
        (list[BigInt | None], ListType(Scalar.BIGINT, items_nullable=True)),
        (set[str], ListType(Scalar.STRING)),
        (tuple[float, ...], ListType(Scalar.FLOAT)),
        (tuple[float, float], ListType(Scalar.FLOAT)),
        (list[list[ObjectId]], ListType(ListType(Scalar.OBJECT_ID))),
    ],
    ids=repr,
)
def test_types(annotation, expected):
    """Each Python type has one type in the catalog."""
    field = _field(annotation)
    assert (field.type, field.nullable) == (expected, False)


@pytest.mark.parametrize(
    "annotation",
    [str | None, Optional[str], Annotated[str | None, Field(max_length=3)]],  # noqa: UP045
)
def test_optional_types_are_nullable(annotation):
    """In either spelling, with or without a default."""
    assert (_field(annotation).type, _field(annotation).nullable) == (Scalar.STRING, True)


def test_marks_survive_being_optional():
    """`BigInt | None` and `ObjectId | None` are still what they say."""
    assert (_field(BigInt | None).type, _field(BigInt | None).nullable) == (Scalar.BIGINT, True)
    assert (_field(ObjectId | None, None).type) == Scalar.OBJECT_ID


def test_a_default_makes_a_field_nullable():
    """Where Pydantic fills a gap, stored documents may have one."""
    assert _field(int, 3).nullable


def test_nested_documents():
    """A document within a document, with its own names, description and nullability."""
    kind = _field(Outer).type
    assert isinstance(kind, DocumentType)
    inner = kind.fields["inner"].type
    assert isinstance(inner, DocumentType)
    assert (inner.name, inner.description) == ("Inner", "Within.")
    code = inner.fields["some_code"]
    assert (code.api, code.stored, code.nullable) == ("someCode", "c", False)
    assert inner.fields["note"].nullable


def test_lists_of_nested_documents():
    """With null elements where the model allows them."""
    kind = _field(list[Inner | None]).type
    assert isinstance(kind, ListType)
    assert isinstance(kind.of, DocumentType)
    assert kind.items_nullable


def test_a_class_with_a_collection_is_all_it_takes():
    """No key declared: there is an ObjectId; classes without a collection are helpers."""
    catalog = catalog_of(models_in(document_models))
    assert set(catalog) == {"Museum"}
    museum = catalog["Museum"]
    assert (museum.store, museum.table, museum.plural) == (Store.MONGO, "museums", "museums")
    assert museum.description == "Shows things."
    key = museum.fields["id"]
    assert (museum.key, key.stored, key.type, key.nullable) == (
        ("id",), "_id", Scalar.OBJECT_ID, False,
    )  # fmt: skip
    assert museum.fields["owner"].type.fields.keys() == {"name"}  # a class that stands below it


@pytest.mark.parametrize("how", ["alias", "validation_alias", "name"])
def test_the_key_is_the_field_stored_as_id(how):
    """By its alias, or by being called `id`; it is never null, default or not."""

    class Aliased(BaseModel):
        __collection__ = "airports"
        faa: str = Field("", alias="_id")

    class Validated(BaseModel):
        __collection__ = "airports"
        faa: str = Field(validation_alias="_id")

    class Named(BaseModel):
        __collection__ = "airports"
        id: str | None = None

    model = {"alias": Aliased, "validation_alias": Validated, "name": Named}[how]
    airport = catalog_of([model])[model.__name__]
    (key,) = airport.key
    assert key == ("id" if how == "name" else "faa")
    field = airport.fields[key]
    assert (field.stored, field.type, field.nullable) == ("_id", Scalar.STRING, False)


def test_indexes_and_what_a_document_says_of_itself():
    """Unique indexes are keys unless they reach into nested documents."""

    class Weather(BaseModel):
        """By the hour."""

        __collection__ = "wx"
        __plural__ = "weather_reports"
        __cache__ = 60
        __indexes__: ClassVar = (
            Index("origin", "hour", unique=True),
            Index("wind.note", unique=True),
            Index("hour"),
        )

        origin: str = Field(description="Where.")
        hour: datetime.datetime
        wind: Inner

    weather = catalog_of([Weather])["Weather"]
    assert weather.unique == (("origin", "hour"),)
    assert set(weather.indexes) == {("id",), ("origin", "hour"), ("wind.note",), ("hour",)}
    assert (weather.plural, weather.cache_ttl) == ("weather_reports", 60)
    assert weather.description == "By the hour."
    assert weather.fields["origin"].description == "Where."


def test_an_undescribed_document_has_no_description():
    """Pydantic's own docstring is not the model's."""

    class Plain(BaseModel):
        __collection__ = "plain"

    assert catalog_of([Plain])["Plain"].description is None


def test_a_plain_id_is_the_key_where_aliases_are_made_for_all_fields():
    """Else its rows would be found by a field that is no key, and there could be two of one id."""

    class Item(BaseModel):
        __collection__ = "items"
        model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

        id: str
        some_name: int

    entity = catalog_of([Item])["Item"]
    assert entity.key == ("id",)
    assert {field.name: field.stored for field in entity.fields.values()} == {
        "id": "_id",
        "some_name": "someName",
    }


class Numbered(BaseModel):
    """Has an id, which is a key of nothing."""

    id: int


def test_an_id_inside_of_something_is_stored_as_it_is():
    """In a JSON column as in a document: Pydantic writes it so, and both are one GraphQL type."""

    class Item(BaseModel):
        __collection__ = "items"
        id: str
        inner: Numbered

    class Base(SQLModel, registry=registry(metadata=MetaData())):
        pass

    class Row(Base, table=True):
        id: int = Column(primary_key=True)
        inner: Numbered | None = Column(default=None, sa_column=sa.Column(sa.JSON))
        many: list[Numbered] = Column(default=[], sa_column=sa.Column(sa.JSON))

    catalog = catalog_of([Item, Row])
    kinds = [catalog["Item"].fields["inner"].type, catalog["Row"].fields["inner"].type]
    many = catalog["Row"].fields["many"].type
    assert isinstance(many, ListType)
    assert kinds[0] == kinds[1] == many.of
    assert isinstance(many.of, DocumentType)
    assert many.of.fields["id"].stored == "id"
