"""In charge of pages inside pages that come as lines: by one statement, and the same as ever."""

from __future__ import annotations

import itertools
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from postgres_lined import TEXTS, Asking, asked_with, calls_of

from auth import Principal
from catalog import claim, roles, rows
from catalog.lines import listed_in

THINGS = "things(first: 3, orderBy: [{ id: DESC }]) { nodes { id name rank } }"
MAKERS = f"{{ makers {{ nodes {{ id name {THINGS} }} }} }}"
PLACE = "pageInfo { startCursor endCursor p: hasPreviousPage n: hasNextPage __typename }"
RELAY = (
    f"things(first: 2, orderBy: [{{ rank: DESC }}]) {{ edges {{ cursor node {{ id }} }} {PLACE} }}"
)
FEW = "{ makers(first: 9) { nodes { things(first: 4) { nodes { MORE } } id } } }"


def is_inside(asking: Asking) -> bool:
    """Whether the root's lines hold pages."""
    lined = asking.levels[0].lined
    return lined is not None and any(listed_in(lined.lining.line.members))


@pytest.fixture(autouse=True)
def _makers(things: Any) -> None:
    things.execute("insert into maker values (3, 'third', 'm'), (7, 'of nothing', null)")


@pytest.mark.parametrize(
    "query",
    [
        MAKERS,
        "{ makers { nodes { things(first: 2) { nodes { note } } } } }",
        "{ makers { nodes { things(first: 2) { nodes { id } } name } n: nodes { id } } }",
        "{ makers(first: 2) { edges { cursor node { id things { nodes { id } } } } } }",
        "{ makers { pageInfo { endCursor } edges { node { things { nodes { id } } id } } } }",
        "{ makers { totalCount nodes { name t: things(first: 1) { edges { node { id } } } } } }",
        "{ makers { nodes { things { __typename edges { e: __typename node { id } } } motto } } }",
        "{ makers { nodes { things { edges { node { id } __typename } t: __typename } motto } } }",
        "{ makers { nodes { a: things { nodes { id } } b: things(offset: 1) { nodes { id } } } } }",
        "{ makers { nodes { things(where: { rank: { gt: 0 } }) { nodes { id rank } } } } }",
        "{ makers { nodes { things(first: 2) { edges { cursor node { id } } } } } }",
        "{ makers { nodes { things(first: 2) { edges { a: cursor b: cursor } } name } } }",
        "{ makers { nodes { things(first: 2) { pageInfo { hasNextPage } nodes { id } } } } }",
        "{ makers { nodes { things(first: 3) { nodes { id } pageInfo { hasNextPage } } } } }",
        "{ makers { nodes { things(first: 2) { totalCount nodes { id } t: totalCount } motto } } }",
        f"{{ makers {{ nodes {{ id {RELAY} }} {PLACE} }} }}",
        f"{{ makers {{ edges {{ cursor node {{ {RELAY} id }} }} {PLACE} totalCount }} }}",
        f"{{ makers {{ nodes {{ things(offset: 1, first: 2) {{ {PLACE} nodes {{ id }} }} }} }} }}",
        f"{{ makers {{ nodes {{ things(before: CURSOR) {{ {PLACE} nodes {{ id }} }} }} }} }}",
        f"{{ makers {{ nodes {{ things(after: CURSOR) {{ nodes {{ id }} {PLACE} }} }} }} }}",
        FEW.replace("MORE", f"maker {{ {RELAY} name }} id"),
        FEW.replace("MORE }", f"id maker {{ {RELAY} }} }} totalCount {PLACE}"),
        FEW.replace("MORE }", f"maker {{ {THINGS} name }} }} {PLACE}").replace("4", "1"),
        FEW.replace("MORE", f"maker {{ {THINGS} name }} id"),
        FEW.replace("MORE", f"id maker {{ id {THINGS} }}"),
    ],
)
async def test_pages_inside_are_the_same(graph, query):
    """Wherever they stand, and whatever stands around them; without rows, too."""
    (data, _) = await Asking(graph, "{ things(offset: 4) { pageInfo { startCursor } } }").answer()
    cursor = orjson.loads(data)["things"]["pageInfo"]["startCursor"]
    asking = Asking(graph, query.replace("CURSOR", f'"{cursor}"'))
    first, last = await asking.first_and_last()
    assert first == last
    assert not first[1]
    assert is_inside(asking) == ("n: nodes" not in query)


async def test_they_come_by_one_statement(graph, monkeypatch):
    """Which is asked at once for all that there is below."""
    asking = Asking(graph, MAKERS)
    await asking.first_and_last()
    calls = calls_of(graph, monkeypatch)
    await asking.answer()
    assert len(calls) == 1


@pytest.mark.parametrize(
    "below",
    [
        "things(last: 2) { nodes { id } }",
        "things(last: 2) { pageInfo { hasPreviousPage } nodes { id } }",
        "things(first: 2) { pageInfo { hasNextPage } }",
        "things(first: 2, orderBy: [{ maker: { name: ASC } }]) { edges { cursor node { id } } }",
        "things(first: 2) { nodes { id } aggregate { count } }",
        "things(first: 0) { nodes { id } }",
        "things(first: 2) { totalCount }",
        "things(first: 2) { nodes { nodeId } }",
        "things(first: 2) { nodes { id } m: nodes { id } }",
    ],
)
async def test_what_else_a_page_may_tell_comes_as_ever(graph, below):
    """As rows, or as lines of their own."""
    asking = Asking(graph, f"{{ makers {{ nodes {{ id {below} }} }} }}")
    first, last = await asking.first_and_last()
    assert first == last
    assert not is_inside(asking)


async def test_one_page_for_many_rows_is_read_once(graph, monkeypatch):
    """Its lines would be made for each of them."""
    query = "{ things(first: 60) { nodes { id maker { things(first: 2) { nodes { id } } } } } }"
    few = Asking(graph, query.replace("60", "50"))
    many = Asking(graph, query)
    assert (await few.first_and_last())[1] == (await many.first_and_last())[1]
    assert is_inside(few)
    assert not is_inside(many)


async def test_variables_are_those_of_each_request(graph):
    """In the root's filter and in those of pages inside, in any order."""
    query = (
        "query Q($m: Int!, $r: Int, $n: String) { makers(where: { id: { gt: $m } }) { nodes { id "
        "things(where: { rank: { gte: $r }, name: { ne: $n } }) { nodes { id } } } } }"
    )
    asking = Asking(graph, query)
    given = [
        {"m": 0, "r": 0, "n": "x"},
        {"m": 1, "r": 1, "n": "thing 6"},
        {"m": 2, "r": 2, "n": ""},
    ]
    number = itertools.count()
    for variables in [given[0]] * 4 + [{"m": 0, "r": None, "n": "x"}] + given:
        rows = Asking(graph, f"{query} {'#' * next(number)}")
        assert await asking.answer(variables) == await rows.answer(variables)
    assert is_inside(asking)


_RULES = {
    "Thing": rows({"rank": {"eq": claim("rank")}}) | roles("boss"),
    "Maker": rows({"id": {"in": claim("makers")}}) | roles("boss"),
}


@pytest.mark.parametrize("graph", [_RULES], indirect=True)
async def test_rules_are_those_of_each_who_asks(graph):
    """About the rows around and about those inside, by one statement for all who have claims."""
    asking, number = Asking(graph, MAKERS), itertools.count()
    people = [
        Principal("i", f"s{n}", claims={"rank": n % 3, "makers": list(range(n))}) for n in range(5)
    ]
    for who in [*[people[2]] * 4, *people, Principal("i", "b", roles=frozenset({"boss"}))]:
        anew = Asking(graph, f"{MAKERS} {'#' * next(number)}")
        assert await asking.answer(who=who) == await anew.answer(who=who)
    shown = [orjson.loads((await asking.answer(who=who))[0])["makers"]["nodes"] for who in people]
    assert is_inside(asking)
    assert [len(makers) for makers in shown] == [0, 0, 1, 2, 3]
    ranks = [{t["rank"] for maker in makers for t in maker["things"]["nodes"]} for makers in shown]
    assert ranks == [set(), set(), {2}, {0}, {1}]


@pytest.mark.parametrize("name", ["null", "E'\\x1f'", "E'\\x01'", "E'a\\x05\\x06'", "E'\\x1e'"])
async def test_what_has_no_place_in_a_line_inside_is_told_as_ever(graph, things, name):
    """By rows, with its errors; and rows it is from then on, on all levels."""
    asking = Asking(graph, MAKERS)
    await asking.first_and_last()
    assert is_inside(asking)
    things.execute(f"update thing set name = {name} where id = 9")
    found = await asking.answer()
    assert found == await Asking(graph, f"{MAKERS} ").answer()
    assert not any(level.lined for level in asking.levels)


@pytest.mark.parametrize("name", ["E'\\x1a'", "E'\\x1b'", "E'a\\x1a\\x1b'"])
async def test_what_would_quote_a_value_is_a_character_where_none_is_quoted(graph, things, name):
    """No value of these may be null; it is shown from lines, as any other is."""
    asking = Asking(graph, MAKERS)
    await asking.first_and_last()
    things.execute(f"update thing set name = {name} where id = 9")
    found = await asking.answer()
    assert found == await Asking(graph, f"{MAKERS} ").answer()
    assert is_inside(asking)


@pytest.mark.parametrize("query", [MAKERS, f"{{ makers {{ nodes {{ id {RELAY} }} }} }}"])
async def test_pages_without_rows_are_lists(graph, things, query):
    """Some of them, then all, then there is no row around them."""
    asking = Asking(graph, query)
    await asking.first_and_last()
    for statement in ("delete from thing where maker_id = 1", "delete from thing"):
        things.execute(statement)
        found = await asking.answer()
        assert is_inside(asking)
        assert found == await Asking(graph, f"{query} ").answer()
    things.execute("delete from maker")
    assert orjson.loads((await asking.answer())[0]) == {"makers": {"nodes": []}}
    assert is_inside(asking)


async def test_pages_that_had_no_rows_at_first_come_inside_later(graph, things):
    """Nobody knows their columns' types before."""
    things.execute("update thing set maker_id = null")
    asking = Asking(graph, MAKERS)
    await asking.first_and_last()
    assert not is_inside(asking)
    things.execute("update thing set maker_id = 3 where id < 9")
    for _ in range(12):
        found = await asking.answer()
    assert is_inside(asking)
    assert found == await Asking(graph, f"{MAKERS} ").answer()


async def test_where_pages_end_is_told_as_rows_come_and_go(graph, things):
    """One more than is shown, just as many, fewer."""
    asking = Asking(
        graph, MAKERS.replace("nodes { id name rank }", f"nodes {{ id }} {PLACE} totalCount")
    )
    await asking.first_and_last()
    ends = []
    for at in range(5):
        things.execute("delete from thing where maker_id = 1")
        things.execute(f"insert into thing select n, 1, n from generate_series(100, {99 + at}) n")
        told = orjson.loads((await asking.answer())[0])["makers"]["nodes"][0]["things"]
        ends.append((told["totalCount"], len(told["nodes"]), told["pageInfo"]["n"]))
    assert is_inside(asking)
    assert ends == [(0, 0, False), (1, 1, False), (2, 2, False), (3, 3, False), (4, 3, True)]


@pytest.mark.parametrize(
    ("name", "value"),
    [("moment", "'2024-01-01'"), ("ratio", "0.5"), ("day", "'2024-01-01'"), ("price", "2.50")],
)
async def test_a_row_without_a_cursor_is_told_as_ever(graph, things, name, value):
    """By rows, with its error; unless it is not on the page."""
    query = (
        f"{{ makers(first: 2) {{ nodes {{ things(first: 2, orderBy: [{{ {name}: ASC }}]) "
        f"{{ {PLACE} nodes {{ id }} }} }} }} }}"
    )
    asking = Asking(graph, query)
    things.execute(f"update thing set {name} = {value}")
    await asking.first_and_last()
    things.execute(f"update thing set {name} = 'infinity' where id = 9")
    assert await asking.answer() == await Asking(graph, f"{query} ").answer()
    assert is_inside(asking)
    things.execute("delete from thing where id = 5")
    assert await asking.answer() == await Asking(graph, f"{query}  ").answer()
    assert not is_inside(asking)


@pytest.mark.parametrize("alter", ["rank type text", "rank type numeric using rank + 0.5"])
async def test_a_column_that_is_altered_inside_is_seen_after_a_while(
    graph, things, monkeypatch, alter
):
    """Until then its values are told as what they were."""
    asking = Asking(graph, MAKERS)
    await asking.first_and_last()
    things.execute(f"alter table thing alter {alter}")
    orjson.loads((await asking.answer())[0])
    for _ in range(2):
        for level in asking.levels:
            monkeypatch.setattr(level, "_lines_until", 0.0)
        found = await asking.answer()
    assert found == await asking.answer() == await Asking(graph, f"{MAKERS} ").answer()


@st.composite
def _nested(draw: st.DrawFn) -> str:
    def fields(*names: str) -> str:
        some = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4))
        return " ".join(f"k{at}: {name}" for at, name in enumerate(some))

    def rows(text: str) -> str:
        return draw(
            st.sampled_from(
                [
                    f"nodes {{ {text} }}",
                    f"edges {{ node {{ {text} }} }}",
                    f"edges {{ cursor node {{ {text} }} }}",
                    f"{PLACE} edges {{ node {{ {text} }} cursor }}",
                    f"nodes {{ {text} }} pageInfo {{ endCursor hasNextPage }}",
                    f"nodes {{ {text} }} totalCount",
                ]
            )
        )

    def things(inner: str) -> str:
        orders = draw(
            st.sampled_from(["", ", orderBy: [{ rank: DESC }]", ", orderBy: [{ name: ASC }]"])
        )
        ways = [f"(first: 2{orders})", f"(offset: 1, first: 4{orders})", f"(first: 3{orders})"]
        text = [
            fields("id", "name", "note", "rank", "flag", "__typename"),
            *([inner] * bool(inner)),
        ]
        listed = rows(" ".join(draw(st.permutations(text))))
        return f"things{draw(st.sampled_from(ways))} {{ {listed} }}"

    deeper = draw(st.sampled_from(["", f"maker {{ {fields('id', 'name', 'motto')} }}"]))
    if draw(st.booleans()):
        deeper = f"maker {{ motto {things(deeper)} }}"
    own = draw(st.permutations([fields("id", "name", "motto", "__typename"), things(deeper)]))
    return f"{{ makers(first: 5) {{ {rows(' '.join(own))} }} }}"


@given(query=_nested(), texts=TEXTS)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_page_inside_is_the_same(graph, things, query, texts):
    """Whatever is in its texts, and in those around it."""
    asking = await asked_with(graph, things, query, texts)
    event(f"inside: {is_inside(asking)}")
