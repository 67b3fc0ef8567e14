"""The schema as text: what it says of itself, and that it is always the same."""

import pytest
from sqlmodel import Field

import tests.library.extensions
from catalog import catalog_of
from schema import build_schema, extensions_in
from server import print_schema
from settings import Settings
from tests.library.library import catalog, schema
from tests.library.models._table import Table


def test_descriptions_come_from_the_models(graph):
    """Docstrings of classes, descriptions of fields and links, and words on keys and paging."""
    types = graph.type_map
    assert types["Book"].description == "A title that the library holds."
    assert types["Book"].fields["title"].description == "As on the cover."
    assert types["Book"].fields["shelf"].description == "Where it stands."
    assert types["Shelf"].fields["books"].description == "What stands here."
    assert types["Book"].fields["authors"].description == "Who wrote it."
    assert types["Location"].description == "Where a shelf is."
    assert types["Location"].fields["room"].description == "The name on the door."
    assert types["Genre"].description == "What kind of book it is."
    assert types["Book"].fields["priceWithTax"].description.startswith("The price with tax")
    assert graph.query_type.fields["loan"].description == "One Loan by bookId and number."
    assert types["BookFilter"].fields["title"].description == "As on the cover."


def test_enums_show_the_members_and_not_what_is_stored(graph):
    """Clients see names."""
    assert list(graph.type_map["Genre"].values) == ["NOVEL", "POETRY", "SCIENCE"]
    assert list(graph.type_map["Verdict"].values) == ["READ", "SKIP"]


def test_two_builds_give_the_same_text(sdl):
    """Also two schemas at once in one process, and neither needs a database."""
    again = build_schema(catalog(), extensions_in(tests.library.extensions))
    assert again.as_str() == sdl
    assert schema().as_str() == sdl


class SchemaTestThing(Table, table=True):
    """Has several unique columns, which SQLAlchemy keeps in a set."""

    id: int = Field(primary_key=True)
    first: str = Field(unique=True)
    second: str = Field(unique=True)
    third: str = Field(unique=True)


def test_unique_keys_come_in_the_same_order_in_every_process():
    """SQLAlchemy's sets have another order in every process; the committed SDL must not."""
    roots = build_schema(catalog_of([SchemaTestThing]))._schema.query_type.fields
    assert list(roots) == [
        "node",
        "schemaTestThing",
        "schemaTestThingByFirst",
        "schemaTestThingBySecond",
        "schemaTestThingByThird",
        "schemaTestThings",
    ]


@pytest.mark.slow
def test_another_package_is_served_by_setting_its_name(sdl, monkeypatch, capsys):
    """MODELS and EXTENSIONS name any package pair; `server.py schema` prints its graph."""
    monkeypatch.setenv("MODELS", "tests.library.models")
    monkeypatch.setenv("EXTENSIONS", "tests.library.extensions")
    assert print_schema(Settings(), check=False) == 0
    assert capsys.readouterr().out == sdl + "\n"
