"""What the README shows is true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def block(language: str) -> str:
    """The one block of code in a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return text


def test_the_query_gives_the_answer_shown(server_url: str) -> None:
    """From a server with the sample."""
    answer = httpx.post(f"{server_url}/graphql", json={"query": block("graphql")}).json()
    assert answer == json.loads(block("json"))


def test_the_model_is_one_that_can_be_served() -> None:
    """The link works in both directions. In a process of its own: there is a table flight here."""
    check = """
from catalog import catalog_of
catalog = catalog_of([Airport, Flight])
assert catalog["Flight"].relations["origin_airport"].cross_store
assert catalog["Airport"].relations["departures"].many
"""
    program = [sys.executable, "-c", block("python") + check]
    subprocess.run(program, check=True, cwd=ROOT, timeout=30)
