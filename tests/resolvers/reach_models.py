"""In charge of a small graph with every kind of link between the stores, and of rows for it."""

import functools
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel
from sqlalchemy import Index as TableIndex
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Catalog, Entity, Index, Link, Relation, catalog_of
from catalog.query import And, Compare, Filter, IsNull, Not, Operator, Or, Quantifier, Related


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of these tables."""


class Train(Table, table=True):
    """Has stops in its own store, and regions that it calls home in the other."""

    id: int = Field(primary_key=True)
    size: int | None = None


class Stop(Table, table=True):
    """Links to the other store by two fields, either of which may be null."""

    __table_args__ = (TableIndex("ix_stop", "line", "hour"),)
    __links__: ClassVar = (
        Link("train", to="Train", on={"train_id": "id"}, back="stops"),
        Link("forecast", to="Forecast", on={"line": "line", "hour": "hour"}, back="stops"),
    )

    id: int = Field(primary_key=True)
    line: str | None = None
    hour: int | None = None
    size: int | None = None
    train_id: int | None = Field(default=None, index=True)


class Forecast(BaseModel):
    """For a line and an hour."""

    __collection__ = "forecasts"
    __indexes__: ClassVar = (Index("line", "hour", unique=True), Index("region_id"))
    __links__: ClassVar = (Link("region", to="Region", on={"region_id": "id"}, back="forecasts"),)

    id: int
    line: str | None = None
    hour: int | None = None
    size: int | None = None
    region_id: int | None = None


class Region(BaseModel):
    """Home of a train of the other store."""

    __collection__ = "regions"
    __indexes__: ClassVar = (Index("train_id"),)
    __links__: ClassVar = (Link("train", to="Train", on={"train_id": "id"}, back="homes"),)

    id: int
    size: int | None = None
    train_id: int | None = None


CATALOG: Catalog = catalog_of([Train, Stop, Forecast, Region])


def rows() -> SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Few rows of each entity, with few values, so that many meet; some are null."""
    return st.fixed_dictionaries({name: _rows(CATALOG[name]) for name in CATALOG})


def _rows(entity: Entity) -> SearchStrategy[list[dict[str, Any]]]:
    values = {name: _value(name) for name in entity.fields if name != "id"}
    keys = [tuple(key) for key in entity.unique]

    def numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for key in keys:
            found = [*{tuple(row[name] for name in key): row for row in found}.values()]
        return [{"id": number, **row} for number, row in enumerate(found)]

    return st.lists(st.fixed_dictionaries(values), max_size=8).map(numbered)


def _value(name: str) -> SearchStrategy[Any]:
    known = st.sampled_from(["a", "b"]) if name == "line" else st.integers(0, 3)
    return st.none() | known


@functools.cache
def narrowed(entity: Entity) -> SearchStrategy[Filter]:
    """A relation into the other store, beside a condition that may narrow it, or not."""
    far = st.one_of(
        _related(relation, filters(CATALOG[relation.target], 1))
        for relation in entity.relations.values()
        if relation.cross_store
    )
    pair = st.tuples(_near(entity), far | far.map(Not))
    either = pair.map(And) | pair.map(Or)
    return either | st.tuples(_near(entity), either.map(Not)).map(And)


@functools.cache
def filters(entity: Entity, hops: int = 2) -> SearchStrategy[Filter]:
    """Filters with relations of both kinds, up to so many deep."""
    near = _near(entity)
    far = [
        _related(relation, filters(CATALOG[relation.target], hops - 1))
        for relation in entity.relations.values()
        if hops
    ]

    def combined(inner: SearchStrategy[Filter]) -> SearchStrategy[Filter]:
        several = st.lists(inner, max_size=3).map(tuple)
        return several.map(And) | several.map(Or) | inner.map(Not)

    return st.recursive(st.one_of(near, *far), combined, max_leaves=4)


def _near(entity: Entity) -> SearchStrategy[Filter]:
    name = st.sampled_from([name for name in entity.fields if name != "line"])
    operator = st.sampled_from([Operator.EQ, Operator.NE, Operator.GT])
    path = name.map(lambda name: (name,))
    return st.builds(Compare, path, operator, st.integers(0, 3)) | st.builds(IsNull, path)


def _related(relation: Relation, inner: SearchStrategy[Filter]) -> SearchStrategy[Filter]:
    quantifiers = list(Quantifier) if relation.many else [Quantifier.SOME]
    return st.builds(Related, st.just(relation), st.sampled_from(quantifiers), inner)
