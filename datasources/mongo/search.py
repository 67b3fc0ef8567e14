"""In charge of the text indexes that searches need: what they are, and whether they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from catalog.entity import Entity
from datasources.errors import SearchUnavailable
from datasources.mongo.client import Document, client_of, database_of, settled
from datasources.mongo.errors import DRIVER_ERRORS, STORE
from datasources.mongo.paths import document_of, place_of

# In the proportions of Postgres's own.
_WEIGHTS: Final = {"A": 10, "B": 4, "C": 2, "D": 1}


def text_index(entity: Entity) -> IndexModel | None:
    """The text index that the entity's search needs."""
    search = entity.search
    if search is None:
        return None
    stored = [place_of(document_of(entity), path).stored for path in search.paths]
    return IndexModel(
        [(name, "text") for name in stored],
        name="search",
        weights=dict(zip(stored, map(_WEIGHTS.__getitem__, search.weights), strict=True)),
        default_language="none" if search.language == "simple" else search.language,
        # A field of this name in a document would be taken for its language.
        language_override="~language",
    )


async def check_collections(entities: Sequence[Entity], url: str) -> None:
    """Raises ``SearchUnavailable`` for a search whose text index is not there.

    A server that does not answer is let be: it may, later.
    """
    searched = [entity for entity in entities if entity.search]
    if not searched:
        return
    client = client_of(url)
    try:
        database = cast("AsyncDatabase[Document]", database_of(client))
        for entity in searched:
            check_index(entity, await database[entity.table].index_information())
    except DRIVER_ERRORS:
        return
    finally:
        await settled(client.close())


def check_index(entity: Entity, indexes: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises ``SearchUnavailable`` unless these have a text index of just what is searched.

    A collection has one, and a search looks through all of it: also through what rules keep.
    """
    found = [each for each in indexes.values() if "text" in dict(each["key"]).values()]
    if not found:
        message = f"{entity.name} cannot be searched: {entity.table} has no text index."
        hint = "Make the one that docs/models.md shows, or leave __search__ out of the model."
        raise SearchUnavailable(STORE, message, hint=hint)
    search = entity.search.paths if entity.search else ()
    ours = {place_of(document_of(entity), path).stored for path in search}
    if more := sorted(set(found[0].get("weights", ())) - ours):
        message = f"{entity.name} cannot be searched: its text index has {', '.join(more)} as well."
        hint = "Name these in __search__ too, so that rules about them hold for searches."
        raise SearchUnavailable(STORE, message, hint=hint)
