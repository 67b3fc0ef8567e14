"""In charge of pages that come as lines: to the byte what they are when they come as rows.

A page is asked for as lines once it was asked for a few times, so each is asked often here.
"""

import orjson
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from postgres_lined import ALL, TEXTS, Asking, asked_with, calls_of

from catalog import Store

VALUES: dict[str, list[str]] = {
    "name": [
        "'é 😀 \u2028'",
        "''",
        "E'\"\\\\ \\b\\f\\n\\r\\t'",
        "E'\\x7f'",
        "'null'",
        "'</script>'",
        "repeat('é', 99)",
    ],
    "note": ["'null'", "''", "E'\"'", "'\U0001f600'"],
    "short": ["'nine char'", "'x  '"],
    "small": ["-32768", "32767", "0"],
    "rank": ["-2147483648", "2147483647"],
    "big": ["-9223372036854775808", "9223372036854775807", "0"],
    "ratio": ["0", "'-0'", "1", "-22", "0.1", "0.0001", "-123456789012345.6", "999999999999999"],
    "price": ["0", "0.00", "-12.3400", "1e20", "123456789012345678901234567890.123456789", "1e-30"],
    "flag": ["true", "false"],
    "day": ["'0001-01-01'", "'2024-02-29'", "'9999-12-31'"],
    "naive": [
        *("'0001-01-01'", "'2013-01-01 05:00'", "'2013-01-01 05:00:00.1'"),
        *("'1999-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'", "'0099-03-04 00:00:01'"),
    ],
    "moment": [
        *("'0001-01-01+00'", "'2013-01-01 05:00+02'", "'2013-07-01 05:00:00.000001-11:30'"),
        *("'9999-12-31 23:59:59.999999+00'", "'1890-01-01 00:00:00+00:19:32'"),
    ],
    "token": ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"],
}
"""What lines show, in SQL."""
BEYOND: dict[str, list[str]] = {
    "name": ["null", "E'\\x01'", "E'a\\x02b\\x1a'", "E'\\x1a'", "E'\\x1b'", "E'\\x1e'"],
    "note": ["E'\\x1b'", "E'\\x1a\\x1a'", "E'\\x1a,\\x04'", "E'\\x1e'", "E'\\x1d'"],
    "ratio": ["'NaN'", "'Infinity'", "'-Infinity'", "1e15", "1e-5", "-1e300"],
    "price": ["'NaN'", "'Infinity'", "1e39", "1e-40"],
    "day": ["'infinity'", "'0001-01-01 BC'", "'10000-01-01'"],
    "naive": ["'-infinity'", "'10000-01-01'", "'0044-03-15 BC'"],
    "moment": ["'infinity'", "'12000-01-01+00'", "'0044-03-15 BC'"],
}
"""What they do not show: rows are asked for instead."""


@pytest.mark.parametrize(
    "query",
    [
        f"{{ things(first: 9) {{ nodes {{ {ALL} }} }} }}",
        "{ things(first: 9) { nodes { __typename id a: id b: name t: __typename } } }",
        "{ things(first: 9) { nodes { maker { __typename } id m: maker { motto name id } } } }",
        "{ things(first: 9) { nodes { id maker { id @skip(if: true) } name } } }",
        "{ things(first: 9, orderBy: [{ rank: DESC }]) { edges { cursor node { id name } } } }",
        "{ things(last: 9) { edges { node { id maker { name } } __typename c: cursor } } }",
        "{ things(first: 5, offset: 3) { pageInfo { endCursor hasNextPage } n: nodes { name } } }",
        "{ things(first: 9, where: { id: { gt: 5 } }) { totalCount nodes { id } } }",
        "{ things(where: { maker: { id: { eq: 1 } } }) { nodes { id } aggregate { count } } }",
        "{ makers { nodes { name things(first: 6) { nodes { id maker { name } } totalCount } } } }",
    ],
)
async def test_pages_are_the_same_as_lines(graph, query):
    """Whatever is asked of them and beside them, and wherever they stand."""
    asking = Asking(graph, query)
    first, last = await asking.first_and_last()
    assert not first[1]
    assert first == last
    assert any(level.lined for level in asking.levels)


@pytest.mark.parametrize("name", VALUES)
async def test_values_are_the_same_in_lines(graph, things, name):
    """At the bounds of their types, and with all that JSON writes in a way of its own."""
    for at, value in enumerate(VALUES[name], 1):
        things.execute(f"update thing set {name} = {value} where id = {at}")  # type: ignore[arg-type]
    asking = Asking(graph, f"{{ things(first: 9) {{ nodes {{ id {name} rank }} }} }}")
    first, last = await asking.first_and_last()
    assert first == last
    assert asking.levels[0].lined


ORDERED = "edges { cursor node { id } } pageInfo { startCursor endCursor }"


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", VALUES)
async def test_cursors_are_the_same_in_lines(graph, things, name, descending):
    """Of rows that are ordered by any of these values; some prices have too many digits."""
    by = f"orderBy: [{{ {name}: {'DESC' if descending else 'ASC'} }}]"
    query = (
        f"{{ makers {{ nodes {{ things({by}) {{ {ORDERED} }} }} }} things({by}) {{ {ORDERED} }} }}"
    )
    asking = Asking(graph, query)
    await asking.first_and_last()
    for at, value in enumerate(VALUES[name], 1):
        things.execute(f"update thing set maker_id = 1, {name} = {value} where id = {at}")  # type: ignore[arg-type]
    assert await asking.answer() == await Asking(graph, f"{query} ").answer()
    lined = [level.lined for level in asking.levels]
    assert bool(lined[0] and lined[-1]) == (name != "price")


@pytest.mark.parametrize("beside", ["", "note flag"])
@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in BEYOND.items() for v in vs])
async def test_what_has_no_place_in_a_line_is_told_as_ever(graph, things, name, value, beside):
    """The answer is that of rows, with its errors; and rows it is from then on."""
    query = f"{{ things(first: 9) {{ nodes {{ id {name} {beside} }} }} }}"
    asking = Asking(graph, query)
    await asking.first_and_last()
    assert asking.levels[0].lined
    things.execute(f"update thing set {name} = {value} where id = 2")  # type: ignore[arg-type]
    found = await asking.answer()
    # Where no value is quoted that may be null, what would quote it is a character like others.
    is_none = (name, beside) == ("name", "") and value in {"E'\\x1a'", "E'\\x1b'"}
    assert bool(asking.levels[0].lined) == is_none
    assert found == await Asking(graph, f"{query} ").answer()


async def test_a_page_of_few_values_comes_as_rows(graph, monkeypatch):
    """Thirteen of a row make 195 of fifteen rows, and 208 of sixteen."""
    monkeypatch.undo()
    fields = "id rank name note short small big ratio price flag day maker { id name }"
    few, many = (
        Asking(graph, f"{{ things(first: {n}) {{ nodes {{ {fields} }} }} }}") for n in (15, 16)
    )
    assert (await few.first_and_last())[1] == (await many.first_and_last())[1]
    assert not few.levels[0].lined
    assert many.levels[0].lined


async def test_an_empty_page_of_lines_is_a_list(graph, things):
    """Also where other pages of its level have rows."""
    below = "things(first: 6) { nodes { id } totalCount }"
    query = f"{{ makers {{ nodes {{ id {below} }} }} things {{ nodes {{ id }} }} }}"
    asking = Asking(graph, query)
    await asking.first_and_last()
    things.execute("delete from thing where maker_id = 1")
    data = orjson.loads((await asking.answer())[0])
    empty, full = [maker["things"] for maker in data["makers"]["nodes"]]
    assert empty == {"nodes": [], "totalCount": 0}
    assert full["totalCount"] == len(full["nodes"]) == 3
    things.execute("delete from thing")
    data = orjson.loads((await asking.answer())[0])
    assert data["things"] == {"nodes": []}
    assert any(level.lined for level in asking.levels)


async def test_a_null_in_a_joined_row_is_told_as_ever(graph, things):
    """Where its model allows none."""
    asking = Asking(graph, "{ things(first: 9) { nodes { id maker { id name } } } }")
    await asking.first_and_last()
    things.execute("update maker set name = null where id = 1")
    data, errors = await asking.answer()
    assert errors
    assert orjson.loads(data)["things"]["nodes"][1] == {
        "id": 2,
        "maker": {"id": 2, "name": "\\ \t\n"},
    }


@pytest.mark.parametrize(
    ("alter", "asked"),
    [
        ("rank type text", "rank"),
        ("small type numeric using small + 1.5", "small"),
        ("short type char(9)", "short"),
        ("ratio type float4", "ratio"),
        ("name type jsonb using to_jsonb(name)", "name"),
    ],
)
async def test_a_column_that_is_altered_is_seen_after_a_while(
    graph, things, monkeypatch, alter, asked
):
    """Until then its values are told as what they were."""
    things.execute("update thing set small = 1, ratio = 0.1, short = 'ab'")
    query = f"{{ things(first: 9) {{ nodes {{ id {asked} }} }} }}"
    asking = Asking(graph, query)
    await asking.first_and_last()
    things.execute(f"alter table thing alter {alter}")  # type: ignore[arg-type]
    orjson.loads((await asking.answer())[0])
    monkeypatch.setattr(asking.levels[0], "_lines_until", 0.0)
    found = await asking.answer()
    assert found == await asking.answer() == await Asking(graph, f"{query} ").answer()


async def test_a_column_that_is_altered_is_no_way_out_of_its_quotes(graph, things):
    """What was a number when lines were planned may be any text now."""
    asking = Asking(graph, "{ things(first: 9) { nodes { id rank } } }")
    await asking.first_and_last()
    things.execute("alter table thing alter rank type text")
    things.execute("""update thing set rank = '1,"id":99' where id = 1""")
    data, errors = await asking.answer()
    assert errors
    assert b"99" not in data
    assert not asking.levels[0].lined


async def test_lines_outlive_that_postgres_is_away(graph, things, monkeypatch):
    """The statement was not at fault, and nobody asks it twice."""
    asking = Asking(graph, "{ things(first: 9) { nodes { id } } }")
    first, _ = await asking.first_and_last()
    things.execute("begin; lock table thing in access exclusive mode")
    graph.sources[Store.POSTGRES]._deadline, deadline = (
        0.05,
        graph.sources[Store.POSTGRES]._deadline,
    )
    calls = calls_of(graph, monkeypatch)
    assert (await asking.answer())[1] == ["Postgres took too long to answer."]
    assert len(calls) == 1
    things.execute("rollback")
    graph.sources[Store.POSTGRES]._deadline = deadline
    assert await asking.answer() == first
    assert asking.levels[0].lined


OWN = [*ALL.split(), "__typename"]
THEIRS = ["id", "name", "motto", "__typename"]


@st.composite
def selections(draw: st.DrawFn) -> str:
    """Any fields of a thing, each under a key of its own, and of its maker."""
    own = draw(st.lists(st.sampled_from([*OWN, "maker"]), min_size=1, max_size=9))
    theirs = [draw(st.lists(st.sampled_from(THEIRS), min_size=1, max_size=3)) for _ in own]
    return " ".join(
        f"k{at}: {name}" if name != "maker" else f"k{at}: maker {{ {' '.join(inner)} }}"
        for at, (name, inner) in enumerate(zip(own, theirs, strict=True))
    )


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Any page of things, as nodes or as edges, with all that may stand beside them."""
    way = draw(st.sampled_from(["first: 7", "last: 6", "first: 5, offset: 4"]))
    order = draw(st.sampled_from(["", ", orderBy: [{ rank: DESC }]", ", orderBy: [{ note: ASC }]"]))
    node = f"node {{ {draw(selections())} }}"
    edge = draw(st.permutations([*draw(st.sampled_from([[], ["cursor"], ["__typename"]])), node]))
    rows = draw(
        st.sampled_from([node.replace("node", "nodes", 1), f"edges {{ {' '.join(edge)} }}"])
    )
    beside = draw(st.sampled_from(["", "totalCount", "pageInfo { startCursor endCursor }"]))
    return f"{{ things({way}{order}) {{ {rows} {beside} }} }}"


@given(query=pages(), texts=TEXTS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_page_is_the_same_as_lines(graph, things, query, texts):
    """Whatever is in its texts."""
    asking = await asked_with(graph, things, query, texts)
    event(f"lines: {bool(asking.levels[0].lined)}")


@pytest.mark.parametrize(
    "query",
    [
        "{ things(first: 9) { nodes { nodeId } } }",
        "{ things(first: 9) { nodes { __typename } } }",
        "{ things(first: 9) { totalCount } }",
        "{ things(first: 9) { nodes { id } more: nodes { name } } }",
        "{ makers(first: 9) { nodes { id things(first: 2) { nodes { nodeId } } } } }",
        "{ things(orderBy: [{ maker: { name: ASC } }]) { edges { cursor node { id } } } }",
        "{ thing(id: 1) { id name } }",
    ],
)
async def test_what_lines_would_save_nothing_for_comes_as_rows(graph, query):
    """Rows of which something else is made, or that nobody asks for."""
    asking = Asking(graph, query)
    first, last = await asking.first_and_last()
    assert first == last
    assert not any(level.lined for level in asking.levels)


@pytest.mark.parametrize("graph", [False], indirect=True)
async def test_without_lines_rows_come_as_rows(graph):
    """By the setting."""
    asking = Asking(graph, f"{{ things(first: 9) {{ nodes {{ {ALL} }} }} }}")
    first, last = await asking.first_and_last()
    assert first == last
    assert not asking.levels[0].lined


async def test_what_is_wrong_beside_lines_is_asked_for_twice_only_once(graph, things, monkeypatch):
    """As a cursor of a moment that has none."""
    rows = "edges { cursor node { id } }"
    asking = Asking(graph, f"{{ things(first: 9, orderBy: [{{ moment: ASC }}]) {{ {rows} }} }}")
    await asking.first_and_last()
    assert asking.levels[0].lined
    things.execute("update thing set moment = 'infinity' where id = 2")
    calls = calls_of(graph, monkeypatch)
    (_, errors), again = await asking.answer(), len(calls)
    assert errors
    assert again == 2
    assert (await asking.answer())[1] == errors
    assert len(calls) == again + 1
