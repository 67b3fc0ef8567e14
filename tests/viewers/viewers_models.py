"""In charge of a post office: letters that people own in Postgres, and their cities in MongoDB.

No rule of ours keeps anything from anybody: what people see is told by policies of Postgres.
"""

from typing import Any, ClassVar

import strawberry
from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import Access, Catalog, Link, anyone, catalog_of, routine
from schema import extends, requires

__access__ = Access(read=anyone)


class Table(SQLModel, registry=registry(metadata=MetaData(schema="post"))):
    """A registry apart from those of other tests."""


class Box(Table, table=True):
    """Somebody's."""

    id: int = Field(primary_key=True)
    owner: str
    name: str
    letters: list["Letter"] = Relationship(
        back_populates="box", sa_relationship_kwargs={"info": {"cache": 30}}
    )


class Letter(Table, table=True):
    """Somebody's, too; in a box that may be another's."""

    __links__: ClassVar = (Link("place", to="City", on={"city": "code"}, back="letters"),)

    id: int = Field(primary_key=True)
    owner: str
    text: str
    city: str = Field(index=True)
    box_id: int = Field(foreign_key="post.box.id", index=True)
    box: Box = Relationship(back_populates="letters")


class City(BaseModel):
    """Everybody's."""

    __collection__ = "cities"

    code: str = Key(alias="_id")
    name: str


def _to(rows_of: Any, city: str) -> list[Any]:
    return [row for row in rows_of("Letter") if row["city"] == city]


@routine(list[Letter], python=_to)
def letters_to(city: str) -> object:
    """By a text."""
    return "SELECT * FROM post.letter WHERE city = :city"


@routine(int, python=lambda rows_of: len(rows_of("Letter")))
def how_many() -> object:
    """A value."""
    return "SELECT count(*)::integer FROM post.letter"


@routine(int)
def divided(by: int) -> object:
    """What may fail."""
    return "SELECT 6 / :by"


@routine(float)
def slept(seconds: float) -> object:
    """What takes its time."""
    return "SELECT count(*)::double precision FROM pg_sleep(:seconds)"


@extends(City)
class Delivered:
    """Of one's own."""

    @strawberry.field
    @requires("code")
    async def texts(self: Any, info: strawberry.Info) -> list[str]:
        """By the context's way to the stores."""
        found = await info.context.load(Letter, {"city": self.code}, order_by=[{"id": "ASC"}])
        return [letter.text for letter in found]


MODELS = (Box, Letter, City, letters_to, how_many, divided, slept)


def post() -> Catalog:
    """The catalog of it all."""
    return catalog_of(MODELS)


OWNERS = ("ada", "bob", "all")
CITIES = [{"code": code, "name": name} for code, name in (("AYR", "Ayr"), ("UCK", "Uckfield"))]
BOXES = [{"id": n, "owner": owner, "name": f"{owner}'s"} for n, owner in enumerate(OWNERS, 1)]
LETTERS = [
    {
        "id": number,
        "owner": OWNERS[number % 3],
        "text": f"{OWNERS[number % 3]} {number}",
        "city": CITIES[number % 2]["code"],
        "box_id": 1 + 2 * (number // 3 % 2),  # none is in the second
    }
    for number in range(1, 31)
]
POLICIES = """
CREATE ROLE web; CREATE ROLE visitor;
GRANT USAGE ON SCHEMA post TO web, visitor;
GRANT SELECT ON ALL TABLES IN SCHEMA post TO web, visitor;
ALTER TABLE post.letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE post.box ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION post.sub() RETURNS text LANGUAGE sql STABLE
  RETURN current_setting('request.jwt.claims', true)::json ->> 'sub';
CREATE POLICY own ON post.letter TO web USING (owner = post.sub());
CREATE POLICY own ON post.box TO web USING (
  owner = post.sub() OR current_setting('request.principal', true)::jsonb -> 'roles' ? 'clerk');
CREATE POLICY open ON post.letter TO visitor USING (owner = 'all' AND post.sub() IS NULL);
CREATE POLICY open ON post.box TO visitor USING (owner = 'all');
"""
