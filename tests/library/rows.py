"""In charge of the library's rows, in the form in which sources return them."""

from __future__ import annotations

import copy
import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from catalog import GeoPoint

Rows = dict[str, list[dict[str, Any]]]


def book_id(number: int) -> uuid.UUID:
    """The id of the book with this number."""
    return uuid.UUID(int=number)


def review_id(number: int) -> str:
    """The id of the review with this number."""
    return f"{number:024x}"


def _day(year: int, month: int = 1, day: int = 1) -> datetime.date:
    return datetime.date(year, month, day)


def _moment(day: int, hour: int = 12) -> datetime.datetime:
    return datetime.datetime(2024, 5, day, hour, 30, tzinfo=datetime.UTC)


def _table(columns: str, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


_AUTHORS = _table(
    "id name born mentor_id",
    [
        (1, "Ann Archer", _day(1901, 2, 3), None),
        (2, "Bob Brandt", None, 1),
        (3, "Cid Čapek", _day(1955), 1),
        (4, "Dora Dunn", _day(1955), 99),  # nobody has this id
        (5, "Eve Ericson", _day(1990, 12, 31), 2),
    ],
)
_BOOKS = _table(
    "id isbn title genre price pages rating sold in_print published added_at reading_hour cover"
    " tags extra shelf_code",
    [
        (book_id(1), "i1", "Ashes", "NOVEL", Decimal("9.90"), 120, 4.5, 2**40, True, _day(1930),
         _moment(1), datetime.time(9, 15), b"\x00\xff", ["fire", "war"], {"a": [1, None]}, "A"),
        (book_id(2), "i2", "birds", "POETRY", Decimal(20), 80, None, 10, True, None,
         _moment(2), None, None, [], {"large": [10**400, -(2**70)]}, "A"),
        (book_id(3), "i3", "Cells 100%", "SCIENCE", None, 300, 3.0, None, False, _day(2001, 9, 9),
         _moment(3), datetime.time(23, 0), b"", None, None, "B"),
        (book_id(4), "i4", "Dust", "NOVEL", Decimal("9.90"), None, -1.5, 0, True, _day(1930),
         _moment(3), datetime.time(9, 15), None, ["war", None], None, None),
        (book_id(5), "i5", "Émile", None, Decimal("0.01"), 120, 4.5, 7, False, None,
         _moment(5), None, None, ["a_b"], None, "Z"),  # no shelf has this code
        (book_id(6), "i6", "Dust", "NOVEL", Decimal("35.5"), 120, None, 7, True, _day(1999),
         _moment(6), None, None, ["fire"], None, "B"),
    ],
)  # fmt: skip
_AUTHORSHIPS = _table(
    "author_id book_id position",
    [(1, book_id(1), 1), (1, book_id(2), 1), (2, book_id(2), 2), (3, book_id(3), 1),
     (3, book_id(4), 1), (2, book_id(6), 1), (4, book_id(6), 2)],
)  # fmt: skip
_LOANS = _table(
    "book_id number borrower lent_on returned_on fee",
    [
        (book_id(1), 1, "Xi", _day(2024, 1, 1), _day(2024, 1, 9), None),
        (book_id(1), 2, "Yo", _day(2024, 2, 1), _day(2024, 3, 1), Decimal("1.50")),
        (book_id(1), 3, "Xi", _day(2024, 4, 1), None, None),
        (book_id(2), 1, "Yo", _day(2024, 1, 5), _day(2024, 1, 6), Decimal(0)),
        (book_id(4), 1, "Zed", _day(2024, 4, 2), None, None),
    ],
)
_SHELVES = _table(
    "code location labels slots lit_from parent_code",
    [
        ("A", {"room": "Hall", "floor": 1, "position": {"row": 2, "column": 7},
               "at": GeoPoint(51.5, -0.12)}, ["old", "rare"],
         [{"name": "top", "width": Decimal("80.5"), "formats": ["QUARTO"],
           "position": {"row": 1, "column": 1}},
          {"name": "low", "width": None, "formats": [], "position": None}],
         datetime.time(8), None),
        ("B", {"room": "Attic", "floor": None, "position": None, "at": GeoPoint(51.51, -0.13)},
         [], [], None, "A"),
        ("C", None, None, None, None, "A"),
        ("D", {"room": "Cellar", "floor": -1, "position": {"row": 9, "column": None},
               "at": GeoPoint(48.85, 2.35)}, ["old"],
         [{"name": "top", "width": Decimal(20), "formats": ["OCTAVO", "QUARTO"],
           "position": None}],
         datetime.time(18, 30), "Y"),  # no shelf has this code
    ],
)  # fmt: skip
_REVIEWS = _table(
    "id book_id reviewer stars verdict paid written_at comments shelf_code cover exhibits",
    [
        (review_id(1), book_id(1), "ray", 5, "READ", Decimal("2.50"), _moment(7),
         [{"author": "sue", "likes": 3}, {"author": "tom", "likes": None}], "A",
         {"kind": "photo", "url": "u1", "size": 7, "taken": {"place": "Oslo", "day": _day(2020)}},
         [{"kind": "quote", "text": "So it goes.", "size": "long", "verdict": "READ",
           "taken": "p. 7"}, {"kind": "picture", "url": "u2", "size": None, "taken": None}]),
        (review_id(2), book_id(1), "sue", 4, "READ", None, _moment(8), [], "B",
         {"kind": "quote", "text": None, "size": None, "verdict": None, "taken": None}, []),
        (review_id(3), book_id(1), "tom", 1, "SKIP", None, None, None, None, None, None),
        (review_id(4), book_id(2), "ray", None, None, None, _moment(8),
         [{"author": "ray", "likes": 0}], "A",
         {"kind": "picture", "url": "u3", "size": 7, "taken": {"place": None, "day": None}}, None),
        (review_id(5), book_id(77), "ray", 3, "SKIP", Decimal(1), _moment(9), None, "X",
         {"kind": "smell"},  # of which no model knows
         [{"kind": "quote", "text": "x", "size": None, "verdict": "SKIP", "taken": None},
          {"kind": None}, {"kind": "photo", "url": "u4", "size": 1, "taken": None}]),
        (review_id(6), book_id(4), "tom", 4, "READ", None, _moment(9), None, "D", None, []),
    ],
)  # fmt: skip


_RECORDINGS = _table(
    "id medium title minutes author_id isbn shelf_code colour code sequel_id director_id tracks"
    " layers",
    [
        (1, "film", "Ashes", 90, 1, "i1", "A", True, "f1", 2, 3, None, None),
        (2, "film", "Ashes II", None, 1, None, "A", False, None, 4, 99, None, None),
        (3, "tape", "Birdsong", 30, 2, "i2", "B", None, None, None, None, 12, None),
        (4, "disc", "Cells", 60, None, "i3", None, None, None, None, None, 8, 2),
        (5, "wax", "Dust", 2, 1, None, "A", None, None, None, None, None, None),  # nobody knows
        (6, "disc", "Émile", None, 5, "i9", "Z", None, None, None, None, None, None),
    ],
)
_EVENTS = _table(
    "id kind title held_on shelf_code speaker book_isbn seats pieces",
    [
        (review_id(1), "lecture", "On ashes", _day(2024, 3, 1), "A", "Ann", "i1", 40, None),
        (review_id(2), "talk", "Birds", None, "B", "Bob", None, None, None),
        (
            review_id(3),
            "exhibition",
            "Old maps",
            _day(2024, 3, 1),
            "A",
            None,
            None,
            "forty",
            ["map", "globe"],
        ),
        (review_id(4), "fire", "Alarm", _day(2024, 5, 5), "A", None, None, None, None),
        (review_id(5), "exhibition", "Chairs", None, None, None, None, None, None),
    ],
)


def tables() -> Rows:
    """The rows of Postgres, to be changed at will."""
    return copy.deepcopy(
        {
            "Author": _AUTHORS,
            "Authorship": _AUTHORSHIPS,
            "Book": _BOOKS,
            "Loan": _LOANS,
            "Recording": _RECORDINGS,
        }
    )


def documents() -> Rows:
    """The rows of MongoDB, to be changed at will."""
    return copy.deepcopy({"Shelf": _SHELVES, "Review": _REVIEWS, "Event": _EVENTS})
