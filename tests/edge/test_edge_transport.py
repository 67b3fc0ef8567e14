"""What goes out on a connection, piece by piece: each is a call of the system, here and there."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState

from edge.app import create_app
from edge.gate import Bearable, Gate
from edge.http import Http
from edge.replies import PRIVATE
from edge.transport import Joining, send_whole, taken_whole
from tests.library.library import Library


class Recorder(asyncio.Transport):
    """A connection of which nobody reads; it holds what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = asyncio.Event()
        self.reads = True
        self.peername: tuple[str | int, ...] = ("127.0.0.1", 1)

    def write(self, data: bytes) -> None:  # type: ignore[override]
        """Sends it at once, as uvloop does."""
        assert not self.closed.is_set()
        self.pieces.append(data)

    def close(self) -> None:
        """Ends it."""
        self.closed.set()

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Of the connection."""
        return self.peername if name == "peername" else default

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self.closed.is_set()

    def pause_reading(self) -> None:
        """Whatever comes is to wait."""
        self.reads = False

    def resume_reading(self) -> None:
        """It need not any longer."""
        self.reads = True


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


def speaks(app: ASGIApp, gate: Gate | None = None) -> Http:
    """What speaks for a connection of this app."""
    config = uvicorn.Config(
        app, interface="asgi3", ws="none", log_config=None, proxy_headers=False, access_log=False
    )
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"Fri, 27 Nov 2026 12:00:00 GMT")]
    return Http(gate or Gate(), config=config, server_state=state, app_state={})


def connected(app: ASGIApp, gate: Gate | None = None) -> tuple[Http, Recorder]:
    """The same once there is one, and what it sends."""
    protocol, sent = speaks(app, gate), Recorder()
    protocol.connection_made(sent)
    return protocol, sent


def request_of(query: str, head: bytes = b"") -> bytes:
    """A request by POST."""
    body = orjson.dumps({"query": query})
    head = b"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\n" + head
    return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)


async def eventually(holds: Callable[[], bool]) -> None:
    """Turns of the loop, until it is so."""
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise TimeoutError


def _is_idle(protocol: Http) -> bool:
    return not protocol.tasks


async def answers(sent: Recorder, count: int) -> list[bytes]:
    """What was sent, once it is so many pieces."""
    await eventually(lambda: len(sent.pieces) >= count)
    return sent.pieces


def by_messages(app: ASGIApp) -> ASGIApp:
    """The same app behind another one, through which its messages go."""

    async def passing(scope: Scope, receive: Receive, send: Send) -> None:
        async def passed(message: Message) -> None:
            await send(message)

        await app(scope, receive, passed)

    return passing


APP = create_app(Library().graph, max_body_bytes=10_000, examples=None)


async def test_the_server_sends_an_answer_in_one_piece():
    """All the way from the bytes of a request."""
    protocol, sent = connected(APP)
    protocol.data_received(request_of("{ __typename }", b"connection: close\r\n"))
    await asyncio.wait_for(sent.closed.wait(), 5)
    (answer,) = sent.pieces
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b'\r\n\r\n{"data":{"__typename":"Query"}}')
    protocol.connection_lost(None)


@pytest.mark.parametrize(
    "request_",
    [
        request_of("{ __typename }"),
        request_of("{ __typename }", b"accept: application/graphql-response+json\r\n"),
        request_of("{ nothing }"),
        request_of("{ nothing }", b"accept: application/graphql-response+json\r\n"),
        request_of("{ __typename }", b"accept-encoding: gzip\r\n"),
        request_of("{ __typename }", b"expect: 100-continue\r\n"),
        b"GET /graphql?query=%7B__typename%7D HTTP/1.1\r\ngraphql-preflight: 1\r\n\r\n",
        b"GET /graphql HTTP/1.1\r\n\r\n",
        b"POST /graphql HTTP/1.0\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_it_is_the_answer_that_messages_make(request_):
    """Head and body, to the byte; and the connection is good for the next one, or is not."""
    told: list[tuple[bytes, bool]] = []
    for app in (APP, by_messages(APP)):
        protocol, sent = connected(app)
        protocol.data_received(request_)
        await eventually(partial(_is_idle, protocol))
        told.append((b"".join(sent.pieces), sent.is_closing()))
        protocol.connection_lost(None)
    assert told[0] == told[1]


async def test_requests_that_come_together_are_answered_in_turn():
    """Each in a piece of its own."""
    protocol, sent = connected(APP)
    protocol.data_received(b"".join(request_of(f"{{ t{at}: __typename }}") for at in range(3)))
    told = await answers(sent, 3)
    assert [orjson.loads(each.partition(b"\r\n\r\n")[2])["data"] for each in told] == [
        {f"t{at}": "Query"} for at in range(3)
    ]
    protocol.connection_lost(None)


async def test_nothing_is_sent_to_who_has_gone():
    """The answer is made, and is for nobody."""
    protocol, sent = connected(APP)
    protocol.data_received(request_of("{ __typename }"))
    protocol.connection_lost(None)
    await eventually(partial(_is_idle, protocol))
    assert sent.pieces == []


async def test_a_proxy_speaks_for_the_one_request_only():
    """Who comes next by the same connection is the proxy itself, if it says nothing."""
    seen: list[object] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append((scope["client"][0], scope["scheme"]))
        await PlainTextResponse("")(scope, _receive, send)

    protocol, sent = connected(app)
    for head in (b"X-Forwarded-For: 203.0.113.9\r\nx-forwarded-Proto: https\r\n", b""):
        count = len(sent.pieces)
        protocol.data_received(b"GET / HTTP/1.1\r\n" + head + b"\r\n")
        await answers(sent, count + 1)
    assert seen[0] == ("203.0.113.9", "https")
    assert seen[1] != seen[0]
    protocol.connection_lost(None)


HEADS = [
    b"POST /graphql HTTP/1.1",
    b"GET /graphql HTTP/1.1",
    b"GET /graphql?query=a%20b HTTP/1.1",
    b"GET /graphql?query=c HTTP/1.1",
    b"PUT /a%2Fb%20c HTTP/1.1",
    b"GET /a%2Fb%20c HTTP/1.0",
    b"GET / HTTP/1.0",
    b"OPTIONS / HTTP/1.1",
]


@pytest.mark.parametrize("second", HEADS)
@pytest.mark.parametrize("first", HEADS)
async def test_a_request_goes_where_it_says(first: bytes, second: bytes):
    """Wherever the one before it went: to the app it is the same as by a connection of its own."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await PlainTextResponse("")(scope, receive, send)

    heads = [b"%b\r\nx-%d: y\r\nconnection: keep-alive\r\n\r\n" % (first, n) for n in range(2)]
    heads += [b"%b\r\nconnection: keep-alive\r\n\r\n" % second, heads[0]]
    # One by HTTP/1.0 ends the connection.
    heads = heads[: next((at for at, head in enumerate(heads, 1) if b"/1.0" in head), None)]
    together, sent = connected(app)
    for count, head in enumerate(heads, 1):
        together.data_received(head)
        await answers(sent, count)
        alone, others = connected(app)
        alone.data_received(head)
        await answers(others, 1)
        assert seen[-2] == seen[-1]
        assert sent.pieces[-1] == others.pieces[-1]
        assert sent.is_closing() == others.is_closing()
        alone.connection_lost(None)
    together.connection_lost(None)


async def test_who_sends_on_before_the_refusal_is_read_no_further():
    """Until it is told; who waits for that is left alone."""
    gate = Gate(Bearable(requests=0))
    gate.limit = 0
    protocol, sent = connected(APP, gate)
    protocol.data_received(request_of("{ __typename }"))
    assert sent.reads
    protocol.data_received(request_of("{ __typename }"))
    assert not sent.reads
    assert sent.pieces == []
    gate.close()
    assert sent.reads
    assert [each[:12] for each in sent.pieces] == [b"HTTP/1.1 503"] * 2
    protocol.connection_lost(None)


async def test_a_status_without_a_name_goes_out_as_any():
    """Such as that of a request whose client has gone, if it is there after all."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        assert send_whole(send, 499, (), b"")

    protocol, sent = connected(app)
    protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
    (answer,) = await answers(sent, 1)
    assert answer.startswith(b"HTTP/1.1 499 \r\n")
    protocol.connection_lost(None)


async def test_heads_are_made_anew_when_the_servers_own_are():
    """It tells the time in them, which goes on."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        assert send_whole(send, 200, PRIVATE, b"{}")

    protocol, sent = connected(app)
    for number, date in enumerate((b"now", b"now", b"later")):
        if protocol.server_state.default_headers[0][1] != date:
            protocol.server_state.default_headers = [(b"date", date)]
        protocol.data_received(b"GET / HTTP/1.1\r\n\r\n")
        (*_, answer) = await answers(sent, number + 1)
        assert b"\r\ndate: %b\r\ncache-control: no-store\r\ncontent-length: 2\r\n" % date in answer
    protocol.connection_lost(None)


@pytest.mark.parametrize("parts", [1, 2])
async def test_a_body_is_taken_in_one_if_it_has_come_in_one(parts: int):
    """Else by messages; afterwards these tell only that the client has gone."""
    body, taken, ended = b"x" * 200_000, list[bytes | None](), asyncio.Event()

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        taken.append(taken_whole(receive))
        if taken[0] is None:
            message = await receive()
            assert (message["body"], message["more_body"]) == (body[:100], True)
            message = await receive()
            assert (message["body"], message["more_body"]) == (body[100:], False)
        taken.append(taken_whole(receive))
        assert (await receive())["type"] == "http.disconnect"
        ended.set()

    protocol, sent = connected(app)
    head = b"POST / HTTP/1.1\r\ncontent-length: 200000\r\n\r\n"
    protocol.data_received(head + (body if parts == 1 else body[:100]))
    if parts == 2:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        protocol.data_received(body[100:])
    for _ in range(5):
        await asyncio.sleep(0)
    assert taken == ([body, b""] if parts == 1 else [None, b""])
    assert sent.reads
    assert not ended.is_set()
    protocol.connection_lost(None)
    await asyncio.wait_for(ended.wait(), 5)


async def _scope_of(listening: socket.socket) -> tuple[Scope, object]:
    """What an app behind this socket is told of the request of one client, and who that is."""
    told: asyncio.Future[Scope] = asyncio.get_running_loop().create_future()

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        told.set_result(scope)
        await PlainTextResponse("")(scope, _receive, send)

    loop, ours = asyncio.get_running_loop(), listening.getsockname()
    async with await loop.create_server(lambda: speaks(app), sock=listening):
        with socket.socket(listening.family) as client:
            client.setblocking(False)
            await loop.sock_connect(client, ours)
            await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert await loop.sock_recv(client, 100)
            return await told, client.getsockname()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_who_asks_and_where_is_told_of_both_kinds_of_address(host: str):
    """Rates go by the client's."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        try:
            listening.bind((host, 0))
        except OSError as error:
            pytest.skip(f"this machine has no {host}: {error}")
        ours = listening.getsockname()
        scope, client = await _scope_of(listening)
        assert isinstance(client, tuple)
        assert (scope["client"], scope["server"]) == (client[:2], ours[:2])


async def test_a_socket_of_the_file_system_has_no_address_of_who_asks(tmp_path: Path):
    """As Uvicorn has it; a proxy before it says whose the request is."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        scope, _ = await _scope_of(listening)
        assert (scope["client"], scope["server"]) == (None, (str(tmp_path / "s"), None))


async def test_an_address_of_four_parts_is_told_as_its_host_and_port():
    """As those of IPv6 are, which not every machine has."""
    sent = Recorder()
    sent.peername = ("2001:db8::1", 7, 0, 0)
    joining: Any = Joining(sent, asyncio.get_running_loop())
    assert get_remote_addr(joining) == ("2001:db8::1", 7)
