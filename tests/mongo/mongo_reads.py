"""In charge of short ways to ask for stations."""

from typing import Any

from mongo_models import STATION

from catalog.query import (
    ALWAYS,
    Answer,
    Compare,
    Elements,
    Filter,
    Not,
    Operator,
    Order,
    Path,
    Quantifier,
    Read,
    Record,
)
from datasources.mongo import MongoSource

KEY = (("key",),)
BY_KEY = (Order(("key",)),)
SOME, EVERY, NONE = Quantifier.SOME, Quantifier.EVERY, Quantifier.NONE


def compare(path: str, operator: str, value: Any) -> Compare:
    """By the operator's GraphQL name; dots reach inwards, and "" is an element itself."""
    return Compare(_path(path), Operator(operator), value)


def _path(dotted: str) -> Path:
    return tuple(dotted.split(".")) if dotted else ()


async def answer_of(source: MongoSource, read: Read) -> Answer:
    """The answer to a plain read."""
    (answers,) = await source.read([read])
    return answers[()]


async def rows_of(source: MongoSource, *fields: str, **options: Any) -> list[Record]:
    """All stations by key, with these fields; dots reach inwards."""
    read = Read(STATION, tuple(map(_path, fields)), order=BY_KEY, **options)
    return list((await answer_of(source, read)).rows)


async def keys_of(source: MongoSource, filter: Filter) -> list[int]:
    """The keys of the stations for which the filter holds; checks that its complement does not."""
    reads = [
        Read(STATION, KEY, filter=each, order=BY_KEY) for each in (filter, Not(filter), ALWAYS)
    ]
    answers = await source.read(reads)
    those, others, everything = ([row["key"] for row in one[()].rows] for one in answers)
    assert sorted(those + others) == everything
    return those


def elements(path: str, quantifier: Quantifier, filter: Filter) -> Elements:
    """A quantifier over the list at a path; dots reach inwards, and "" is an element itself."""
    return Elements(_path(path), quantifier, filter)
