"""In charge of the pipelines themselves: each case's command in `cases/`, which people review.

``WRITE_CASES=1`` writes the files anew.
"""

import datetime
import json
import os
from pathlib import Path

import pytest
from bson import json_util
from mongo_models import CATALOG, LINE, READING, STATION
from mongo_reads import BY_KEY, EVERY, KEY, NONE, SOME, compare, elements

from catalog.query import NEVER, Among, And, Batch, IsNull, Join, Not, Or, Order, Read, Related
from catalog.summary import Function, GroupKey, Measure, Span, Summary, Unit
from catalog.types import Scalar
from datasources.mongo.pipelines import command_of

CASES_FOLDER = Path(__file__).with_name("cases")
HOUR = datetime.datetime(2013, 1, 1, 5, tzinfo=datetime.UTC)
TO_LINE, TO_READING = STATION.relations["line"], STATION.relations["reading"]
TO_STATIONS, TO_PARENT = LINE.relations["stations"], LINE.relations["parent"]
NORTH = Related(TO_LINE, SOME, compare("name", "startsWith", "Nor"))
BY_HOUR = Batch(("station", "at"), (("Ash", HOUR), ("Elm", HOUR)))
LINES = Batch(("line_code",), (("N",), ("$S",), (None,)))


def where(filter):
    """A read of stations by a filter."""
    return [Read(STATION, KEY, filter=filter)]


CASES = {
    "plain": [
        Read(
            STATION,
            (("name",), ("spot", "region"), ("tracks", "number"), ("tracks", "gauges")),
            filter=compare("number", "gte", 5),
            after=compare("key", "gt", 7),
            order=(Order(("name",), descending=True), *BY_KEY),
            offset=20,
            limit=10,
        )
    ],
    "plain_with_total": [Read(STATION, KEY, after=compare("key", "gt", 7), limit=1, total=True)],
    "only_total": [Read(STATION, KEY, filter=compare("flag", "eq", True), limit=0, total=True)],
    # Of several fields, or beside other conditions, one field's values are asked for before.
    "among": [
        *where(Among(("key",), ((1,), (2,)))),
        *where(And((Among(("key",), ((1,), (2,))), compare("number", "gte", 5)))),
        Read(
            READING,
            (("value",),),
            filter=Among(("station", "at"), BY_HOUR.keys),
            limit=0,
            total=True,
        ),
    ],
    "nulls_last": [Read(STATION, KEY, order=(Order(("spot", "height")), *BY_KEY))],
    "order_by_relation": [
        Read(STATION, KEY, order=(Order(("size",), (TO_LINE, TO_PARENT), descending=True), *BY_KEY))
    ],
    "joins": [
        Read(
            STATION,
            (("name",),),
            joins=(
                Join(TO_LINE, (("name",),), (Join(TO_PARENT, (("code",),)),)),
                Join(TO_READING, (("value",),)),
            ),
            limit=10,
        )
    ],
    "batch": [
        Read(
            STATION,
            KEY,
            batch=LINES,
            filter=compare("number", "gt", 0),
            order=BY_KEY,
            offset=1,
            limit=2,
            total=True,
        )
    ],
    "batch_by_two_fields": [Read(READING, (("value",),), batch=BY_HOUR)],
    "several_reads": [
        Read(LINE, (("name",),), order=(Order(("code",)),), limit=5),
        Read(READING, (("value",),), batch=BY_HOUR),
        Read(LINE, (("name",),), batch=Batch(("code",), (("N",),))),
    ],
    "logic": where(
        And(
            (
                Or((compare("name", "ne", "Ash"), Not(compare("number", "in", (1, 2))))),
                Not(IsNull(("spot", "height"))),
                Or((NEVER, compare("size", "lt", "LARGE"))),
            )
        )
    ),
    "text": where(
        And(
            (
                compare("name", "startsWith", "a.b"),
                compare("name", "endsWith", "$"),
                compare("name", "contains", "(?i)"),
                compare("name", "like", r"a_%b%c\%"),
                compare("name", "ilike", "%ab"),
            )
        )
    ),
    "elements_of_scalars": where(
        And(
            (
                elements("marks", SOME, compare("", "eq", "$a")),
                elements("counts", NONE, compare("", "gt", 5)),
                IsNull(("marks",)),
            )
        )
    ),
    "elements_by_expression": where(
        elements("marks", EVERY, Or((compare("", "like", "a%"), IsNull(()))))
    ),
    "elements_of_documents": where(
        elements(
            "tracks",
            EVERY,
            And((compare("number", "gt", 1), elements("gauges", SOME, compare("", "eq", 1435)))),
        )
    ),
    "elements_in_elements_by_expression": where(
        elements("tracks", SOME, elements("gauges", NONE, Not(compare("", "lt", 1000))))
    ),
    "summary": [
        Summary(
            STATION,
            (),
            (
                Measure(Function.COUNT),
                Measure(Function.COUNT_DISTINCT, ("size",)),
                Measure(Function.SUM, ("spot", "height")),
                Measure(Function.SUM, ("big",)),
                Measure(Function.AVG, ("price",)),
                Measure(Function.VARIANCE, ("ratio",)),
            ),
            filter=compare("flag", "eq", True),
        )
    ],
    "groups": [
        Summary(
            STATION,
            (
                GroupKey(("size",), LINE.fields["size"].type, (TO_LINE, TO_PARENT)),
                GroupKey(("opened",), Scalar.DATETIME, (), Span(Unit.MONTH, "Europe/Berlin")),
                GroupKey(("spot", "region"), Scalar.STRING),
            ),
            (Measure(Function.COUNT), Measure(Function.MAX, ("number",))),
            having=And((compare("count()", "gt", 10), Not(IsNull(("max(number)",))))),
            order=(
                Order(("max(number)",), descending=True),
                Order(("line.parent.size",)),
                Order(("month(opened, Europe/Berlin)",)),
                Order(("spot.region",)),
            ),
            limit=10,
            offset=20,
        )
    ],
    "groups_of_batch": [
        Read(STATION, KEY, batch=LINES, order=BY_KEY, limit=2),
        Summary(
            STATION,
            (GroupKey(("flag",), Scalar.BOOLEAN),),
            (Measure(Function.COUNT),),
            order=(Order(("flag",)),),
            limit=5,
            batch=LINES,
        ),
        Summary(LINE, (), (Measure(Function.COUNT),)),
    ],
    "related": where(And((NORTH, compare("flag", "eq", True)))),
    "related_to_many": [
        Read(LINE, (("code",),), filter=Related(TO_STATIONS, EVERY, compare("flag", "eq", True)))
    ],
    "related_twice": where(
        Or((Related(TO_LINE, SOME, Related(TO_PARENT, SOME, IsNull(("name",)))), Not(NORTH)))
    ),
}


def shown(reads):
    """The command as text: BSON's own types in MongoDB's extended JSON."""
    command = command_of(CATALOG, reads)
    assert command
    document = {"aggregate": command.collection or 1, "pipeline": command.pipeline}
    held = json.loads(json_util.dumps(document, json_options=json_util.RELAXED_JSON_OPTIONS))
    return _laid_out(held) + "\n"


def _laid_out(value, indent=""):
    """JSON with what fits on a line on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent + line) <= 96 or not isinstance(value, dict | list):
        return line
    inner = indent + "  "
    if isinstance(value, list):
        items = [inner + _laid_out(item, inner) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    items = [f"{inner}{json.dumps(name)}: {_laid_out(item, inner)}" for name, item in value.items()]
    return "{\n" + ",\n".join(items) + f"\n{indent}}}"


@pytest.mark.parametrize("name", CASES)
def test_a_read_becomes_this_command(name):
    """The text in `cases/` is the command, to the letter."""
    file = CASES_FOLDER / f"{name}.json"
    if os.environ.get("WRITE_CASES"):
        file.write_text(shown(CASES[name]), "utf-8")
    assert file.read_text("utf-8") == shown(CASES[name])


def test_every_file_has_its_case():
    """None is left behind by a case that went away."""
    assert {file.stem for file in CASES_FOLDER.iterdir()} == CASES.keys()


async def test_a_server_takes_every_command(filled):
    """Also where the collections do not exist."""
    source = filled()
    for reads in CASES.values():
        await source.read(reads)
