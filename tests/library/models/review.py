"""Reviews, in MongoDB: about books, which are in Postgres."""

import datetime
import decimal
import enum
import uuid
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from catalog import Computed, Index, Link, ObjectId


class Verdict(enum.Enum):
    """What a reader says in one word."""

    READ = 1
    SKIP = 2


class Stamp(BaseModel):
    """When something was made, and where."""

    place: str | None = None
    day: datetime.date | None = None


class Comment(BaseModel):
    """An answer to a review."""

    author: str
    likes: int | None = None


class Photo(BaseModel):
    """A picture that somebody took."""

    kind: Literal["photo", "picture"]
    url: str
    size: int | None = None
    taken: Stamp | None = None


class Quote(BaseModel):
    """A passage of the book."""

    kind: Literal["quote"]
    text: str | None = None
    size: str | None = None
    verdict: Verdict | None = None
    taken: str | None = None


class Review(BaseModel):
    """What a reader wrote about a book."""

    __collection__ = "reviews"
    __indexes__ = (Index("book_id", "reviewer", unique=True), Index("shelf_code"))
    __links__: ClassVar = (
        Link("book", to="Book", on={"book_id": "id"}, back="reviews"),
        Link("shelf", to="Shelf", on={"shelf_code": "code"}, back="reviews"),
    )
    __computed__: ClassVar = (
        Computed(
            "praise",
            float | None,
            lambda review: {"$multiply": [review.stars, 0.5]},
            lambda row: None if row.stars is None else row.stars * 0.5,
        ),
    )

    id: ObjectId
    book_id: uuid.UUID
    reviewer: str
    stars: int | None = None
    verdict: Verdict | None = None
    paid: decimal.Decimal | None = None
    written_at: datetime.datetime | None = None
    comments: list[Comment] | None = None
    shelf_code: str | None = None
    cover: Annotated[Photo | Quote, Field(discriminator="kind", title="Exhibit")] | None = None
    exhibits: list[Annotated[Photo | Quote, Field(discriminator="kind", title="Exhibit")]] = []
