"""Validators of collections: they refuse what models could not read, and take whatever they can."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest
from migrations_place import Place
from patient import sources_at
from pymongo.errors import WriteError

from auth import Principal
from catalog import Catalog
from datasources.embedded import EmbeddedUrls
from datasources.migrations.history import History
from datasources.migrations.running import migrate
from datasources.migrations.stores import opened
from datasources.mongo.validators import accepts_all
from datasources.redis import NoCache
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

CREATE = """mutation { createPlant(input: {bedId: 1}) {
    ... on PlantWritten { affected } ... on WriteRefused { errors { code } } } }"""


def test_they_take_what_can_be_read(first: History, place: Place) -> None:
    """No key and null where a field may be without a value; any number; keys of others."""
    with opened(place.urls) as stores:
        migrate(first, stores)
    with pymongo.MongoClient(place.urls.mongo) as client:
        plants = client.get_default_database("bigraph")["plants"]
        plants.insert_one({"bed_id": 1, "label": "a"})
        plants.insert_one({"bed_id": 2.0, "label": None, "height": 3, "more": [{}]})
        for refused in ({}, {"bed_id": "1"}, {"bed_id": None}, {"bed_id": 1, "label": 5}):
            with pytest.raises(WriteError, match="failed validation"):
                plants.insert_one(dict(refused, height=1.0))


async def test_a_mutation_is_told(both: History, now: Catalog, place: Place) -> None:
    """A server of the first year does not know that plants need a label by now."""
    with opened(place.urls) as stores:
        migrate(both, stores)
    schema = build_schema(now)
    urls = EmbeddedUrls(place.urls.postgres, place.urls.mongo, None)
    graph = Graph(
        catalog=now,
        schema=schema,
        sources=sources_at(now, urls),
        cache=NoCache(),
        cache_ttl=0,
        page_limits=PageLimits(default=10, most=10),
    )
    answer = await schema.execute(CREATE, context_value=graph.context(Principal("x", "ann")))
    await graph.close()
    assert answer.data == {"createPlant": {"errors": [{"code": "DOCUMENT_REFUSED"}]}}
    assert place.mongo(lambda database: database["plants"].count_documents({})) == 0


TEXT: dict[str, Any] = {"bsonType": "string"}
OPTIONAL: dict[str, Any] = {"bsonType": ["string", "null"]}


def held(**fields: dict[str, Any]) -> dict[str, Any]:
    """A schema of these fields, of which those that are not null are required."""
    required = [name for name, schema in fields.items() if schema != OPTIONAL]
    some = {"required": required} if required else {}
    return {"bsonType": "object", **some, "properties": fields}


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        (held(a=TEXT), held(a=TEXT), True),
        (held(a=TEXT), held(a=OPTIONAL), True),
        (held(a=OPTIONAL), held(a=TEXT), False),
        (held(a=TEXT), held(a=TEXT, b=OPTIONAL), True),
        (held(a=TEXT), held(a=TEXT, b=TEXT), False),
        (held(a=TEXT, b=TEXT), held(a=TEXT), True),
        (held(a=TEXT), held(a={"bsonType": "number"}), False),
        (held(a={"enum": ["x"]}), held(a={"enum": ["x", "y"]}), True),
        (held(a={"enum": ["x", "y"]}), held(a={"enum": ["x"]}), False),
        (held(a={"bsonType": "array", "items": TEXT}), held(a={"bsonType": "array"}), True),
        (held(a={"bsonType": "array"}), held(a={"bsonType": "array", "items": TEXT}), False),
        ({"anyOf": [TEXT]}, {"anyOf": [TEXT, held(a=TEXT)]}, True),
        ({"anyOf": [TEXT, held(a=TEXT)]}, {"anyOf": [held(a=TEXT)]}, False),
        (held(a=TEXT), {"anyOf": [TEXT, held(a=OPTIONAL)]}, True),
        (held(a=TEXT), {}, True),
        ({}, held(a=TEXT), False),
    ],
)
def test_what_takes_less_is_told_from_what_takes_more(
    old: dict[str, Any], new: dict[str, Any], *, wider: bool
) -> None:
    """A step that may refuse what was taken is one that loses something."""
    assert accepts_all(old, new) is wider
