"""In charge of a small graph with every kind of link between the stores, and of rows for it."""

import functools
import random
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel
from sqlalchemy import Index as TableIndex
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from catalog import Access, Catalog, Entity, Index, Link, Relation, anyone, catalog_of
from catalog.query import (
    ALWAYS,
    And,
    Compare,
    Filter,
    IsNull,
    Not,
    Operator,
    Or,
    Order,
    Quantifier,
    Related,
)
from resolvers.across.sizes import Sizes

__access__ = Access(read=anyone)


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


@functools.cache
def orders(entity: Entity) -> SearchStrategy[tuple[Order, ...]]:
    """Total orders with a term or two of the other store, wherever it is crossed to."""
    chains = [(steps, target) for steps, target in _chains(entity, 3) if steps]
    far = [steps for steps, _ in chains if any(step.cross_store for step in steps)]
    terms = st.lists(_term(st.sampled_from(far)), min_size=1, max_size=2)
    own = st.lists(_term(st.just(())), max_size=1)
    key = st.booleans().map(lambda descending: Order(("id",), descending=descending))
    return st.builds(
        lambda far, own, first, key: (*(own + far if first else far + own), key),
        terms, own, st.booleans(), key,
    )  # fmt: skip


def _term(steps: SearchStrategy[tuple[Relation, ...]]) -> SearchStrategy[Order]:
    path = st.sampled_from([("size",), ("size",), ("id",)])
    return st.builds(Order, path, steps, st.booleans(), st.booleans())


def _chains(entity: Entity, steps: int) -> Iterator[tuple[tuple[Relation, ...], Entity]]:
    yield (), entity
    for relation in entity.relations.values() if steps else ():
        if not relation.many:
            for chain, target in _chains(CATALOG[relation.target], steps - 1):
                yield (relation, *chain), target


def full_tables() -> SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Many rows of few values, most of which lead somewhere: enough for pages and ties."""
    return st.integers(0, 2**32).map(_tables)


def _tables(seed: int) -> dict[str, list[dict[str, Any]]]:
    chance = random.Random(seed)  # noqa: S311 (test data)
    return {name: _drawn(chance, entity) for name, entity in CATALOG.items()}


def _drawn(chance: random.Random, entity: Entity) -> list[dict[str, Any]]:
    most = {"Stop": 16, "Forecast": 10}.get(entity.name, 7)
    found: dict[Any, dict[str, Any]] = {}
    for number in range(chance.randint(most // 2, most)):
        row = {name: _likely(chance, name) for name in entity.fields} | {"id": number}
        keys = [tuple(row[name] for name in key) for key in entity.unique]
        found[keys[0] if keys else number] = row
    return list(found.values())


def _likely(chance: random.Random, name: str) -> Any:
    if chance.random() < 0.1:
        return None
    return chance.choice("ab") if name == "line" else chance.randrange(5)


class Guesses(Sizes):
    """Numbers of rows out of thin air."""

    def __init__(self, rows: Mapping[str, int]) -> None:
        self._guessed = rows

    async def ready(self) -> None:
        """They are there."""

    def rows(self, entity: Entity, filter_: Filter) -> float | None:
        """Whatever was said; of a filter a little less."""
        rows = self._guessed.get(entity.name)
        return None if rows is None else rows * (1.0 if filter_ == ALWAYS else 0.4)


def guesses() -> SearchStrategy[Sizes]:
    """Whatever statistics may say: the truth, nothing, or nonsense."""
    names = list(CATALOG)
    return st.builds(Guesses, st.dictionaries(st.sampled_from(names), st.integers(0, 9)))
