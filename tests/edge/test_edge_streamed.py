"""Fields of users' own that give a list item by item: whole, in parts, and what goes wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from catalog.errors import ModelError
from schema import Authenticated, extends, requires
from tests.edge.test_edge_spans import tree_of
from tests.library.library import Library
from tests.library.models.book import Book
from tests.library.parts import MIXED, OF_2022, parts_in

JSON = {"accept": "application/json"}


@extends("Query")
class Told:
    """What is told one by one."""

    @strawberry.field
    async def ticks(self, to: int) -> strawberry.Streamable[int]:
        """Numbers."""
        for number in range(to):
            yield number

    @strawberry.field
    async def shelved(self, info: strawberry.Info) -> strawberry.Streamable[Book]:
        """Books, which have relations."""
        for title in ("Ashes", "birds", "Cells 100%"):
            (book,) = await info.context.load(Book, {"title": title})
            yield book

    @strawberry.field
    async def failing(self, how: str) -> strawberry.Streamable[int] | None:
        """Fails after a number."""
        yield 1
        if how == "told":
            raise GraphQLError("The source has run dry.")
        raise LookupError("the secret reason")

    @strawberry.field
    async def unfit(self) -> strawberry.Streamable[int] | None:
        """Gives what is no number, before one that is."""
        yield 1
        yield "two"  # type: ignore[misc] # what is wrong with it
        yield 3

    @strawberry.field(directives=[Authenticated()])
    async def guarded(self) -> strawberry.Streamable[int] | None:
        """For few."""
        yield 1


@extends(Book)
class Spelt:
    """What there is to a title."""

    @strawberry.field
    @requires("title")
    async def letters(self, most: int = 3) -> strawberry.Streamable[str]:
        """One by one."""
        for letter in self.title[:most]:  # type: ignore[attr-defined] # the row's
            yield letter


@pytest.fixture
def asking(connect):
    """Asks a library of this, and gives the answer."""

    async def ask(query: str, headers: Any = JSON) -> Any:
        async with connect(Library(Told, Spelt)) as client:
            return await client.post("/graphql", json={"query": query}, headers=headers)

    return ask


TITLES = ["Ashes", "birds", "Cells 100%"]


@pytest.mark.parametrize("stream", ["", "@stream(initialCount: 1)"])
@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ ticks(to: 3) @S }", {"ticks": [0, 1, 2]}),
        ("{ ticks(to: 0) @S }", {"ticks": []}),
        (
            "{ shelved @S { title shelf { code } } }",
            {"shelved": [{"title": "Ashes", "shelf": {"code": "A"}},
                         {"title": "birds", "shelf": {"code": "A"}},
                         {"title": "Cells 100%", "shelf": {"code": "B"}}]},
        ),
        (
            "{ books(first: 2) { nodes { letters @S } } }",
            {"books": {"nodes": [{"letters": ["A", "s", "h"]}, {"letters": ["b", "i", "r"]}]}},
        ),
    ],
)  # fmt: skip
async def test_all_of_it_is_there_for_who_wants_it_whole(asking, query, data, stream):
    """In the order in which it came."""
    answer = await asking(query.replace("@S", stream))
    assert answer.json() == {"data": data}


@pytest.mark.parametrize("headers", [MIXED, OF_2022])
async def test_items_come_in_their_order(asking, headers):
    """The first of them at once, each later one in one part."""
    answer = await asking("{ ticks(to: 300) @stream(initialCount: 2) }", headers)
    first, *others = parts_in(answer.content)
    assert first["data"] == {"ticks": [0, 1]}
    pieces = [piece for part in others for piece in part.get("incremental", ())]
    assert [each for piece in pieces for each in piece["items"]] == [*range(2, 300)]
    assert [part["hasNext"] for part in others] == [True] * (len(others) - 1) + [False]
    if headers is OF_2022:
        for piece in pieces:
            assert piece["path"] == ["ticks", piece["items"][0]]


async def test_relations_of_items_are_followed(asking):
    """And each object's own list is a stream of its own."""
    answer = await asking("{ shelved @stream { title shelf { code } } }", MIXED)
    first, *others = parts_in(answer.content)
    assert first["data"] == {"shelved": []}
    items = [item for part in others for one in part["incremental"] for item in one["items"]]
    assert [item["title"] for item in items] == TITLES
    answer = await asking("{ books(first: 2) { nodes { letters @stream } } }", MIXED)
    first, *others = parts_in(answer.content)
    assert [each["path"] for each in first["pending"]] == [
        ["books", "nodes", number, "letters"] for number in (0, 1)
    ]
    heard = Counter[str]()
    for part in others:
        for one in part.get("incremental", ()):
            heard[one["id"]] += len(one["items"])
    assert heard == {"0": 3, "1": 3}


@pytest.mark.parametrize(
    ("how", "code"), [("told", "RESOLVER_FAILED"), ("unforeseen", "INTERNAL_ERROR")]
)
async def test_a_generator_that_fails(asking, how, code):
    """Whole, it is null; in parts what has come stays. What was not foreseen is masked."""
    query = f'{{ failing(how: "{how}") @stream(initialCount: 1) }}'
    whole = (await asking(query)).json()
    assert whole["data"] == {"failing": None}
    assert [each["extensions"]["code"] for each in whole["errors"]] == [code]
    first, *_, last = parts_in((await asking(query, MIXED)).content)
    assert first["data"] == {"failing": [1]}
    (error,) = last["completed"][0]["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["failing"], code)
    first, last = parts_in((await asking(query, OF_2022)).content)
    assert first["data"] == {"failing": [1]}
    (one,) = last["incremental"]
    assert (one["items"], one["path"]) == (None, ["failing", 1])
    assert one["errors"][0]["extensions"]["code"] == code
    assert "secret" not in json.dumps([whole, first, last])


async def test_an_item_that_does_not_fit(asking):
    """Its error has its place, and nothing comes after it."""
    query = "{ unfit @stream(initialCount: 1) }"
    whole = (await asking(query)).json()
    assert whole["data"] == {"unfit": None}
    first, *_, last = parts_in((await asking(query, MIXED)).content)
    assert first["data"] == {"unfit": [1]}
    (error,) = last["completed"][0]["errors"]
    assert error["path"] == whole["errors"][0]["path"] == ["unfit", 1]
    assert error["extensions"]["code"] == "STORED_VALUE_INVALID"


async def test_who_may_not_read_it_is_told_so(asking):
    """The generator is not even begun."""
    answer = (await asking("{ guarded @stream }", MIXED)).json()
    assert answer["data"] == {"guarded": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"


async def test_each_item_has_a_span(connect):
    """With what the stores are asked for it below."""
    tree = await tree_of(connect, Library(Told, Spelt), "{ shelved { title } }")
    resolver = "Query.shelved"
    (parent,) = [name for name, below in tree.items() if resolver in below]
    assert tree[parent].count(resolver) == 1 + len(TITLES) + 1  # the call, the items, the end
    assert len(tree[resolver]) == len(TITLES)


def test_a_generator_that_says_of_no_list():
    """It would be taken for one item."""

    @extends("Query")
    class Wrong:
        @strawberry.field
        async def ticks(self) -> AsyncGenerator[int, None]:
            yield 1

    with pytest.raises(ModelError) as raised:
        _ = Library(Wrong).graph
    assert str(raised.value).startswith("Wrong.ticks: gives items, but says of no list.")
