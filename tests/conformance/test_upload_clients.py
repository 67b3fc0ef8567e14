"""Files are taken as people's own clients send them: apollo-upload-client, and urql."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
import strawberry
import uvicorn

from edge.app import create_app
from edge.uploads import UploadLimits
from schema import Upload, extends
from tests.library.library import Library
from tests.npm import NEEDS_NODE, Workshop

HERE = Path(__file__).parent / "clients"

pytestmark = NEEDS_NODE


@strawberry.input
class Album:
    """Files within an input."""

    title: str
    cover: Upload | None = None
    pages: list[Upload] = strawberry.field(default_factory=list)


@extends("Mutation")
class Filing:
    """What takes files."""

    @strawberry.mutation
    async def filed(self, file: Upload) -> str:
        """What it is told of a file."""
        return told(file, await file.read())

    @strawberry.mutation
    async def album(self, album: Album, more: list[Upload | None]) -> list[str]:
        """The same of all of them."""
        files = [album.cover, *album.pages, *more]
        return [told(file, await file.read()) for file in files if file]


def told(file: Upload, content: bytes) -> str:
    """In one line."""
    assert len(content) == file.size
    return f"{file.filename} {file.media_type} {file.size} {content[:6].decode()}"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncGenerator[str]:
    """A library that takes files, at a port."""
    uploads = UploadLimits(most_bytes=300_000, most_files=5, folder=tmp_path)
    app = create_app(Library(Filing).graph, max_body_bytes=100_000, uploads=uploads, examples=None)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, lifespan="off", interface="asgi3")
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    (at,) = (each.getsockname() for each in server.servers[0].sockets)
    yield f"http://127.0.0.1:{at[1]}/graphql"
    server.should_exit = True
    await serving


async def test_clients_send_files_and_are_answered_alike(
    workshop: Callable[[Path], Workshop], url: str
) -> None:
    """One, a large one, and several at places within an input and a list."""
    answers = await workshop(HERE).told("send.mjs", url)
    large = "large.bin application/octet-stream 200000 " + "\0" * 6
    several = ["cover.txt text/plain 6 abcdef", "1.txt text/plain 5 first",
               "2.txt text/plain 4 next", "größe.txt text/plain 4 last"]  # fmt: skip
    wanted = [
        {"filed": "a.txt text/plain 6 abcdef"},
        {"filed": large},
        {"album": several},
    ]
    assert answers == {"apollo": wanted, "urql": wanted}
