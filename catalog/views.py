"""In charge of views: models whose rows are made by a query of the store's, and stored nowhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, assert_never, cast

from catalog.entity import Entity, Store, View
from catalog.errors import ModelError

_IN_DATABASE = View()


def with_view(entity: Entity) -> Entity:
    """The entity as a view, if its model's ``__view__`` says so; raises ``ModelError``."""
    declared: object = vars(entity.model).get("__view__")
    if declared is None:
        return entity
    if entity.search and entity.store is Store.MONGO:
        mend = "Leave __search__ out, or put it on what the view is made of."
        raise ModelError(entity.name, None, "is a view, which MongoDB cannot search", mend=mend)
    view = _IN_DATABASE if declared is True else _view(entity, declared)
    return dataclasses.replace(entity, view=view)


def _view(entity: Entity, declared: object) -> View:
    match entity.store:
        case Store.POSTGRES:
            if isinstance(declared, str) and declared.strip():
                return View(sql=declared.strip().rstrip(";"))
            mend = 'Write __view__ = "SELECT ...", or True if the database has the view.'
        case Store.MONGO:
            view = _pipeline(declared)
            if view:
                return view
            mend = "Write __view__ = (Source, [stages]), or True if the database has the view."
        case _:
            assert_never(entity.store)
    raise ModelError(entity.name, None, f"its __view__ is {declared!r}", mend=mend)


def _pipeline(declared: object) -> View | None:
    given = cast("Sequence[Any]", declared if isinstance(declared, (tuple, list)) else ())
    if len(given) != 2:  # noqa: PLR2004 (a source and its stages)
        return None
    source, stages = given
    collection: object = source if isinstance(source, str) else _collection(source)
    if not isinstance(collection, str) or not _are_stages(stages):
        return None
    return View(source=collection, stages=tuple(stages))


def _collection(source: object) -> object:
    return getattr(source, "__collection__", None)


def _are_stages(given: object) -> bool:
    listed = cast("Sequence[object]", given if isinstance(given, (tuple, list)) else ())
    return bool(listed) and all(isinstance(stage, dict) for stage in listed)
