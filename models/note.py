"""Notes about flights, in MongoDB: written by users, so empty at first."""

import datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from catalog import Access, Index, Link, ObjectId, anyone, authenticated, claim, rows

_THEIRS = rows({"author": {"eq": claim("sub")}})


class Note(BaseModel):
    """What somebody wrote about a flight."""

    __collection__ = "notes"
    __indexes__ = (Index("flight_id"), Index("author"), Index("tags"))
    __links__: ClassVar = (
        Link(
            "flight",
            to="Flight",
            on={"flight_id": "id"},
            back="notes",
            description="The flight it is about.",
            back_description="What was written about this flight.",
        ),
    )

    __access__: ClassVar = Access(
        read=anyone,
        create=authenticated & _THEIRS,
        update=_THEIRS,
        delete=_THEIRS,
    )

    id: ObjectId = Field(description="Given when the note is stored.")
    flight_id: int = Field(description="The flight's id.")
    author: str = Field(description="Who wrote it: the subject of their token.")
    text: str = Field(description="The note.")
    tags: list[str] = Field(default=[], description="Words to find it by.")
    created_at: datetime.datetime = Field(description="When it was written.")
