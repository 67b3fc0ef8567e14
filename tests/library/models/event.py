"""Events, in MongoDB: one collection, whose documents are of several kinds."""

import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel

from catalog import Index, Link, ObjectId
from tests.library.models._titled import Titled


class Event(Titled, BaseModel):
    """What happens in the library."""

    __collection__ = "events"
    __discriminator__ = "kind"
    __indexes__ = (Index("shelf_code"),)
    __links__: ClassVar = (Link("shelf", to="Shelf", on={"shelf_code": "code"}, back="events"),)

    id: ObjectId
    kind: str
    title: str
    held_on: datetime.date | None = None
    shelf_code: str | None = None


class Lecture(Event):
    """Somebody speaks."""

    __indexes__ = (Index("book_isbn"),)
    __links__: ClassVar = (Link("book", to="Book", on={"book_isbn": "isbn"}, back="lectures"),)

    kind: Literal["lecture", "talk"]
    speaker: str
    book_isbn: str | None = None
    seats: int | None = None


class Exhibition(Event):
    """Something is shown."""

    kind: Literal["exhibition"]
    pieces: list[str] | None = None
    seats: str | None = None
