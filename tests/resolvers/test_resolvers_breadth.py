"""Completion of what users' resolvers give: as Strawberry and graphql-core would, level by level.

`library.ask` compares the two; here it is made sure that there are two.
"""

import asyncio
from typing import Annotated, Any, ClassVar

import orjson
import pytest
import strawberry
from strawberry.extensions.field_extension import FieldExtension
from strawberry.permission import BasePermission
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from auth import ANONYMOUS
from catalog import code
from schema import extends, requires
from tests.library.extensions.author import Essay, Poem, Shop, Work
from tests.library.library import Library
from tests.library.models.author import Author

AUTHORS = "{ authors(orderBy: [{id: ASC}]) { nodes { id %s } } }"


def forms(library: Library, query: str) -> dict[str, str]:
    """How each root field is answered, by response key."""
    operation = library.graph.operations.find(query, None)
    assert operation is not None
    roots = operation.roots(library.graph.context(ANONYMOUS).planner, {}) or ()
    return {root.key: root.refused.reason if root.refused else root.form for root in roots}


@pytest.mark.parametrize(
    "asked",
    [
        "pieces { ... on Poem { title length mood tags } ... on Essay { __typename pages } }",
        "pieces { ... on Poem { verses { loud(times: 2) titleFound w: weight } last { text } } }",
        (
            "a: pieces(most: 2) { __typename } b: pieces(wish: {mood: STORMY}) { ... on Poem { mood"
            " verses { text } } }"
        ),
        "works { title length ... on Essay { written } __typename }",
        "temper",
        "debts again: debts",
        "pupils { name books { nodes { title } aggregate { count } } pupils { name } }",
        "shops { name rent }",
        "rumours",
        "whereAmI there: whereAmI",
        "pupils { whereAmI nodeId } pieces { ... on Poem { last { number } } } debts",
        (
            "students { nodes { debts pupils { debts } } groupBy(by: [{name: VALUE}]) {"
            " key { name } aggregate { count } } }"
        ),
        "mentor { pieces(most: 1) { ... on Work { length } } }",
    ],
)
async def test_any_field_of_authors(library, asked):
    """Unions, interfaces, enums, lists, dicts, errors and where they are, what info tells."""
    query = AUTHORS % asked
    assert forms(library, query) == {"authors": "resolvers"}
    await library.ask(query)


async def answered(library: Library, query: str) -> Any:
    """The engine's own answer, from the library's very sources."""
    operation = library.graph.operations.find(query, None)
    assert operation is not None
    found = await operation.run(library.graph.context(ANONYMOUS), None)
    assert found is not None
    return orjson.loads(found.data or b"null"), [error.message for error in found.errors]


class Calls:
    """What was called; and what all that were started together wait for."""

    made: ClassVar[list[str]] = []
    barrier: ClassVar[asyncio.Barrier | None] = None


@extends(Author)
class Counted:
    """Resolvers that keep account."""

    @strawberry.field
    @requires("name")
    def wrong(self) -> int | None:
        """What no Int is, for some."""
        Calls.made.append(self.name)
        return 2**31 if self.name.startswith(("A", "C")) else 1

    @strawberry.field
    @requires("name")
    async def together(self) -> str:
        """Comes only when all have been started."""
        assert Calls.barrier is not None
        async with asyncio.timeout(30):
            await Calls.barrier.wait()
        return self.name

    @strawberry.field
    @requires("name")
    def later(self) -> str:
        """A plain function that gives what must be waited for."""

        async def name() -> str:
            await asyncio.sleep(0)
            return self.name

        return name()  # type: ignore[return-value]

    @strawberry.field
    def promised(self) -> list[int]:
        """A list of what comes later."""

        async def number(at: int) -> int:
            await asyncio.sleep(0)
            return 2**31 if at == 2 else at

        return [number(at) for at in range(3)]  # type: ignore[misc]


async def test_a_resolver_is_called_once_for_each_object_whatever_it_gives():
    """A value that GraphQL forbids is told as it is; nothing is asked again to tell it."""
    library = Library(Counted)
    Calls.made.clear()
    data, errors = await answered(library, "{ authors { nodes { wrong name } } }")
    assert sorted(Calls.made) == sorted(node["name"] for node in data["authors"]["nodes"])
    assert [node["wrong"] for node in data["authors"]["nodes"]] == [None, 1, None, 1, 1]
    assert len(errors) == 2
    await library.ask("{ authors { nodes { wrong name } } }")


async def test_async_resolvers_of_a_level_run_together():
    """Those of all objects, and of all fields of the level."""
    library = Library(Counted)
    Calls.barrier = asyncio.Barrier(10)
    data, _ = await answered(library, "{ authors { nodes { a: together b: together } } }")
    assert {node["a"] for node in data["authors"]["nodes"]} >= {"Ann Archer"}


async def test_requests_do_not_mix():
    """One plan serves many requests at a time."""
    library = Library(Counted)
    query = "{ authors { nodes { promised whereAmI pupils { name } pieces { __typename } } } }"
    first, *others = await asyncio.gather(*(answered(library, query) for _ in range(20)))
    assert all(other == first for other in others)


@pytest.mark.parametrize("asked", ["promised", "later"])
async def test_what_comes_later_is_waited_for(asked):
    """A plain function may give coroutines, or a list of them; errors are in their places."""
    await Library(Counted).ask(AUTHORS % asked)


async def test_a_level_is_one_call_of_each_store():
    """Loads and relations of loaded rows, however many; and what was loaded is not asked again."""
    query = "{ authors { nodes { pupils { pupils { name books { totalCount } } } } } }"
    library = Library()
    data, errors = await answered(library, query)
    assert not errors
    assert data["authors"]["nodes"][0]["pupils"][0]["pupils"][0]["name"] == "Eve Ericson"
    assert library.calls()["postgres"] == [["Author"], ["Author"], ["Book"]]


@extends(Author)
class Strays:
    """Resolvers that give what their types do not allow."""

    @strawberry.field
    def piece(self) -> Annotated[Poem | Essay, strawberry.union("Piece")] | None:
        """A shop is neither."""
        return Shop("small")  # type: ignore[return-value]

    @strawberry.field
    @requires("id")
    def some(self) -> list[Work | None]:
        """A row of the engine's, and a thing, among works."""
        found: list[Any] = [Essay(title="On strays", pages=self.id), self, object(), None]
        return found[: self.id]

    @strawberry.field
    @requires("id")
    async def all_of_it(self) -> list[list[Work]]:
        """A work that is a null, deep in a list of some."""
        works: list[Any] = [Essay(title="", pages=1), Poem("", None, [], [])]
        return [works, [*works, None]][: self.id]


@pytest.mark.parametrize(
    "asked",
    [
        "piece { __typename }",
        "piece { ... on Essay { pages } }",
        "some { title length ... on Essay { pages } __typename }",
        "allOfIt { title ... on Poem { mood } }",
    ],
)
async def test_a_value_of_no_type_that_is_allowed_is_an_error_at_its_place(asked):
    """In a union, in an interface, and in lists of either."""
    library = Library(Strays)
    query = AUTHORS % asked
    assert forms(library, query) == {"authors": "resolvers"}
    assert "errors" in await library.ask(query)


class Nobody(BasePermission):
    """Lets nobody through."""

    message = "No."

    def has_permission(self, *_: Any, **__: Any) -> bool:
        """Never."""
        return False


class Loud(FieldExtension):
    """Changes what a resolver gives."""

    def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        """In capitals."""
        return next_(source, info, **kwargs).upper()


class Stamped(StrawberryField):
    """A field of a class of one's own, which does more than to call its resolver."""

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        """With a stamp on it."""
        return f"{super().get_result(source, info, args, kwargs)}!"


@strawberry.type
class Letter:
    """What is a letter is found out by asking around."""

    text: str

    @classmethod
    async def is_type_of(cls, value: Any, _: Any) -> bool:
        """Takes a turn of the loop."""
        await asyncio.sleep(0)
        return isinstance(value, cls)


@strawberry.type
class Parcel:
    """What lies beside a letter."""

    weight: int


@extends(Author)
class Guarded:
    """Strawberry's features around a resolver."""

    @requires("name")
    def stamped(self) -> str:
        """By a field that is not Strawberry's own."""
        return self.name

    stamped = Stamped(base_resolver=StrawberryResolver(stamped))

    @strawberry.field
    @requires("id")
    async def murmurs(self) -> list[str]:  # type: ignore[misc]
        """An asynchronous generator, whose items come one by one."""
        for number in range(self.id):
            yield f"murmur {number}"

    @strawberry.field
    @requires("id")
    def post(self) -> list[Annotated[Letter | Parcel, strawberry.union("Post")]]:
        """Letters and parcels."""
        return [Letter(text="Dear"), Parcel(weight=self.id)]

    @strawberry.field
    def reply(self) -> Letter:
        """A letter, and nothing else."""
        return Letter(text="Yours")

    @strawberry.field(permission_classes=[Nobody])
    def secret(self) -> str | None:
        """For nobody."""
        return "secret"

    @strawberry.field(extensions=[Loud()])
    @requires("name")
    def shout(self) -> str:
        """Changed on its way out."""
        return self.name


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ authors { nodes { secret } } }", "permissions"),
        ("{ authors { nodes { shout } } }", "field_extension"),
        ("{ __schema { queryType { name } } }", "introspection"),
        ("{ authors(first: -1) { nodes { name } } }", "input"),
        ("{ authors { nodes { __typename pupils { shout } } } }", "field_extension"),
        ("{ authors { nodes { stamped } } }", "field_class"),
        ("{ authors { nodes { murmurs } } }", "generator"),
        ("{ authors { nodes { post { ... on Parcel { weight } } } } }", "async_type"),
        ("{ authors { nodes { pupils { reply { text } } } } }", "async_type"),
    ],
)
async def test_what_is_left_to_graphql_core_has_its_reason(query, reason):
    """And the same answer; root fields beside it are answered directly."""
    library = Library(Guarded)
    assert list(forms(library, query).values()) == [reason]
    await library.ask(query)
    beside = query.replace("{", "{ openingHours ", 1)
    assert set(forms(library, beside).values()) == {"resolvers", reason}
    await library.ask(beside)


def test_no_text_of_a_client_s_or_user_s_becomes_code():
    """Keys and names are constants, whatever they look like."""
    made = code.procedure(
        ["x"], [code.returned(code.mapping([('"); import os #', code.name("x"))]))], {}
    )
    assert made(1) == {'"); import os #': 1}
