"""Routines over the library, each with the form that memory has of it."""

import datetime
from typing import Annotated, Any

from sqlmodel import Field, col, or_, select

from catalog import routine
from tests.library.models.author import Author
from tests.library.models.book import Book, Genre
from tests.library.models.review import Review, Verdict


def _thick_books(rows: Any, *, pages: int, genre: str | None) -> list[Any]:
    books = [book for book in rows(Book) if (book.get("pages") or 0) >= pages]
    return [book for book in books if genre in (None, book.get("genre"))]


@routine(list[Book], python=_thick_books)
def thick_books(
    pages: Annotated[int, Field(description="How many it has at least.")] = 100,
    genre: Genre | None = None,
) -> object:
    """Books of many pages."""
    among = or_(genre.is_(None), Book.genre == genre)
    return select(Book).where(col(Book.pages) >= pages, among)


@routine(
    list[Review],
    python=lambda rows, stars: [row for row in rows(Review) if row.get("stars") in stars],
)
def starred_reviews(stars: list[int]) -> object:
    """Reviews of just so many stars."""
    return Review, [{"$match": {"stars": {"$in": stars}}}]


@routine(
    Author,
    python=lambda rows, day: [r for r in rows(Author) if r.get("born") == day][:1],
)
def author_born(day: datetime.date) -> object:
    """Somebody who was born on a day."""
    return select(Author).where(Author.born == day).order_by(col(Author.id)).limit(1)


def _pages_in_print(rows: Any, *, words: str) -> int | None:
    books = [row for row in rows(Book) if row["in_print"] and words in row["title"]]
    return sum(row.get("pages") or 0 for row in books) if books else None


@routine(int, python=_pages_in_print)
def pages_in_print(words: str) -> object:
    """How many pages there are in all books in print whose titles hold a text."""
    return """
        SELECT sum(coalesce(pages, 0)) FROM book WHERE in_print AND strpos(title, :words) > 0
    """


def _verdicts(rows: Any, *, verdict: str | None) -> int | None:
    return sum(row.get("verdict") == verdict for row in rows(Review)) or None


@routine(int, name="count_verdicts", python=_verdicts)
def verdicts(verdict: Verdict | None) -> object:
    """How many reviews come to a verdict, or to none."""
    alike = {"$eq": [{"$ifNull": ["$verdict", None]}, verdict]}
    return Review, [{"$match": {"$expr": alike}}, {"$count": "value"}]
