"""Filters that combine, reach through relations, and into documents and lists."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.library import Library

KEYS = {"books": "isbn", "authors": "id", "loans": "borrower", "shelves": "code", "reviews": "id"}


async def found(library: Library, root: str, where: str) -> str:
    """What a filter finds: the last letters of its rows' keys, in order."""
    data = await library.data(f"{{ {root}(where: {where}) {{ nodes {{ key: {KEYS[root]} }} }} }}")
    return "".join(str(node["key"])[-1] for node in data[root]["nodes"])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{}", "123456"),
        ("{and: []}", "123456"),
        ("{or: []}", ""),
        ("{not: {}}", ""),
        ("{title: {}}", "123456"),
        ("{genre: {eq: NOVEL}, pages: {eq: 120}}", "16"),
        ("{and: [{genre: {eq: NOVEL}}, {pages: {eq: 120}}]}", "16"),
        ("{or: [{genre: {eq: POETRY}}, {pages: {gt: 200}}]}", "23"),
        ("{or: {pages: {gt: 200}}}", "3"),
        ("{not: {genre: {eq: NOVEL}}}", "235"),
        ("{not: {genre: {ne: NOVEL}}}", "1456"),
        ("{not: {not: {genre: {eq: NOVEL}}}}", "146"),
        ("{not: {genre: {eq: NOVEL}, pages: {eq: 120}}}", "2345"),
        ("{not: {or: [{genre: {isNull: true}}, {genre: {eq: NOVEL}}]}}", "23"),
        ("{and: [{or: [{pages: {eq: 80}}, {pages: {eq: 300}}]}], inPrint: {eq: false}}", "3"),
    ],
)
async def test_logic(library, where, expected):
    """Fields side by side are and-ed; `not` is the exact complement, nulls included."""
    assert await found(library, "books", where) == expected


@pytest.mark.parametrize(
    ("root", "where", "expected"),
    [
        ("loans", '{book: {title: {eq: "birds"}}}', "o"),
        ("loans", "{book: {}}", "ioiod"),
        ("authors", '{mentor: {name: {startsWith: "Ann"}}}', "23"),
        ("authors", "{mentor: {mentor: {id: {eq: 1}}}}", "5"),
        ("authors", "{mentor: {}}", "235"),
        ("authors", "{not: {mentor: {}}}", "14"),
        ("authors", "{not: {mentor: {born: {isNull: false}}}}", "145"),
        ("shelves", '{parent: {labels: {some: {eq: "rare"}}}}', "BC"),
        ("reviews", "{shelf: {location: {floor: {lt: 0}}}}", "6"),
    ],
)
async def test_relations_to_one(library, root, where, expected):
    """There must be such a row: one that dangles or is null matches nothing but `not`."""
    assert await found(library, root, where) == expected


@pytest.mark.parametrize(
    ("root", "where", "expected"),
    [
        ("books", '{authors: {some: {name: {eq: "Bob Brandt"}}}}', "26"),
        ("books", "{authors: {every: {born: {isNull: false}}}}", "1345"),
        ("books", "{authors: {none: {born: {isNull: false}}}}", "5"),
        ("books", "{authors: {some: {}}}", "12346"),
        ("books", "{authors: {none: {}}}", "5"),
        ("books", "{loans: {some: {returnedOn: {isNull: true}}}}", "14"),
        ("books", '{loans: {some: {fee: {gt: "0"}}, none: {borrower: {eq: "Zed"}}}}', "1"),
        ("authors", '{books: {some: {loans: {some: {borrower: {eq: "Zed"}}}}}}', "3"),
        ("authors", "{students: {every: {books: {some: {}}}}}", "1345"),
        ("shelves", "{children: {some: {location: {isNull: true}}}}", "A"),
        ("shelves", "{reviews: {none: {}}}", "C"),
    ],
)
async def test_relations_to_many(library, root, where, expected):
    """`every` and `none` hold where there are no rows; many-to-many as one-to-many."""
    assert await found(library, root, where) == expected


@pytest.mark.parametrize(
    ("root", "where", "expected"),
    [
        ("shelves", "{location: {isNull: true}}", "C"),
        ("shelves", "{location: {isNull: false}}", "ABD"),
        ("shelves", "{location: {floor: {isNull: true}}}", "BC"),
        ("shelves", "{location: {position: {column: {gte: 7}}}}", "A"),
        ("shelves", "{location: {position: {isNull: true}}}", "BC"),
        ("shelves", '{location: {or: [{room: {eq: "Hall"}}, {floor: {eq: -1}}]}}', "AD"),
        ("shelves", '{location: {not: {room: {eq: "Hall"}}}}', "BCD"),
        ("shelves", "{labels: {isNull: true}}", "C"),
        ("shelves", '{labels: {some: {eq: "rare"}}}', "A"),
        ("shelves", '{labels: {every: {eq: "old"}}}', "BD"),
        ("shelves", '{labels: {none: {eq: "rare"}}}', "BD"),
        ("shelves", "{labels: {some: {}}}", "AD"),
        ("shelves", '{slots: {some: {name: {eq: "top"}, width: {gt: "50"}}}}', "A"),
        ("shelves", "{slots: {some: {formats: {some: {eq: OCTAVO}}}}}", "D"),
        ("shelves", "{slots: {every: {formats: {some: {}}}}}", "BD"),
        ("shelves", "{slots: {some: {position: {row: {eq: 1}}}}}", "A"),
        ("shelves", "{slots: {some: {not: {width: {isNull: false}}}}}", "A"),
        ("reviews", "{comments: {none: {likes: {gt: 0}}}}", "24"),
        ("reviews", "{comments: {isNull: false, none: {}}}", "2"),
        ("books", '{tags: {some: {eq: "war"}}}', "14"),
        ("books", "{tags: {some: {isNull: true}}}", "4"),
        ("books", '{tags: {every: {startsWith: "a"}}}', "25"),
        ("books", "{tags: {isNull: true}}", "3"),
        ("books", "{extra: {isNull: false}}", "12"),
    ],
)
async def test_documents_and_lists(library, root, where, expected):
    """A null list has neither some, every nor none; inside a null document all is null."""
    assert await found(library, root, where) == expected


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("{title: {eq: null}}", "eq"),
        ("{title: null}", "title"),
        ("{genre: {in: null}}", "in"),
        ("{and: null}", "and"),
        ("{or: null}", "or"),
        ("{not: null}", "not"),
        ("{title: {isNull: null}}", "isNull"),
        ("{authors: null}", "authors"),
        ("{authors: {some: null}}", "some"),
        ("{tags: {some: {eq: null}}}", "eq"),
        ("{or: [{title: {eq: null}}]}", "eq"),
    ],
)
async def test_an_explicit_null_is_refused_with_a_hint(library, where, name):
    """It could mean "is null" or "no filter"; the hint names both."""
    for answer in (
        await library.ask(f"{{ books(where: {where}) {{ totalCount }} }}"),
        await library.ask(
            f"{{ authors {{ nodes {{ books(where: {where}) {{ totalCount }} }} }} }}"
        ),
    ):
        (error,) = answer["errors"]
        assert error["message"] == f"The filter {name!r} was null."
        assert error["extensions"] == {
            "code": "BAD_USER_INPUT",
            "hint": "Ask { isNull: true } for null values, or leave the filter out.",
        }
    assert library.reads() == []


async def test_what_a_variable_leaves_out_is_no_filter(library):
    """An absent variable is an absent field; a null one is an explicit null."""
    query = "query($title: String) { books(where: {title: {eq: $title}}) { totalCount } }"
    assert await library.data(query) == {"books": {"totalCount": 6}}
    assert await library.code(query, title=None) == "BAD_USER_INPUT"
    whole = "query($where: BookFilter) { books(where: $where) { totalCount } }"
    assert await library.data(whole, where=None) == {"books": {"totalCount": 6}}


leaves = st.sampled_from(
    [
        {"genre": {"eq": "NOVEL"}},
        {"pages": {"gt": 100}},
        {"rating": {"isNull": True}},
        {"title": {"ne": "Dust"}},
        {"tags": {"some": {"eq": "war"}}},
        {"tags": {"every": {"eq": "war"}}},
        {"authors": {"every": {"born": {"isNull": False}}}},
        {"loans": {"some": {"fee": {"lt": "1"}}}},
    ]
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"and": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(inner, max_size=3)),
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(filters, filters)
async def test_the_laws_of_logic_hold(one, other):
    """A filter and its complement part all rows; De Morgan; twice `not` is nothing."""
    library = Library()

    async def rows(where):
        data = await library.data(
            "query($w: BookFilter) { books(where: $w) { nodes { isbn } } }", w=where
        )
        return {node["isbn"] for node in data["books"]["nodes"]}

    everything, found = await rows({}), await rows(one)
    assert found | await rows({"not": one}) == everything
    assert found & await rows({"not": one}) == set()
    assert await rows({"not": {"not": one}}) == found
    negated = {"not": {"and": [one, other]}}
    assert await rows(negated) == await rows({"or": [{"not": one}, {"not": other}]})
    assert await rows({"and": [one, other]}) == found & await rows(other)
