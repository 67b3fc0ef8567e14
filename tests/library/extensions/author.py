"""Fields of authors: types of the library's own, with resolvers of theirs, at every depth."""

import dataclasses
import datetime
import enum
import warnings
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON

from schema import extends, requires
from tests.library.models.author import Author
from tests.library.models.book import Book


class Ink:
    """A colour of ink, by its number."""

    def __init__(self, number: int = 0) -> None:
        self.number = number


def ink_of(text: Any) -> Ink:
    """The ink of this name; another is the client's mistake."""
    if isinstance(text, str) and text.startswith("ink ") and text[4:].isdecimal():
        return Ink(int(text[4:]))
    raise GraphQLError("Ink cannot represent anything but `ink` and a number.")


def told_of(ink: Ink) -> Any:
    """As clients know it; the fourth is none, and of the third something that JSON cannot hold."""
    if ink.number == 4:
        raise GraphQLError("Ink cannot represent the fourth.")
    return Decimal(3) if ink.number == 3 else f"ink {ink.number}"


with warnings.catch_warnings():
    # Strawberry would have it in a map of its settings, which extensions have no part in.
    warnings.simplefilter("ignore", DeprecationWarning)
    InkScalar: Any = strawberry.scalar(Ink, name="Ink", serialize=told_of, parse_value=ink_of)


@strawberry.enum
class Mood(enum.Enum):
    """How a piece is meant."""

    CALM = 1
    STORMY = 2


@strawberry.input
class Wish:
    """What a piece should be like."""

    words: list[str] = strawberry.field(default_factory=lambda: ["sea"])
    inks: list[InkScalar] | None = None
    mood: Mood = Mood.CALM


@strawberry.interface
class Work:
    """Anything that somebody wrote."""

    title: str

    @strawberry.field
    def length(self) -> int:
        """Of the title."""
        return len(self.title)


@strawberry.type
class Verse:
    """One line of a poem."""

    text: str
    number: int
    weight: float | None = None

    @strawberry.field
    def loud(self, times: int = 1) -> str:
        """Again and again."""
        return self.text.upper() * times

    @strawberry.field
    async def title_found(self, info: strawberry.Info) -> str | None:
        """The title of the book with this number, if there is one."""
        books = await info.context.load(Book, {"isbn": f"i{self.number}"})
        return books[0].title if books else None


@strawberry.type
class Poem(Work):
    """In verses."""

    mood: Mood | None
    verses: list[Verse]
    tags: list[str | None]

    @strawberry.field
    async def last(self) -> Verse:
        """The last verse; there is none in an empty poem."""
        return self.verses[-1]


@strawberry.type
class Essay(Work):
    """In prose."""

    pages: int
    written: datetime.date | None = None


@dataclasses.dataclass
class Shop:
    """No type of Strawberry's; and its attributes may fail."""

    name: str

    @property
    def rent(self) -> int:
        """Too much for a small shop."""
        if self.name == "small":
            raise GraphQLError("No rent.", extensions={"code": "NO_RENT"})
        return 2**31 if self.name == "large" else 7


@strawberry.type(name="Shop")
class ShopType:
    """Where things are sold."""

    name: str
    rent: int


SCRIBBLES: list[Any] = [
    {"a": float("nan"), "b": [2**70, float("-inf")]},
    {"half": "\ud800", "day": datetime.date(2024, 1, 1)},
    [{"a": float("inf")}],
    {"price": Decimal("1.5"), "large": 10**30},
    {("no", "name"): 1},
]


@extends(Author)
class Desk:
    """What is on an author's desk."""

    @strawberry.field
    @requires("id", "name")
    def pieces(
        self, wish: Wish | None = None, most: int | None = None
    ) -> list[Annotated[Poem | Essay, strawberry.union("Piece")]]:
        """Poems and essays in turn."""
        words = wish.words if wish else ["ink", "sea"]
        mood = wish.mood if wish else None
        verses = [Verse(text=word, number=n, weight=n / 3) for n, word in enumerate(words)]
        if wish:
            wish.words.append("spoilt for others, if they shared it")
        pieces: list[Any] = [
            Poem(title=self.name, mood=mood, verses=verses[: self.id], tags=[None, *words]),
            Essay(title="On it", pages=self.id),
            Poem(title="", mood=Mood.STORMY, verses=[], tags=[]),
        ]
        return pieces[:most]

    @strawberry.field
    @requires("id")
    def works(self) -> list[Work]:  # type: ignore[return-value]
        """One after the other, until something goes wrong."""
        yield Essay(title="First", pages=self.id, written=datetime.date(2024, 1, self.id))
        if self.id == 2:
            raise ValueError("the ink is gone")
        yield Poem(title="Second", mood=None, verses=[], tags=["x"])

    @strawberry.field
    @requires("id")
    async def temper(self) -> Mood:
        """Not all are known."""
        return {1: Mood.CALM, 2: Mood.STORMY, 3: None}.get(self.id, "odd")  # type: ignore[return-value]

    @strawberry.field
    @requires("id")
    def debts(self) -> int | None:
        """More than an Int holds, for one."""
        if self.id == 4:
            raise GraphQLError("Debts are private.", extensions={"code": "PRIVATE"})
        return 2**31 if self.id == 3 else self.id

    @strawberry.field
    @requires("id")
    async def pupils(self, info: strawberry.Info) -> list[Author | None]:
        """Rows of the engine's, whose relations are followed."""
        return [*await info.context.load(Author, {"mentor_id": self.id}), None]

    @strawberry.field
    @requires("name")
    def shops(self) -> list[ShopType | None]:
        """Objects and dicts, whose attributes are read."""
        shops = [Shop("small"), {"name": "dict", "rent": 1}, Shop("plain"), None, Shop("large")]
        return shops[: len(self.name) % 6]  # type: ignore[return-value]

    @strawberry.field
    @requires("id")
    async def rumours(self) -> list[str]:
        """Told one by one."""

        async def told() -> AsyncIterator[str]:
            for number in range(self.id):
                yield f"rumour {number}"

        return told()  # type: ignore[return-value]

    @strawberry.field
    @requires("id")
    def ink(self, other: InkScalar | None = None) -> InkScalar | None:
        """The author's own, if it is not to be another."""
        return other or Ink(self.id)

    @strawberry.field
    @requires("id")
    def inks(self, wish: Wish | None = None) -> list[InkScalar]:
        """Those that are wished for, or some."""
        wished = wish.inks if wish else None
        return [Ink(number) for number in range(self.id)] if wished is None else wished

    @strawberry.field
    @requires("id")
    def scribbles(self) -> JSON | None:
        """Numbers of every size, half a pair, and what JSON cannot hold."""
        return SCRIBBLES[self.id % len(SCRIBBLES)]  # type: ignore[return-value]

    @strawberry.field
    @requires("id")
    def drafts(self) -> list[JSON]:
        """Some of the same, none of which may be null."""
        return SCRIBBLES[: self.id]  # type: ignore[return-value]

    @strawberry.field
    def where_am_i(self, info: strawberry.Info) -> str:
        """What Strawberry tells a resolver."""
        selected = [(field.name, field.alias) for field in info.selected_fields]
        return f"{info.path.as_list()} {info.field_name} {info.python_name} {selected}"
