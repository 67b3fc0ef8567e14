"""What a person at the terminal is told: the options, the progress, and the welcome."""

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Running

from assembly import uploads
from console import Progress, joined, options, welcome
from packages import StartError
from settings import Settings


class Terminal(io.StringIO):
    """Standard error, as it is when a person reads it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("command", [(), ("serve",), ("schema",), ("load",)])
def test_help_explains_every_option(command, capsys):
    """Of the program and of each command: its name, what it means, and its default."""
    with pytest.raises(SystemExit) as ended:
        options().parse_args([*command, "--help"])
    assert ended.value.code == 0
    told = "".join(capsys.readouterr().out.split())
    for name, field in Settings.model_fields.items():
        assert f"--{name.replace('_', '-')}" in told
        assert "".join(str(field.description).split()) in told
        assert field.default is None or f"Default:{field.default}." in told


@pytest.mark.parametrize("command", ["serv", "serve --portt 1", "access", "migrate --plan --check"])
def test_a_wrong_command_line_is_told_in_short(command, capsys):
    """What is wrong, below how it is written; the list of all settings is for `--help`."""
    with pytest.raises(SystemExit) as ended:
        options().parse_args(command.split())
    assert ended.value.code == 2
    usage, error = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: server.py ")
    assert re.match(r"server\.py( \w+)?: error: ", error)


def test_the_welcome_says_where_and_what_to_try():
    """The addresses, also of a host that is written in brackets, and a query as it is typed."""
    text = welcome(
        ("::1", 8001), "/graphiql", ("All", "{\n  a\n}"), {"MongoDB": "mongodb://127.0.0.1:9/app"}
    )
    assert "GraphiQL is at  http://[::1]:8001/graphiql\n" in text
    assert "GraphQL is at   http://[::1]:8001/graphql\n" in text
    assert "MongoDB        mongodb://127.0.0.1:9/app\n" in text
    assert "Try this. All:\n\n    {\n      a\n    }\n" in text


def test_without_a_page_there_is_only_the_endpoint():
    """As in production."""
    text = welcome(("127.0.0.1", 80), None, None, {})
    assert text == "\nGraphQL is at   http://127.0.0.1:80/graphql\n\nPress Ctrl-C to stop.\n"


def test_progress_is_a_bar_for_each_table_that_is_loading(monkeypatch):
    """One that is done stays as a line above the bars."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    progress = Progress()
    progress("Flight", 50, 100)
    progress("Plane", 3322, 3322)
    drawn = terminal.getvalue().split("\r\x1b[K")
    assert drawn[1:] == [
        f"  Flight {'█' * 10}{'·' * 10}  50%",
        "  Plane            3,322 rows\n",
        f"  Flight {'█' * 10}{'·' * 10}  50%",
    ]


def test_progress_in_a_file_is_a_line_for_each_table(capsys):
    """Nothing is drawn over."""
    progress = Progress()
    progress("Flight", 50, 100)
    progress("Flight", 100, 100)
    assert capsys.readouterr().err == "  Flight             100 rows\n"


def test_names_are_joined_as_a_person_would():
    """With an `and` before the last."""
    assert [joined(["a"]), joined(["a", "b", "c"])] == ["a", "a, b and c"]


def test_a_folder_for_files_that_is_none_is_told_at_the_start(tmp_path: Path):
    """If there are to be files; then they are where it is said."""
    missing = Settings(_env_file=None, upload_dir=tmp_path / "none", uploads=True)
    with pytest.raises(StartError, match="UPLOAD_DIR"):
        uploads(missing)
    assert uploads(missing.model_copy(update={"uploads": False})) is None
    there = uploads(missing.model_copy(update={"upload_dir": tmp_path}))
    assert there is not None
    assert (there.folder, there.most_files) == (tmp_path, 10)


def test_what_reads_http_is_looked_for_before_anything_starts(
    start: Callable[..., Running], data_dir: Path, tmp_path: Path
) -> None:
    """One line that says how to get it."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['httptools'] = None\n")
    running = start(PYTHONPATH=str(tmp_path))
    assert running.process.wait(30) == 1
    assert re.fullmatch(r"httptools is not installed.*requirements/runtime.txt.*\n", running.said)
    assert not data_dir.exists()
