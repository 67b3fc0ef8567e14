"""The page on models: its examples of extensions are some that answer."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import strawberry

from schema import batched, extends, requires
from tests.library.library import Library
from tests.library.models.book import Book, Genre
from tests.library.models.shelf import Shelf

ROOT = Path(__file__).parents[2]
ASKED: list[list[str]] = []
NO_OFFERS = LookupError("nobody sells it")
KNOWN = (
    batched,
    extends,
    requires,
    Book,
    Genre,
    Shelf,
    Mapping,
    Any,
    TYPE_CHECKING,
)  # to the example


@strawberry.type
class Offer:
    """For a book."""

    cents: int


async def shop(numbers: list[str]) -> dict[str, list[Offer]]:
    """Sells all but the first book."""
    ASKED.append(numbers)
    return {number: [Offer(cents=n) for n in range(4)] for number in numbers if number != "i1"}


def example(mark: str, name: str) -> type:
    """The class of this name in the page's example with this mark."""
    blocks = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "docs/models.md").read_text(), re.MULTILINE | re.DOTALL
    )
    (text,) = [block for block in blocks if mark in block]
    exec(text, globals())  # noqa: S102 (the page's own)
    return globals()[name]


async def test_the_example_of_a_batched_resolver() -> None:
    """One question for all rows; and an error of one row."""
    ASKED.clear()
    query = (
        "{ books(orderBy: [{isbn: ASC}], first: 2) { nodes { isbn offers(most: 1) { cents } } } }"
    )
    answer = await Library(example("@batched", "Prices")).ask_directly(query)
    assert answer is not None
    assert ASKED == [["i1", "i2"]]
    (error,) = answer["errors"]
    assert error["path"] == ["books", "nodes", 0, "offers"]


async def test_the_example_of_an_enum() -> None:
    """By default, and by another member."""
    query = "{ advised { title genre } verse: advised(genre: POETRY) { rating genre } }"
    data = await Library(example("Advice", "Advice")).data(query)
    assert {book["genre"] for book in data["advised"]} == {"NOVEL"}
    ratings = [book["rating"] for book in data["verse"]]
    assert {book["genre"] for book in data["verse"]} == {"POETRY"}
    assert ratings == sorted(ratings, reverse=True)


async def test_the_example_of_a_filter() -> None:
    """What the client says is what is found."""
    given = "(where: {genre: {eq: NOVEL}}, orderBy: {title: DESC})"
    fields = f"picked{given} {{ title }} books{given} {{ nodes {{ title }} }}"
    data = await Library(example("Picked", "Picked")).data(
        f"{{ shelves {{ nodes {{ {fields} }} }} }}"
    )
    shelves = data["shelves"]["nodes"]
    assert any(shelf["picked"] for shelf in shelves)
    for shelf in shelves:
        assert shelf["picked"] == shelf["books"]["nodes"]
