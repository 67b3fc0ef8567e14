"""In charge of kinds, unions and interfaces that cannot be served: by model, field and mend."""

import enum
from typing import Annotated, Any, ClassVar, Literal

import sqlalchemy as sa
from pydantic import BaseModel, Discriminator, Field, Tag
from refusals import document, refusal
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Field as Col

from catalog import interface


class Event(BaseModel):
    __collection__ = "events"
    __discriminator__ = "kind"

    id: int
    kind: str
    size: int


def _kind(name: str = "Click", /, base: type = Event, **members: Any) -> type:
    namespace = {"__annotations__": members, "__module__": __name__}
    return type(BaseModel)(name, (base,), namespace)


def test_kind_that_nothing_tells():
    """Without a value of the tag, its documents cannot be found."""
    assert refusal(Event, _kind(other=int)) == (
        "Click: no value of Event.kind tells its rows. "
        'Say polymorphic_identity of a table, or Literal["..."] in a document.'
    )


def test_kinds_that_are_told_alike():
    """One value stands for one kind."""
    one, other = _kind(kind=Literal["a", "b"]), _kind("Tap", kind=Literal["b"])
    assert refusal(Event, one, other) == (
        "Tap.kind: its rows are told by 'b', as those of Click are. Give each a value of its own."
    )


def test_tag_that_is_no_field():
    """The discriminator must be stored."""
    owner = document("Owner", __discriminator__="kind", name=str)
    assert refusal(owner, _kind("Dog", owner, lives=int)) == (
        "Owner: shares 'items', and no field of Owner tells the kinds. "
        "Name one: polymorphic_on of a table, __discriminator__ of a document."
    )


def test_tag_of_another_type():
    """A number never equals a text."""
    owner = document("Owner", __discriminator__="kind", kind=float)
    assert refusal(owner, _kind("Dog", owner, kind=Literal["dog"])).startswith(
        "Dog.kind: its rows are told by 'dog', which is no value of 'kind'."
    )


def test_field_that_is_another_than_the_interface_has():
    """In GraphQL an object has its interface's fields, of its types."""
    assert refusal(Event, _kind(kind=Literal["a"], size=str)) == (
        "Click.size: is not what Event.size is. Give it the same type, or another name."
    )
    assert refusal(Event, _kind(kind=Literal["a"], size=int | None)).startswith("Click.size: ")


def test_kind_whose_interface_is_not_served():
    """The package must hold it."""
    assert refusal(_kind(kind=Literal["a"])) == (
        "Click: extends Event, which is not served. Put that model into the package of models too."
    )


def test_name_of_plain_rows_that_is_taken():
    """What an interface's own rows are called."""
    owner = document("Owner", __discriminator__="kind", kind=Literal["owner"])
    heir = _kind("PlainOwner", owner, kind=Literal["dog"])
    assert refusal(owner, heir).startswith(
        "Owner: its own rows are called PlainOwner, which is also a model."
    )


def test_tables_that_are_joined_or_told_by_an_expression():
    """One table, and a column of it."""

    class Base(DeclarativeBase):
        pass

    class Thing(Base):
        __tablename__ = "thing"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        __mapper_args__: ClassVar = {"polymorphic_on": sa.case((sa.column("kind") == "c", "cup"))}

    class Cup(Thing):
        __mapper_args__: ClassVar = {"polymorphic_identity": "cup"}

    class Pot(Thing):
        __tablename__ = "pot"
        id: Mapped[int] = mapped_column(sa.ForeignKey("thing.id"), primary_key=True)
        __mapper_args__: ClassVar = {"polymorphic_identity": "pot"}

    assert refusal(Thing, Cup).startswith("Thing: shares 'thing', and no field of Thing tells")
    assert refusal(Thing, Pot) == (
        "Pot: inherits from another table. Relate the two tables instead."
    )


def test_sqlmodel_subclass_that_cannot_share_the_table(base):
    """It has a column that the table has under another name for another thing."""

    class Thing(base, table=True):
        __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_abstract": True}
        id: int = Col(primary_key=True)
        kind: str

    class Cup(Thing):
        __mapper_args__: ClassVar = {"polymorphic_identity": "cup"}
        other: int = Col(sa_column=sa.Column("kind", sa.Integer))

    assert refusal(Thing, Cup).startswith("Cup: cannot share the table that it extends: ")


class Sort(enum.Enum):
    DOG = "dog"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal[Sort.DOG]


def test_union_that_nothing_tells_apart():
    """Which member is stored must be said by a field."""
    assert refusal(document(pet=Cat | Dog)).endswith(
        'Let a field tell which it is: Annotated[A | B, Field(discriminator="kind")].'
    )


def test_union_told_by_a_function():
    """No store can run it."""
    told = Annotated[
        Annotated[Cat, Tag("a")] | Annotated[Dog, Tag("b")], Discriminator(lambda value: value)
    ]
    assert refusal(document(pet=told)).startswith("Item.pet: ")


def test_union_told_by_a_field_of_several_types():
    """A text is no member of an enum."""
    pet = Annotated[Cat | Dog, Field(discriminator="kind")]
    assert refusal(document(pet=pet)).startswith(
        "Item.pet: is told by 'kind', which is of another type in one of its members."
    )


def test_interface_whose_fields_differ():
    """In type, or in whether they may be null."""

    @interface
    class Named:
        name: str

    def named(model: str, kind: Any) -> type:
        namespace = {
            "__annotations__": {"id": int, "name": kind},
            "__module__": __name__,
            "__collection__": model,
        }
        return type(BaseModel)(model, (Named, BaseModel), namespace)

    assert refusal(named("Town", str), named("River", int)) == (
        "River.name: is Int, never null, here and String, never null, in Town. "
        "Declare it alike in both, or take it out of Named."
    )
    assert refusal(named("Town", str), named("River", str | None)).startswith(
        "River.name: is String here and String, never null, in Town."
    )


def test_interface_without_fields_or_with_one_that_an_entity_lacks(base):
    """What it promises, all must have."""

    @interface
    class Marked:
        pass

    @interface
    class Sized:
        size: ClassVar[int] = 1
        mass: int

    class Town(base, Marked, table=True):
        id: int = Col(primary_key=True)

    assert refusal(Town) == (
        "Marked: is an interface without fields. Annotate the fields that its entities share."
    )

    class River(BaseModel):
        __collection__ = "rivers"
        id: int

    type.__setattr__(River, "__bases__", (BaseModel, Sized))
    assert refusal(River) == (
        "River.mass: is a field of the interface Sized, but River has none. "
        "Give River the field, or take it out of Sized."
    )
