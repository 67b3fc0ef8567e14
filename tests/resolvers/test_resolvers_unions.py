"""Documents of several types in one field, or in one list of a field."""

import pytest


async def test_a_union_gives_what_its_fragments_ask(library):
    """Of each member its own fields, in its own types; only these are read, and the tag."""
    data = await library.data(
        """query($no: Boolean = false) {
          reviews(where: {cover: {isNull: false}, stars: {eq: 5}}) { nodes {
            cover { __typename ...P ... on Quote { at: taken } }
            exhibits { ...P ... on Quote { verdict long: size ... @include(if: $no) { text } } }
          } }
        }
        fragment P on Photo { size taken { place } ... on Photo { size } url @skip(if: $no) }"""
    )
    (node,) = data["reviews"]["nodes"]
    photo = {"__typename": "Photo", "size": 7, "taken": {"place": "Oslo"}, "url": "u1"}
    assert node["cover"] == photo
    assert node["exhibits"] == [
        {"verdict": "READ", "long": "long"},
        {"size": None, "taken": None, "url": "u2"},
    ]
    (read,) = library.reads()
    assert set(read.fields) == {
        ("cover", "kind"), ("cover", ":Photo", "size"), ("cover", ":Photo", "taken", "place"),
        ("cover", ":Photo", "url"), ("cover", ":Quote", "taken"),
        ("exhibits", "kind"), ("exhibits", ":Photo", "size"), ("exhibits", ":Photo", "url"),
        ("exhibits", ":Photo", "taken", "place"), ("exhibits", ":Quote", "verdict"),
        ("exhibits", ":Quote", "size"),
    }  # fmt: skip


async def test_a_member_that_no_model_has_is_an_error_at_that_place_alone(library):
    """Null there; the list around it, the document and its neighbours stay."""
    answer = await library.ask(
        """{ reviews(where: {stars: {eq: 3}}) { nodes {
          reviewer cover { __typename } exhibits { __typename } } } }"""
    )
    (node,) = answer["data"]["reviews"]["nodes"]
    assert node == {
        "reviewer": "ray",
        "cover": None,
        "exhibits": [{"__typename": "Quote"}, None, {"__typename": "Photo"}],
    }
    at = ["reviews", "nodes", 0]
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        ([*at, "cover"], "STORED_VALUE_INVALID"),
        ([*at, "exhibits", 1], "STORED_VALUE_INVALID"),
    ]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("{cover: {photo: {}}}", "14"),
        ("{cover: {not: {photo: {}}}}", "2356"),
        ("{not: {cover: {photo: {}}}}", "2356"),
        ("{cover: {isNull: true}}", "36"),
        ('{cover: {kind: {ne: "photo"}}}', "245"),  # null is unequal to nothing
        ("{cover: {photo: {size: {gt: 6}, taken: {place: {isNull: false}}}}}", "1"),
        ("{cover: {quote: {size: {isNull: true}}}}", "2"),
        ("{cover: {quote: {not: {verdict: {eq: READ}}}}}", "2"),
        ('{cover: {or: [{quote: {}}, {photo: {url: {eq: "u3"}}}]}}', "24"),
        ("{exhibits: {some: {photo: {size: {isNull: true}}}}}", "1"),
        ("{exhibits: {some: {kind: {isNull: true}}}}", "5"),
        ("{exhibits: {every: {quote: {}}}}", "26"),
        ('{exhibits: {none: {quote: {text: {startsWith: "So"}}}}}', "256"),
        ("{cover: {}}", "123456"),
    ],
)
async def test_filters_reach_into_members(library, where, found):
    """A member's filter says that it is that member, too; null and missing as everywhere."""
    data = await library.data(f"{{ reviews(where: {where}) {{ nodes {{ id }} }} }}")
    assert "".join(node["id"][-1] for node in data["reviews"]["nodes"]) == found


async def test_an_explicit_null_is_refused(library):
    """As of any filter: it could mean two things."""
    query = "{ reviews(where: {cover: {photo: null}}) { totalCount } }"
    assert await library.code(query) == "BAD_USER_INPUT"


async def test_filters_of_members_take_variables(library):
    """One plan for all values."""
    query = """query($size: Int, $where: ReviewFilter) {
      by: reviews(where: {cover: {photo: {size: {eq: $size}}}}) { totalCount }
      all: reviews(where: $where) { totalCount } }"""
    for size, count in ((7, 2), (8, 0)):
        where = {"cover": {"photo": {"size": {"eq": size}}}}
        data = await library.data(query, size=size, where=where)
        assert data == {"by": {"totalCount": count}, "all": {"totalCount": count}}
