"""Groups: by fields, documents, relations and spans of time; which of them, and in which order."""

import pytest


async def groups(library, field: str, arguments: str, asked: str = "aggregate { count }"):
    """The groups of all rows of a root field."""
    query = (
        f"{{ {field} {{ groupBy({arguments}) {{ key {{ {asked} }} aggregate {{ count }} }} }} }}"
    )
    return [
        (group["key"], group["aggregate"]["count"])
        for group in (await library.data(query))[field]["groupBy"]
    ]


async def test_null_is_a_group_and_keys_order(library):
    """Enums as they are declared, nulls last."""
    found = await groups(library, "books", "by: [{genre: VALUE}]", "genre")
    assert found == [
        ({"genre": "NOVEL"}, 3),
        ({"genre": "POETRY"}, 1),
        ({"genre": "SCIENCE"}, 1),
        ({"genre": None}, 1),
    ]


async def test_several_keys_and_what_is_not_grouped_by(library):
    """A key that is not asked for is null in the answer."""
    by = "by: [{pages: VALUE}, {inPrint: VALUE}], orderBy: [{key: {inPrint: DESC}}]"
    assert await groups(library, "books", by, "pages inPrint genre") == [
        ({"pages": 80, "inPrint": True, "genre": None}, 1),
        ({"pages": 120, "inPrint": True, "genre": None}, 2),
        ({"pages": None, "inPrint": True, "genre": None}, 1),
        ({"pages": 120, "inPrint": False, "genre": None}, 1),
        ({"pages": 300, "inPrint": False, "genre": None}, 1),
    ]


async def test_documents_and_relations(library):
    """Keys inside documents and beyond relations to one; who has none is with the nulls."""
    by = "by: [{parent: {location: {room: VALUE}}}, {location: {floor: VALUE}}]"
    asked = "parent { code location { room } } location { floor }"
    found = await groups(library, "shelves", by, asked)
    assert [(key["parent"], key["location"]["floor"], count) for key, count in found] == [
        ({"code": None, "location": {"room": "Hall"}}, None, 2),
        ({"code": None, "location": {"room": None}}, -1, 1),
        ({"code": None, "location": {"room": None}}, 1, 1),
    ]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("{}", ["1930-01-01", "1999-01-01", "2001-09-09", None]),
        ("{unit: DAY}", ["1930-01-01", "1999-01-01", "2001-09-09", None]),
        ("{unit: WEEK}", ["1929-12-30", "1998-12-28", "2001-09-03", None]),
        ("{unit: MONTH}", ["1930-01-01", "1999-01-01", "2001-09-01", None]),
        ("{unit: QUARTER}", ["1930-01-01", "1999-01-01", "2001-07-01", None]),
        ("{unit: YEAR}", ["1930-01-01", "1999-01-01", "2001-01-01", None]),
    ],
)
async def test_spans_of_days(library, by, keys):
    """A group's key is the first day of its span."""
    found = await groups(library, "books", f"by: [{{published: {by}}}]", "published")
    assert [key["published"] for key, _ in found] == keys


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("{unit: HOUR}", ["2024-05-06T23:00:00+00:00", "2024-05-07T12:00:00+00:00"]),
        ("{unit: DAY}", ["2024-05-06T00:00:00+00:00", "2024-05-07T00:00:00+00:00"]),
        (
            '{unit: DAY, timeZone: "Asia/Tokyo"}',
            ["2024-05-06T15:00:00+00:00"],
        ),
        (
            '{unit: WEEK, timeZone: "America/New_York"}',
            ["2024-05-06T04:00:00+00:00"],
        ),
        ("{unit: YEAR}", ["2024-01-01T00:00:00+00:00"]),
    ],
)
async def test_spans_of_moments_by_a_clock(library, by, keys):
    """A group's key is the moment at which the span begins there, told in UTC."""
    rows = library.documents["Review"][:2]
    rows[1]["written_at"] = rows[0]["written_at"].replace(day=6, hour=23)
    library.documents["Review"][:] = rows
    found = await groups(library, "reviews", f"by: [{{writtenAt: {by}}}]", "writtenAt")
    assert [key["writtenAt"] for key, _ in found] == keys


async def test_having_and_order_by_aggregates(library):
    """They may look at what is not shown; and, or and not combine as in `where`."""
    data = await library.data(
        """{ books { groupBy(by: [{genre: VALUE}],
               having: {or: [{sum: {pages: {gt: "200"}}},
                             {count: {eq: 1}, not: {max: {title: {eq: "birds"}}}}]},
               orderBy: [{avg: {pages: DESC}}, {key: {genre: ASC}}]) {
             key { genre } aggregate { avg { pages } } } } }"""
    )
    assert data["books"]["groupBy"] == [
        {"key": {"genre": "SCIENCE"}, "aggregate": {"avg": {"pages": 300.0}}},
        {"key": {"genre": "NOVEL"}, "aggregate": {"avg": {"pages": 120.0}}},
        {"key": {"genre": None}, "aggregate": {"avg": {"pages": 120.0}}},
    ]


async def test_pages_of_groups(library):
    """By first and offset; ties are settled by the keys, so that no group is lost."""
    seen = []
    for offset in range(0, 6, 2):
        by = f"by: [{{title: VALUE}}], orderBy: [{{count: DESC}}], first: 2, offset: {offset}"
        seen += [key["title"] for key, _ in await groups(library, "books", by, "title")]
    assert seen == ["Dust", "Ashes", "Cells 100%", "birds", "Émile"]
    assert await groups(library, "books", "by: [{title: VALUE}], first: 0", "title") == []


async def test_several_at_once_beside_rows(library):
    """Each alias has arguments of its own; all are read by one call."""
    data = await library.data(
        """{ reviews(first: 1) { nodes { reviewer } totalCount aggregate { count }
          a: groupBy(by: [{verdict: VALUE}]) { key { verdict } }
          b: groupBy(by: [{stars: VALUE}], first: 1) { key { stars } aggregate { count } } } }"""
    )
    assert data["reviews"] == {
        "nodes": [{"reviewer": "ray"}],
        "totalCount": 6,
        "aggregate": {"count": 6},
        "a": [{"key": {"verdict": v}} for v in ("READ", "SKIP", None)],
        "b": [{"key": {"stars": 1}, "aggregate": {"count": 1}}],
    }
    assert library.calls()["mongo"] == [["Review"] * 4]


async def test_for_each_parent(library):
    """First and offset count the groups of each parent."""
    data = await library.data(
        """{ books { nodes { title reviews {
          groupBy(by: [{verdict: VALUE}], orderBy: [{max: {stars: DESC}}], first: 1) {
            key { verdict } aggregate { max { stars } } } } } } }"""
    )
    found = {book["title"]: book["reviews"]["groupBy"] for book in data["books"]["nodes"]}
    assert found["Ashes"] == [{"key": {"verdict": "READ"}, "aggregate": {"max": {"stars": 5}}}]
    assert found["birds"] == [{"key": {"verdict": None}, "aggregate": {"max": {"stars": None}}}]
    assert found["Émile"] == []
    assert library.calls()["mongo"] == [["Review"]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("by: []", "GROUP_INVALID"),
        ("by: [{stars: VALUE}, {stars: VALUE}]", "GROUP_INVALID"),
        ('by: [{writtenAt: {unit: DAY, timeZone: "Mars/Olympus"}}]', "GROUP_INVALID"),
        ('by: [{writtenAt: {unit: DAY, timeZone: "+02:00"}}]', "GROUP_INVALID"),
        ('by: [{writtenAt: {timeZone: "UTC"}}]', "GROUP_INVALID"),
        ("by: [{stars: VALUE}], orderBy: [{key: {verdict: ASC}}]", "GROUP_INVALID"),
        ("by: [{stars: VALUE}], first: -1", "PAGE_INVALID"),
        ("by: [{stars: VALUE}], offset: -1", "PAGE_INVALID"),
        ("by: [{stars: VALUE}], first: 201", "PAGE_SIZE_EXCEEDED"),
        ("by: [{stars: VALUE}], having: {count: null}", "BAD_USER_INPUT"),
        ("by: [{stars: VALUE}], having: {max: {stars: {gt: null}}}", "BAD_USER_INPUT"),
        ("by: [{comments: VALUE}]", "GRAPHQL_VALIDATION_FAILED"),
        ("by: [{book: {title: VALUE}}]", "GRAPHQL_VALIDATION_FAILED"),
        ("by: [{stars: VALUE, verdict: VALUE}]", "GRAPHQL_VALIDATION_FAILED"),
        ("by: [{stars: VALUE}], having: {sum: {reviewer: {gt: 1}}}", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_cannot_be_grouped(library, arguments, code):
    """Told by a code, before any store is asked."""
    query = f"{{ reviews {{ groupBy({arguments}) {{ aggregate {{ count }} }} }} }}"
    errors = (await library.ask(query))["errors"]
    assert {error["extensions"]["code"] for error in errors} == {code}
    assert library.reads() == []


async def test_arguments_in_variables(library):
    """As literals do."""
    data = await library.data(
        """query($by: [ReviewGroupBy!]!, $having: ReviewHaving, $order: [ReviewGroupOrder!]) {
          reviews { groupBy(by: $by, having: $having, orderBy: $order) {
            key { writtenAt reviewer } aggregate { count } } } }""",
        by=[
            {"writtenAt": {"unit": "MONTH", "timeZone": "Europe/Berlin"}},
            {"reviewer": "VALUE"},
        ],
        having={"count": {"gte": 1}, "min": {"writtenAt": {"isNull": False}}},
        order=[{"count": "DESC"}, {"key": {"reviewer": "DESC"}}],
    )
    assert data["reviews"]["groupBy"] == [
        {
            "key": {"writtenAt": "2024-04-30T22:00:00+00:00", "reviewer": reviewer},
            "aggregate": {"count": count},
        }
        for reviewer, count in (("ray", 3), ("tom", 1), ("sue", 1))
    ]


@pytest.mark.parametrize(
    ("kind", "term", "values"),
    [
        ("DateGroupBy!", "$by", [{}, {"unit": "YEAR"}, {"unit": "MONTH"}]),
        ("DateUnit", "{unit: $by}", [None, "YEAR", "MONTH"]),
    ],
)
async def test_a_span_in_a_variable_is_that_of_each_request(library, kind, term, values):
    """One operation, planned for each of them."""
    grouped = f"groupBy(by: [{{lentOn: {term}}}]) {{ key {{ lentOn }} }}"
    query = f"query ($by: {kind}) {{ loans {{ {grouped} }} }}"
    found = [await library.data(query, by=value) for value in values]
    assert [len(data["loans"]["groupBy"]) for data in found] == [5, 1, 3]


async def test_a_time_zone_in_a_variable(library):
    """One that is none is refused, after one that was right."""
    by = "by: [{addedAt: {unit: DAY, timeZone: $zone}}]"
    query = f"query ($zone: String) {{ books {{ groupBy({by}) {{ aggregate {{ count }} }} }} }}"
    for zone in ("UTC", "Asia/Kolkata", None):
        await library.data(query, zone=zone)
    assert await library.code(query, zone="Nowhere/Land") == "GROUP_INVALID"


@pytest.mark.parametrize("key", ["search: RANK", 'similarity: {name: {to: "Ann", direction: ASC}}'])
@pytest.mark.parametrize("term", ["{%s}", "{mentor: {%s}}"])
async def test_groups_have_neither_rank_nor_likeness(library, key, term):
    """Rows are ordered by them, and a group is of many rows."""
    order = f"orderBy: [{{key: {term % key}}}]"
    query = f"{{ authors {{ groupBy(by: [{{name: VALUE}}], {order}) {{ key {{ name }} }} }} }}"
    assert await library.code(query) == "GROUP_INVALID"
