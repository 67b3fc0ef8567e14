"""In charge of what Bigraph keeps for itself in the stores: tables and collections of its own.

They are described as models are, and so are read and changed like them. Nobody sees them in the
graph, and none is made while the server serves: `postgres.own` and `mongo.own` make them.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import BaseModel
from pydantic import Field as Key
from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog.build import catalog_of
from catalog.entity import Entity, Store

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


class BigraphKey(Own, table=True):
    """What was answered to whoever gave an idempotency key with a write.

    ``id`` stands for who asked and for the key, ``request`` for what was asked; both are digests.
    ``data`` and ``errors`` are the answer's, in JSON. From ``until`` on it counts no more.
    """

    __tablename__: ClassVar[Any] = "idempotency"

    id: str = Field(sa_type=Text, primary_key=True)
    request: str = Field(sa_type=Text)
    until: datetime.datetime = Field(sa_type=DateTime(timezone=True), index=True)  # type: ignore[call-overload]
    data: str | None = Field(default=None, sa_type=Text)
    errors: str | None = Field(default=None, sa_type=Text)


class BigraphKeyDocument(BaseModel):
    """The same of a write to MongoDB."""

    __collection__ = "bigraph_idempotency"

    id: str = Key(alias="_id")
    request: str
    until: datetime.datetime
    data: str | None = None
    errors: str | None = None


OWN: Final = catalog_of([BigraphOutbox, BigraphMarker, BigraphKey, BigraphKeyDocument])
OUTBOX: Final = OWN["BigraphOutbox"]
MARKER: Final = OWN["BigraphMarker"]
KEYS: Final[Mapping[Store, Entity]] = {
    Store.POSTGRES: OWN["BigraphKey"],
    Store.MONGO: OWN["BigraphKeyDocument"],
}


def is_own(entity: Entity) -> bool:
    """Whether it is one of these, which are ours to write, whoever asks."""
    return OWN.get(entity.name) is entity
