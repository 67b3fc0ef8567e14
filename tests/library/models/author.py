"""Authors, in Postgres."""

import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import Field, Relationship

from catalog import Link, Search
from tests.library.models._table import Table
from tests.library.models.authorship import Authorship

if TYPE_CHECKING:
    from tests.library.models.book import Book


class Author(Table, table=True):
    """Somebody who wrote a book, alone or with others."""

    __links__: ClassVar = (Link("mentor", to="Author", on={"mentor_id": "id"}, back="students"),)
    __search__: ClassVar = Search("name", language="english")
    __similar__: ClassVar = ("name",)

    id: int = Field(primary_key=True)
    name: str = Field(unique=True, description="In full, as on the title page.")
    born: datetime.date | None = None
    mentor_id: int | None = Field(default=None, index=True, description="May name nobody we have.")

    books: list["Book"] = Relationship(back_populates="authors", link_model=Authorship)
