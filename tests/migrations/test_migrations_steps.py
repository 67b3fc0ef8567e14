"""Migrations as they are made: what is lost is asked about, and what breaks off is made again."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from migrations_place import Place

from catalog import Catalog, Store
from datasources.migrations.checking import compared
from datasources.migrations.errors import LossError, MigrationError
from datasources.migrations.history import History
from datasources.migrations.noted import Urls
from datasources.migrations.revising import next_migration
from datasources.migrations.running import Plan, migrate, planned
from datasources.migrations.stores import alone, opened

LOSSES = [
    "changes the type of bed.width from NUMERIC(6, 2) to FLOAT",
    "changes the type of bed.past from JSON to JSONB",
    "drops the column bed.note, with its values",
    "drops the column bed.crops, with its values",
    "lets plants refuse documents that it takes so far",
    "drops the index label_1 of plants",
]


def made(history: History, urls: Urls, **how: bool) -> Plan:
    """Migrates these stores."""
    with opened(urls) as stores:
        return migrate(history, stores, **how)


def added(history: History, folder: Path, name: str, body: str) -> History:
    """The same history with one more migration, written by hand."""
    shutil.copytree(history.folder, folder, dirs_exist_ok=True)
    number, before = name[:4], history.head
    text = f'from alembic import op\n\nrevision = "{number}"\ndown_revision = "{before}"\n\n\n'
    (folder / "versions" / name).write_text(f"{text}def upgrade():\n    {body}\n", "utf-8")
    return History(folder)


def test_a_plan_does_nothing(first: History, place: Place) -> None:
    """It is SQL, in which MongoDB's commands are comments, and it loses nothing of what is new."""
    with opened(place.urls) as stores:
        plan = planned(first, stores)
    assert plan.revisions == ("0001",)
    assert "CREATE TABLE bed (" in plan.script
    assert '-- MongoDB: {"create": "plants"}' in plan.script
    assert plan.losses == ()
    assert place.tables() == set()
    assert place.collections() == set()


def test_a_plan_is_a_script_for_psql(first: History, place: Place) -> None:
    """Whoever runs it by hand has the tables, and the revision."""
    with opened(place.urls) as stores:
        place.sql(planned(first, stores).script)
    assert place.sql("SELECT version_num FROM alembic_version") == [("0001",)]
    assert {"bed", "shade"} <= place.tables()


def test_what_would_be_lost_is_refused(both: History, first: History, place: Place) -> None:
    """Nothing is done, and all of it is told; who says so has it done."""
    made(first, place.urls)
    place.sql(
        "INSERT INTO bed (name, soil, note, past) VALUES ('a', 'SAND', 'shade', '{\"slope\": 2}')"
    )
    with pytest.raises(LossError) as refused:
        made(both, place.urls)
    for loss in LOSSES:
        assert f"\n  {loss}" in str(refused.value)
    assert place.sql("SELECT note FROM shade JOIN bed USING (id)") == [("shade",)]
    assert "seeds" not in place.collections()
    with opened(place.urls) as stores:
        plan = planned(both, stores)
    assert sorted(plan.losses) == sorted(LOSSES)
    assert plan.script.count("-- LOSES: ") == len(LOSSES)
    assert made(both, place.urls, may_lose=True).revisions == ("0002",)
    columns = "name, soil::text, depth, lie, past, care, tools"
    documents = ({}, {"slope": 2}, {"water": 1, "by": ["ann"]}, [])
    assert place.sql(f"SELECT {columns} FROM bed") == [("a", "SAND", 0, *documents)]


def test_nothing_is_lost_of_what_is_new(both: History, place: Place) -> None:
    """A new database goes through all that ever happened without a word."""
    assert made(both, place.urls).revisions == ("0001", "0002")


@pytest.mark.parametrize(
    ("body", "loss"),
    [
        ("op.drop_table('bed')", "drops the table bed"),
        ("op.drop_collection('plants')", "drops the collection plants"),
        ("op.execute('DELETE FROM bed')", "runs DELETE FROM bed"),
        ("op.run_command({'delete': 'plants', 'deletes': []})", 'runs {"delete": "plants"'),
        ("op.drop_constraint('bed_name_key', 'bed')", "drops the constraint bed_name_key"),
        ("op.get_bind().exec_driver_sql('DELETE FROM bed')", "does what cannot be told beforehand"),
    ],
)
def test_steps_written_by_hand_are_judged(
    body: str, loss: str, first: History, place: Place, tmp_path: Path
) -> None:
    """Also those of which nobody can know what they do."""
    made(first, place.urls)
    history = added(first, tmp_path, "0002_by_hand.py", body)
    with pytest.raises(LossError, match="these steps lose something") as refused:
        made(history, place.urls)
    assert loss in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        "op.alter_column('bed', 'width', type_=sa.Numeric(8, 2), existing_type=sa.Numeric(6, 2))",
        "op.alter_column('bed', 'note', new_column_name='remark')",
        "op.alter_column('bed', 'lie', new_column_name='slopes')",
        "op.add_column('bed', sa.Column('more', sa.JSON(), server_default='{}', nullable=False))",
        "op.execute('UPDATE bed SET note = NULL')",
        "op.run_command({'insert': 'plants', 'documents': [{'bed_id': 1}]})",
        "op.create_collection_index('plants', {'height': 1})",
    ],
)
def test_steps_that_lose_nothing_are_made(
    body: str, first: History, place: Place, tmp_path: Path
) -> None:
    """Without a question."""
    made(first, place.urls)
    body = f"import sqlalchemy as sa\n    {body}"
    assert made(added(first, tmp_path, "0002_by_hand.py", body), place.urls).revisions == ("0002",)


def test_a_migration_that_fails_leaves_nothing_in_postgres(
    first: History, now: Catalog, place: Place, tmp_path: Path
) -> None:
    """Its commands to MongoDB stay; mended and made again, it is whole."""
    made(first, place.urls)
    body = "op.execute('CREATE TABLE more (id int)')\n    op.create_collection('more')\n    "
    failing = added(first, tmp_path, "0002_more.py", f"{body}op.execute('SELECT 1/0')")
    with pytest.raises(MigrationError, match="division by zero"):
        made(failing, place.urls)
    assert "more" not in place.tables()
    assert "more" in place.collections()
    assert place.sql("SELECT version_num FROM alembic_version") == [("0001",)]
    mended = added(first, tmp_path, "0002_more.py", body)
    assert made(mended, place.urls).revisions == ("0002",)
    assert "more" in place.tables()
    with opened(place.urls) as stores:
        assert compared(mended, now, stores)[0].revisions == ()


def test_an_adopted_database_keeps_what_it_has(both: History, first: History, place: Place) -> None:
    """Of the first migration nothing is lost, but those after it are judged as ever."""
    made(first, place.urls)
    place.sql("DROP TABLE alembic_version")
    with pytest.raises(LossError, match=r"drops the column bed\.note"):
        made(both, place.urls, adopt=True)
    assert place.sql("SELECT count(note) FROM bed") == [(0,)]
    assert "alembic_version" not in place.tables()


def test_a_fresh_database_has_nothing_to_lose(first: History, place: Place, tmp_path: Path) -> None:
    """Whatever was removed once, by hand or unseen."""
    removing = "{'delete': 'plants', 'deletes': [{'q': {}, 'limit': 0}]}"
    body = f"op.execute('DELETE FROM bed')\n    op.run_command({removing})"
    history = added(first, tmp_path, "0002_by_hand.py", body)
    with opened(place.urls) as stores:
        assert "LOSES" not in planned(history, stores).script
    place.sql("CREATE TABLE others (id int)")
    with pytest.raises(LossError, match="runs DELETE FROM bed"):
        made(history, place.urls)
    place.sql("DROP TABLE others")
    assert made(history, place.urls).revisions == ("0001", "0002")


def test_stores_that_are_away_are_told(first: History, place: Place) -> None:
    """In a line, without addresses and passwords."""
    away = "postgresql://ann:secret@127.0.0.1:1/app"
    with pytest.raises(MigrationError) as told:
        made(first, Urls(away, place.urls.mongo))
    assert str(told.value).startswith("Postgres failed: ")
    assert "secret" not in str(told.value)
    nowhere = "mongodb://ann:secret@127.0.0.1:1/app?serverSelectionTimeoutMS=300"
    with pytest.raises(MigrationError, match="MongoDB does not answer"):
        made(first, Urls(place.urls.postgres, nowhere))


def test_those_who_migrate_at_once_migrate_once(first: History, place: Place) -> None:
    """The second waits, and finds nothing to do; nobody waits for ever."""
    with opened(place.urls) as holding, alone(holding):
        with opened(place.urls) as waiting, pytest.raises(MigrationError, match="all the time"):
            migrate(first, waiting, seconds=0.3)
        done: list[Plan] = []
        others = [
            threading.Thread(target=lambda: done.append(made(first, place.urls))) for _ in range(2)
        ]
        for other in others:
            other.start()
    for other in others:
        other.join(60)
    assert sorted(plan.revisions for plan in done) == [(), ("0001",)]


def test_without_postgres_mongodb_notes_the_revision(
    now: Catalog, place: Place, tmp_path: Path
) -> None:
    """A graph of documents alone has a history, too, and one who migrates keeps others away."""
    documents = Catalog(now.of(Store.MONGO))
    history, urls = History(tmp_path), Urls(None, place.urls.mongo)
    assert next_migration(history, documents, "Plants", None)
    assert "sa." not in next(history.versions.glob("*.py")).read_text("utf-8")
    late = pytest.raises(MigrationError, match="all the time")
    with opened(urls) as holding, alone(holding), opened(urls) as waiting, late:
        migrate(history, waiting, seconds=0.3)
    assert made(history, urls).revisions == ("0001",)
    assert made(history, urls).revisions == ()
    assert (
        place.mongo(lambda database: database["bigraph_migrations"].find_one())["number"] == "0001"
    )
    with opened(urls) as stores:
        assert compared(history, documents, stores)[1] == ()
    assert next_migration(history, documents, "Nothing", None) is None
    by_hand = added(history, tmp_path / "more", "0002_sql.py", "op.execute('SELECT 1')")
    with pytest.raises(MigrationError, match="is for Postgres, which has no model here"):
        made(by_hand, urls)


def test_a_lock_whose_owner_died_is_broken(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not move any more."""
    monkeypatch.setattr("datasources.migrations.stores._BEATS_MISSED", 0.5)
    dead = {"_id": "lock", "owner": "dead", "beats": 3}
    place.mongo(lambda database: database["bigraph_migrations"].insert_one(dead))
    with opened(Urls(None, place.urls.mongo)) as stores, alone(stores):
        pass
    assert place.mongo(lambda database: database["bigraph_migrations"].find_one()) is None


def test_a_database_from_before_is_adopted(first: History, now: Catalog, place: Place) -> None:
    """What is there stays, what is missing is made; else it is an error that says so."""
    made(first, place.urls)
    place.sql("DROP TABLE alembic_version")
    place.sql("DROP VIEW shade")
    place.sql("INSERT INTO bed (name, soil) VALUES ('a', 'SAND')")
    place.mongo(lambda database: database["plants"].drop_index("bed_id_1"))
    with pytest.raises(MigrationError, match="has no revision, but has bed already"):
        made(first, place.urls)
    assert made(first, place.urls, adopt=True).revisions == ("0001",)
    with opened(place.urls) as stores:
        assert compared(first, now, stores)[1] == ()
    assert place.sql("SELECT name FROM bed") == [("a",)]


def test_a_newer_database_is_left_alone(first: History, both: History, place: Place) -> None:
    """An older server does not know what it could do to it."""
    made(both, place.urls)
    with pytest.raises(MigrationError, match="at 0002, which no migration is"):
        made(first, place.urls)
