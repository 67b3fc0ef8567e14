"""The models of the sample make a catalog, without any database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog import Catalog, Store
from catalog.entity import Entity
from catalog.types import DocumentType, Field, FieldType, ListType


def test_each_entity_is_where_it_belongs(catalog: Catalog) -> None:
    """Tables in Postgres, documents in MongoDB; each with the names that clients see."""
    assert {entity.plural for entity in catalog.of(Store.POSTGRES)} == {
        "airlines",
        "days",
        "flights",
        "planes",
        "watches",
    }
    assert {entity.plural for entity in catalog.of(Store.MONGO)} == {
        "airports",
        "notes",
        "weatherObservations",
    }


def test_flights_reach_both_stores(catalog: Catalog) -> None:
    """All relations of a flight, with what they lead to and whether they leave Postgres."""
    assert _relations(catalog["Flight"]) == {
        "airline": ("Airline", "one", "here"),
        "plane": ("Plane", "one", "here"),
        "watches": ("Watch", "many", "here"),
        "originAirport": ("Airport", "one", "there"),
        "destinationAirport": ("Airport", "one", "there"),
        "weather": ("Weather", "one", "there"),
        "notes": ("Note", "many", "there"),
    }


def test_airports_and_weather_lead_back(catalog: Catalog) -> None:
    """Links add their opposites, within MongoDB and out of it."""
    assert _relations(catalog["Airport"]) == {
        "departures": ("Flight", "many", "there"),
        "arrivals": ("Flight", "many", "there"),
        "weather": ("Weather", "many", "here"),
    }
    assert _relations(catalog["Weather"]) == {
        "airport": ("Airport", "one", "here"),
        "departures": ("Flight", "many", "there"),
    }


def test_weather_is_unique_by_hour_and_airport(catalog: Catalog) -> None:
    """What a flight's link to its weather relies upon."""
    assert catalog["Weather"].unique == (("time_hour", "origin"),)


def test_everything_is_described(catalog: Catalog) -> None:
    """Each entity, field, nested document and relation says what it is."""
    for entity in catalog.values():
        assert entity.description, entity.name
        for relation in entity.relations.values():
            assert relation.description, (entity.name, relation.name)
        for owner, field in _fields(entity.name, entity.fields.values()):
            assert field.description, (owner, field.name)


def _relations(entity: Entity) -> dict[str, tuple[str, str, str]]:
    return {
        relation.api: (
            relation.target,
            "many" if relation.many else "one",
            "there" if relation.cross_store else "here",
        )
        for relation in entity.relations.values()
    }


def _fields(owner: str, fields: Iterable[Field]) -> Iterator[tuple[str, Field]]:
    for field in fields:
        yield owner, field
        kind: FieldType = field.type
        while isinstance(kind, ListType):
            kind = kind.of
        if isinstance(kind, DocumentType):
            assert kind.description, kind.name
            yield from _fields(kind.name, kind.fields.values())
