"""A club's models, related in all ways: teams and people in Postgres, boards in MongoDB."""

from typing import Any, ClassVar

from pydantic import BaseModel, model_validator
from pydantic import Field as Key
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from catalog import Access, Index, Link, anyone, catalog_of, claim, nobody, roles, rows, scopes

_MAY = rows({"owner": {"eq": claim("sub")}}) | roles("admin")
_THEIRS = Access(read=anyone, create=_MAY, update=_MAY, delete=_MAY)


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the club's tables."""


class City(Table, table=True):
    """Nobody may write these, and some are not seen."""

    __plural__ = "cities"
    __access__: ClassVar = Access(read=rows({"secret": {"eq": False}}))

    code: str = Field(primary_key=True)
    secret: bool = False


class Team(Table, table=True):
    """Who plays together."""

    __access__: ClassVar = _THEIRS

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=20)
    owner: str = "ann"
    city_code: str | None = Field(default=None, foreign_key="city.code")

    city: City | None = Relationship()
    members: list["Member"] = Relationship(back_populates="team")


class Membership(Table, table=True):
    """Which member has which skill."""

    __access__: ClassVar = Access(read=anyone, create=anyone, delete=anyone)

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    skill_id: int = Field(foreign_key="skill.id", primary_key=True)


class Member(Table, table=True):
    """Who plays, in a team or in none."""

    __access__: ClassVar = Access(
        read=anyone, create=_MAY, update=_MAY, delete=_MAY, fields={"pin": scopes("pins")}
    )

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str = Field(default="", max_length=20)
    owner: str = "ann"
    pin: int | None = Field(default=None, unique=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")

    team: Team | None = Relationship(back_populates="members")
    badge: "Badge" = Relationship(
        back_populates="member", sa_relationship_kwargs={"uselist": False}
    )
    tasks: list["Task"] = Relationship(back_populates="member")
    skills: list["Skill"] = Relationship(back_populates="members", link_model=Membership)


class Badge(Table, table=True):
    """What one member wears."""

    __access__: ClassVar = _THEIRS

    code: str = Field(primary_key=True)
    owner: str = "ann"
    member_id: int | None = Field(default=None, foreign_key="member.id", unique=True)

    member: Member | None = Relationship(back_populates="badge")


class Skill(Table, table=True):
    """What members can do."""

    __access__: ClassVar = _THEIRS

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    owner: str = "ann"

    members: list[Member] = Relationship(back_populates="skills", link_model=Membership)


class Task(Table, table=True):
    """What a member does, which may be a part of another task."""

    __access__: ClassVar = _THEIRS

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(unique=True, max_length=20)
    owner: str = "ann"
    member_id: int = Field(foreign_key="member.id", index=True)
    whole_id: int | None = Field(default=None, foreign_key="task.id", index=True)

    member: Member = Relationship(back_populates="tasks")
    whole: "Task" = Relationship(
        back_populates="parts", sa_relationship_kwargs={"remote_side": "Task.id"}
    )
    parts: list["Task"] = Relationship(back_populates="whole")

    @model_validator(mode="after")
    def _titled(self) -> "Task":
        if self.title == "nothing":
            raise ValueError("a task has a title that says something")
        return self


class Board(BaseModel):
    """Where cards hang."""

    __collection__ = "boards"
    __access__ = _THEIRS
    __indexes__ = (Index("team_id"),)
    __links__ = (
        Link("team", to="Team", on={"team_id": "id"}, back="boards"),
        Link("cards", to="Card", on={"code": "board_code"}, many=True, back="board"),
    )

    code: str = Key(alias="_id", min_length=1)
    title: str = Key(max_length=20)
    owner: str = "ann"
    team_id: int | None = None


class Card(BaseModel):
    """What hangs on a board, or on none."""

    __collection__ = "cards"
    __access__ = _THEIRS
    __indexes__ = (Index("board_code"), Index("text", unique=True), Index("of"))
    __links__ = (Link("whole", to="Card", on={"of": "code"}, back="parts"),)

    code: str = Key(alias="_id")
    text: str = Key(max_length=20)
    owner: str = "ann"
    board_code: str | None = None
    of: str | None = None


class Rule(Table, table=True):
    """What all teams must obey; only admins write it, and nobody changes it."""

    __access__: ClassVar = Access(read=anyone, create=roles("admin"), update=nobody)

    id: int | None = Field(default=None, primary_key=True)
    text: str
    team_id: int = Field(foreign_key="team.id", index=True)

    team: Team = Relationship()


MODELS: list[Any] = [
    *(City, Team, Membership, Member, Badge, Skill, Task, Rule),
    *(Board, Card),
]
CATALOG = catalog_of(MODELS)
