"""Cursors: stable while rows come and go, and anything else in their place is a clean error."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.library.library import Library
from tests.library.paging import Walk, ids_of
from tests.library.rows import book_id

BY_TITLE = [{"title": "ASC"}]


def opened(cursor: str) -> list[Any]:
    """What a cursor holds: a mark of its list, and the values of its row."""
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def closed(parts: Any) -> str:
    """A cursor that holds something else."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def code_of(library: Library, field: str, order: str, **arguments: Any) -> list[str]:
    """The codes of the errors of a page that is asked for with wrong arguments."""
    query = f"""query($after: String, $before: String, $first: Int, $last: Int, $offset: Int) {{
      {field}(orderBy: {order}, after: $after, before: $before, first: $first, last: $last,
              offset: $offset) {{ edges {{ cursor }} }}
    }}"""
    answer = await library.ask(query, **arguments)
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def first_cursor(library: Library, field: str, order: str) -> str:
    """The cursor of the first row in an order."""
    data = await library.data(f"{{ {field}(orderBy: {order}) {{ edges {{ cursor }} }} }}")
    return data[field]["edges"][0]["cursor"]


async def test_rows_that_come_and_go_move_no_cursor(library):
    """The next page is what comes after the cursor's place, though its own row is gone."""
    walk = Walk(library, "books", BY_TITLE)
    before = ids_of(await walk.page())
    page = await walk.page(first=3)
    books = library.tables["Book"]
    third = next(book for book in books if book["isbn"] == "i4")  # the third by title
    books.remove(third)
    books.append(third | {"id": book_id(50), "title": "A new one, on a page already seen"})
    books.append(third | {"id": book_id(51), "title": "Zoo, on a page to come"})
    rest = ids_of(await walk.page(after=page["pageInfo"]["endCursor"]))
    assert len(rest) == 4
    assert set(before[3:]) < set(rest)
    earlier = ids_of(await walk.page(before=page["pageInfo"]["endCursor"]))
    assert set(before[:2]) < set(earlier)


async def test_a_cursor_serves_every_list_of_its_entity_and_order(library):
    """Filters and aliases change; the place in the order does not."""
    after = await first_cursor(library, "books", "[{title: ASC}]")
    walk = Walk(library, "books", BY_TITLE, where={"genre": {"eq": "NOVEL"}})
    assert len(ids_of(await walk.page(after=after))) == 2


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("books", "[{title: DESC}]"),
        ("books", "[{title: ASC_NULLS_FIRST}]"),
        ("books", "[{isbn: ASC}]"),
        ("books", "[{title: ASC}, {isbn: ASC}]"),
        ("books", "[]"),
        ("reviews", "[{reviewer: ASC}]"),
        ("shelves", "[]"),
    ],
)
async def test_a_cursor_of_another_list_is_refused(library, argument, field, order):
    """Another order, direction, place of nulls or entity."""
    cursor = await first_cursor(library, "books", "[{title: ASC}]")
    assert await code_of(library, field, order, **{argument: cursor}) == ["CURSOR_INVALID"]
    assert len(library.reads()) == 1


async def test_a_node_id_is_no_cursor(library):
    """Both are opaque, but not the same."""
    data = await library.data("{ books(first: 1) { nodes { nodeId } } }")
    (node,) = data["books"]["nodes"]
    assert await code_of(library, "books", "[]", after=node["nodeId"]) == ["CURSOR_INVALID"]


async def test_a_truncated_cursor_is_refused(library):
    """At whatever length it was cut."""
    cursor = await first_cursor(library, "books", "[{title: ASC}]")
    for length in range(len(cursor)):
        found = await code_of(library, "books", "[{title: ASC}]", after=cursor[:length])
        assert found == ["CURSOR_INVALID"], length


ANYTHING = Library()


@settings(max_examples=80)
@given(st.text())
@example("")
@example("=")
@example(base64.urlsafe_b64encode(b"[" * 200_000).decode())
@example(base64.urlsafe_b64encode(b"\xff").decode())
async def test_any_text_is_a_clean_error(text):
    """Nothing that is no cursor of ours gets through, or breaks anything."""
    assert await code_of(ANYTHING, "books", "[]", after=text) == ["CURSOR_INVALID"]


# Without numbers and dates in text: those have a test below, of their own.
words = st.text(st.characters(exclude_categories=("Nd",), exclude_characters="nN"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=2),
    max_leaves=5,
)
ORDERS = {
    "books": "id isbn genre price pages rating sold inPrint published addedAt readingHour cover",
    "reviews": "id writtenAt paid verdict stars",
    "shelves": "litFrom",
}
FIELDS = [(root, field) for root, fields in ORDERS.items() for field in fields.split()]


@settings(max_examples=100)
@given(st.sampled_from(FIELDS), json_values, st.integers(0, 3))
async def test_any_value_in_a_cursor_is_a_place_or_a_clean_error(place, value, at):
    """A forged cursor may name a row that never was, but no value of another type."""
    root, field = place
    order = f"[{{{field}: ASC}}]"
    parts = opened(await first_cursor(ANYTHING, root, order))
    parts[at : at + 1] = [value]
    found = await code_of(ANYTHING, root, order, after=closed(parts))
    assert found in ([], ["CURSOR_INVALID"])


@settings(max_examples=80)
@given(st.data())
async def test_a_cursor_with_changed_bytes_is_a_place_or_a_clean_error(data):
    """One byte of the text is another one."""
    cursor = await first_cursor(ANYTHING, "books", "[{title: ASC}]")
    at = data.draw(st.integers(0, len(cursor) - 1))
    changed = cursor[:at] + data.draw(st.characters(max_codepoint=0x2FF)) + cursor[at + 1 :]
    found = await code_of(ANYTHING, "books", "[{title: ASC}]", before=changed)
    assert found in ([], ["CURSOR_INVALID"])


@pytest.mark.parametrize(
    ("root", "field", "value"),
    [
        ("books", "rating", 10**400),
        ("books", "addedAt", "2024-01-01T00:00:00"),
        ("books", "readingHour", "10:00+02:00"),
        ("books", "price", "sNaN"),
        ("reviews", "writtenAt", "20240101"),
    ],
)
async def test_a_forged_value_that_no_source_returns_is_a_clean_error(library, root, field, value):
    """Values that parse as the type, but could never have come out of a store."""
    order = f"[{{{field}: ASC}}]"
    parts = opened(await first_cursor(library, root, order))
    parts[1] = value
    assert await code_of(library, root, order, after=closed(parts)) == ["CURSOR_INVALID"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"first": 1, "last": 1}, "PAGE_INVALID"),
        ({"last": 1, "offset": 1}, "PAGE_INVALID"),
        ({"first": -1}, "PAGE_INVALID"),
        ({"last": -1}, "PAGE_INVALID"),
        ({"offset": -1}, "PAGE_INVALID"),
        ({"first": 201}, "PAGE_SIZE_EXCEEDED"),
        ({"last": 201}, "PAGE_SIZE_EXCEEDED"),
    ],
)
async def test_contradictions_and_too_large_pages_are_refused(library, arguments, code):
    """At the root and below; nothing is read, and nothing cut in silence."""
    assert await code_of(library, "books", "[]", **arguments) == [code]
    written = ", ".join(f"{name}: {value}" for name, value in arguments.items())
    nested = f"{{ authors {{ nodes {{ books({written}) {{ totalCount }} }} }} }}"
    (error,) = (await library.ask(nested))["errors"]
    assert error["extensions"]["code"] == code
    if code == "PAGE_SIZE_EXCEEDED":
        assert (error["extensions"]["measured"], error["extensions"]["limit"]) == (201, 200)
    assert library.reads() == []


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_moment_that_utc_cannot_tell_is_in_no_cursor(library, moment):
    """Sources compare by UTC."""
    order = "[{addedAt: ASC}]"
    cursor = await first_cursor(library, "books", order)
    assert await code_of(library, "books", order, after=cursor) == []
    mark, _, *rest = opened(cursor)
    forged = closed([mark, moment, *rest])
    assert await code_of(library, "books", order, after=forged) == ["CURSOR_INVALID"]
