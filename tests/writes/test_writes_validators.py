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
from resolvers.writes.refusals import RefusedError
from resolvers.writes.values import Refusals


def differs(place: str, info: ValidationInfo) -> str:
    """Two places that are not the same."""
    if place == info.data["start"]:
        raise ValueError("it ends where it starts")
    return place


def starts(place: str, info: ValidationInfo) -> str:
    """Any place, but for those of which its validator looks for what it cannot find."""
    if place in ("nowhere", "later"):
        return info.data["end" if place == "later" else "elsewhere"]
    return place


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of these tables."""


class Trip(Table, table=True):
    """A row whose end is judged by its start."""

    __access__: ClassVar = Access(read=anyone, create=anyone)

    id: int = Field(primary_key=True)
    start: str = Field(default="home", max_length=8)
    end: str

    _starts = field_validator("start")(starts)
    _differs = field_validator("end")(differs)


class Walk(BaseModel):
    """A document of the same kind."""

    __collection__ = "walks"
    __access__ = Access(read=anyone, create=anyone)

    id: str = Key(alias="_id")
    start: str = Key(default="home", max_length=8)
    end: str

    _starts = field_validator("start")(starts)
    _differs = field_validator("end")(differs)


CATALOG = catalog_of([Trip, Walk])


@pytest.mark.parametrize("name", ["Trip", "Walk"])
def test_a_new_row_is_judged_beside_its_defaults(name: str):
    """Which are not among what is given."""
    judge = Judge(CATALOG[name])
    found = [judged(judge, {"end": end}) for end in ("work", "home")]
    assert found == [({"end": "work"}, 0), ({"end": "home"}, 1)]


@pytest.mark.parametrize("name", ["Trip", "Walk"])
def test_a_change_is_judged_by_what_is_given(name: str):
    """What a validator looks for must be, too; and is told, if it is what was refused."""
    judge = Judge(CATALOG[name])
    assert refused(judge, {"end": "work", "start": "home"}) == []
    assert refused(judge, {"end": "home", "start": "home"}) == [("input.end", "VALUE_INVALID")]
    assert refused(judge, {"end": "work"}) == [("input.start", "VALUE_INVALID")]
    assert refused(judge, {"end": "work", "start": "x" * 9}) == [("input.start", "VALUE_INVALID")]


@pytest.mark.parametrize("name", ["Trip", "Walk"])
def test_what_a_model_does_wrong_is_not_told_as_the_clients_mistake(name: str):
    """A validator that looks for what is no field, or for what comes after it."""
    judge = Judge(CATALOG[name])
    for start in ("nowhere", "later"):
        with pytest.raises(KeyError):
            refused(judge, {"start": start, "end": "work"})


def refused(judge: Judge, given: dict[str, Any]) -> list[tuple[str, str]]:
    """What is amiss with a change, by path."""
    amiss = Refusals()
    judge.values(given, ("input",), amiss)
    try:
        amiss.check()
    except RefusedError as error:
        return [(".".join(each.path), each.code.name) for each in error.refused.errors]
    return []


def judged(judge: Judge, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What becomes of a new row, and how much is amiss with it."""
    amiss = Refusals()
    made = judge.values(given, ("input",), amiss, new=True)
    return dict(made), len(amiss)
