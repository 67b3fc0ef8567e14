"""Types of the library's own that hold rows of both stores, beside what is their own."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema import extends, requires
from tests.library.models.book import Book
from tests.library.models.review import Review


@strawberry.type
class Pairing:
    """A book, and what was said of it."""

    score: float | None
    book: Book
    reviews: list[Review | None]

    @strawberry.field
    async def twin(self, info: strawberry.Info) -> Book | None:
        """The same book, read once more; as a resolver of such a type may."""
        found = await info.context.load(Book, {"isbn": self.book.isbn})
        return found[0] if self.reviews else None

    @strawberry.field
    def again(self) -> Pairing | None:
        """A type may lead to itself."""
        return self if self.reviews else None


@extends(Book)
class Paired:
    """What goes with a book."""

    @strawberry.field
    @requires("id", "isbn", "rating")
    async def pairing(self, info: strawberry.Info) -> Pairing | None:
        """Of rows that are loaded."""
        books = await info.context.load(Book, {"isbn": self.isbn})
        reviews = [*await info.context.load(Review, {"book_id": self.id}, first=2), None]
        return Pairing(score=self.rating, book=books[0], reviews=reviews[:2]) if books else None

    @strawberry.field
    @requires("id", "isbn")
    async def finds(
        self, info: strawberry.Info
    ) -> list[Annotated[Pairing | Review, strawberry.union("Find")]]:
        """Both of such types and of rows."""
        reviews = await info.context.load(Review, {"book_id": self.id}, first=1)
        books = await info.context.load(Book, {"isbn": self.isbn})
        return [*reviews, *(Pairing(score=None, book=book, reviews=[]) for book in books)]
