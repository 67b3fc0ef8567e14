"""Search, likeness and geography: what is found, in which order, by literals and by variables."""

import re

import pytest

from tests.library.library import Library

DISTANCE = "{location: {at: {distanceFrom: {latitude: 51.6, longitude: -0.1}}}}"


async def codes(library: Library, arguments: str, declared: str = "", **variables: object):
    """The codes of the shelves of a list."""
    page = f"query {declared} {{ shelves({arguments}) {{ nodes {{ code }} }} }}"
    data = await library.data(page, **variables)
    return [node["code"] for node in data["shelves"]["nodes"]]


async def names(library: Library, arguments: str, declared: str = "", **variables: object):
    """The names of the authors of a list."""
    page = f"query {declared} {{ authors({arguments}) {{ nodes {{ name }} }} }}"
    data = await library.data(page, **variables)
    return [node["name"] for node in data["authors"]["nodes"]]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("near: {latitude: 51.5, longitude: -0.12, maxMeters: 1e7, minMeters: 10}", ["B", "D"]),
        ("within: {circle: {latitude: 48.8, longitude: 2.3, meters: 1e5}}", ["D"]),
        ("within: {box: {south: 51, west: -1, north: 52, east: -0.125}}", ["B"]),
        ("within: {polygon: [%(50,-1) %(52,1) %(52,-1) %(50,-1)]}", ["A", "B"]),
        ("isNull: true", ["C"]),
    ],
)
async def test_shelves_by_where_they_are(library, at, found):
    """Inside and outside, and nothing where there is no point."""
    at = re.sub(r"%\((-?\d+),(-?\d+)\)", r"{latitude: \1, longitude: \2}", at)
    assert await codes(library, f"where: {{location: {{at: {{{at}}}}}}}") == found
    others = await codes(library, f"where: {{not: {{location: {{at: {{{at}}}}}}}}}")
    assert sorted(found + others) == ["A", "B", "C", "D"]


async def test_a_point_is_given_as_its_degrees(library):
    """Below lists and documents as anywhere."""
    data = await library.data('{ shelf(code: "A") { location { at } } }')
    assert data["shelf"]["location"]["at"] == {"latitude": 51.5, "longitude": -0.12}


async def test_variables_may_stand_for_all_of_it_or_for_a_part(library):
    """And the plan is the same for all their values."""
    whole, part = "($near: GeoNear)", "($meters: Float!, $latitude: Float!)"
    given = "near: {latitude: $latitude, longitude: -0.1, maxMeters: $meters}"
    for meters, found in ((10_000, ["A", "B"]), (1_500, ["A"]), (10, [])):
        near = {"latitude": 51.5, "longitude": -0.1, "maxMeters": meters}
        where = "where: {location: {at: {near: $near}}}"
        assert await codes(library, where, whole, near=near) == found
        where = f"where: {{location: {{at: {{{given}}}}}}}"
        assert await codes(library, where, part, meters=meters, latitude=51.5) == found


async def test_the_nearest_come_first(library):
    """Or the farthest; a shelf without a point is last either way."""
    assert await codes(library, f"orderBy: [{DISTANCE}]") == ["B", "A", "D", "C"]
    farthest = DISTANCE.replace("}}}}", "}, direction: DESC}}}")
    assert await codes(library, f"orderBy: [{farthest}]") == ["D", "A", "B", "C"]
    order = "{location: {at: {distanceFrom: {latitude: $latitude, longitude: 2.3}}}}"
    found = await codes(library, f"orderBy: [{order}]", "($latitude: Float!)", latitude=48)
    assert found == ["D", "A", "B", "C"]


@pytest.mark.parametrize(
    "arguments", [f"orderBy: [{DISTANCE}]", f"orderBy: [{DISTANCE}, {{code: DESC}}]"]
)
async def test_pages_by_distance_go_both_ways(library, arguments):
    """A cursor holds the point, and the store measures it again."""
    query = f"""query($after: String, $before: String, $first: Int, $last: Int) {{
      shelves({arguments}, first: $first, after: $after, last: $last, before: $before) {{
        nodes {{ code }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"""
    seen, after = [], None
    for _ in range(4):
        page = (await library.data(query, first=1, after=after))["shelves"]
        after = page["pageInfo"]["endCursor"]
        seen += [node["code"] for node in page["nodes"]]
    assert seen == ["B", "A", "D", "C"]
    back = (await library.data(query, last=2, before=after))["shelves"]
    assert [node["code"] for node in back["nodes"]] == ["A", "D"]


async def test_a_cursor_belongs_to_what_its_order_measures_from(library):
    """From another place, other rows would come after it."""
    query = """query($here: GeoPosition!, $after: String) {
      shelves(orderBy: [{location: {at: {distanceFrom: $here}}}], first: 1, after: $after) {
        pageInfo { endCursor } } }"""
    here, there = {"latitude": 51, "longitude": 0}, {"latitude": 52, "longitude": 0}
    page = await library.data(query, here=here)
    after = page["shelves"]["pageInfo"]["endCursor"]
    assert await library.code(query, here=there, after=after) == "CURSOR_INVALID"
    assert await library.data(query, here=here, after=after)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('search: "ann"', ["Ann Archer"]),
        ('search: "ann or brandt"', ["Ann Archer", "Bob Brandt"]),
        ('search: "dunn -dora"', []),
        ('search: ""', []),
        ('not: {search: "ann"}, born: {isNull: false}', ["Cid Čapek", "Dora Dunn", "Eve Ericson"]),
        ('mentor: {search: "archer"}', ["Bob Brandt", "Cid Čapek"]),
        ('name: {similar: {to: "anne archer"}}', ["Ann Archer"]),
        ('name: {similar: {to: "anne archer", threshold: 1}}', []),
    ],
)
async def test_authors_by_what_they_are_called(library, where, found):
    """As `catalog.words` has it: memory knows no language."""
    assert await names(library, f"where: {{{where}}}") == found


async def test_the_best_and_the_most_similar_come_first(library):
    """Rank is by the search in where; likeness by a text of its own."""
    best = "where: {search: $text, id: {lt: 9}}, orderBy: [{search: RANK}, {name: DESC}]"
    for text, found in (
        ("bob or brandt or ann", ["Bob Brandt", "Ann Archer"]),
        ("eve", ["Eve Ericson"]),
    ):
        assert await names(library, best, "($text: String!)", text=text) == found
    like = "orderBy: [{similarity: {name: {to: $text}}}], first: 2"
    for text, found in (
        ("dora", ["Dora Dunn", "Ann Archer"]),
        ("erik", ["Eve Ericson", "Ann Archer"]),
    ):
        assert await names(library, like, "($text: String!)", text=text) == found


@pytest.mark.parametrize(
    ("arguments", "asked", "code"),
    [
        ('where: {search: "a"}, orderBy: [{search: RANK}]', "edges { cursor }", "SEARCH_INVALID"),
        ('where: {search: "a"}, orderBy: [{search: RANK}], after: "x"', "", "SEARCH_INVALID"),
        ('where: {not: {search: "a"}}, orderBy: [{search: RANK}]', "", "SEARCH_INVALID"),
        ('where: {name: {similar: {to: "a", threshold: 0.1}}}', "", "BAD_USER_INPUT"),
    ],
)
async def test_a_search_that_cannot_be_is_refused(library, arguments, asked, code):
    """With a code, and without asking a store."""
    query = f"{{ authors({arguments}, first: 1) {{ {asked} nodes {{ id }} }} }}"
    assert await library.code(query) == code
    assert not library.reads()


@pytest.mark.parametrize(
    "at",
    [
        "near: {latitude: 1, longitude: 181, maxMeters: 1}",
        "near: {latitude: 1, longitude: 1, maxMeters: -1}",
        "near: {latitude: 1, longitude: 1, maxMeters: 1, minMeters: 2}",
        "within: {box: {south: 2, west: 0, north: 1, east: 1}}",
        "within: {polygon: [{latitude: 1, longitude: 1}]}",
    ],
)
async def test_a_place_that_cannot_be_is_refused(library, at):
    """So is one to measure from."""
    query = f"{{ shelves(where: {{location: {{at: {{{at}}}}}}}) {{ totalCount }} }}"
    assert await library.code(query) == "GEO_INVALID"
    order = DISTANCE.replace("51.6", "91")
    assert (
        await library.code(f"{{ shelves(orderBy: [{order}]) {{ totalCount }} }}") == "GEO_INVALID"
    )
    assert not library.reads()


@pytest.mark.parametrize("declared", [True, False])
async def test_likeness_through_a_relation(library, declared):
    """The mentor's name may be what is likened, and all of it a variable."""
    term = '{name: {to: "bob", direction: DESC}}'
    kind, said = ("($like: AuthorSimilarityOrder!)", "$like") if declared else ("", term)
    order = f"orderBy: [{{mentor: {{similarity: {said}}}}}], first: 1"
    query = f"query {kind} {{ authors({order}) {{ nodes {{ name }} }} }}"
    given = {"like": {"name": {"to": "bob", "direction": "DESC"}}} if declared else {}
    data = await library.data(query, **given)
    assert data["authors"]["nodes"] == [{"name": "Eve Ericson"}]
