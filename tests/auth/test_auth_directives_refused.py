"""Directives that would not hold: refused when the schema is built, in words that say where."""

import enum
from collections.abc import Callable
from typing import Annotated, Any

import pytest
import strawberry
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from strawberry.federation.schema_directives import Authenticated as Foreign

from auth import Principal
from catalog import Access, ModelError, anyone, catalog_of
from catalog.access import Policies
from schema import Authenticated, Policy, RequiresScopes, build_schema, extends, policies

SCOPED: Any = RequiresScopes(scopes=[["a"]])


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Tables of this file alone."""


class Book(Table, table=True):
    """The one model there must be."""

    __access__ = Access(read=anyone)

    id: int = Field(primary_key=True)


def giving(kind: Any) -> type:
    """An extension with a field that gives this."""

    def it() -> Any:
        return None

    it.__annotations__ = {"return": kind}
    return extends("Query")(type("Root", (), {"it": strawberry.field(it)}))


def refusal(extension: type) -> str:
    """What the builder says."""
    with pytest.raises(ModelError) as refused:
        build_schema(catalog_of([Book]), [extension])
    return str(refused.value)


def on_interface() -> type:
    """An interface."""

    @strawberry.interface(directives=[SCOPED])
    class Face:
        name: str

    return giving(Face | None)


def on_field_of_interface() -> type:
    """What an interface has."""

    @strawberry.interface
    class Face:
        name: str = strawberry.field(directives=[SCOPED])

    return giving(Face | None)


def on_union() -> type:
    """A union."""

    @strawberry.type
    class One:
        name: str

    @strawberry.type
    class Two:
        name: str

    return giving(Annotated[One | Two, strawberry.union("Either", directives=[SCOPED])])


def on_enum() -> type:
    """An enum."""

    @strawberry.enum(directives=[SCOPED])
    class Color(enum.Enum):
        RED = "red"

    return giving(Color | None)


def on_enum_value() -> type:
    """One of its values."""

    @strawberry.enum
    class Color(enum.Enum):
        RED = strawberry.enum_value("red", directives=[SCOPED])

    return giving(Color | None)


def on_argument() -> type:
    """What a field takes."""

    @extends("Query")
    class Root:
        @strawberry.field
        def it(self, x: Annotated[int, strawberry.argument(directives=[SCOPED])] = 1) -> int:
            return x

    return Root


def on_input() -> type:
    """What an input holds."""

    @strawberry.input
    class Box:
        size: int = strawberry.field(default=1, directives=[SCOPED])

    @extends("Query")
    class Root:
        @strawberry.field
        def it(self, box: Box) -> int:
            return box.size

    return Root


PLACES = [
    (on_interface, "Face: has a directive where none"),
    (on_field_of_interface, "Face.name: has a directive where none"),
    (on_union, "Either: has a directive where none"),
    (on_enum, "Color: has a directive where none"),
    (on_enum_value, "Color.RED: has a directive where none"),
    (on_argument, "Query.it: has a directive where none"),
    (on_input, "Box.size: has a directive where none"),
]


@pytest.mark.parametrize(("place", "said"), PLACES, ids=[place.__name__ for place, _ in PLACES])
def test_where_they_cannot_stand(place: Callable[[], type], said: str):
    """Only objects and their fields are resolved; elsewhere a directive would be a promise."""
    assert refusal(place()).startswith(said)


def test_an_implementor_has_the_rule_itself():
    """What takes a field from an interface with a rule cannot drop it: the interface has none."""

    @strawberry.interface
    class Face:
        name: str = strawberry.field(directives=[SCOPED])

    @strawberry.type
    class One(Face):
        name: str

    assert refusal(giving(One | None)).startswith("Face.name: has a directive where none")


def test_a_type_does_not_drop_what_it_is_made_of():
    """Python's inheritance takes fields along, but no directives of types."""

    @strawberry.type(directives=[SCOPED])
    class One:
        name: str

    @strawberry.type
    class Two(One):
        more: str

    @strawberry.type(directives=[Authenticated()])
    class Three(One):
        more: str

    assert refusal(giving(Two | None)).startswith("Two: drops the directives of One")
    build_schema(catalog_of([Book]), [giving(Three | None)])


@pytest.mark.parametrize(
    "wrong", [[], [[]], [["a"], []], [[""]], [[1]], ["a"], "a", None, [None], [["scope:"]]]
)
def test_lists_of_lists(wrong: Any):
    """Of texts; none is empty, since nobody could say whom it lets in."""
    for directive in (RequiresScopes(scopes=wrong), Policy(policies=wrong)):

        @extends("Query")
        class Root:
            @strawberry.field(directives=[directive])
            def it(self) -> int:
                return 1

        assert refusal(Root).startswith(f"Query.it: has a directive of {wrong!r}")


def test_rows_are_the_models_own():
    """What a model's rule about rows is shown as cannot be asked of a field."""

    @extends(Book)
    class OfBook:
        @strawberry.field(directives=[Policy(policies=[["rows"]])])
        def it(self) -> int:
            return 1

    assert refusal(OfBook).startswith("Book.it: has a policy about rows")


def test_directives_of_others():
    """Strawberry has some of the same names, for Apollo's router to enforce."""

    @extends("Query")
    class Root:
        @strawberry.field(directives=[Foreign()])  # type: ignore[call-arg]
        def it(self) -> int:
            return 1

    assert "another package's @authenticated" in refusal(Root)


def test_on_a_class_that_extends():
    """Its directives would be lost."""

    @strawberry.type(directives=[SCOPED])
    class Root:
        @strawberry.field
        def it(self) -> int:
            return 1

    with pytest.raises(ModelError, match="is a Strawberry type already"):
        extends("Query")(Root)


def test_a_policy_that_nobody_decides():
    """Else it would deny for ever, and nobody would know why."""

    @extends(Book)
    class OfBook:
        @strawberry.field(directives=[Policy(policies=[["scope:x", "owner"]])])
        def it(self) -> int:
            return 1

    said = refusal(OfBook)
    assert said.startswith("Book.it: asks about a policy, 'owner', and nobody says")
    assert "@policies" in said


def test_who_decides_is_async():
    """It is awaited, within a time."""
    with pytest.raises(ModelError, match="decide: decides about policies, but is not async"):

        @policies  # type: ignore[arg-type]
        def decide(principal: Principal, names: frozenset[str], context: Any) -> list[str]:
            return []


def test_models_have_no_policies_of_functions():
    """A rule of a model goes into reads, which ask no function."""

    class Shelf(Table, table=True):
        __access__ = Access(read=Policies(frozenset("x")) | anyone)

        id: int = Field(primary_key=True)

    with pytest.raises(ModelError, match="rule about policies"):
        catalog_of([Shelf])
