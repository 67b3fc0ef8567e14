"""Validators of fields see what Pydantic shows them of the fields before."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ValidationInfo, field_validator
from pydantic import Field as Key
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Access, anyone, catalog_of
from resolvers.writes.judging import Judge
from resolvers.writes.values import Refusals


def differs(place: str, info: ValidationInfo) -> str:
    """Two places that are not the same."""
    if place == info.data["start"]:
        raise ValueError("it ends where it starts")
    return place


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of these tables."""


class Trip(Table, table=True):
    """A row whose end is judged by its start."""

    __access__: ClassVar = Access(read=anyone, create=anyone)

    id: int = Field(primary_key=True)
    start: str = "home"
    end: str

    _differs = field_validator("end")(differs)


class Walk(BaseModel):
    """A document of the same kind."""

    __collection__ = "walks"
    __access__ = Access(read=anyone, create=anyone)

    id: str = Key(alias="_id")
    start: str = "home"
    end: str

    _differs = field_validator("end")(differs)


CATALOG = catalog_of([Trip, Walk])


@pytest.mark.parametrize("name", ["Trip", "Walk"])
def test_a_new_row_is_judged_beside_its_defaults(name: str):
    """Which are not among what is given."""
    judge = Judge(CATALOG[name])
    found = [judged(judge, {"end": end}) for end in ("work", "home")]
    assert found == [({"end": "work"}, 0), ({"end": "home"}, 1)]


def judged(judge: Judge, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What becomes of a new row, and how much is amiss with it."""
    amiss = Refusals()
    made = judge.values(given, ("input",), amiss, new=True)
    return dict(made), len(amiss)
