"""What models say of how long rows may be kept."""

from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import Link, catalog_of


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """A registry apart from those of other tests."""


class Port(Table, table=True):
    """With a relation declared in SQLModel's own way."""

    code: str = Field(primary_key=True)
    ships: list["Ship"] = Relationship(back_populates="port")


class Ship(Table, table=True):
    """With one of either kind."""

    __links__: ClassVar = (
        Link("log", to="Log", on={"id": "ship"}, cache=5, back="of", back_cache=0.5),
    )

    id: int = Field(primary_key=True)
    port_code: str | None = Field(default=None, foreign_key="port.code", index=True)
    port: Port | None = Relationship(
        back_populates="ships", sa_relationship_kwargs={"info": {"cache": 30}}
    )


class Log(BaseModel):
    """In the other store."""

    __collection__ = "logs"

    ship: int = Field(alias="_id")


def test_relations_say_for_how_long_what_is_found_along_them_is_kept():
    """A link, its opposite, and a relationship of SQLModel; silence is no number."""
    catalog = catalog_of([Port, Ship, Log])
    ship = catalog["Ship"].relations
    assert (ship["log"].cache_ttl, ship["port"].cache_ttl) == (5, 30)
    assert catalog["Log"].relations["of"].cache_ttl == 0.5
    assert catalog["Port"].relations["ships"].cache_ttl is None
