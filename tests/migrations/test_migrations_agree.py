"""What models say, what their migrations make, and what is found in the stores, are the same."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from migrations_place import ROOT, Place

import models
from catalog import Catalog, catalog_of, models_in
from datasources.embedded import EmbeddedUrls
from datasources.migrations.checking import compared
from datasources.migrations.history import History
from datasources.migrations.revising import next_migration
from datasources.migrations.running import migrate, whole
from datasources.migrations.stores import opened

SAMPLE = History(ROOT / "migrations")


MODELS = {"library": "tests.library.models", "agreement": "agreement_tables", "shop": "shop_models"}


@pytest.fixture
def package(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Models of other tests, with a column of nearly every type."""
    for room in ("agreement", "writes"):
        monkeypatch.syspath_prepend(str(ROOT / "tests" / room))
    return importlib.import_module(MODELS[name])


def test_the_sample_is_what_its_migrations_make(place: Place) -> None:
    """From nothing to the newest, on both stores; then nothing is left to do, or to write."""
    catalog = catalog_of(models_in(models))
    with opened(place.urls) as stores:
        assert migrate(SAMPLE, stores).revisions == SAMPLE.revisions
        plan, missing = compared(SAMPLE, catalog, stores)
        assert (plan.revisions, missing) == ((), ())
        assert migrate(SAMPLE, stores).revisions == ()
    assert place.tables() >= {"flight", "plane", "day", "ix_plane_search", "alembic_version"}
    assert place.collections() == {"airports", "notes", "weather"}


@pytest.mark.parametrize("name", list(MODELS))
def test_nothing_differs_after_a_migration(
    package: ModuleType, place: Place, tmp_path: Path
) -> None:
    """Enums, arrays, JSON, numbers, moments, defaults, expressions: none is taken for another."""
    history, catalog = History(tmp_path), catalog_of(models_in(package))
    assert next_migration(history, catalog, "As it begins", place.urls.postgres)
    assert next_migration(history, catalog, "Nothing", place.urls.postgres) is None
    assert [path.name for path in history.versions.glob("*.py")] == ["0001_as_it_begins.py"]
    with opened(place.urls) as stores:
        migrate(history, stores)
        assert compared(history, catalog, stores)[1] == ()


def test_the_second_migration_has_what_changed(
    both: History, later: Catalog, servers: EmbeddedUrls, place: Place
) -> None:
    """And only that; it leads to what the models say."""
    text = next(both.versions.glob("0002_*.py")).read_text("utf-8")
    for step in (
        "op.drop_view('shade')",
        "op.create_view('shade'",
        "op.create_table('tool'",
        "op.add_column('bed', sa.Column('depth'",
        "op.drop_column('bed', 'note')",
        "op.add_column('bed', sa.Column('care', postgresql.JSONB(",
        "op.add_column('bed', sa.Column('tools', sa.JSON(",
        "op.alter_column('bed', 'past'",
        "op.drop_column('bed', 'crops')",
        "op.alter_column('bed', 'width'",
        "op.create_index('ix_bed_lower'",
        "op.add_enum_label('soil', 'CLAY', after='LOAM')",
        "op.set_validator('plants'",
        "op.drop_collection_index('plants', 'label_1')",
        "op.create_collection_index('plants', {'label': 1}, name='label_1')",
        "op.create_collection('seeds')",
    ):
        assert step in text, text
    assert "bed_id_1" not in text
    assert "'lie'" not in text
    assert text.index("op.drop_view") < text.index("op.drop_column") < text.index("op.create_view")
    assert next_migration(both, later, "Nothing", servers.postgres) is None
    with opened(place.urls) as stores:
        migrate(both, stores)
        assert compared(both, later, stores)[1] == ()


def test_what_nobody_migrated_shows(first: History, now: Catalog, place: Place) -> None:
    """A column that somebody dropped by hand, an index, a validator; others' tables do not."""
    with opened(place.urls) as stores:
        migrate(first, stores)
    place.sql("ALTER TABLE bed DROP COLUMN width")
    place.sql("CREATE TABLE others (id int)")
    place.mongo(lambda database: database["plants"].drop_index("bed_id_1"))
    place.mongo(lambda database: database.command({"collMod": "plants", "validator": {}}))
    place.mongo(lambda database: database.create_collection("others"))
    with opened(place.urls) as stores:
        _, missing = compared(first, now, stores)
    assert [line.partition("(")[0] for line in missing] == [
        "op.add_column",
        "op.set_validator",
        "op.create_collection_index",
    ]


def test_a_view_of_others_is_let_be(first: History, now: Catalog, place: Place) -> None:
    """A materialized one will do, whatever it is defined as."""
    with opened(place.urls) as stores:
        migrate(first, stores)
    place.sql("DROP VIEW shade")
    place.sql("CREATE MATERIALIZED VIEW shade AS SELECT 1 AS id, 'a' AS name")
    with opened(place.urls) as stores:
        assert compared(first, now, stores)[1] == ()


def squawked(history: History, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """What the linter says of a history as SQL, by the rules in .squawk.toml."""
    script = tmp_path / "history.sql"
    script.write_text(whole(history).script, "utf-8")
    squawk = Path(sys.executable).with_name("squawk")
    command = [squawk, "--config", ROOT / ".squawk.toml", script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_squawk_finds_nothing_in_the_samples_sql(tmp_path: Path) -> None:
    """The committed migrations lock nothing for long, and drop nothing."""
    linted = squawked(SAMPLE, tmp_path)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_squawk_reads_the_sql_of_a_plan(both: History, tmp_path: Path) -> None:
    """It would find what is dropped: that the sample passes means something."""
    linted = squawked(both, tmp_path)
    assert linted.returncode == 1
    assert "ban-drop-column" in linted.stdout
    assert "syntax" not in linted.stdout
