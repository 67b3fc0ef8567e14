"""Effects in both stores, and what counts them."""

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import Column, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Index, Link, ObjectId


class _Table(SQLModel, registry=registry(metadata=MetaData())):
    """A registry apart from those of other tests."""


class Tally(BaseModel):
    """The same number once more, in a document; in a table it is one in a column."""

    value: int = 0
    last: str | None = None


class Effect(_Table, table=True):
    """Something that was done; nothing keeps it from being there twice."""

    id: int | None = Field(default=None, primary_key=True)
    name: str


class Counter(_Table, table=True):
    """How many there are."""

    id: int = Field(primary_key=True)
    value: int = 0
    tally: Tally = Field(
        default_factory=Tally,
        sa_column=Column(JSONB, nullable=False, server_default='{"value": 0}'),
    )


class EffectDocument(BaseModel):
    """The same in MongoDB."""

    __collection__ = "effects"
    __links__ = (Link("effect", to="Effect", on={"effect_id": "id"}, back="documents"),)
    __indexes__ = (Index("effect_id"),)

    id: ObjectId | None = Key(default=None, alias="_id")
    name: str
    effect_id: int | None = None


class CounterDocument(BaseModel):
    """The same in MongoDB."""

    __collection__ = "counters"

    id: int = Key(alias="_id")
    value: int = 0
    tally: Tally = Tally()
