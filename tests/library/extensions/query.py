"""Fields of the root."""

import strawberry

from schema import extends
from tests.library.models._titled import Titled
from tests.library.models.book import Book, Genre
from tests.library.models.event import Event
from tests.library.models.recording import Recording


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

    @strawberry.field(description="All that has a title and stands or happens at a shelf.")
    async def titled_at(self, info: strawberry.Info, shelf: str) -> list[Titled]:
        """Of both stores, and of several kinds."""
        key = {"shelf_code": shelf}
        found = [await info.context.load(model, key) for model in (Book, Recording, Event)]
        return [row for rows in found for row in rows]
