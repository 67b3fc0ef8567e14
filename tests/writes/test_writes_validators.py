"""Validators of fields see what Pydantic shows them of the fields before."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ValidationInfo, field_validator
from pydantic import Field as Key
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from strawberry.types.execution import PreExecutionError

from auth import ANONYMOUS
from catalog import Access, Store, anyone, catalog_of
from datasources.memory import MemorySource
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from resolvers.writes.judging import Judge
from resolvers.writes.values import Refusals
from schema import build_schema


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

    __access__: ClassVar = Access(read=anyone, create=anyone, update=anyone)

    id: int = Field(primary_key=True)
    start: str = Field(default="home", max_length=8)
    end: str

    _starts = field_validator("start")(starts)
    _differs = field_validator("end")(differs)


class Walk(BaseModel):
    """A document of the same kind."""

    __collection__ = "walks"
    __access__ = Access(read=anyone, create=anyone, update=anyone)

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


TOLD = "... on WriteRefused { errors { code path message } }"


@pytest.fixture
def graph() -> Graph:
    """A trip and a walk from home to work."""
    row = {"start": "home", "end": "work"}
    tables = {
        Store.POSTGRES: {"Trip": [{"id": 1, **row}]},
        Store.MONGO: {"Walk": [{"id": "1", **row}]},
    }
    return Graph(
        catalog=CATALOG,
        schema=build_schema(CATALOG),
        sources={store: MemorySource(CATALOG, store, held) for store, held in tables.items()},
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(default=20, most=50),
    )


async def amiss_with(graph: Graph, field: str) -> list[str]:
    """What is amiss with a write, by path; it is made of a row in either store."""
    found: list[list[str]] = []
    for name, id in (("Trip", "1"), ("Walk", '"1"')):
        said = field.replace("NAME", name).replace("ID", id)
        result = await graph.schema.execute(
            f"mutation {{ it: {said} {{ __typename {TOLD} }} }}",
            context_value=graph.context(ANONYMOUS),
        )
        assert not isinstance(result, PreExecutionError), result.errors
        assert result.data is not None, result.errors
        errors = result.data["it"].get("errors", [])
        assert all(each["code"] == "VALUE_INVALID" for each in errors)
        found.append([".".join(each["path"]) for each in errors])
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("change", "amiss"),
    [
        ('input: {end: "club"}', []),
        ('input: {end: "home"}', ["input.end"]),
        ('input: {start: "work"}', ["input.end"]),
        ('input: {start: "work", end: "home"}', []),
        ('input: {start: "work", end: "work"}', ["input.end"]),
        ('input: {end: "club", start: "far too long"}', ["input.start"]),
    ],
)
@pytest.mark.parametrize("one", ["updateNAME(id: ID, ", "updateNAMEs(where: {}, "])
async def test_a_change_is_judged_by_the_row_as_it_becomes(
    graph: Graph, one: str, change: str, amiss: list[str]
):
    """Whether what a validator looks for is given, or was there."""
    assert await amiss_with(graph, f"{one}{change})") == amiss


async def test_an_upsert_is_judged_by_the_row_that_is_there(graph: Graph):
    """And not by the default that a new one would have."""
    there = 'upsertNAME(input: {id: ID, start: "club", end: "home"})'
    assert await amiss_with(graph, there) == []
    kept = 'upsertNAME(input: {id: ID, end: "club"}, conflict: {target: id, update: [end]})'
    assert await amiss_with(graph, kept) == ["input.end"]


@pytest.mark.parametrize("name", ["Trip", "Walk"])
def test_what_a_model_does_wrong_is_not_told_as_the_clients_mistake(name: str):
    """A validator that looks for what is no field, or for what comes after it."""
    judge = Judge(CATALOG[name])
    row = {"id": 1 if name == "Trip" else "1", "start": "nowhere", "end": "work"}
    with pytest.raises(KeyError):
        judge.values(row, ("input",), Refusals())
    row["start"] = "later"
    assert judge.values(row, ("input",), Refusals()).later
    with pytest.raises(KeyError):
        judge.fields(row, {"start": ()}, Refusals())


def judged(judge: Judge, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What becomes of a new row, and how much is amiss with it."""
    amiss = Refusals()
    made = judge.values(given, ("input",), amiss, new=True)
    return dict(made.values), len(amiss)
