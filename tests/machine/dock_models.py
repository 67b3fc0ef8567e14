"""A dock's models, related in all ways: lines and ships in Postgres, harbours in MongoDB."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import ARRAY, JSON, CheckConstraint, Column, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import Access, Index, Link, anyone, catalog_of

LONGEST = 4
"""How long a name may be."""
HEAVY = 50
"""What a cargo must weigh less than."""

_ALL = Access(read=anyone, create=anyone, update=anyone, delete=anyone)


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the dock's tables."""


class Site(BaseModel):
    """Where a harbour lies, or a ship: a document in one of either store."""

    depth: Annotated[int, Key(ge=0)]
    lit: bool | None = None


class Line(Table, table=True):
    """Who owns ships, and leases harbours."""

    __access__: ClassVar = _ALL

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=LONGEST)
    fleet: int = Field(default=0, ge=0)
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    ships: list["Ship"] = Relationship(back_populates="line")


class Flying(Table, table=True):
    """Which ship may fly which flag."""

    __access__: ClassVar = _ALL

    ship_id: int = Field(foreign_key="ship.id", primary_key=True)
    flag_id: int = Field(foreign_key="flag.id", primary_key=True)


class Ship(Table, table=True):
    """What sails, for a line or for none."""

    __access__: ClassVar = _ALL

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=LONGEST)
    tons: int | None = Field(default=None, ge=0)
    marks: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    site: Site | None = Field(default=None, sa_column=Column(JSONB))
    line_id: int | None = Field(default=None, foreign_key="line.id")

    line: Line | None = Relationship(back_populates="ships")
    captain: "Captain" = Relationship(
        back_populates="ship", sa_relationship_kwargs={"uselist": False}
    )
    cargo: list["Cargo"] = Relationship(back_populates="ship")
    flags: list["Flag"] = Relationship(back_populates="ships", link_model=Flying)


class Captain(Table, table=True):
    """Who sails one ship, or none."""

    __access__: ClassVar = _ALL

    code: str = Field(primary_key=True)
    voyages: int = Field(default=0, ge=0)
    ship_id: int | None = Field(default=None, foreign_key="ship.id", unique=True)

    ship: Ship | None = Relationship(back_populates="captain")


class Flag(Table, table=True):
    """What ships fly."""

    __access__: ClassVar = _ALL

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=LONGEST)

    ships: list[Ship] = Relationship(back_populates="flags", link_model=Flying)


class Cargo(Table, table=True):
    """What a ship carries, which may stand in another cargo."""

    __plural__ = "cargoes"
    __table_args__ = (CheckConstraint(f"weight < {HEAVY}", name="light"),)
    __access__: ClassVar = _ALL

    id: int | None = Field(default=None, primary_key=True)
    label: str = Field(unique=True, max_length=LONGEST)
    weight: int = 0
    ship_id: int = Field(foreign_key="ship.id", index=True)
    within_id: int | None = Field(default=None, foreign_key="cargo.id", index=True)

    ship: Ship = Relationship(back_populates="cargo")
    within: "Cargo" = Relationship(
        back_populates="parts", sa_relationship_kwargs={"remote_side": "Cargo.id"}
    )
    parts: list["Cargo"] = Relationship(back_populates="within")


class Harbour(BaseModel):
    """Where ships lie; a line may lease it."""

    __collection__ = "harbours"
    __access__ = _ALL
    __indexes__ = (Index("line_id"),)
    __links__ = (
        Link("line", to="Line", on={"line_id": "id"}, back="harbours"),
        Link("piers", to="Pier", on={"code": "harbour_code"}, many=True, back="harbour"),
    )

    code: str = Key(alias="_id", min_length=1)
    berths: int = Key(default=0, ge=0)
    tags: list[str] = []
    site: Site | None = None
    line_id: int | None = None


class Pier(BaseModel):
    """Where one or several ships lie, of a harbour or of none."""

    __collection__ = "piers"
    __access__ = _ALL
    __indexes__ = (Index("title", unique=True), Index("harbour_code"), Index("ship_id"))
    __links__ = (Link("ship", to="Ship", on={"ship_id": "id"}, back="piers"),)

    code: str = Key(alias="_id")
    title: str = Key(max_length=LONGEST)
    length: int | None = Key(default=None, ge=0)
    harbour_code: str | None = None
    ship_id: int | None = None


MODELS: list[Any] = [Line, Ship, Flying, Captain, Flag, Cargo, Harbour, Pier]
CATALOG = catalog_of(MODELS)
