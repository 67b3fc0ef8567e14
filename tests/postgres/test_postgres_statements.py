"""In charge of the SQL itself: each case's read and its text in `cases/`, which people review.

``WRITE_CASES=1`` writes the files anew.
"""

import os
import re
import sys
from pathlib import Path

import pytest
from postgres_models import TABLES

from catalog import catalog_of
from catalog.lines import MARKS, Cursor, Fact, Inner, Leaf, Line, Listed, Says, Standing, Told
from catalog.query import (
    And,
    Batch,
    Compare,
    Elements,
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
from catalog.summary import Function, GroupKey, Measure, Span, Summary, Unit
from catalog.types import Scalar
from datasources.postgres.statements import statement_for

CATALOG = catalog_of(TABLES)
FLIGHT, PILOT, SAMPLE, AIRLINE = (
    CATALOG[name] for name in ("Flight", "Pilot", "Sample", "Airline")
)
ID, BY_ID = (("id",),), Order(("id",))
LATE = Compare(("delay",), Operator.GT, 15)
SOME, EVERY, NONE = Quantifier.SOME, Quantifier.EVERY, Quantifier.NONE
PILOTS, RELIEVED = FLIGHT.relations["pilots"], FLIGHT.relations["relieved"]
AIR = FLIGHT.relations["airline"]
CARRIERS = Batch(("carrier",), (("UA",), ("EV",)))
NAMED = Compare(("name",), Operator.STARTS_WITH, "U")
COUNT = Measure(Function.COUNT)
NAMED_LINE = Inner("airline", "\3", None, (Leaf("\4", "name", Told.TEXT, nullable=False),))
BY_PLACE = Standing("c0ffee00", (("place", Told.TEXT), ("id", Told.INT)))
OWN_LINE = (
    Leaf("\1", "id", Told.INT, nullable=False),
    Leaf("\2", "delay", Told.INT, nullable=True),
)
LINED = {
    "whole": Told.INT,
    "big": Told.BIGINT,
    "ratio": Told.FLOAT,
    "price": Told.DECIMAL,
    "text": Told.TEXT,
    "flag": Told.BOOLEAN,
    "day": Told.DATE,
    "token": Told.UUID,
    "naive": Told.MOMENT_WITHOUT_ZONE,
    "moment": Told.MOMENT,
}

CASES = {
    "plain": Read(FLIGHT, (("id",), ("delay",)), filter=LATE, order=(BY_ID,), limit=10, offset=20),
    "joins": Read(
        FLIGHT,
        ID,
        joins=(
            Join(AIR, (("name",),), (Join(AIRLINE.relations["parent"], (("name",),)),)),
            Join(FLIGHT.relations["weather"], (("wind",),)),
        ),
        order=(Order(("name",), (AIR,)), BY_ID),
    ),
    "join_without_key": Read(PILOT, ID, joins=(Join(PILOT.relations["licence"], (("number",),)),)),
    "order_of_nulls": Read(
        FLIGHT,
        ID,
        order=(
            Order(("delay",)),
            Order(("hour",), nulls_first=True),
            Order(("place",), descending=True),
            Order(("carrier",), descending=True, nulls_first=True),
            Order(("id",), descending=True),
        ),
    ),
    "logic": Read(
        FLIGHT,
        ID,
        filter=And((
            Not(And((LATE, Compare(("place",), Operator.NE, "JFK")))),
            Or((IsNull(("delay",)), Not(IsNull(("hour",))))),
            Compare(("id",), Operator.IN, (1, 2)),
            Compare(("carrier",), Operator.NOT_IN, ("UA",)),
        )),
    ),
    "relations": Read(
        FLIGHT,
        ID,
        filter=And((
            Related(AIR, SOME, NAMED),
            Related(PILOTS, EVERY, NAMED),
            Related(PILOTS, NONE, Not(NAMED)),
        )),
    ),
    "types": Read(
        SAMPLE,
        (("shade",), ("shades",), ("tint",)),
        filter=And((
            Compare(("shade",), Operator.EQ, "DARK"),
            Compare(("tint",), Operator.GT, "RED"),
            Compare(("code",), Operator.EQ, "abc"),
            Compare(("single",), Operator.LT, 0.5),
            Compare(("price",), Operator.IN, (1,)),
            Elements(("words",), EVERY, Compare((), Operator.ILIKE, "a%")),
            Elements(("shades",), SOME, Compare((), Operator.EQ, "DARK")),
            IsNull(("binary",)),
        )),
        order=(Order(("shade",)), Order(("tint",))),
    ),
    "total": Read(FLIGHT, ID, filter=LATE, after=Compare(("id",), Operator.GT, 1),
                  order=(Order(("delay",), descending=True), BY_ID), limit=10, total=True),
    "total_alone": Read(FLIGHT, ID, filter=LATE, limit=0, total=True),
    "batch": Read(FLIGHT, ID, filter=LATE, order=(Order(("delay",)), BY_ID), batch=CARRIERS),
    "batch_by_key": Read(PILOT, ID, order=(BY_ID,), limit=1, batch=Batch(("id",), ((1,),))),
    "batch_page_and_total": Read(
        FLIGHT,
        ID,
        joins=(Join(AIR, (("name",),)),),
        filter=LATE,
        order=(Order(("name",), (AIR,), descending=True), BY_ID),
        limit=3,
        offset=1,
        total=True,
        batch=CARRIERS,
    ),
    "batch_totals": Read(FLIGHT, ID, limit=0, total=True, batch=CARRIERS),
    "batch_through": Read(
        PILOT,
        ID,
        filter=NAMED,
        order=(BY_ID,),
        limit=3,
        batch=Batch(PILOTS.target_fields, ((1,),), PILOTS.through),
    ),
    "lines": Read(
        FLIGHT,
        (("id",), ("delay",)),
        joins=(Join(AIR, (("name",),)),),
        order=(Order(("delay",)), BY_ID),
        limit=3,
        line=Line((*OWN_LINE, NAMED_LINE), kept=("delay",)),
    ),
    "lines_of_batch_with_total": Read(
        FLIGHT, (("id",), ("delay",)), order=(BY_ID,), limit=3, total=True, batch=CARRIERS,
        line=Line(OWN_LINE),
    ),
    "lines_with_pages": Read(
        AIRLINE,
        (("code",), ("name",)),
        order=(Order(("code",)),),
        filter=NAMED,
        limit=5,
        line=Line((
            Leaf("\1", "name", Told.TEXT, nullable=False),
            Listed(
                ("code",),
                Read(
                    FLIGHT, (("id",), ("delay",)), order=(BY_ID,), limit=3, filter=LATE,
                    batch=Batch(("carrier",), ()),
                    line=Line((Leaf("\6", "id", Told.INT, nullable=False),)),
                ),
                3, "\2", "\3", None, "\5",
            ),
        )),
    ),
    "lines_with_places": Read(
        AIRLINE,
        (("code",), ("name",)),
        order=(Order(("code",)),),
        line=Line((
            Listed(
                ("code",),
                Read(
                    FLIGHT, (("id",), ("place",)), order=(Order(("place",)), BY_ID), limit=4,
                    filter=LATE, batch=Batch(("carrier",), ()),
                    line=Line((Cursor("\6", BY_PLACE),)),
                ),
                3, "\2", "\3", "\4", "\5",
                ahead=(Fact("\7", Says.TOTAL),),
                behind=(Fact("\x0b", Says.MORE), Fact("\x0c", Says.END)),
                standing=BY_PLACE,
            ),
        )),
    ),
    "lines_of_types": Read(
        SAMPLE,
        tuple((name,) for name in LINED),
        line=Line(tuple(
            Leaf(mark, name, told, nullable=True)
            for mark, (name, told) in zip(MARKS, LINED.items(), strict=False)
        )),
    ),
    "summary": Summary(FLIGHT, (), (COUNT, Measure(Function.AVG, ("delay",))), filter=LATE),
    "groups": Summary(
        FLIGHT,
        (GroupKey(("name",), Scalar.STRING, (AIR,)), GroupKey(("place",), Scalar.STRING)),
        (COUNT, Measure(Function.COUNT_DISTINCT, ("hour",)), Measure(Function.SUM, ("delay",))),
        filter=LATE,
        having=And((Compare(("count()",), Operator.GT, 10), Not(IsNull(("sum(delay)",))))),
        order=(
            Order(("sum(delay)",), descending=True),
            Order(("airline.name",)),
            Order(("place",), nulls_first=True),
        ),
        limit=10,
        offset=20,
    ),
    "groups_of_batch": Summary(
        FLIGHT,
        (GroupKey(("hour",), Scalar.INT),),
        (COUNT,),
        order=(Order(("count()",), descending=True), Order(("hour",))),
        limit=3,
        batch=CARRIERS,
    ),
    "groups_of_types": Summary(
        SAMPLE,
        (
            GroupKey(("tint",), SAMPLE.fields["tint"].type),
            GroupKey(("shade",), SAMPLE.fields["shade"].type),
            GroupKey(("day",), Scalar.DATE, span=Span(Unit.QUARTER)),
            GroupKey(("naive",), Scalar.DATETIME, span=Span(Unit.HOUR, "Asia/Tokyo")),
            GroupKey(("moment",), Scalar.DATETIME, span=Span(Unit.WEEK, "Asia/Tokyo")),
        ),
        (
            Measure(Function.SUM, ("big",)),
            Measure(Function.SUM, ("single",)),
            Measure(Function.AVG, ("price",)),
            Measure(Function.VARIANCE, ("inexact",)),
            Measure(Function.MIN, ("token",)),
            Measure(Function.MAX, ("hexed",)),
        ),
        order=(Order(("tint",), descending=True), Order(("shade",))),
    ),
    "summary_through": Summary(
        PILOT,
        (),
        (COUNT, Measure(Function.STDDEV, ("id",))),
        filter=NAMED,
        batch=Batch(RELIEVED.target_fields, ((1,),), RELIEVED.through),
    ),
    "batch_through_without_key": Read(
        PILOT, ID, order=(BY_ID,), batch=Batch(RELIEVED.target_fields, ((1,),), RELIEVED.through)
    ),
}  # fmt: skip
FOLDER = Path(__file__).parent / "cases"


def _text(read):
    statement = statement_for(CATALOG, read)
    assert statement
    # SQLAlchemy breaks lines at few words only.
    sql = re.sub(r"\s+(?=LEFT OUTER|ORDER BY|LIMIT)|(?<!OUTER)\s+(?=JOIN)", "\n", statement.sql)
    values = [f"-- ${at} = {value!r}" for at, value in enumerate(statement.values, 1)]
    return "\n".join([*(line.rstrip() for line in sql.splitlines()), *values, ""])


@pytest.mark.parametrize("name", CASES)
async def test_the_statement_is_the_reviewed_one(name):
    """Text and parameters."""
    file = FOLDER / f"{name}.sql"
    if os.environ.get("WRITE_CASES") == "1":
        file.write_text(_text(CASES[name]))
    assert _text(CASES[name]) == file.read_text()


def test_every_case_is_a_read():
    """No file outlives its case."""
    assert {file.stem for file in FOLDER.glob("*.sql")} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
async def test_postgres_runs_the_statement(source, name):
    """As it stands."""
    await source.read([CASES[name]])


def test_the_text_does_not_depend_on_values():
    """Nor on how many there are: it can be prepared once."""

    def read(carriers, delay, keys):
        among = Compare(("carrier",), Operator.IN, carriers)
        late = Compare(("delay",), Operator.GTE, delay)
        starts = Related(AIR, SOME, Compare(("name",), Operator.CONTAINS, str(delay)))
        batch = Batch(("place", "hour"), keys)
        filter = And((among, Not(late), starts))
        return Read(FLIGHT, ID, filter=filter, order=(BY_ID,), limit=5, total=True, batch=batch)

    one = statement_for(CATALOG, read(("UA",), 5, (("JFK", 5),)))
    other = statement_for(CATALOG, read(("AA", "EV", "%s"), None, (("EWR", 6), ("%(v_1)s", 7))))
    assert one
    assert other
    assert one.sql == other.sql
    assert one.values != other.values
    assert one.statement.layout == other.statement.layout
    for value in ("UA", "JFK", "'"):
        assert value not in one.sql


def test_twice_as_many_comparisons_take_twice_the_work():
    """Counted in lines of Python, those of SQLAlchemy included: not as the square."""

    def lines(number):
        many = Or(tuple(Compare(("delay",), Operator.EQ, value) for value in range(number)))
        count = 0

        def traced(_frame, event, _argument):
            nonlocal count
            count += event == "line"
            return traced

        before = sys.gettrace()
        sys.settrace(traced)
        try:
            assert statement_for(CATALOG, Read(FLIGHT, ID, filter=many))
        finally:
            sys.settrace(before)
        return count

    lines(10)
    assert lines(600) < 2.2 * lines(300)
