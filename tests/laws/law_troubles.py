"""In charge of worlds in trouble: a store is away, or holds what must not be in an answer."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from law_worlds import World

from catalog import Catalog, Store
from catalog.entity import Entity
from catalog.errors import StoredValueError
from catalog.query import DataSource, Record
from catalog.types import Field, Scalar
from tests.library.sources import DownSource, SpoiltSource

_WRONG: Mapping[Any, Any] = {
    Scalar.INT: 2**40,
    Scalar.FLOAT: float("nan"),
    Scalar.BOOLEAN: "yes",
    Scalar.JSON: {"not finite": [float("inf"), float("nan")], "large": 2**70, "half": "\ud800"},
}


def in_trouble(world: World) -> list[World]:
    """The same world well, with each store away, and with wrong values in both."""
    sources = world.graph.sources
    away = [
        world.with_sources({**sources, store: DownSource(source)})
        for store, source in sources.items()
    ]
    wrong = partial(_spoil, world.graph.catalog)
    spoilt: dict[Store, DataSource] = {
        store: SpoiltSource(source, wrong) for store, source in sources.items()
    }
    return [world, *away, world.with_sources(spoilt)]


def _spoil(catalog: Catalog, name: str, record: Record) -> None:
    """Makes a few values wrong: always the same."""
    of_routines = {each.name: each.entity for each in catalog.routines}
    entity = catalog.get(name) or of_routines[name]
    key = entity.key if name in catalog else ()
    for field in entity.fields.values():
        digest = zlib.crc32(f"{name}.{field.name}:{_key(entity, record)}".encode())
        if field.name in record and field.name not in key and digest % 4 == 0:
            record[field.name] = _wrong(field, digest)


def _key(entity: Entity, record: Record) -> str:
    return repr([record.get(name) for name in entity.key])


def _wrong(field: Field, digest: int) -> Any:
    if digest % 3 == 0 or field.type not in _WRONG:
        return None if digest % 8 == 0 else StoredValueError("The stored value is wrong.")
    return _WRONG[field.type]
