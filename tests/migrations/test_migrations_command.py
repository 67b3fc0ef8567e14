"""Migrations by the command line, and by servers that are embedded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from migrations_place import ROOT, Command, Place
from running import Running, left_in

from datasources.migrations.history import History

pytestmark = pytest.mark.slow

LATER = {"MODELS": "tests.migrations.garden_later"}


def test_from_models_to_stores_and_on(command: Command, place: Place, tmp_path: Path) -> None:
    """Written, planned, made, checked; then the next year, which loses something."""
    nothing = command("migrate")
    assert nothing.returncode == 1
    assert "There is no migration in" in nothing.stderr
    assert "0001_a_garden.py is written" in command("revision", "A garden").stderr
    assert command("migrate", "--check").returncode == 1
    assert "CREATE TABLE bed (" in command("migrate", "--plan").stdout
    assert place.tables() == set()
    assert "Migrated to 0001." in command("migrate").stderr
    assert command("migrate", "--check").returncode == 0
    assert place.sql("SELECT count(*) FROM bigraph.outbox") == [(0,)]
    assert "bigraph_outbox" in place.collections()
    differing = command("migrate", "--check", **LATER)
    assert differing.returncode == 1
    assert "op.create_collection('seeds')" in differing.stderr
    assert "It loses something" in command("revision", "A year later", **LATER).stderr
    refused = command("migrate", **LATER)
    assert refused.returncode == 1
    assert "drops the column bed.note" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "0002" in command("migrate", "--allow-destructive", **LATER).stderr
    assert command("migrate", "--check", **LATER).returncode == 0
    assert "nothing is written" in command("revision", "More", **LATER).stderr
    assert len(list((tmp_path / "history" / "versions").glob("*.py"))) == 2


def test_processes_at_once_migrate_once(both: History, place: Place) -> None:
    """As when several servers are rolled out together."""
    environment = {
        "DATABASE_URL": place.urls.postgres or "",
        "MONGO_URL": place.urls.mongo or "",
        "MIGRATIONS": str(both.folder),
        **LATER,
    }
    command = [sys.executable, "server.py", "migrate"]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=100)[1].strip() for process in started)
    assert [process.returncode for process in started] == [0, 0, 0]
    assert said == ["Migrated to 0001 and 0002.", "Nothing to migrate.", "Nothing to migrate."]


KILLED = """
    op.execute("CREATE TABLE more (id int)")
    op.create_collection("more")
    if not op.get_context().as_sql and not Path(__file__).with_name("again").exists():
        Path(__file__).with_name("again").touch()
        os.kill(os.getpid(), 9)
    op.create_collection_index("more", {"a": 1})
"""


def test_a_process_that_is_killed_is_followed_by_another(
    command: Command, place: Place, tmp_path: Path
) -> None:
    """What it had done in Postgres is gone, and its lock; what it had done in MongoDB is kept."""
    command("revision", "A garden")
    assert command("migrate").returncode == 0
    head = "import os\nfrom pathlib import Path\n\nfrom alembic import op\n\n"
    said = f'{head}revision = "0002"\ndown_revision = "0001"\n\n\ndef upgrade():{KILLED}'
    (tmp_path / "history" / "versions" / "0002_killed.py").write_text(said, "utf-8")
    assert command("migrate").returncode == -9
    assert "more" not in place.tables()
    assert "more" in place.collections()
    assert "Migrated to 0002." in command("migrate").stderr
    assert "more" in place.tables()
    indexes = place.mongo(lambda database: database["more"].index_information())
    assert set(indexes) == {"_id_", "a_1"}
    assert place.sql("SELECT version_num FROM alembic_version") == [("0002",)]


@pytest.fixture
def serve(tmp_path: Path) -> object:
    """Starts a server with stores of its own, waits until it serves, and ends it; what it said."""

    def run(**settings: str) -> str:
        data = tmp_path / "data"
        (data / "models").unlink(missing_ok=True)  # two packages stand for one that changes
        environment = {"DATA_DIR": str(data), "MODELS": "tests.migrations.garden", **settings}
        running = Running(tmp_path / "said.txt", {"LOG_FORMAT": "json", **environment})
        try:
            running.url()
        except AssertionError:
            return running.said
        finally:
            running.stop()
            assert left_in(data) == []
        return running.said

    return run


def test_embedded_stores_migrate_themselves(
    serve: Command, first: History, both: History, tmp_path: Path
) -> None:
    """Those that were made without migrations, too; but nothing is lost unless somebody says so."""
    without = str(tmp_path / "nothing")
    assert "Migrated" not in serve(MIGRATIONS=without)
    assert "Migrated to 0001." in serve(MIGRATIONS=str(first.folder))
    assert "Migrated" not in serve(MIGRATIONS=str(first.folder))
    said = serve(MIGRATIONS=str(both.folder), **LATER)
    assert "drops the column bed.note" in said
    assert "Traceback" not in said


def test_who_serves_given_stores_only_says_that_they_are_behind(
    place: Place, first: History, both: History, command: Command, tmp_path: Path
) -> None:
    """They are the operator's to migrate."""
    assert command("migrate", MIGRATIONS=str(first.folder)).returncode == 0
    environment = {
        "DATABASE_URL": place.urls.postgres or "",
        "MONGO_URL": place.urls.mongo or "",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATA_DIR": str(tmp_path / "data"),
        "MODELS": "tests.migrations.garden",
        "MIGRATIONS": str(both.folder),
    }
    running = Running(tmp_path / "said.txt", environment)
    running.url()
    assert running.stop() == 0
    assert "The stores are at 0001, and migrations lead to 0002" in running.said
    assert place.sql("SELECT version_num FROM alembic_version") == [("0001",)]
