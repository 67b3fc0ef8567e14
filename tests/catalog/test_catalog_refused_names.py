"""In charge of names that cannot be served: refused by model, field, reason and mend."""

import pytest
from pydantic import AliasChoices, BaseModel, Field
from refusals import document, refusal

from catalog import Index, Link, catalog_of


def test_two_fields_with_one_graphql_name():
    """Python tells them apart, GraphQL does not."""
    assert refusal(document(dep_time=int, depTime=int)) == (
        "Item.depTime: its GraphQL name 'depTime' is also that of 'dep_time'. Rename one of them."
    )


def test_two_nested_fields_with_one_graphql_name():
    """In a nested document as in an entity."""

    class Inner(BaseModel):
        a_b: int
        aB: int  # noqa: N815 (the point of the test)

    assert refusal(document(inner=Inner)) == (
        "Inner.aB: its GraphQL name 'aB' is also that of 'a_b'. Rename one of them."
    )


def test_two_models_with_one_name():
    """A table and a document may not share theirs either."""
    assert refusal(document("Item"), document("Item")) == (
        "Item: two models have this name, in refusals and refusals. Rename one of them."
    )


def test_a_field_with_several_aliases():
    """A document is stored by one name, which a choice would leave open."""

    class Item(BaseModel):
        __collection__ = "items"
        height: int = Field(validation_alias=AliasChoices("height", "h"))

    assert refusal(Item) == (
        "Item.height: has several aliases, or a path, so that it is not plain which key it is "
        "stored by. Give it one alias, a text."
    )


def test_two_entities_with_one_root_field():
    """`Query.items` is the connection of one of them."""
    assert refusal(document("Item"), document("Thing", __plural__="items")) == (
        "Thing: the root field 'items' is also that of Item. Say another __plural__."
    )


def test_singular_that_is_the_plural():
    """`Query.fish` cannot be both."""
    assert refusal(document("Fish", __plural__="fish")) == (
        "Fish: singular and plural are the same. Say the plural in the model: __plural__ = '...'."
    )


@pytest.mark.parametrize("name", ["node", "two words", "__schema", "1st"])
def test_plural_that_cannot_be_a_root_field(name):
    """It is a name in GraphQL, and one that Bigraph does not use itself."""
    assert refusal(document(__plural__=name)) == (
        f"Item: the root field {name!r} is not valid or is used by Bigraph itself. "
        "Say another __plural__."
    )


def test_model_named_like_a_root_field():
    """`Query.node` is Relay's."""
    assert refusal(document("node")) == (
        "node: the root field 'node' is not valid or is used by Bigraph itself. Rename the model."
    )


@pytest.mark.parametrize(
    "name",
    ["Query", "Node", "PageInfo", "String", "DateTime", "IntFilter", "DateUnit", "DateTimeGroupBy"],
)
def test_model_named_like_a_type_of_the_schema(name):
    """The generated schema has these in any case."""
    assert refusal(document(name)) == (
        f"{name}: this name cannot be a GraphQL type. Rename the model."
    )


@pytest.mark.parametrize(
    "name",
    [
        *("FlightFilter", "FlightConnection", "FlightEdge", "FlightOrder"),
        *("FlightAggregate", "FlightSum", "FlightExtremes", "FlightGroupBy", "FlightHaving"),
    ],
)
def test_model_named_like_a_generated_type(name):
    """These belong to `Flight`."""
    assert refusal(document("Flight"), document(name)) == (
        f"{name}: the GraphQL type {name!r} would mean two things. Rename one of the classes."
    )


def test_nested_document_named_like_an_entity():
    """Two classes, one GraphQL type."""
    inner = type(BaseModel)(
        "Item", (BaseModel,), {"__module__": __name__, "__annotations__": {"code": str}}
    )
    assert refusal(document("Flight", inner=inner), document("Item")) == (
        "Item: the GraphQL type 'Item' would mean two things. Rename one of the classes."
    )


def test_two_nested_documents_with_one_name():
    """They differ, so one of them would be served wrongly."""
    one, other = (
        type(BaseModel)("Place", (BaseModel,), {"__annotations__": {name: int}}) for name in "ab"
    )
    assert refusal(document("Flight", one=one, other=other)) == (
        "Flight: the GraphQL type 'Place' would mean two things. Rename one of the classes."
    )


@pytest.mark.parametrize(
    ("name", "api"),
    [("and_", "and"), ("not_", "not"), ("or_", "or"), ("node_id", "nodeId"), ("is_null", "isNull")],
)
def test_field_with_a_reserved_name(name, api):
    """Filters and types use these themselves."""
    assert refusal(document(**{name: int})) == (
        f"Item.{name}: the GraphQL name {api!r} is not valid or is used by Bigraph itself. "
        "Rename the field; an alias keeps its column."
    )


def test_field_that_graphql_cannot_name():
    """Python's names are wider than GraphQL's."""
    assert refusal(document(größe=int)).startswith("Item.größe: the GraphQL name 'größe' is not")


@pytest.mark.parametrize("name", ["", "a$b", "system.users", ".a", "a..b", "a.", "a\0b", "a" * 201])
def test_a_collection_that_mongodb_cannot_name(name):
    """MongoDB would refuse it, but later, and without the model's name."""
    assert refusal(document("Item", __collection__=name)).startswith(
        f"Item: its __collection__ is {name!r}, which MongoDB takes for no collection's name."
    )


@pytest.mark.parametrize("key", ["", "a.b", "$set", "a\0b"])
def test_a_key_that_mongodb_reads_as_something_else(key):
    """As a path, or as an operator: a filter would look elsewhere than the document."""

    class Item(BaseModel):
        __collection__ = "items"
        value: int = Field(alias=key)

    assert refusal(Item).startswith(
        f"Item.value: is stored as {key!r}, which is no plain key of a document."
    )


def test_two_fields_stored_as_one():
    """The second would be read from where the first is."""

    class Item(BaseModel):
        __collection__ = "items"
        id: str
        code: str = Field(alias="_id")

    assert refusal(Item) == (
        "Item.code: is stored as '_id', and so is 'id'. Give one of them another alias."
    )


@pytest.mark.parametrize("unique", [True, False])
def test_a_key_called_like_what_resolvers_are_given(unique):
    """A field of this name is served; a lookup by it could not be."""
    assert catalog_of([document("Item", id=str, info=str)])
    if unique:
        model = document("Item", id=str, info=str, __indexes__=(Index("info", unique=True),))
    else:

        class Item(BaseModel):
            __collection__ = "items"
            info: str = Field(alias="_id")

        model = Item
    assert refusal(model).startswith("Item.info: is a key, and no argument can have this name.")


@pytest.mark.parametrize("plural", [5, ("items",)])
def test_a_plural_that_is_no_text(plural):
    """The model is named, not only Python's complaint."""
    assert refusal(document("Item", __plural__=plural)).startswith(
        f"Item: its __plural__ is {plural!r}."
    )


@pytest.mark.parametrize("seconds", ["x", -1, True, float("inf"), float("nan"), 1e300])
def test_a_time_to_live_that_is_no_number_of_seconds(seconds):
    """Redis would refuse it at every read."""
    said = refusal(document("Item", __cache__=seconds))
    assert said.startswith(f"Item: its __cache__ is {seconds!r}.")


@pytest.mark.parametrize("links", [Link("other", to="Item", on={}), ("other",), "other"])
def test_links_that_are_no_tuple_of_links(links):
    """The comma is easily forgotten."""
    assert "__links__ = (Link(...),)" in refusal(document("Item", __links__=links))


@pytest.mark.parametrize(
    ("name", "to", "on"), [("x", "Item", "id"), ("x", None, {"id": "id"}), ("x", "Item", {"id": 1})]
)
def test_a_link_that_is_not_one(name, to, on):
    """Python does not look at annotations."""
    said = refusal(document("Item", __links__=(Link(name, to=to, on=on),)))
    assert said.startswith("Item.x: is not a link as written. Write Link(")


@pytest.mark.parametrize("indexes", [Index("id"), ("id",), (Index(),), (Index("id"), None)])
def test_indexes_that_are_none(indexes):
    """The comma is easily forgotten here, too; and an index has fields."""
    said = refusal(document("Item", id=str, __indexes__=indexes))
    assert said.startswith("Item: its __indexes__ are no tuple of Indexes with fields.")


def test_a_key_that_pydantic_takes_for_private():
    """A name that begins with an underscore is no field, and the key would have been another."""

    class Item(BaseModel):
        __collection__ = "items"
        _id: str
        name: str

    assert refusal(Item) == (
        'Item._id: is private, as Pydantic takes it. Write id: str = Field(alias="_id"), or id'
        " alone."
    )


def test_an_id_that_is_not_the_key():
    """It would have the name of the key that there is without one."""

    class Item(BaseModel):
        __collection__ = "items"
        id: str = Field(alias="number")

    assert refusal(Item) == (
        "Item.id: is stored as 'number', and is no key. Alias it \"_id\", or name it otherwise:"
        " then the key, an ObjectId, is the id."
    )
