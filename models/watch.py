"""Watches, in Postgres: written by users, so empty at first."""

import datetime
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import Column, DateTime, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship, SQLModel

from catalog import Access, claim, rows

if TYPE_CHECKING:
    from models.flight import Flight


_THEIRS = rows({"subject": {"eq": claim("sub")}})


class Alert(BaseModel):
    """When and how somebody wants to hear of a flight."""

    minutes_late: int = Key(default=15, ge=0, description="From how many minutes of delay on.")
    by: str = Key(description="What they are told by, such as email.")
    to: list[str] = Key(default=[], description="Addresses there.")


class Watch(SQLModel, table=True):
    """A person follows a flight. Nobody follows the same flight twice."""

    __plural__ = "watches"
    __table_args__ = (UniqueConstraint("flight_id", "subject"),)

    __access__: ClassVar = Access(read=_THEIRS, create=_THEIRS, update=_THEIRS, delete=_THEIRS)

    id: int | None = Field(default=None, primary_key=True, description="Number of the watch.")
    flight_id: int = Field(foreign_key="flight.id", description="The flight's id.")
    subject: str = Field(index=True, description="Who follows it: the subject of their token.")
    created_at: datetime.datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),  # type: ignore[call-overload] (an instance will do)
        sa_column_kwargs={"server_default": func.now(), "nullable": False},
        description="When they began to.",
    )
    alert: Alert | None = Field(
        default=None,
        sa_column=Column(JSONB),
        description="How they want to be told; stored as a document.",
    )

    flight: "Flight" = Relationship(
        back_populates="watches",
        sa_relationship_kwargs={"doc": "The flight they follow."},
    )
