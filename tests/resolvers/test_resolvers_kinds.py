"""Interfaces over kinds of rows, and over entities of both stores."""

import pytest

from tests.library.library import Library
from tests.library.sources import DictCache

KNOWN = '{medium: {ne: "wax"}}'


async def test_a_list_of_several_kinds_is_one_read_of_what_is_asked(library):
    """Each row is of its own type; only the columns that some fragment names are read."""
    query = f"""{{ recordings(where: {KNOWN}) {{ nodes {{
        __typename title
        ... on Film {{ colour length: minutes }}
        ... on Audio {{ tracks }}
        ... on Disc {{ length: layers }}
        ... @include(if: false) {{ isbn }}
    }} }} }}"""
    data = await library.data(query)
    assert data["recordings"]["nodes"] == [
        {"__typename": "Film", "title": "Ashes", "colour": True, "length": 90},
        {"__typename": "Film", "title": "Ashes II", "colour": False, "length": None},
        {"__typename": "PlainAudio", "title": "Birdsong", "tracks": 12},
        {"__typename": "Disc", "title": "Cells", "tracks": 8, "length": 2},
        {"__typename": "Disc", "title": "Émile", "tracks": None, "length": None},
    ]
    (read,) = library.reads()
    assert set(read.fields) == {
        ("medium",), ("title",), ("minutes",), (":Film", "colour"),
        (":PlainAudio", "tracks"), (":Disc", "tracks"), (":Disc", "layers"),
    }  # fmt: skip


async def test_a_row_has_the_id_of_its_own_kind(library):
    """By which it is found, though never by its interface's name."""
    data = await library.data("{ recordings(first: 4) { nodes { nodeId id } } }")
    for row in data["recordings"]["nodes"]:
        query = "query($id: ID!) { node(id: $id) { __typename ... on Recording { id title } } }"
        found = await library.data(query, id=row["nodeId"])
        assert found["node"]["id"] == row["id"]
    forged = "WyJSZWNvcmRpbmciLDFd"  # ["Recording",1]
    assert await library.code(f'{{ node(id: "{forged}") {{ nodeId }} }}') == "NODE_ID_INVALID"
    other = "WyJEaXNjIiwxXQ"  # ["Disc",1], which is a film
    assert await library.data(f'{{ node(id: "{other}") {{ nodeId }} }}') == {"node": None}


async def test_each_kind_has_lists_and_lookups_of_its_own(library):
    """In which no row of another kind is, whether counted, filtered or looked up."""
    data = await library.data(
        """{ films { totalCount nodes { code } aggregate { max { minutes } } }
             audios(where: {tracks: {gt: 0}}) { nodes { __typename } groupBy(by: {medium: VALUE}) {
               key { medium } aggregate { count } } }
             discs { totalCount } film(id: 3) { id } audio(id: 3) { __typename }
             filmByCode(code: "f1") { title } lectures(where: {seats: {gt: 1}}) { totalCount }
             exhibitions { nodes { title seats } } }"""
    )
    assert data["films"] == {
        "totalCount": 2,
        "nodes": [{"code": "f1"}, {"code": None}],
        "aggregate": {"max": {"minutes": 90}},
    }
    assert data["audios"]["nodes"] == [{"__typename": "PlainAudio"}, {"__typename": "Disc"}]
    groups = [
        (each["key"]["medium"], each["aggregate"]["count"]) for each in data["audios"]["groupBy"]
    ]
    assert groups == [("disc", 1), ("tape", 1)]
    assert data["discs"] == {"totalCount": 2}
    assert (data["film"], data["audio"]) == (None, {"__typename": "PlainAudio"})
    assert data["filmByCode"] == {"title": "Ashes"}
    assert data["lectures"] == {"totalCount": 1}
    assert data["exhibitions"]["nodes"] == [
        {"title": "Old maps", "seats": "forty"}, {"title": "Chairs", "seats": None},
    ]  # fmt: skip


async def test_relations_lead_from_and_to_kinds_and_interfaces(library):
    """What all kinds have is joined; what one has, or the other store holds, is a batch."""
    data = await library.data(
        f"""{{ recordings(where: {KNOWN}, first: 3) {{ nodes {{
          author {{ name recordings(first: 1) {{ totalCount nodes {{ title }} }} }}
          shelf {{ code }}
          ... on Film {{ sequel {{ title }} director {{ films {{ totalCount }} }} }}
        }} }} }}"""
    )
    first, second, third = data["recordings"]["nodes"]
    assert first == {
        "author": {
            "name": "Ann Archer",
            "recordings": {"totalCount": 3, "nodes": [{"title": "Ashes"}]},
        },
        "shelf": {"code": "A"},
        "sequel": {"title": "Ashes II"},
        "director": {"films": {"totalCount": 1}},
    }
    assert (second["sequel"], second["director"]) == (None, None)
    assert third == {
        "author": {
            "name": "Bob Brandt",
            "recordings": {"totalCount": 1, "nodes": [{"title": "Birdsong"}]},
        },
        "shelf": {"code": "B"},
    }
    assert library.calls() == {
        "postgres": [["Recording"], ["Recording", "Film", "Author"], ["Film"]],
        "mongo": [["Shelf"]],
    }


async def test_filters_lead_through_relations_to_kinds(library):
    """Within a store and across, to an interface and to one kind."""
    data = await library.data(
        """{ authors(where: {films: {some: {code: {isNull: true}}}}) { nodes { name } }
             none: authors(where: {films: {some: {}}}) { nodes { name } }
             shelves(where: {recordings: {some: {title: {eq: "Ashes"}}}}) { nodes { code } }
             books(where: {lectures: {some: {}}}) { nodes { title } }
             recordings(where: {book: {title: {eq: "birds"}}}) { nodes { title } }
             films(where: {sequel: {}}) { nodes { title } } }"""
    )
    assert data["authors"] == {"nodes": []}
    assert data["none"] == {"nodes": [{"name": "Cid Čapek"}]}
    assert data["shelves"] == {"nodes": [{"code": "A"}]}
    assert data["books"] == {"nodes": [{"title": "Ashes"}]}
    assert data["recordings"] == {"nodes": [{"title": "Birdsong"}]}
    assert data["films"] == {"nodes": [{"title": "Ashes"}]}


@pytest.mark.parametrize("plural", ["recordings", "events"])
async def test_a_kind_that_no_model_has_is_an_error_at_its_row_alone(library, plural):
    """Its neighbours stay, and it is counted, ordered and paged over as they are."""
    answer = await library.ask(
        f"{{ {plural} {{ edges {{ cursor node {{ title }} }} nodes {{ __typename }} }} }}"
    )
    page = answer["data"][plural]
    odd = page["nodes"].index(None)
    assert page["edges"][odd]["node"] is None
    assert page["edges"][odd]["cursor"]
    assert page["nodes"].count(None) == 1
    assert [error["path"] for error in answer["errors"]] == [
        [plural, "edges", odd, "node"], [plural, "nodes", odd],
    ]  # fmt: skip
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes == {"STORED_VALUE_INVALID"}


async def test_interfaces_of_users_hold_rows_of_both_stores(library):
    """As a user's own field gives them, and as `node` does; the fields are each entity's own."""
    answer = await library.ask(
        """{ titledAt(shelf: "B") { __typename title initial nodeId
               ... on Recording { label author { name } }
               ... on Lecture { speaker } ... on Book { isbn } } }"""
    )
    assert "errors" not in answer
    found = answer["data"]["titledAt"]
    assert [(each["__typename"], each["title"], each["initial"]) for each in found] == [
        ("Book", "Cells 100%", "C"), ("Book", "Dust", "D"), ("PlainAudio", "Birdsong", "B"),
        ("Lecture", "Birds", "B"),
    ]  # fmt: skip
    assert found[2]["label"] == "Birdsong (tape)"
    assert found[2]["author"] == {"name": "Bob Brandt"}
    assert found[3]["speaker"] == "Bob"
    for each in found:
        query = "query($id: ID!) { node(id: $id) { ... on Titled { title } } }"
        assert await library.data(query, id=each["nodeId"]) == {"node": {"title": each["title"]}}


async def test_users_fields_on_interfaces_are_on_all_who_implement_them(library):
    """And read what they require, in the same statement."""
    data = await library.data(
        f"""{{ recordings(where: {KNOWN}, first: 1) {{ nodes {{ label }} }}
               discs(first: 1) {{ nodes {{ label initial }} }}
               books(first: 1) {{ nodes {{ initial }} }} }}"""
    )
    assert data["recordings"]["nodes"] == [{"label": "Ashes (film)"}]
    assert data["discs"]["nodes"] == [{"label": "Cells (disc)", "initial": "C"}]
    assert data["books"]["nodes"] == [{"initial": "A"}]


async def test_kinds_are_kept_in_the_cache_as_they_are():
    """Of each its own fields, and of an unknown one what all have."""
    query = """{ shelf(code: "A") { recordings { nodes { title ... on Film { colour } } }
                                    events { nodes { title ... on Lecture { seats } } } } }"""
    cache = DictCache()
    first = await Library(cache=cache).ask(query)
    assert cache.content
    again = Library(cache=cache)
    assert await again.ask(query) == first
    assert again.calls()["postgres"] == []
    assert sorted(error["path"] for error in first["errors"]) == [
        ["shelf", "events", "nodes", 2], ["shelf", "recordings", "nodes", 2],
    ]  # fmt: skip
