"""In charge of which rows Postgres itself changes or ends, when those end that they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import sqlalchemy as sa

from catalog.entity import Entity, Store

_CHANGING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


def swept(catalog: Mapping[str, Entity], ended: Iterable[Entity]) -> frozenset[Entity]:
    """The entities whose foreign keys say so (``ON DELETE``), if rows of these end."""
    tables = [(e, _table(e)) for e in catalog.values() if e.store is Store.POSTGRES]
    left = [_table(entity) for entity in ended if entity.store is Store.POSTGRES]
    found = set[Entity]()
    while left:
        gone = left.pop()
        for entity, table in tables:
            said = {_said(key) for key in table.foreign_keys if key.column.table is gone}
            if entity not in found and said & _CHANGING:
                found.add(entity)
                left += [table] if "CASCADE" in said else []
    return frozenset(found)


def _table(entity: Entity) -> sa.Table:
    return cast("sa.Table", cast("Any", entity.model).__table__)


def _said(key: sa.ForeignKey) -> str:
    return (key.ondelete or "").upper()
