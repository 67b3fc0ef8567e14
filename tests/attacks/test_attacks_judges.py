"""What programs of others find out, or break: schemathesis, and clairvoyance."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzz_answers import codes_in
from graphql import NameNode, Visitor, parse, visit
from running import Running

HERE = Path(__file__).parent / "judges"
EACH = 25
"""Examples of each field: a thousand of all."""
WORDS = ["flightz", "planez", "airlinez", "airportz", "nodez", "totalCoun", "manufacture", "seatz"]
"""None is a name of the graph, but near to one."""
WORD = re.compile(r"[_A-Za-z]\w*", re.ASCII)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both are, installed from their lock into a place of their own."""
    folder = tmp_path_factory.mktemp("judges")
    uv = [sys.executable, "-m", "uv", "--quiet", "--no-config"]
    locked = ["--require-hashes", "--only-binary", ":all:", str(HERE / "requirements.txt")]
    python = str(folder / "bin" / "python")
    subprocess.run([*uv, "venv", "--python", sys.executable, "--clear", str(folder)], check=True)
    subprocess.run([*uv, "pip", "sync", "--python", python, *locked], check=True)
    return folder / "bin"


def test_a_thousand_examples_are_answered(
    programs: Path, market: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all queries and mutations: none is an error of the server's, all others have codes."""
    script = [str(programs / "python"), str(HERE / "examples.py"), f"{market.url()}/graphql"]
    # It leaves what it found where it runs.
    done = subprocess.run(
        [*script, str(EACH)], cwd=programs, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-5000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    codes = set[str]().union(*[_codes(each) for each in told])
    with capsys.disabled():
        print(f"\n{len(told):,} examples of schemathesis, told {len(codes)} codes")
    assert len(told) >= 1000
    assert "Traceback" not in market.said


def _codes(told: dict[str, Any]) -> set[str]:
    assert told["status"] < 500, told
    return codes_in(json.loads(told["answer"]))


def test_clairvoyance_learns_nothing_in_production(
    programs: Path, production: str, wordy: str, server_url: str, tmp_path: Path
) -> None:
    """From words that are near to names, and from a long list that has all of them.

    In development it learns by the former what there is.
    """
    words = tmp_path / "words.txt"
    words.write_text("\n".join(WORDS))
    assert {"flights", "planes"} <= _learned(programs, server_url, words)
    assert _learned(programs, production, words) == set()
    real = _names()
    assert {"flights", "carrier", "Flight", "orderBy", "FlightFilter"} <= real
    words.write_text("\n".join(sorted(real | _own_list(programs))))
    assert _learned(programs, wordy, words) == set()


def _names() -> set[str]:
    """All of the sample: types, fields, arguments, values."""
    names = set[str]()

    class Names(Visitor):
        def enter_name(self, node: NameNode, *_: Any) -> None:
            names.add(node.value)

    text = (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text("utf-8")
    visit(parse(text), Names())
    return names


def _own_list(programs: Path) -> set[str]:
    """The words that it would try by itself; without those that no name can be."""
    (path,) = programs.parent.glob("lib/python*/site-packages/clairvoyance/wordlist.txt")
    return {word for word in path.read_text("utf-8").split() if WORD.fullmatch(word)}


def _learned(programs: Path, url: str, words: Path) -> set[str]:
    """The names of fields that it finds."""
    found = words.with_suffix(".json")
    found.unlink(missing_ok=True)
    command = [str(programs / "clairvoyance"), "-p", "fast", "-w", str(words), "-o", str(found)]
    done = subprocess.run(
        [*command, f"{url}/graphql"], check=False, capture_output=True, text=True, timeout=300
    )
    assert found.exists(), done.stderr[-2000:]
    types = json.loads(found.read_text("utf-8"))["data"]["__schema"]["types"]
    fields = {field["name"] for each in types for field in each.get("fields") or ()}
    return fields - {"dummy"}  # by which it says that it knows none
