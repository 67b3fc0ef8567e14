"""In charge of SQLModel's relationships in the shapes that the heroes do not have."""

from typing import Optional

import sqlalchemy as sa
from sqlmodel import Field, Relationship

from catalog import catalog_of


def test_one_to_one(base):
    """`uselist=False` makes the far side to-one too."""

    class Person(base, table=True):
        id: int = Field(primary_key=True)
        passport: Optional["Passport"] = Relationship(
            back_populates="person", sa_relationship_kwargs={"uselist": False}
        )

    class Passport(base, table=True):
        id: int = Field(primary_key=True)
        person_id: int = Field(foreign_key="person.id", unique=True)
        person: Person = Relationship(back_populates="passport")

    people = catalog_of([Person, Passport])
    passport, person = (
        people["Person"].relations["passport"],
        people["Passport"].relations["person"],
    )
    assert (passport.many, passport.on) == (False, (("id", "person_id"),))
    assert (person.many, person.on) == (False, (("person_id", "id"),))


def test_self_reference(base):
    """A table may relate to itself, in both directions."""

    class Part(base, table=True):
        id: int = Field(primary_key=True)
        whole_id: int | None = Field(default=None, foreign_key="part.id")
        whole: Optional["Part"] = Relationship(
            back_populates="pieces", sa_relationship_kwargs={"remote_side": "Part.id"}
        )
        pieces: list["Part"] = Relationship(back_populates="whole")

    part = catalog_of([Part])["Part"]
    whole, pieces = part.relations["whole"], part.relations["pieces"]
    assert (whole.target, whole.many, whole.on) == ("Part", False, (("whole_id", "id"),))
    assert (pieces.target, pieces.many, pieces.on) == ("Part", True, (("id", "whole_id"),))


def test_self_reference_through_a_link_table(base):
    """Both ways of the link table lead to one entity, told apart by the joins."""

    class Follow(base, table=True):
        follower: int = Field(foreign_key="user.id", primary_key=True)
        followed: int = Field(foreign_key="user.id", primary_key=True)

    class User(base, table=True):
        id: int = Field(primary_key=True)
        follows: list["User"] = Relationship(
            link_model=Follow,
            sa_relationship_kwargs={
                "primaryjoin": "User.id == Follow.follower",
                "secondaryjoin": "User.id == Follow.followed",
            },
        )

    through = catalog_of([Follow, User])["User"].relations["follows"].through
    assert through is not None
    assert (through.source_on, through.target_on) == ((("id", "follower"),), (("followed", "id"),))


def test_composite_foreign_key(base):
    """Each pair of fields stands in the relation, in the key's order."""

    class Flight(base, table=True):
        carrier: str = Field(primary_key=True)
        number: int = Field(primary_key=True)
        seats: list["Seat"] = Relationship(back_populates="flight")

    class Seat(base, table=True):
        __table_args__ = (
            sa.ForeignKeyConstraint(
                ["flight_carrier", "flight_number"], ["flight.carrier", "flight.number"]
            ),
        )
        id: int = Field(primary_key=True)
        flight_carrier: str
        flight_number: int
        flight: Flight = Relationship(back_populates="seats")

    flights = catalog_of([Flight, Seat])
    pairs = (("flight_carrier", "carrier"), ("flight_number", "number"))
    assert set(flights["Seat"].relations["flight"].on) == set(pairs)
    opposite = {(there, here) for here, there in pairs}
    assert set(flights["Flight"].relations["seats"].on) == opposite
