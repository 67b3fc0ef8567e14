"""Fields of the root."""

import strawberry

from schema import extends
from tests.library.models.book import Book, Genre


@extends("Query")
class FrontDesk:
    """What one asks the library itself."""

    @strawberry.field(description="The sign on the door.")
    def opening_hours(self) -> str:
        """The same every day."""
        return "9 to 5"

    @strawberry.field(description="All novels, by title.")
    async def novels(self, info: strawberry.Info) -> list[Book]:
        """Loaded as any other rows."""
        return await info.context.load(Book, {"genre": Genre.NOVEL}, order_by=[{"title": "ASC"}])
