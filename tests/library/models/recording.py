"""Recordings, in Postgres: one table, whose rows are of several kinds."""

from typing import ClassVar

from sqlmodel import Field

from catalog import Link
from tests.library.models._table import Table
from tests.library.models._titled import Titled


class Recording(Titled, Table, table=True):
    """Something to listen to or to watch."""

    __mapper_args__: ClassVar = {"polymorphic_on": "medium", "polymorphic_abstract": True}
    __links__: ClassVar = (
        Link("author", to="Author", on={"author_id": "id"}, back="recordings"),
        Link("book", to="Book", on={"isbn": "isbn"}),
        Link("shelf", to="Shelf", on={"shelf_code": "code"}, back="recordings"),
    )

    id: int = Field(primary_key=True)
    medium: str = Field(description="Tells what it is.")
    title: str = Field(description="As on the label.")
    minutes: int | None = None
    author_id: int | None = Field(default=None, index=True)
    isbn: str | None = None
    shelf_code: str | None = Field(default=None, index=True)


class Film(Recording):
    """A recording with pictures."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "film"}
    __links__: ClassVar = (
        Link("sequel", to="Film", on={"sequel_id": "id"}),
        Link("director", to="Author", on={"director_id": "id"}, back="films"),
    )

    colour: bool | None = None
    code: str | None = Field(default=None, unique=True)
    sequel_id: int | None = None
    director_id: int | None = Field(default=None, index=True)


class Audio(Recording):
    """A recording of sounds, as such on a tape."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "tape"}

    tracks: int | None = None


class Disc(Audio):
    """A recording of sounds that does not wear out."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "disc"}
    __plural__ = "discs"

    layers: int | None = None
