"""Tables of other models: what the loader makes of schemas, enums, JSON, defaults and cycles."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from sample_stores import Stores, quiet
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, String
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Index, ObjectId, catalog_of
from datasources.load import LoadError, SampleTable, load


class Colour(enum.Enum):
    """An enum whose members and labels differ from its values."""

    RED = "r"
    BLUE = "b"


class Lining(enum.Enum):
    """An enum of documents, stored by value."""

    MOSS = "m"


class Base(SQLModel, registry=registry(metadata=MetaData(schema="Odd Place"))):
    """Keeps these tables apart from other tests'."""


class Hen(Base, table=True):
    """Refers to an egg, which refers back."""

    __tablename__ = "order"

    id: int = Field(primary_key=True)
    colour: Colour | None = None
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column("50%", JSON))
    egg_id: int | None = Field(
        default=None,
        sa_column=Column(
            Integer, ForeignKey("Odd Place.Egg.id", use_alter=True, name="of egg"), index=True
        ),
    )


class Egg(Base, table=True):
    """Refers to a hen."""

    __tablename__ = "Egg"

    id: int = Field(primary_key=True)
    share: str = Field(sa_column=Column(String, server_default="10%", nullable=False))
    hen_id: int | None = Field(default=None, foreign_key="Odd Place.order.id")


class Inner(BaseModel):
    """An element of a list, with a stored name of its own."""

    name: str = Field(alias="n")


class Nest(BaseModel):
    """Indexed inside a list, with a key that is an ObjectId."""

    __collection__ = "nests"
    __indexes__: ClassVar = (Index("inner.name", unique=True),)

    id: ObjectId
    inner: list[Inner]
    lining: Lining | None = None


HENS: list[dict[str, Any]] = [
    {"id": 7, "colour": "BLUE", "extra": {"tab\t": ["\\N", None]}, "egg_id": 1},
    {"id": 9},
]
EGGS: list[dict[str, Any]] = [{"id": 1, "share": "a\n\\.", "hen_id": 7}]
NESTS: list[dict[str, Any]] = [
    {"id": "5f0f0f0f0f0f0f0f0f0f0f0f", "inner": [{"name": "a"}, {"name": "b"}], "lining": "MOSS"}
]


async def test_other_models_load(stores: Stores) -> None:
    """Odd names, an enum's own type, JSON, and foreign keys in a circle arrive unharmed."""
    samples = [
        SampleTable(Hen, 2, lambda: iter(HENS)),
        SampleTable(Egg, 1, lambda: iter(EGGS)),
        SampleTable(Nest, 1, lambda: iter(NESTS)),
    ]
    catalog = catalog_of([Hen, Egg, Nest])
    urls = {"postgres_url": stores.postgres, "mongo_url": stores.mongo}
    assert await load(catalog, samples, progress=quiet, **urls) is True
    assert await load(catalog, samples, progress=quiet, **urls) is False
    assert await stores.sql('SELECT * FROM "Odd Place"."order" ORDER BY id') == [
        (7, "BLUE", {"tab\t": ["\\N", None]}, 1),
        (9, None, None, None),
    ]
    assert await stores.sql('SELECT * FROM "Odd Place"."Egg"') == [(1, "a\n\\.", 7)]
    added = 'INSERT INTO "Odd Place"."order" DEFAULT VALUES RETURNING id'
    assert await stores.sql(added) == [(10,)]
    default = "SELECT column_default FROM information_schema.columns WHERE column_name = 'share'"
    assert await stores.sql(default) == [("'10%'::character varying",)]
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
    assert await stores.sql(keys) == [(2,)]


async def test_a_table_that_is_added_finds_enums_that_are_there(stores: Stores) -> None:
    """Those of its own columns, and those of tables that were made before."""

    class Yard(SQLModel, registry=registry(metadata=MetaData(schema="yard"))):
        pass

    class Rake(Yard, table=True):
        id: int = Field(primary_key=True)
        colour: Colour = Colour.RED

    urls = {"postgres_url": stores.postgres, "mongo_url": None}
    await load(catalog_of([Rake]), [], progress=quiet, **urls)

    class Spade(Yard, table=True):
        id: int = Field(primary_key=True)
        colour: Colour | None = None

    await load(catalog_of([Rake, Spade]), [], progress=quiet, **urls)
    await stores.sql("INSERT INTO yard.spade VALUES (1, 'BLUE')")
    assert await stores.sql("SELECT colour::text FROM yard.spade") == [("BLUE",)]


async def test_documents_are_stored_by_their_own_names(stores: Stores) -> None:
    """Keys by alias inside lists, enums by value, ObjectIds as such, and the index knows it."""
    sample = SampleTable(Nest, 1, lambda: iter(NESTS))
    urls = {"postgres_url": None, "mongo_url": stores.mongo}
    await load(catalog_of([Nest]), [sample], progress=quiet, **urls)
    [nest] = await stores.find("nests")
    assert str(nest.pop("_id")) == NESTS[0]["id"]
    assert nest == {"inner": [{"n": "a"}, {"n": "b"}], "lining": "m"}
    answer = await stores.mongo_command({"listIndexes": "nests"})
    unique = {index["name"] for index in answer["cursor"]["firstBatch"] if index.get("unique")}
    assert unique == {"inner.n_1"}


async def test_two_entities_may_share_a_collection(stores: Stores) -> None:
    """Each shows some of the fields; the collection is made once."""

    class Twig(BaseModel):
        __collection__ = "nests"
        id: ObjectId

    urls = {"postgres_url": None, "mongo_url": stores.mongo}
    await load(catalog_of([Nest, Twig]), [], progress=quiet, **urls)
    assert await stores.find("nests") == []


async def test_a_table_that_cannot_be_made_is_named(stores: Stores) -> None:
    """One line, as for all that is wrong at the start."""

    class Alone(SQLModel, registry=registry(metadata=MetaData())):
        pass

    class Orphan(Alone, table=True):
        id: int = Field(primary_key=True)
        parent_id: int | None = Field(default=None, foreign_key="nobody.id")

    with pytest.raises(LoadError, match=r"column 'orphan.parent_id' could not find table 'nobody'"):
        await load(
            catalog_of([Orphan]), [], progress=quiet, postgres_url=stores.postgres, mongo_url=None
        )
