"""In charge of the SQL that makes the views that models define. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from catalog.entity import Entity
from datasources.postgres.ddl import quoted_name, schemas
from datasources.postgres.tables import table_of


class Making(NamedTuple):
    """The statements that make views, and the views that are then as their models say."""

    statements: Sequence[str]
    views: Sequence[Entity]


def views_to_make(
    entities: Iterable[Entity], present: Collection[str], noted: Mapping[str, str]
) -> Making:
    """Makes the views that are not ``present``.

    Those that it made itself, as ``noted`` says by their fingerprints, it makes all anew where a
    definition has changed; those of others it leaves as they are.
    """
    defined = views_in_order(entities)
    theirs = [each for each in defined if _name(each) in present and each.name not in noted]
    ours = [each for each in defined if _name(each) in present and each not in theirs]
    stale = any(noted[each.name] != view_fingerprint(each) for each in ours)
    dropped = ours[::-1] if stale else []
    made = [each for each in defined if each not in theirs and (stale or each not in ours)]
    drops = [f"DROP VIEW {_name(each)}" for each in dropped]
    makes = [f"CREATE VIEW {_name(each)} AS {_sql(each)}" for each in made]
    return Making([*schemas(map(table_of, made)), *drops, *makes], made)


def view_fingerprint(entity: Entity) -> str:
    """Changes when the definition of the view does."""
    return hashlib.blake2b(_sql(entity).encode(), digest_size=8).hexdigest()


def _name(entity: Entity) -> str:
    return quoted_name(table_of(entity))


def _sql(entity: Entity) -> str:
    return (entity.view and entity.view.sql) or ""


def views_in_order(entities: Iterable[Entity]) -> list[Entity]:
    """Those views of these that have a definition, each after those that it names."""
    views = [each for each in entities if each.view and each.view.sql]
    seen: dict[Entity, None] = {}

    def after(view: Entity, above: tuple[Entity, ...] = ()) -> Iterator[Entity]:
        for other in views:
            named = re.search(rf"\b{re.escape(other.table)}\b", _sql(view))
            if named and other not in (view, *above):
                yield from after(other, (*above, view))
        yield view

    for view in views:
        seen.update(dict.fromkeys(after(view)))
    return list(seen)
