"""In charge of what `catalog.query` says, by examples small enough to be checked by eye."""

import re
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from catalog import Index, Link, Store, catalog_of
from catalog.query import (
    ALWAYS,
    NEVER,
    Among,
    And,
    Answer,
    Batch,
    Compare,
    Elements,
    Filter,
    IsNull,
    Join,
    Not,
    Operator,
    Or,
    Order,
    Quantifier,
    Read,
    Related,
)
from datasources.memory import MemorySource


class Wing(BaseModel):
    side: str | None = None
    engines: list[int | None] | None = None


class Plane(BaseModel):
    __collection__ = "planes"
    __indexes__: ClassVar = (Index("maker"),)
    __links__: ClassVar = (Link("made_by", to="Maker", on={"maker": "id"}, back="planes"),)

    id: int
    name: str | None = None
    maker: str | None = None
    wing: Wing | None = None
    wings: list[Wing | None] | None = None


class Maker(BaseModel):
    __collection__ = "makers"

    id: str
    city: str | None = None


CATALOG = catalog_of([Plane, Maker])
PLANE, MAKER = CATALOG["Plane"], CATALOG["Maker"]
MADE_BY, PLANES = PLANE.relations["made_by"], MAKER.relations["planes"]
SOME, EVERY, NONE = Quantifier.SOME, Quantifier.EVERY, Quantifier.NONE

SOURCE = MemorySource(
    CATALOG,
    Store.MONGO,
    {
        "Plane": [
            {"id": 1, "name": "Jet", "maker": "B", "wing": {"side": "left", "engines": [1, None]}},
            {"id": 2, "name": None, "maker": "B", "wing": {}, "wings": []},
            {"id": 3, "maker": "gone", "wings": [{"side": "left"}, None, {"engines": [2]}]},
            {"id": 4, "name": "jet", "maker": None, "wing": None, "wings": [None]},
        ],
        "Maker": [{"id": "A", "city": "Toulouse"}, {"id": "B"}],
    },
)


async def answer(**options: Any) -> Answer:
    """The answer about planes."""
    options = {"fields": (("id",),), "order": (Order(("id",)),)} | options
    (answers,) = await SOURCE.read([Read(PLANE, **options)])
    return answers[()]


async def ids(**options: Any) -> list[int]:
    """The planes of the answer."""
    return [row["id"] for row in (await answer(**options)).rows]


def compare(path: str, operator: Operator, value: Any) -> Filter:
    """A comparison; dots separate the path's names."""
    return Compare(tuple(path.split(".")) if path else (), operator, value)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (ALWAYS, [1, 2, 3, 4]),
        (NEVER, []),
        (compare("name", Operator.EQ, "Jet"), [1]),
        (compare("name", Operator.NE, "Jet"), [4]),
        (compare("name", Operator.IN, ("Jet", "x")), [1]),
        (compare("name", Operator.IN, ()), []),
        (compare("name", Operator.NOT_IN, ("Jet",)), [4]),
        (compare("name", Operator.NOT_IN, ()), [1, 4]),
        (compare("name", Operator.EQ, None), []),
        (compare("name", Operator.NE, None), []),
        (compare("name", Operator.LT, "a"), [1]),
        (compare("name", Operator.ILIKE, "J_T"), [1, 4]),
        (compare("name", Operator.ENDS_WITH, "et"), [1, 4]),
        (Not(compare("name", Operator.NE, "Jet")), [1, 2, 3]),
        (Among(("name", "maker"), (("Jet", "B"), ("jet", None), (None, "B"))), [1]),
        (Among(("maker",), (("gone",), ("B",))), [1, 2, 3]),
        (Among(("id", "name"), ()), []),
        (IsNull(("name",)), [2, 3]),
        (And((IsNull(("name",)), compare("id", Operator.GT, 2))), [3]),
        (Or((IsNull(("name",)), compare("id", Operator.LTE, 1))), [1, 2, 3]),
        (IsNull(("wing",)), [3, 4]),
        (IsNull(("wing", "side")), [2, 3, 4]),
        (compare("wing.side", Operator.GTE, "a"), [1]),
    ],
    ids=str,
)
async def test_filters(filter, expected):
    """Null and missing are one, and make no comparison true; `Not` is the exact complement."""
    assert await ids(filter=filter) == expected
    assert await ids(filter=Not(filter)) == [id for id in (1, 2, 3, 4) if id not in expected]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Elements(("wings",), SOME, ALWAYS), [3, 4]),
        (Elements(("wings",), EVERY, ALWAYS), [2, 3, 4]),
        (Elements(("wings",), NONE, ALWAYS), [2]),
        (Elements(("wings",), SOME, compare("side", Operator.EQ, "left")), [3]),
        (Elements(("wings",), NONE, compare("side", Operator.EQ, "left")), [2, 4]),
        (Elements(("wings",), SOME, IsNull(())), [3, 4]),
        (Elements(("wings",), EVERY, IsNull(("side",))), [2, 4]),
        (Elements(("wing", "engines"), SOME, IsNull(())), [1]),
        (Elements(("wing", "engines"), EVERY, compare("", Operator.LT, 5)), []),
        (
            Elements(("wings",), SOME, Elements(("engines",), EVERY, compare("", Operator.EQ, 2))),
            [3],
        ),
    ],
    ids=str,
)
async def test_quantifiers_over_lists(filter, expected):
    """All three are false of a null list; every and none are true of an empty one."""
    assert await ids(filter=filter) == expected
    assert await ids(filter=Not(filter)) == [id for id in (1, 2, 3, 4) if id not in expected]


@pytest.mark.parametrize(
    ("quantifier", "filter", "expected"),
    [
        (SOME, ALWAYS, ["B"]),
        (NONE, ALWAYS, ["A"]),
        (EVERY, NEVER, ["A"]),
        (EVERY, compare("name", Operator.EQ, "Jet"), ["A"]),
        (EVERY, compare("id", Operator.LT, 3), ["A", "B"]),
    ],
    ids=str,
)
async def test_quantifiers_over_relations(quantifier, filter, expected):
    """A row without related rows meets every and none."""
    read = Read(MAKER, (("id",),), filter=Related(PLANES, quantifier, filter))
    (answers,) = await SOURCE.read([read])
    assert [row["id"] for row in answers[()].rows] == expected


async def test_a_relation_to_one_leads_nowhere_from_null_and_from_what_is_gone():
    """A filter across it is false, a join is None."""
    assert await ids(filter=Related(MADE_BY, SOME, ALWAYS)) == [1, 2]
    rows = (await answer(joins=(Join(MADE_BY, (("id",), ("city",))),))).rows
    maker = {"id": "B", "city": None}
    assert [row["made_by"] for row in rows] == [maker, maker, None, None]


@pytest.mark.parametrize(
    ("descending", "nulls_first", "expected"),
    [
        (False, False, [1, 4, 2, 3]),
        (False, True, [2, 3, 1, 4]),
        (True, False, [4, 1, 2, 3]),
        (True, True, [2, 3, 4, 1]),
    ],
)
async def test_order(descending, nulls_first, expected):
    """Nulls stand where the term says, in either direction; the next term orders equals."""
    by_name = Order(("name",), (), descending, nulls_first)
    assert await ids(order=(by_name, Order(("id",)))) == expected
    assert await ids(order=(by_name.reversed(), Order(("id",), (), True))) == expected[::-1]


async def test_order_across_a_relation():
    """No target is as good as a null there."""
    by_maker = Order(("id",), (MADE_BY,), descending=True, nulls_first=True)
    assert await ids(order=(by_maker, Order(("id",)))) == [3, 4, 1, 2]


async def test_a_page():
    """A total counts what the filter keeps, whatever else bounds the rows."""
    late = compare("id", Operator.GT, 1)
    page = {"filter": late, "after": compare("id", Operator.GT, 2), "total": True}
    assert (await answer(**page, limit=1, offset=1)) == Answer([{"id": 4}], 3)
    assert (await answer(**page, limit=0)) == Answer([], 3)
    assert (await answer(filter=late)).total is None


async def test_distinct_values():
    """Each once, null too; the limit counts them."""
    makers = {"fields": (("maker",),), "order": (), "distinct": True}
    rows = (await answer(**makers)).rows
    assert rows == [{"maker": "B"}, {"maker": "gone"}, {"maker": None}]
    assert len((await answer(**makers, limit=2)).rows) == 2


async def test_only_what_is_asked_is_there():
    """Of nested documents too, and of each in a list; null stays null."""
    asked = (("name",), ("wing", "side"), ("wings", "side"))
    assert list((await answer(fields=asked)).rows) == [
        {"name": "Jet", "wing": {"side": "left"}, "wings": None},
        {"name": None, "wing": {"side": None}, "wings": []},
        {"name": None, "wing": None, "wings": [{"side": "left"}, None, {"side": None}]},
        {"name": "jet", "wing": None, "wings": [None]},
    ]


async def test_a_batch_reads_for_each_key_on_its_own():
    """Order, limit and total apply per key; a key with a null finds nothing."""
    batch = Batch(("maker",), (("B",), (None,), ("B",), ("nobody",)))
    read = Read(PLANE, (("id",),), order=(Order(("id",)),), limit=1, total=True, batch=batch)
    assert await SOURCE.read([read]) == [
        {("B",): Answer([{"id": 1}], 2), (None,): Answer([], 0), ("nobody",): Answer([], 0)}
    ]


async def test_reads_are_answered_in_order():
    """Each has its own answers."""
    reads = [Read(MAKER, (("id",),)), Read(PLANE, (("id",),), limit=1)]
    makers, planes = await SOURCE.read(reads)
    assert makers[()].rows == [{"id": "A"}, {"id": "B"}]
    assert planes[()].rows == [{"id": 1}]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a%", "abc", True),
        ("a%", "a", True),
        ("a_", "a", False),
        ("%b%", "a\nb\n", True),
        ("a", "a\n", False),
        ("a\\%", "a%", True),
        ("a\\%", "ab", False),
        ("a\\\\%", "a\\b", True),
        ("\\a", "a", True),
        ("a\\", "a\\", True),
        (".*", "ab", False),
        ("A", "a", False),
    ],
)
async def test_like(pattern, text, matches):
    """SQL's wildcards and escapes, of the whole text; a last lone backslash is one."""
    source = MemorySource(CATALOG, Store.MONGO, {"Plane": [{"id": 1, "name": text}]})
    (answers,) = await source.read(
        [Read(PLANE, (), filter=compare("name", Operator.LIKE, pattern))]
    )
    assert len(answers[()].rows) == matches


async def test_rows_of_what_is_no_entity_are_refused():
    """A misspelt name would otherwise be an empty table."""
    with pytest.raises(LookupError, match=re.escape("not entities of mongo: Plan")):
        MemorySource(CATALOG, Store.MONGO, {"Plan": []})


async def test_it_always_answers():
    """As a source does."""
    assert await SOURCE.ping() is None
    await SOURCE.close()
