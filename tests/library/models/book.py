"""Books, in Postgres: with a column of nearly every type."""

import datetime
import decimal
import enum
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ARRAY, JSON, BigInteger, Column, Text, func
from sqlmodel import Field, Relationship

from catalog import Computed, Link
from tests.library.models._table import Table
from tests.library.models._titled import Titled
from tests.library.models.authorship import Authorship

if TYPE_CHECKING:
    from tests.library.models.author import Author
    from tests.library.models.loan import Loan


class Genre(enum.Enum):
    """What kind of book it is."""

    NOVEL = "n"
    POETRY = "p"
    SCIENCE = "s"


class Book(Titled, Table, table=True):
    """A title that the library holds."""

    __links__: ClassVar = (
        Link(
            "shelf",
            to="Shelf",
            on={"shelf_code": "code"},
            back="books",
            description="Where it stands.",
            back_description="What stands here.",
        ),
    )
    __computed__: ClassVar = (
        Computed(
            "worth",
            decimal.Decimal | None,
            lambda book: book.price * book.pages,
            lambda row: row.price * row.pages if row.price and row.pages else None,
            "What a page costs, were it a book.",
        ),
        Computed(
            "spine",
            str,
            lambda book: book.title + func.coalesce(book.shelf_code, "?"),
            lambda row: row.title + (row.shelf_code or "?"),
        ),
    )

    id: uuid.UUID = Field(primary_key=True)
    isbn: str = Field(unique=True)
    title: str = Field(description="As on the cover.")
    genre: Genre | None = None
    price: decimal.Decimal | None = None
    pages: int | None = None
    rating: float | None = None
    sold: int | None = Field(default=None, sa_column=Column(BigInteger))
    in_print: bool = True
    published: datetime.date | None = None
    added_at: datetime.datetime
    reading_hour: datetime.time | None = None
    cover: bytes | None = None
    tags: list[str | None] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    shelf_code: str | None = Field(default=None, index=True)

    authors: list["Author"] = Relationship(
        back_populates="books",
        link_model=Authorship,
        sa_relationship_kwargs={"doc": "Who wrote it."},
    )
    loans: list["Loan"] = Relationship(back_populates="book")
