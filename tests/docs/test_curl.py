"""Every command with curl that `docs/` shows does what the page says, before a real server."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry
from running import ROOT, Running

from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.persisted.trusted import Mode, Trusted
from edge.uploads import UploadLimits
from schema import Upload, extends
from tests.issuer.visiting import Visit
from tests.library.library import Library
from tests.live.talking import serving

PAGES = sorted((ROOT / "docs").rglob("*.md"))
_BLOCK = re.compile(r"^```sh\n(curl .*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = {
    path.stem: command
    for path in [ROOT / "README.md", *PAGES]
    for command in _BLOCK.findall(path.read_text("utf-8"))
}
HOST = re.compile(r"(http://127\.0\.0\.1|localhost):8000")

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


async def ran(page: str, url: str, folder: Path, **environment: str) -> Any:
    """What the command of a page prints, which is JSON; a server of this process answers it."""
    command, addresses = HOST.subn(url, SHOWN[page])
    assert addresses == 1
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", command),
        cwd=folder,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, amiss = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, amiss.decode()
    return json.loads(said)


def test_all_are_tried() -> None:
    """A page that shows another one needs another test."""
    assert SHOWN.keys() == {"access", "models", "persisted", "writes"}


@pytest.fixture
def data_dir(server: Running) -> str:
    """Where the server keeps what is its own."""
    return server.environment["DATA_DIR"]


async def test_with_a_token(server_url: str, data_dir: str) -> None:
    """As one of the people, by the command line."""
    answer = await ran("access", server_url, ROOT, DATA_DIR=data_dir)
    assert answer == {"data": {"__typename": "Query"}}


async def test_a_write_once(server_url: str, tmp_path: Path) -> None:
    """However often it is asked for: the second answer is the first."""
    written = "... on NoteWritten { note { id } }"
    create = f"mutation ($input: NoteCreate!) {{ createNote(input: $input) {{ {written} }} }}"
    note = {"author": "author", "text": "once", "createdAt": "2026-01-02T03:04:05Z", "flightId": 1}
    body = {"query": create, "variables": {"input": note}}
    (tmp_path / "note.json").write_text(json.dumps(body))
    async with httpx.AsyncClient(base_url=server_url, timeout=30) as http:
        token = (await Visit(http, server_url).tokens("author"))["access_token"]
        first = await ran("writes", server_url, tmp_path, TOKEN=token)
        assert await ran("writes", server_url, tmp_path, TOKEN=token) == first
        number = first["data"]["createNote"]["note"]["id"]
        body = {"query": f'mutation {{ deleteNote(id: "{number}") {{ __typename }} }}'}
        gone = await http.post("/graphql", json=body, headers={"authorization": f"Bearer {token}"})
    assert gone.json() == {"data": {"deleteNote": {"__typename": "NoteWritten"}}}


@extends("Mutation")
class Pictures:
    """As the page has it, but that nothing is saved."""

    @strawberry.mutation
    async def add_picture(self, file: Upload) -> int:
        """How many bytes it has."""
        return file.size


async def test_a_file(tmp_path: Path) -> None:
    """By a mutation of one's own."""
    (tmp_path / "picture.png").write_bytes(b"\x89PNG" * 5)
    uploads = UploadLimits(most_bytes=1000, most_files=1, folder=tmp_path)
    async with serving(Library(Pictures).graph, uploads=uploads) as (at, _):
        answer = await ran("models", f"http://{at}", tmp_path)
    assert answer == {"data": {"addPicture": 20}}


async def test_by_the_id_of_a_document(tmp_path: Path) -> None:
    """With its variables, by GET."""
    document = "query Airports($n: Int!) { books(first: $n) { nodes { title } } }"
    (tmp_path / "Airports.graphql").write_text(document)
    documents = Documents(Kept(None), Trusted(tmp_path, Mode.ENFORCE))
    graph = dataclasses.replace(Library().graph, documents=documents)
    async with serving(graph) as (at, _):
        answer = await ran("persisted", f"http://{at}", tmp_path)
    assert len(answer["data"]["books"]["nodes"]) == 3
