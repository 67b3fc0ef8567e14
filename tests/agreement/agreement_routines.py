"""In charge of routines over the agreement's entities: one in each store, and one in memory."""

import datetime
import decimal
import uuid
from collections.abc import Iterator
from typing import Any

import agreement_documents
import agreement_tables
from agreement_data import values_in
from agreement_kept import kept
from agreement_tables import Size
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import or_
from sqlmodel import col, select

from catalog import BigInt, routine
from catalog.entity import Catalog, Entity
from catalog.routine import Argument, Call, Routine
from catalog.types import FieldType, ListType
from datasources.mongo.values import NOTHING, encoded
from datasources.postgres.values import storable

FIELDS = (
    "flag",
    "number",
    "big",
    "price",
    "text",
    "day",
    "clock",
    "moment",
    "token",
    "blob",
    "size",
)


def _alike(rows: Any, texts: list[str], **given: Any) -> list[Any]:
    return [
        row
        for row in rows("Thing")
        if row.get("text") in texts
        or any(each is not None and row.get(name) == each for name, each in given.items())
    ]


def _things_like(thing: type, make: Any) -> Any:
    """A routine with an argument of each type, which finds the things that have any of them."""

    def things_like(  # noqa: PLR0917 (one of each type)
        texts: list[str],
        flag: bool | None,
        number: int | None,
        big: BigInt | None,
        price: decimal.Decimal | None,
        text: str | None,
        day: datetime.date | None,
        clock: datetime.time | None,
        moment: datetime.datetime | None,
        token: uuid.UUID | None,
        blob: bytes | None,
        size: Size | None,
    ) -> object:
        given = locals()
        return make(texts, {name: given[name] for name in FIELDS})

    return routine(list[thing], python=_alike)(things_like)  # type: ignore[valid-type]


def _select(texts: Any, given: dict[str, Any]) -> object:
    thing = agreement_tables.Thing
    same = [getattr(thing, name) == each for name, each in given.items()]
    return select(thing).where(or_(col(thing.text).in_(texts), *same))


def _stages(texts: Any, given: dict[str, Any]) -> object:
    stored = {"big": "big number", "text": "Text"}
    same = [
        {"$and": [{"$ne": [each, None]}, {"$eq": [f"${stored.get(name, name)}", each]}]}
        for name, each in given.items()
    ]
    wanted = [{"Text": {"$in": texts}}, {"$expr": {"$or": same}}]
    return agreement_documents.Thing, [{"$match": {"$or": wanted}}]


def _heavier(rows: Any, mass: int) -> list[Any]:
    weighed = [row for row in rows("Piece") if row.get("mass") is not None]
    return [row for row in weighed if row["mass"] > mass]


@routine(list[agreement_tables.Piece], python=_heavier)
def heavy_tables(mass: int) -> object:
    """Pieces of any kind."""
    return select(agreement_tables.Piece).where(col(agreement_tables.Piece.mass) > mass)


@routine(list[agreement_documents.Piece], python=_heavier)
def heavy_documents(mass: int) -> object:
    """Pieces of any kind."""
    return agreement_documents.Piece, [{"$match": {"mass": {"$gt": mass}}}]


IN_TABLES = (_things_like(agreement_tables.Thing, _select), heavy_tables)
IN_DOCUMENTS = (_things_like(agreement_documents.Thing, _stages), heavy_documents)


@kept
def calls(catalog: Catalog, entity: Entity) -> SearchStrategy[Call | None]:
    """A call that gives rows of the entity, if there is a routine that does; or none."""
    found = [each for each in catalog.routines if each.entity.name == entity.name]
    if not found:
        return st.none()
    return st.none() | st.sampled_from(found).flatmap(_calls)


@kept
def _calls(called: Routine) -> SearchStrategy[Call]:
    values = st.tuples(*map(_values, called.arguments))
    return st.builds(Call, st.just(called), values)


def _values(argument: Argument) -> SearchStrategy[Any]:
    if isinstance(argument.type, ListType):
        some = st.sampled_from(list(_held(argument.type.of)))
        return st.lists(some, max_size=2).map(tuple)
    some = st.sampled_from(list(_held(argument.type)))
    return st.none() | some if argument.nullable else some


def _held(kind: FieldType) -> Iterator[Any]:
    """The values that both stores can hold; of NaN, stores and Python think otherwise."""
    for value in values_in(kind):
        if storable(value) and encoded(kind, value) is not NOTHING and value == value:  # noqa: PLR0124
            yield value
