"""In charge of relations that cannot be served: refused by model, field, reason and mend."""

from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from refusals import document, refusal
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Field, Relationship

from catalog import Index, Link, ObjectId


class Airport(BaseModel):
    """What links lead to."""

    __collection__ = "airports"
    __indexes__: ClassVar = (Index("code", unique=True), Index("city"))

    id: ObjectId
    code: str
    city: str
    name: str
    tags: list[str]


def linked(name: str = "airport", to: Any = "Airport", /, **options: Any) -> str:
    """How a document with one link is refused."""
    options = {"on": {"origin": "code"}} | options
    flight = document("Flight", origin=str, day=int, tags=list[str])
    flight.__links__ = (Link(name, to=to, **options),)
    return refusal(flight, Airport)


def test_link_from_a_missing_field():
    """The model's own side."""
    assert linked(on={"nope": "code"}) == (
        "Flight.airport: links by Flight.nope, which does not exist. "
        "Use one of: day, id, origin, tags."
    )


def test_link_to_a_missing_field():
    """The target's side."""
    assert linked(on={"origin": "nope"}) == (
        "Flight.airport: links by Airport.nope, which does not exist. "
        "Use one of: city, code, id, name, tags."
    )


def test_link_to_a_missing_entity():
    """By name, or by a class that is not among the models."""
    reason = "Flight.airport: links to 'Nowhere', which is not an entity. "
    assert linked("airport", "Nowhere") == reason + "Link to one of: Airport, Flight."
    assert linked("airport", document("Nowhere")) == reason + "Link to one of: Airport, Flight."


def test_link_by_no_field():
    """There is nothing to be equal."""
    assert linked(on={}) == "Flight.airport: links by no field. Give `on` a pair."


def test_link_whose_sides_differ_in_type():
    """Text never equals a number."""
    assert linked(on={"day": "code"}) == (
        "Flight.airport: links Flight.day (Int) to Airport.code (String). "
        "Give both sides one type: values of two types never match."
    )


def test_link_by_a_field_that_is_no_single_value():
    """A list equals a list in one store and finds its elements in another."""
    assert linked(on={"tags": "tags"}, many=True) == (
        "Flight.airport: links by Flight.tags, which is not a single value. "
        "Link by fields that hold one value each, and not JSON."
    )


def test_link_to_an_unindexed_target():
    """Each batch would scan the target."""
    assert linked(on={"origin": "name"}, many=True) == (
        "Flight.airport: no index of Airport begins with name. Add an index on name to Airport."
    )


def test_link_back_over_an_unindexed_field():
    """The opposite direction scans this side."""
    assert linked(back="departures") == (
        "Flight.airport: no index of Flight begins with origin. Add an index on origin to Flight."
    )


def test_link_to_one_of_a_target_that_is_not_unique():
    """Nobody could say which one is meant."""
    assert linked(on={"origin": "city"}) == (
        "Flight.airport: is to one Airport, but city is not unique there. "
        "Declare the unique key on the target, or say many=True."
    )


@pytest.mark.parametrize(("name", "back"), [("origin", None), ("airport", "city")])
def test_link_named_like_a_field(name, back):
    """At either end."""
    owner = "Airport.city" if back else "Flight.origin"
    flight = document("Flight", origin=str, __indexes__=(Index("origin"),))
    flight.__links__ = (Link(name, to="Airport", on={"origin": "code"}, back=back),)
    assert refusal(flight, Airport) == (
        f"{owner}: a relation of this name collides with another member. Rename the link."
    )


def test_two_links_with_one_name():
    """The second would replace the first."""
    link = Link("airport", to="Airport", on={"origin": "code"})
    assert refusal(document("Flight", origin=str, __links__=(link, link)), Airport) == (
        "Flight.airport: a relation of this name collides with another member. Rename the link."
    )


def test_relationship_to_a_model_that_is_not_served(base):
    """It was forgotten, or stands in another package."""

    class Team(base, table=True):
        id: int = Field(primary_key=True)

    class Hero(base, table=True):
        id: int = Field(primary_key=True)
        team_id: int = Field(foreign_key="team.id")
        team: Team = Relationship()

    assert refusal(Hero) == (
        "Hero.team: relates to Team, which is not served. "
        "Put that model into the package of models too."
    )


def test_relationship_through_a_table_that_is_no_model(base):
    """The batch that follows it reads the link table as an entity."""
    sa.Table(
        "membership",
        base.metadata,
        sa.Column("hero_id", sa.ForeignKey("hero.id"), primary_key=True),
        sa.Column("team_id", sa.ForeignKey("team.id"), primary_key=True),
    )

    class Team(base, table=True):
        id: int = Field(primary_key=True)

    class Hero(base, table=True):
        id: int = Field(primary_key=True)
        teams: list[Team] = Relationship(sa_relationship_kwargs={"secondary": "membership"})

    assert refusal(Hero, Team) == (
        "Hero.teams: the link table 'membership' is not a model. "
        "Declare it as a SQLModel class and pass it as link_model."
    )


def test_relationship_by_more_than_equal_fields(base):
    """Served without its condition it would give rows that it must not."""

    class Team(base, table=True):
        id: int = Field(primary_key=True)
        open: bool

    class Hero(base, table=True):
        id: int = Field(primary_key=True)
        team_id: int = Field(foreign_key="team.id")
        team: Team = Relationship(
            sa_relationship_kwargs={
                "primaryjoin": "and_(Hero.team_id == Team.id, Team.open)",
                "viewonly": True,
            }
        )

    assert refusal(Hero, Team) == (
        "Hero.team: joins by more than equal fields. "
        "Leave that to a filter, or to a resolver in extensions/."
    )


def test_table_that_inherits_from_another():
    """Its rows lie in two tables, or among those of its parent."""

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "person"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Pilot(Person):
        __tablename__ = "pilot"
        id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)

    assert refusal(Person, Pilot) == (
        "Pilot: inherits from another table. Relate the two tables instead."
    )


@pytest.mark.parametrize("side", ["cache", "back_cache"])
def test_a_time_to_live_that_is_no_number_of_seconds(side):
    """In either direction."""
    flight = document("Flight", origin=str, __indexes__=(Index("origin"),))
    link = Link("airport", to="Airport", on={"origin": "code"}, back="flights", **{side: -1})
    flight.__links__ = (link,)
    assert refusal(flight, Airport) == (
        f"Flight.airport: its {side} is -1. Give it a number of seconds, 0 or more, a year at most."
    )
