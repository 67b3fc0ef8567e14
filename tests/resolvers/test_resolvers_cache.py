"""The cache in front of reads across stores: it saves calls, and never changes an answer."""

import itertools
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.errors import StoredValueError
from tests.library.library import Library
from tests.library.rows import book_id
from tests.library.sources import DictCache, SpoiltSource

QUERY = """{ books(orderBy: [{isbn: ASC}]) { nodes {
  isbn shelf { code location { room floor position { row } } slots { width formats } litFrom
               parent { labels } }
  reviews(first: 2, orderBy: [{writtenAt: DESC}]) {
    totalCount edges { cursor node { stars verdict paid writtenAt comments { likes } } }
  }
} } reviews { nodes { book { title price cover tags addedAt readingHour sold } } } }"""


@pytest.fixture
def cache() -> DictCache:
    """An empty cache."""
    return DictCache()


@pytest.fixture
async def kept() -> dict[str, Any]:
    """The answer that must come out in any case."""
    return await Library().data(QUERY)


async def test_the_second_request_asks_the_other_store_nothing(cache, kept):
    """Hops across stores are answered from the cache: to one, to many, in both directions."""
    first, second = Library(cache=cache), Library(cache=cache)
    assert await first.data(QUERY) == kept
    assert first.calls() == {
        "postgres": [["Book"], ["Book"]],
        "mongo": [["Review"], ["Shelf", "Review"]],
    }
    assert await second.data(QUERY) == kept
    assert second.calls() == {"postgres": [["Book"]], "mongo": [["Review"]]}


async def test_what_holds_numbers_beyond_64_bits_is_asked_for_again(cache):
    """Since what is kept could not hold them; the same of others is kept."""
    query = (
        "query ($of: UUID!) { reviews(where: {bookId: {eq: $of}}) { nodes { book { extra } } } }"
    )
    for number, asked in ((1, []), (2, [["Book"]])):
        first, second = Library(cache=cache), Library(cache=cache)
        told = await first.data(query, of=str(book_id(number)))
        assert told["reviews"]["nodes"]
        assert await second.data(query, of=str(book_id(number))) == told
        assert second.calls()["postgres"] == asked


async def test_only_hops_across_stores_are_kept(cache):
    """Within a store a read costs no more than a look into the cache."""
    query = "{ books { nodes { loans { totalCount } authors { nodes { name } } } } }"
    await Library(cache=cache).data(query)
    await Library(cache=cache).data("{ books { nodes { lastLoan { fee } praise { stars } } } }")
    assert cache.content == {}


async def test_missing_keys_alone_are_read(cache):
    """Part from the cache, part from the store."""
    await Library(cache=cache).data('{ bookByIsbn(isbn: "i1") { shelf { code } } }')
    library = Library(cache=cache)
    await library.data("{ books { nodes { shelf { code } } } }")
    (read,) = library.mongo.calls[0]
    assert read.batch.keys == (("B",), ("Z",))


async def test_what_is_absent_is_remembered_as_absent(cache):
    """A key without a row, and a row without rows of its own."""
    query = '{ bookByIsbn(isbn: "i5") { shelf { code } reviews { totalCount nodes { stars } } } }'
    for calls in (1, 0):
        library = Library(cache=cache)
        data = await library.data(query)
        assert data["bookByIsbn"] == {"shelf": None, "reviews": {"totalCount": 0, "nodes": []}}
        assert len(library.mongo.calls) == calls


VARIANTS = [
    "shelf { code }",
    "shelf { code labels }",
    "shelf { labels }",
    "shelf { location { room } }",
    "shelf { location { floor } }",
    "shelf { code parent { code } }",
    "shelf { code parent { labels } }",
    "reviews { totalCount }",
    "reviews { nodes { stars } }",
    "reviews { totalCount nodes { stars } }",
    "reviews(first: 1) { nodes { stars } }",
    "reviews(first: 2) { nodes { stars } }",
    "reviews(last: 1) { nodes { stars } }",
    "reviews(offset: 1) { nodes { stars } }",
    "reviews(orderBy: [{stars: ASC}]) { nodes { stars } }",
    "reviews(orderBy: [{stars: ASC_NULLS_FIRST}]) { nodes { stars } }",
    "reviews(where: {stars: {gt: 1}}) { nodes { stars } }",
    "reviews(where: {stars: {gt: 4}}) { nodes { stars } }",
    'reviews(where: {shelf: {code: {eq: "A"}}}) { nodes { stars } }',
    "reviews(where: {verdict: {eq: READ}}) { nodes { stars } }",
]


async def test_other_arguments_and_fields_are_other_entries(cache):
    """Whatever was asked before, each question has its own answer."""
    expected = {
        part: await Library().data(f"{{ books {{ nodes {{ {part} }} }} }}") for part in VARIANTS
    }
    entries = 0
    for part in VARIANTS:
        found = await Library(cache=cache).data(f"{{ books {{ nodes {{ {part} }} }} }}")
        assert found == expected[part]
        assert len(cache.content) > entries, part
        entries = len(cache.content)
    for part, other in itertools.pairwise(VARIANTS):
        both = await Library(cache=cache).data(
            f"{{ books {{ nodes {{ a: {part} b: {other} }} }} }}"
        )
        assert [node["b"] for node in both["books"]["nodes"]] == [
            next(iter(node.values())) for node in expected[other]["books"]["nodes"]
        ]
    assert len(cache.content) == entries


async def test_entries_are_kept_as_long_as_the_setting_says(cache):
    """The time to live is the graph's where a model says none; a setting of 0 keeps nothing."""
    await Library(cache=cache).data(QUERY)
    assert set(cache.ttls.values()) == {60}


async def test_a_wrong_stored_value_is_not_kept(cache):
    """The error is told each time, until the value is mended in its store."""
    error = StoredValueError("no such thing")

    def spoil(entity: str, record: dict[str, Any]) -> None:
        if entity == "Shelf":
            record["slots"] = [{"width": error}]

    query = "{ books { nodes { shelf { slots { width } } } } }"
    library = Library(cache=cache, mongo=lambda source: SpoiltSource(source, spoil))
    assert len((await library.ask(query))["errors"]) == 4
    assert all(b"slots" not in content for content in cache.content.values())
    await Library(cache=cache).data(query)


async def test_what_cannot_be_kept_is_answered_all_the_same(cache):
    """A JSON column may hold numbers that the cache's format cannot."""
    library = Library(cache=cache)
    library.tables["Book"][0]["extra"] = {"n": 10**30}
    query = "{ reviews(first: 1) { nodes { book { extra } } } }"
    for _ in range(2):
        data = await library.data(query)
        assert data["reviews"]["nodes"] == [{"book": {"extra": {"n": 10**30}}}]


spoilers = st.one_of(
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ).map(orjson.dumps),
)


@settings(max_examples=60)
@given(spoilers)
@example(b"[null,[]]")
@example(b"[0,[]]")
@example(b"[" * 5000)
async def test_other_bytes_under_a_key_are_a_miss(kept, spoiler):
    """Any bytes at all, and JSON of any other shape; the store is asked, and the entry mended."""
    cache = DictCache()
    await Library(cache=cache).data(QUERY)
    good = dict(cache.content)
    cache.content = dict.fromkeys(good, spoiler)
    library = Library(cache=cache)
    assert await library.data(QUERY) == kept
    assert library.calls()["mongo"] == [["Review"], ["Shelf", "Review"]]
    assert cache.content.keys() == good.keys()
    mended = Library(cache=cache)
    assert await mended.data(QUERY) == kept
    assert mended.calls()["mongo"] == [["Review"]]


@settings(max_examples=60)
@given(st.data())
async def test_a_spoilt_entry_is_a_miss(kept, data):
    """Cut off, a byte changed, or in the place of another one."""
    cache = DictCache()
    await Library(cache=cache).data(QUERY)
    for key, content in cache.content.items():
        at = data.draw(st.integers(0, len(content) - 1))
        byte = bytes([content[at] ^ data.draw(st.integers(1, 255))])
        cut, changed = content[:at], content[:at] + byte + content[at + 1 :]
        cache.content[key] = data.draw(st.sampled_from([cut, changed, content + b" "]))
    library = Library(cache=cache)
    assert await library.data(QUERY) == kept
    assert library.calls()["mongo"] == [["Review"], ["Shelf", "Review"]]
