"""Who wrote what, in Postgres: the link table between authors and books."""

import uuid

from sqlmodel import Field

from tests.library.models._table import Table


class Authorship(Table, table=True):
    """One author's part in one book."""

    author_id: int = Field(foreign_key="author.id", primary_key=True)
    book_id: uuid.UUID = Field(foreign_key="book.id", primary_key=True)
    position: int = Field(description="The place on the title page, from 1.")
