"""In charge of what Bigraph keeps for itself in the stores: tables and collections of its own.

They are described as models are, and so are read and changed like them. Nobody sees them in the
graph, and none is made while the server serves: `postgres.own` and `mongo.own` make them.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar, Final

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog.build import catalog_of

SCHEMA: Final = "bigraph"
"""Where they are in Postgres; collections in MongoDB begin with it."""

METADATA: Final = MetaData(schema=SCHEMA)


class Own(SQLModel, registry=registry(metadata=METADATA)):
    """The base of the tables."""


class BigraphOutbox(Own, table=True):
    """A change of both stores that is committed in Postgres, and perhaps not yet in MongoDB.

    ``redo`` and ``undo`` are changes as `catalog.change_codec` writes them: what MongoDB is to get,
    and what takes back what Postgres has got. One that can be neither done nor undone is
    ``parked``, which says why.
    """

    __tablename__: ClassVar[Any] = "outbox"

    id: uuid.UUID = Field(primary_key=True)
    written_at: datetime.datetime = Field(sa_type=DateTime(timezone=True))  # type: ignore[call-overload]
    due: datetime.datetime = Field(sa_type=DateTime(timezone=True), index=True)  # type: ignore[call-overload]
    redo: str = Field(sa_type=Text)
    undo: str = Field(sa_type=Text)
    parked: str | None = Field(default=None, sa_type=Text)


class BigraphMarker(BaseModel):
    """What has become of the outbox's row with this id: MongoDB has it, or Postgres gives it up."""

    __collection__ = "bigraph_outbox"

    id: uuid.UUID = Key(alias="_id")
    made: bool
    at: datetime.datetime


OWN: Final = catalog_of([BigraphOutbox, BigraphMarker])
OUTBOX: Final = OWN["BigraphOutbox"]
MARKER: Final = OWN["BigraphMarker"]
