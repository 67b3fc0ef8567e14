"""In charge of batches: one command for many keys, and for several reads at once."""

import datetime

import pytest
from mongo_models import LINE, READING, STATION
from mongo_reads import BY_KEY, KEY, SOME, compare

from catalog.query import Answer, Batch, Join, Order, Read, Related

HOURS = [datetime.datetime(2013, 1, 1, hour, tzinfo=datetime.UTC) for hour in range(4)]
LINES = [{"_id": "N", "name": "North"}, {"_id": "S", "name": "South"}, {"_id": None}]
STATIONS = [
    *({"_id": at, "line": "N", "number": at % 3, "name": f"n{at}"} for at in range(10)),
    *({"_id": at, "line": "S", "number": at % 3} for at in range(10, 15)),
    {"_id": 90, "line": None, "number": 0},
    {"_id": 91, "number": 0},
]
READINGS = [
    *({"station": name, "at": hour, "value": hour.hour + 0.5} for name in "ab" for hour in HOURS),
    {"station": "a", "value": 7.0},
    {"value": 8.0},
]


@pytest.fixture(scope="module", params=[True, False], ids=["indexed", "bare"])
def source(filled, request):
    """A source over those: SecantusDB joins otherwise with indexes."""
    return filled(indexed=request.param, lines=LINES, stations=STATIONS, readings=READINGS)


def said(answers):
    """Rows and total, by the batch's key."""
    return {key: (list(answer.rows), answer.total) for key, answer in answers.items()}


def shown(answers):
    """Keys of the rows and total, by the batch's key."""
    return {
        key: ([row["key"] for row in rows], total) for key, (rows, total) in said(answers).items()
    }


def by_line(*codes, **options):
    """Reads the stations of these lines."""
    batch = Batch(("line_code",), tuple((code,) for code in codes))
    return Read(STATION, KEY, batch=batch, **{"order": BY_KEY, **options})


async def test_everything_in_a_read_applies_to_each_key(source, commands):
    """Filter, after, order, offset and limit; and the total of the filter alone."""
    read = by_line(
        "N",
        "S",
        "nowhere",
        filter=compare("number", "lt", 2),
        after=compare("key", "gt", 0),
        order=(Order(("number",), descending=True), *BY_KEY),
        offset=1,
        limit=3,
        total=True,
    )
    (answers,) = await source.read([read])
    assert shown(answers) == {
        ("N",): ([4, 7, 3], 7),
        ("S",): ([13, 12], 3),
        ("nowhere",): ([], 0),
    }
    assert commands.sent == ["aggregate"]


async def test_a_null_key_finds_nothing(source, commands):
    """Not even rows that hold null, or lack the field; no key at all asks nothing."""
    (answers,) = await source.read([by_line(None, "S", limit=1, total=True)])
    assert shown(answers) == {(None,): ([], 0), ("S",): ([10], 5)}
    commands.sent.clear()
    assert await source.read([by_line(None), by_line()]) == [{(None,): Answer()}, {}]
    assert commands.sent == []


async def test_only_totals(source):
    """No rows come with them."""
    (answers,) = await source.read([by_line("N", "S", limit=0, total=True)])
    assert shown(answers) == {("N",): ([], 10), ("S",): ([], 5)}


async def test_keys_of_two_fields(source):
    """Both must be equal, and neither may be null."""
    keys = (("a", HOURS[0]), ("b", HOURS[3]), ("a", None), (None, HOURS[0]), ("z", HOURS[0]))
    read = Read(READING, (("value",),), batch=Batch(("station", "at"), keys), total=True)
    (answers,) = await source.read([read])
    assert said(answers) == {
        ("a", HOURS[0]): ([{"value": 0.5}], 1),
        ("b", HOURS[3]): ([{"value": 3.5}], 1),
        ("a", None): ([], 0),
        (None, HOURS[0]): ([], 0),
        ("z", HOURS[0]): ([], 0),
    }


async def test_several_reads_are_one_command(source, commands):
    """Batches of different length and plain reads, with and without totals, in their order."""
    reads = [
        Read(STATION, KEY, order=BY_KEY, limit=2, total=True),
        by_line("N", limit=1, total=True),
        Read(LINE, (("name",),), batch=Batch(("code",), (("S",), ("N",), ("x",)))),
        Read(READING, (("value",),), batch=Batch(("station", "at"), (("b", HOURS[1]),))),
        Read(LINE, (("code",),), filter=compare("name", "eq", "South")),
        Read(LINE, (), limit=0, total=True),
        by_line("S", limit=0),
    ]
    plain, north, lines, reading, south, total, nothing = await source.read(reads)
    assert commands.sent == ["aggregate"]
    assert said(plain) == {(): ([{"key": 0}, {"key": 1}], 17)}
    assert said(north) == {("N",): ([{"key": 0}], 10)}
    assert said(lines) == {
        ("S",): ([{"name": "South"}], None),
        ("N",): ([{"name": "North"}], None),
        ("x",): ([], None),
    }
    assert said(reading) == {("b", HOURS[1]): ([{"value": 1.5}], None)}
    assert said(south) == {(): ([{"code": "S"}], None)}
    assert said(total) == {(): ([], 3)}
    assert said(nothing) == {("S",): ([], None)}


async def test_no_reads_ask_nothing(source, commands):
    """And give no answers."""
    assert await source.read([]) == []
    assert commands.sent == []


async def test_joins_and_relations_within_a_batch(source):
    """Each key's rows are joined and filtered as those of a plain read are."""
    to_line = STATION.relations["line"]
    read = by_line(
        "S",
        "N",
        joins=(Join(to_line, (("name",),)),),
        filter=Related(to_line, SOME, compare("name", "eq", "South")),
        order=(Order(("name",), (to_line,)), *BY_KEY),
        limit=1,
    )
    (answers,) = await source.read([read])
    assert list(answers["S",].rows) == [{"key": 10, "line": {"name": "South"}}]
    assert list(answers["N",].rows) == []


async def test_keys_are_never_field_paths_or_operators(filled):
    """What begins with a dollar sign is a value like any other."""
    names = ["$sought", "$key", "$$ROOT", "a.b", "{}"]
    source = filled(lines=[{"_id": name, "name": "found"} for name in names])
    batch = Batch(("code",), tuple((name,) for name in names))
    (answers,) = await source.read([Read(LINE, (("name",),), batch=batch)])
    assert [list(answers[name,].rows) for name in names] == [[{"name": "found"}]] * 5


async def test_many_rows_come_in_one_reply(filled, commands):
    """One round trip, though MongoDB by itself would send the first 101 documents only."""
    source = filled(stations=[{"_id": key, "name": "x" * 50} for key in range(3000)])
    (plain,) = await source.read([Read(STATION, (("name",),))])
    keys = tuple((key,) for key in range(200))
    (found,) = await source.read([Read(STATION, KEY, batch=Batch(("key",), keys))])
    assert len(plain[()].rows) == 3000
    assert [answer.rows[0]["key"] for answer in found.values()] == list(range(200))
    assert commands.sent == ["aggregate", "aggregate"]
