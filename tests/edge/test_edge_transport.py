"""What goes out on a connection, piece by piece: each is a call of the system, here and there."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from edge.app import create_app
from edge.gate import Gate
from edge.http import Http
from edge.transport import Joining
from tests.library.library import Library


class Recorder(asyncio.Transport):
    """A connection of which nobody reads; it holds what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = asyncio.Event()

    def write(self, data: bytes) -> None:  # type: ignore[override]
        """Sends it at once, as uvloop does."""
        assert not self.closed.is_set()
        self.pieces.append(data)

    def close(self) -> None:
        """Ends it."""
        self.closed.set()

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self.closed.is_set()

    def pause_reading(self) -> None:
        """There is nothing to read."""

    def resume_reading(self) -> None:
        """There is nothing to read."""


@pytest.mark.parametrize("length", [1, 5_000, 500_000])
async def test_head_and_body_go_together(length: int):
    """Unless the body is large: to copy it would take longer."""
    sent = Recorder()
    joining = Joining(sent, asyncio.get_running_loop())
    joining.write(b"head")
    joining.write(b"b" * length)
    await asyncio.sleep(0)
    assert b"".join(sent.pieces) == b"head" + b"b" * length
    assert len(sent.pieces) == 1 + (length == 500_000)


async def test_a_head_waits_for_its_body_no_longer_than_a_turn():
    """What is made piece by piece goes out piece by piece."""
    sent = Recorder()
    joining = Joining(sent, asyncio.get_running_loop())
    for piece in (b"head", b"some", b"more"):
        joining.write(piece)
        assert not sent.pieces or sent.pieces[-1] != piece
        await asyncio.sleep(0)
    assert sent.pieces == [b"head", b"some", b"more"]


async def test_nothing_is_lost_when_the_connection_closes():
    """An answer may be the last one."""
    sent = Recorder()
    joining = Joining(sent, asyncio.get_running_loop())
    joining.write(b"head")
    joining.close()
    await asyncio.sleep(0)
    assert sent.pieces == [b"head"]
    assert sent.is_closing()


async def test_the_server_sends_an_answer_in_one_piece():
    """All the way from the bytes of a request."""
    app = create_app(Library().graph, max_body_bytes=10_000, examples=None)
    config = uvicorn.Config(app, interface="asgi3", ws="none", log_config=None)
    config.load()
    protocol = Http(Gate(), config=config, server_state=ServerState(), app_state={})
    sent = Recorder()
    protocol.connection_made(sent)
    body = b'{"query": "{ __typename }"}'
    head = b"POST /graphql HTTP/1.1\r\nconnection: close\r\ncontent-type: application/json\r\n"
    protocol.data_received(b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body))
    await asyncio.wait_for(sent.closed.wait(), 5)
    (answer,) = sent.pieces
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'\r\n\r\n{"data":{"__typename":"Query"}}')
    protocol.connection_lost(None)
