"""The page on models: its example of a batched resolver is one that answers."""

import re
from pathlib import Path

import strawberry

from schema import batched, extends, requires
from tests.library.library import Library
from tests.library.models.book import Book

ROOT = Path(__file__).parents[2]
ASKED: list[list[str]] = []
NO_OFFERS = LookupError("nobody sells it")
KNOWN = (batched, extends, requires, Book)  # to the example


@strawberry.type
class Offer:
    """For a book."""

    cents: int


async def shop(numbers: list[str]) -> dict[str, list[Offer]]:
    """Sells all but the first book."""
    ASKED.append(numbers)
    return {number: [Offer(cents=n) for n in range(4)] for number in numbers if number != "i1"}


async def test_the_example_of_a_batched_resolver() -> None:
    """One question for all rows; and an error of one row."""
    blocks = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "docs/models.md").read_text(), re.MULTILINE | re.DOTALL
    )
    (text,) = [block for block in blocks if "@batched" in block]
    exec(text, globals())  # noqa: S102 (the page's own)
    ASKED.clear()
    query = (
        "{ books(orderBy: [{isbn: ASC}], first: 2) { nodes { isbn offers(most: 1) { cents } } } }"
    )
    answer = await Library(globals()["Prices"]).ask_directly(query)
    assert answer is not None
    assert ASKED == [["i1", "i2"]]
    (error,) = answer["errors"]
    assert error["path"] == ["books", "nodes", 0, "offers"]
