"""In charge of showing that models written for SQLModel alone are served unchanged."""

import hero_models
import pytest

from catalog import Catalog, Store, catalog_of, models_in
from catalog.entity import Through
from catalog.types import Scalar


@pytest.fixture(scope="module")
def heroes() -> Catalog:
    """The catalog of the whole module."""
    return catalog_of(models_in(hero_models))


def test_tables_are_entities_and_helper_classes_are_not(heroes):
    """A package may hold the usual `...Base` and `...Create` classes beside its tables."""
    assert set(heroes) == {"HeroMissionLink", "Team", "Hero", "Mission"}
    assert all(entity.store is Store.POSTGRES for entity in heroes.values())


def test_columns_keep_type_key_and_nullability(heroes):
    """The optional `id` of an unsaved object is the key, and never null in the store."""
    hero = heroes["Hero"]
    shown = {name: (field.type, field.nullable) for name, field in hero.fields.items()}
    assert shown == {
        "id": (Scalar.INT, False),
        "name": (Scalar.STRING, False),
        "secret_name": (Scalar.STRING, False),
        "age": (Scalar.INT, True),
        "team_id": (Scalar.INT, True),
    }
    assert (hero.key, hero.unique) == (("id",), (("name",),))
    assert ("age",) in hero.indexes
    assert hero.fields["secret_name"].api == "secretName"


def test_names_are_regular(heroes):
    """A query finds one `mission` by key and many `missions`."""
    mission = heroes["Mission"]
    assert (mission.table, mission.singular, mission.plural) == ("mission", "mission", "missions")


def test_many_to_one_and_back(heroes):
    """`Relationship` over a foreign key is a relation at both ends."""
    team, members = heroes["Hero"].relations["team"], heroes["Team"].relations["heroes"]
    assert (team.target, team.on, team.many) == ("Team", (("team_id", "id"),), False)
    assert (members.target, members.on, members.many) == ("Hero", (("id", "team_id"),), True)
    assert not team.cross_store


def test_many_to_many_goes_through_the_link_table(heroes):
    """`link_model` becomes a `Through` that names the link's fields on the way in and out."""
    missions, back = heroes["Hero"].relations["missions"], heroes["Mission"].relations["heroes"]
    inwards, outwards = (("id", "hero_id"),), (("mission_id", "id"),)
    assert missions.through == Through("HeroMissionLink", inwards, outwards)
    assert back.through == Through("HeroMissionLink", (("id", "mission_id"),), (("hero_id", "id"),))
    assert (missions.many, missions.on, back.many) == (True, (), True)
    assert missions.source_fields == ("id",)
    assert missions.target_fields == ("hero_id",)
