"""Loans, in Postgres: with a key of two columns."""

import datetime
import decimal
import uuid
from typing import TYPE_CHECKING

from sqlmodel import Field, Relationship

from tests.library.models._table import Table

if TYPE_CHECKING:
    from tests.library.models.book import Book


class Loan(Table, table=True):
    """One time that a book was lent."""

    book_id: uuid.UUID = Field(foreign_key="book.id", primary_key=True)
    number: int = Field(primary_key=True, description="Counts a book's loans, from 1.")
    borrower: str
    lent_on: datetime.date
    returned_on: datetime.date | None = None
    fee: decimal.Decimal | None = None

    book: "Book" = Relationship(back_populates="loans")
