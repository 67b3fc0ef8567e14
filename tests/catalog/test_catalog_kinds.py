"""In charge of rows and documents of several kinds, as models say them."""

import enum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Column
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Field as Col

from catalog import Link, catalog_of, interface
from catalog.entity import Portion
from catalog.types import DocumentType, ListType, UnionType


class Base(DeclarativeBase):
    """Plain SQLAlchemy, which maps subclasses itself."""


class Employee(Base):
    """Its own rows are told as well."""

    __tablename__ = "employee"
    __mapper_args__: ClassVar = {"polymorphic_on": "type", "polymorphic_identity": "employee"}

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    badge: Mapped[str | None] = mapped_column(unique=True)


class Manager(Employee):
    __mapper_args__: ClassVar = {"polymorphic_identity": "boss"}

    budget: Mapped[int | None] = mapped_column(unique=True)


class Director(Manager):
    __mapper_args__: ClassVar = {"polymorphic_identity": "director"}


def test_one_table_of_several_kinds():
    """Who is extended is an interface; each kind has its rows, its fields and its keys."""
    catalog = catalog_of([Director, Employee, Manager])
    employee, manager, plain = (catalog[n] for n in ("Employee", "Manager", "PlainEmployee"))
    assert set(catalog) == {"Employee", "PlainEmployee", "Manager", "PlainManager", "Director"}
    assert employee.portion is None
    assert employee.kinds
    told = {tag: member.name for tag, member in employee.kinds.members.items()}
    assert told == {"employee": "PlainEmployee", "boss": "PlainManager", "director": "Director"}
    assert manager.portion == Portion("Employee", "type", ("boss", "director"))
    assert manager.interfaces == ("Employee",)
    assert catalog["Director"].interfaces == ("Manager", "Employee")
    assert plain.portion == Portion("Employee", "type", ("employee",))
    assert (plain.singular, plain.plural) == ("plainEmployee", "plainEmployees")
    assert employee.unique == (("badge",),)
    assert set(manager.unique) == {("badge",), ("budget",)}
    assert {entity.table for entity in catalog.values()} == {"employee"}


class Medium(enum.Enum):
    FILM = "f"
    TAPE = "t"


def test_sqlmodel_maps_no_subclass_and_is_helped(base):
    """Its columns become the table's; what tells the kinds may be an enum."""

    class Recording(base, table=True):
        __mapper_args__: ClassVar = {"polymorphic_on": "medium", "polymorphic_abstract": True}
        __links__: ClassVar = (Link("next", to="Recording", on={"id": "id"}, back="before"),)

        id: int = Col(primary_key=True)
        medium: Medium = Col(sa_column=Column(EnumColumn(Medium), nullable=False))

    class Film(Recording):
        __mapper_args__: ClassVar = {"polymorphic_identity": Medium.FILM}
        __plural__ = "movies"

        minutes: int | None = None

    class Tape(Recording, table=True):
        __mapper_args__: ClassVar = {"polymorphic_identity": "TAPE"}

        sides: int | None = None

    catalog = catalog_of([Film, Recording, Tape])
    assert set(Recording.__table__.c.keys()) == {"id", "medium", "minutes", "sides"}
    film = catalog["Film"]
    assert film.portion == Portion("Recording", "medium", ("FILM",))
    assert list(film.fields) == ["id", "medium", "minutes"]
    assert film.plural == "movies"
    assert {name: r.source for name, r in film.relations.items()} == {
        "next": "Film", "before": "Film",
    }  # fmt: skip
    assert catalog_of([Recording, Film, Tape])  # once more: they are mapped already


class Event(BaseModel):
    __collection__ = "events"
    __discriminator__ = "kind"

    id: int
    kind: str


class Click(Event):
    kind: Literal["click", "tap"]
    target: str


class Note(Event):
    kind: Literal["note"]
    target: int | None = None


def test_one_collection_of_several_kinds():
    """By the tag's `Literal`; a subclass of a document that names no tag is none."""
    catalog = catalog_of([Event, Click, Note])
    assert catalog["Click"].portion == Portion("Event", "kind", ("click", "tap"))
    assert catalog["Event"].paths == (
        ("id",), ("kind",), (":Click", "target"), (":Note", "target"),
    )  # fmt: skip
    assert catalog.kind_of(catalog["Event"], {"kind": "note"}) is catalog["Note"]
    assert catalog.kind_of(catalog["Event"], {"kind": "odd"}) is None


class Cat(BaseModel):
    kind: Literal["cat"] = Field(alias="k")
    lives: int


class Dog(BaseModel):
    kind: Literal["dog", "hound"] = Field(alias="k")
    lives: str | None = None


Pet = Annotated[Cat | Dog, Field(discriminator="kind", title="Pet")]


def _type_of(annotation: Any) -> Any:
    model = type(BaseModel)(
        "Owner",
        (BaseModel,),
        {"__annotations__": {"pet": annotation}, "__module__": __name__, "__collection__": "o"},
    )
    return catalog_of([model])["Owner"].fields["pet"]


def test_union_of_documents():
    """Named by its title, else by its members; wherever a type may stand."""
    pet = _type_of(Pet)
    assert isinstance(pet.type, UnionType)
    assert (pet.type.name, pet.type.tag, pet.type.fields["kind"].stored) == ("Pet", "kind", "k")
    assert {tag: kind.name for tag, kind in pet.type.members.items()} == {
        "cat": "Cat", "dog": "Dog", "hound": "Dog",
    }  # fmt: skip
    assert pet.type.values("Dog") == ("dog", "hound")
    assert not pet.nullable
    assert _type_of(Pet | None).nullable
    held = _type_of(list[Pet]).type
    assert isinstance(held, ListType)
    assert held.of == pet.type
    unnamed = _type_of(Annotated[Cat | Dog | None, Field(discriminator="kind")])
    assert (unnamed.type.name, unnamed.nullable) == ("CatOrDog", True)
    assert isinstance(pet.type.types["Cat"], DocumentType)


@interface
class Named:
    """Has a name."""

    name: str


@interface
class Titled(Named):
    title: str | None


class Town(Titled, BaseModel):
    __collection__ = "towns"

    id: int
    title: str | None = None


def test_interfaces_that_users_declare(base):
    """Over entities of either store; fields are inherited, or declared again."""

    class Country(Named, base, table=True):
        id: int = Col(primary_key=True)

    catalog = catalog_of([Town, Country])
    named, titled = sorted(catalog.interfaces, key=lambda declared: declared.name)
    assert (named.name, list(named.fields), named.description) == ("Named", ["name"], "Has a name.")
    assert (list(titled.fields), titled.interfaces) == (["name", "title"], ("Named",))
    assert catalog["Town"].interfaces == ("Titled", "Named")
    assert catalog["Country"].interfaces == ("Named",)
    assert "name" in Country.__table__.c


def test_a_catalog_of_other_kinds_is_another():
    """What was kept for one is not found by the other."""

    class Note(Event):
        kind: Literal["memo"]
        target: int | None = None

    assert catalog_of([Event, Click]).fingerprint != catalog_of([Event, Note]).fingerprint
