"""What attacks are tried on: what is not for its viewer says so, by the word SECRET."""

from typing import ClassVar

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel, select

from catalog import Access, Index, Link, Search, anyone, claim, routine, rows, scopes


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The tables of this package alone."""


class Office(Table, table=True):
    """Open to all."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)
    city: str
    agents: list["Agent"] = Relationship(back_populates="office")


class Agent(Table, table=True):
    """Everybody sees those of the own firm, without their codes, and only the own pay."""

    __access__ = Access(
        read=rows({"firm": {"eq": claim("firm")}}),
        fields={"code": scopes("codes"), "pay": rows({"name": {"eq": claim("sub")}})},
    )
    __search__ = Search("name", "code")

    id: int = Field(primary_key=True)
    name: str
    firm: str = Field(index=True)
    code: str = Field(unique=True)
    pay: int
    office_id: int = Field(foreign_key="office.id", index=True)
    office: Office = Relationship(back_populates="agents")
    safes: list["Safe"] = Relationship(back_populates="agent")


class Safe(Table, table=True):
    """Nobody's: it has no rule."""

    id: int = Field(primary_key=True)
    content: str
    agent_id: int = Field(foreign_key="agent.id", index=True)
    agent: Agent = Relationship(back_populates="safes")


class Report(BaseModel):
    """In the other store: everybody sees those of the agents of the own firm."""

    __collection__ = "reports"
    __indexes__ = (Index("agent_id"),)
    __links__: ClassVar = (Link("agent", to="Agent", on={"agent_id": "id"}, back="reports"),)
    __access__ = Access(
        read=rows({"agent": {"firm": {"eq": claim("firm")}}}), fields={"source": scopes("sources")}
    )

    id: int = Key(alias="_id")
    agent_id: int
    text: str
    source: str


@routine(list[Agent], read=anyone)
def all_agents() -> object:
    """Rows that have the rules of their entity."""
    return select(Agent)


@routine(int, read=anyone)
def slow() -> object:
    """One, after a while."""
    return "SELECT 1 FROM pg_sleep(4)"


@routine(int, read=scopes("count"))
def safe_count() -> object:
    """Of what nobody may read."""
    return "SELECT count(*)::int FROM safe"


ROWS = {
    Office: [{"id": 1, "city": "Oslo"}, {"id": 2, "city": "Rome"}],
    Agent: [
        {"id": 1, "name": "ada", "firm": "UA", "code": "SECRET-a", "pay": 7001, "office_id": 1},
        {"id": 2, "name": "bo", "firm": "UA", "code": "SECRET-b", "pay": 7770002, "office_id": 2},
        {"id": 3, "name": "SECRET-cy", "firm": "DL", "code": "SECRET-c", "pay": 7770003,
         "office_id": 1},
    ],
    Safe: [{"id": 1, "content": "SECRET-gold", "agent_id": 1}],
    Report: [
        {"id": 1, "agent_id": 1, "text": "calm", "source": "SECRET-s1"},
        {"id": 2, "agent_id": 3, "text": "SECRET-storm", "source": "SECRET-s2"},
    ],
}  # fmt: skip
