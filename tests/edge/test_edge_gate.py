"""Who is let in, and who is not waited for: on real connections, by the server's own process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import strawberry

from edge.app import create_app
from edge.gate import Bearable, Gate
from edge.listening import listen
from edge.metrics import LIMITS
from edge.process import Stop
from edge.rules import HttpRules
from schema import extends
from telemetry.measures import Measures
from tests.library.library import Library

HELLO = {"query": "{ openingHours }"}
ANSWER = {"data": {"openingHours": "9 to 5"}}
LONG = "x" * 8_000_000


class Seen:
    """What a resolver waits for, in one test."""

    def __init__(self) -> None:
        self.begun, self.gate = asyncio.Semaphore(0), asyncio.Event()


seen: Seen


@extends("Query")
class Held:
    """What takes as long as a test says, and what is long."""

    @strawberry.field
    async def held(self) -> int:
        """Waits."""
        seen.begun.release()
        await seen.gate.wait()
        return 1

    @strawberry.field
    def long(self) -> str:
        """More than a socket holds."""
        return LONG


@pytest.fixture(autouse=True)
def _fresh() -> None:
    global seen  # noqa: PLW0603 (the resolver has no other way to it)
    seen = Seen()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measures:
    """What is measured."""
    measures = Measures(limits=LIMITS)
    monkeypatch.setattr("telemetry.measures.installed", measures)
    return measures


class Serving:
    """A server, and its gate."""

    def __init__(self, stop: Stop, address: tuple[str, int]) -> None:
        self.stop, self.address = stop, address
        self.url = f"http://{address[0]}:{address[1]}"

    @property
    def gate(self) -> Gate:
        """Who lets in."""
        assert self.stop._gate is not None
        return self.stop._gate

    async def later(self, seconds: float) -> None:
        """As if so much time had passed for clients that are waited for."""
        for ahead in (0.0, seconds):
            self.gate._swept = 0
            self.gate._sweep(time.monotonic() + ahead)
            await asyncio.sleep(0)


@asynccontextmanager
async def serving(
    bearable: Bearable, delay: float = 0.0, origins: tuple[str, ...] = ()
) -> AsyncGenerator[Serving]:
    """A library, served."""
    stop = Stop(delay)
    app = create_app(
        Library(Held).graph,
        max_body_bytes=100_000,
        examples=None,
        is_stopping=lambda: stop.asked,
        rules=HttpRules(origins=origins),
    )
    with listen("127.0.0.1", 0) as listening:
        running = asyncio.create_task(
            stop.serve(app, listening, patience=1, bearable=bearable, origins=origins)
        )
        while stop._server is None or not stop._server.started:  # noqa: ASYNC110 (it cannot tell)
            await asyncio.sleep(0.01)
        yield Serving(stop, listening.address)
        seen.gate.set()
        if not running.done():
            stop._delay = 0
            stop.ask()
        await asyncio.wait_for(running, 30)


async def post(client: httpx.AsyncClient, served: Serving, body: Any) -> httpx.Response:
    """The answer to a request."""
    return await client.post(f"{served.url}/graphql", json=body, timeout=60)


async def connected(served: Serving, sent: bytes) -> tuple[Any, asyncio.StreamWriter]:
    """A connection that has sent so much, of which the server knows."""
    before = len(served.gate.clients)
    reader, writer = await asyncio.open_connection(*served.address)
    writer.write(sent)
    await writer.drain()
    async with asyncio.timeout(30):
        while len(served.gate.clients) == before:  # noqa: ASYNC110 (it cannot tell)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    return reader, writer


def request(body: bytes, *, length: int | None = None) -> bytes:
    """A request as it goes over the wire."""
    head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {length or len(body)}\r\n\r\n".encode() + body


# --- How many are let in --------------------------------------------------------------------------


async def test_more_than_are_let_in_are_told_and_may_ask_again_by_the_same_connection():
    """503, when to ask again, and a code; health is told all the same."""
    async with serving(Bearable(requests=2)) as served, httpx.AsyncClient() as client:
        first = [asyncio.create_task(post(client, served, {"query": "{ held }"})) for _ in "ab"]
        for _ in first:
            await asyncio.wait_for(seen.begun.acquire(), 30)
        refused = await post(client, served, {**HELLO, "padding": "x" * 90_000})
        alive = await client.get(f"{served.url}/health/live")
        seen.gate.set()
        told = [(await each).json() for each in first]
        again = [await post(client, served, HELLO) for _ in range(3)]
    (error,) = refused.json()["errors"]
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert error["extensions"]["code"] == "SERVER_OVERLOADED"
    assert alive.status_code == 200
    assert told == [{"data": {"held": 1}}] * 2
    assert [each.json() for each in again] == [ANSWER] * 3


APP = "https://app.example"
READABLE = ("access-control-allow-origin", "access-control-expose-headers", "vary")


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((APP,), APP, APP),
        (("*",), APP, "*"),
        ((APP,), "https://evil.example", None),
        ((APP,), "https://\xe4.example", None),
        ((APP,), None, None),
        ((), APP, None),
    ],
)
async def test_a_page_of_another_origin_may_read_that_it_is_refused(origins, origin, allowed):
    """If it may read answers at all; and then as it reads those of the app."""
    headers = {} if origin is None else {"origin": origin.encode("latin-1")}
    async with (
        serving(Bearable(requests=1), origins=origins) as served,
        httpx.AsyncClient(headers=headers) as client,
    ):
        first = asyncio.create_task(post(client, served, {"query": "{ held }"}))
        await asyncio.wait_for(seen.begun.acquire(), 30)
        refused = await post(client, served, HELLO)
        seen.gate.set()
        answered = await first
    assert (refused.status_code, answered.status_code) == (503, 200)
    assert refused.json()["errors"][0]["extensions"]["retryAfter"] == 1
    assert refused.headers.get("access-control-allow-origin") == allowed
    if allowed:
        assert "Retry-After" in refused.headers["access-control-expose-headers"]
        expected, given = ({n: a.headers.get(n) for n in READABLE[:2]} for a in (answered, refused))
        assert given == expected


async def test_each_of_several_by_one_connection_is_readable_by_its_own_page():
    """And a body that does not come is refused readably as well."""
    body, other = json.dumps(HELLO).encode(), "https://other.example"
    async with (
        serving(Bearable(requests=1), origins=(APP, other)) as served,
        httpx.AsyncClient() as client,
    ):
        first = asyncio.create_task(post(client, served, {"query": "{ held }"}))
        await asyncio.wait_for(seen.begun.acquire(), 30)
        asked = [
            request(body).replace(b"host: x", b"host: x\r\norigin: " + origin.encode())
            for origin in (APP, other)
        ]
        reader, writer = await connected(served, b"".join(asked))
        for origin in (APP, other):
            head = await reader.readuntil(b"\r\n\r\n")
            assert f"access-control-allow-origin: {origin}\r\n".encode() in head
            await reader.readuntil(b"}]}")
        seen.gate.set()
        await first
        late = asked[0][:-5]
        reader, other_writer = await connected(served, late)
        await served.later(11)
        said = await asyncio.wait_for(reader.read(), 30)
        assert said.startswith(b"HTTP/1.1 408")
        assert f"access-control-allow-origin: {APP}\r\n".encode() in said
        for each in (writer, other_writer):
            each.close()


async def test_several_by_one_connection_are_refused_in_turn():
    """And the one after them is answered."""
    async with serving(Bearable(requests=1)) as served, httpx.AsyncClient() as client:
        first = asyncio.create_task(post(client, served, {"query": "{ held }"}))
        await asyncio.wait_for(seen.begun.acquire(), 30)
        body = json.dumps(HELLO).encode()
        reader, writer = await connected(served, request(body) * 2)
        for _ in range(2):
            assert (await reader.readline()).startswith(b"HTTP/1.1 503")
            await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"}]}")
        seen.gate.set()
        await first
        writer.write(request(body))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_body_that_looks_like_a_request_is_a_body():
    """Of one that was refused, when it comes later: it is answered once."""
    async with serving(Bearable(requests=1)) as served, httpx.AsyncClient() as client:
        first = asyncio.create_task(post(client, served, {"query": "{ held }"}))
        await asyncio.wait_for(seen.begun.acquire(), 30)
        inner = request(json.dumps(HELLO).encode())
        reader, writer = await connected(served, request(b"", length=len(inner)))
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        await reader.readuntil(b"}]}")
        writer.write(inner + request(json.dumps(HELLO).encode()))
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        await reader.readuntil(b"}]}")
        seen.gate.set()
        await first
        writer.write(b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1" not in await asyncio.wait_for(reader.read(), 30)
        writer.close()


async def test_a_rush_is_let_in_by_many_sockets():
    """Of which the event loop takes one connection a turn each; from one it would wait there."""
    async with serving(Bearable()) as served:
        assert served.stop._server is not None
        doors = [each for server in served.stop._server.servers for each in server.sockets]
        assert len(doors) == 32
        assert {each.getsockname() for each in doors} == {served.address}


def test_the_limit_follows_the_loop():
    """Down in proportion while what is due waits too long, and up again, never below a few."""
    gate = Gate(Bearable(requests=1000, lag=0.2))
    gate.under_way = range(800)
    gate.adjust(0.8)
    assert gate.limit == 800  # one long turn is no overload, but nobody knows as yet
    gate.adjust(0.1)
    assert gate.limit == 1000
    for _ in range(2):
        gate.adjust(0.8)
    assert gate.limit == 400  # by half at most
    gate.adjust(0.8)
    assert gate.limit == 200
    gate.under_way = range(200)
    gate.adjust(0.21)
    gate.adjust(0.2)
    limit = gate.limit
    assert 180 < limit < 230
    for _ in range(30):
        gate.under_way = range(gate.limit)
        gate.adjust(30.0)
    assert gate.limit == 16
    for _ in range(100):
        gate.adjust(0.01)
    assert gate.limit == 1000


def test_an_operator_may_allow_fewer_than_a_few():
    """Which is then the least, too."""
    gate = Gate(Bearable(requests=3))
    for _ in range(3):
        gate.adjust(9)
    assert gate.limit == 3


@asynccontextmanager
async def unsure() -> AsyncGenerator[tuple[Serving, httpx.AsyncClient]]:
    """After one long wait, with 16 under way; the next look is ours."""
    async with serving(Bearable(requests=18)) as served, httpx.AsyncClient() as client:
        asking = [
            asyncio.create_task(post(client, served, {"query": "{ held }"})) for _ in range(16)
        ]
        for _ in asking:
            await asyncio.wait_for(seen.begun.acquire(), 30)
        assert served.gate._timer is not None
        served.gate._timer.cancel()
        served.gate.adjust(9)
        yield served, client
        seen.gate.set()
        assert {(await each).status_code for each in asking} == {200}


async def held(served: Serving, number: int) -> None:
    """Once so many are."""
    async with asyncio.timeout(30):
        while len(served.gate.held) < number:  # noqa: ASYNC110 (it cannot tell)
            await asyncio.sleep(0.01)


async def test_after_one_long_wait_those_who_come_are_held_and_let_in_if_it_was_the_only_one():
    """As many as were let in before. Health is told meanwhile."""
    async with unsure() as (served, client):
        few = [asyncio.create_task(post(client, served, HELLO)) for _ in "ab"]
        await held(served, 2)
        refused = asyncio.create_task(post(client, served, HELLO))
        assert (await client.get(f"{served.url}/health/live")).status_code == 200
        assert not any(each.done() for each in few)
        while not served.gate._refused:  # noqa: ASYNC110 (it cannot tell)
            await asyncio.sleep(0.01)
        served.gate.adjust(0.01)
        assert [(await each).json() for each in few] == [ANSWER] * 2
        served.gate._tell(time.monotonic() + 1)
        assert (await refused).status_code == 503


async def test_who_is_held_is_refused_if_the_next_wait_is_long_too():
    """He may have sent more than one, or not all of it as yet; and the next one is answered."""
    body = json.dumps(HELLO).encode()
    part = request(body[:5], length=len(body))
    async with unsure() as (served, _):
        reader, writer = await connected(served, request(body) * 2)
        late_reader, late_writer = await connected(served, part)
        await held(served, 2)
        served.gate.adjust(9)
        served.gate.limit = 100
        late_writer.write(body[5:])
        await asyncio.sleep(0.05)
        served.gate._tell(time.monotonic() + 1)
        late_writer.write(request(body))
        for each in (reader, late_reader):
            for status in (b"503", b"200"):
                head = await asyncio.wait_for(each.readuntil(b"\r\n\r\n"), 30)
                assert head.startswith(b"HTTP/1.1 " + status)
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                told = json.loads(await each.readexactly(length))
                assert (told == ANSWER) == (status == b"200")
        writer.close()
        late_writer.close()


CLOSES = b"connection: close"
UPGRADES = b"connection: upgrade\r\nupgrade: websocket"


def health(header: bytes, method: bytes = b"GET") -> bytes:
    """What is never refused, if it comes alone."""
    return b"%b /health/live HTTP/1.1\r\nhost: x\r\n%b\r\n\r\n" % (method, header)


@pytest.mark.parametrize("last", [health(CLOSES), health(UPGRADES), b"no request\r\n\r\n"])
async def test_answers_come_in_the_order_in_which_they_were_asked_for(last: bytes):
    """Of several at once of which the first is refused, though there is room for the others."""
    hello = request(json.dumps(HELLO).encode())
    async with unsure() as (served, _):
        reader, writer = await connected(served, hello)
        await held(served, 1)
        served.gate.adjust(9)
        served.gate.limit = 100
        writer.write(hello + health(b"x: y", b"HEAD") + last)
        await asyncio.sleep(0.05)
        served.gate._tell(time.monotonic() + 1)
        told = await asyncio.wait_for(reader.read(), 30)
        heads = [part[:12] for part in told.split(b"HTTP/1.1 ")[1:]]
        end = b"400" if last.startswith(b"no") else b"503"
        assert [head[:3] for head in heads] == [b"503", b"503", b"503", end]
        assert told.count(b"}]}") == 3  # one of them was asked for by HEAD
        assert told.count(b"connection: close") == 1
        writer.close()


@pytest.mark.parametrize("is_borne", [True, False])
@pytest.mark.parametrize("behind", [health(UPGRADES), b"no request\r\n\r\n"])
async def test_what_comes_behind_one_that_is_held_does_not_keep_it_from_its_answer(
    behind: bytes, is_borne: bool
):
    """After which the connection ends: there is no place for it."""
    async with unsure() as (served, _):
        reader, writer = await connected(served, request(json.dumps(HELLO).encode()) + behind)
        await held(served, 1)
        served.gate.adjust(0.01 if is_borne else 9)
        served.gate._tell(time.monotonic() + 1)
        told = await asyncio.wait_for(reader.read(), 30)
        assert told.startswith(b"HTTP/1.1 200" if is_borne else b"HTTP/1.1 503")
        assert told.count(b"HTTP/1.1") == told.count(b"connection: close") == 1
        writer.close()


async def test_the_first_that_is_held_begins_when_another_ends():
    """Before those who come after it."""
    async with unsure() as (served, client):
        few = [asyncio.create_task(post(client, served, HELLO)) for _ in "ab"]
        await held(served, 2)
        seen.gate.set()
        for each in few:
            assert (await each).json() == ANSWER
        assert not served.gate.held


async def test_nothing_is_begun_for_who_has_gone():
    """While he was held."""
    async with unsure() as (served, _):
        hello = request(json.dumps(HELLO).encode())
        writers = [(await connected(served, hello))[1] for _ in "ab"]
        await held(served, 2)
        before = len(served.gate.under_way), len(served.gate.clients)
        for writer in writers:
            writer.close()
            await writer.wait_closed()
        while len(served.gate.clients) == before[1]:  # noqa: ASYNC110 (it cannot tell)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        served.gate.fill()
        served.gate.adjust(9)
        assert len(served.gate.under_way) == before[0]
        assert not served.gate._refused


async def test_who_was_refused_is_told_though_the_server_ends():
    """At once, or after he was held."""
    body = json.dumps(HELLO).encode()
    async with unsure() as (served, _):
        (reader, writer), (other, other_writer) = [
            await connected(served, request(body)) for _ in "ab"
        ]
        await held(served, 2)
        served.gate.adjust(9)
        served.gate.is_closing = True  # as both are when the server ends
        for each in [*served.gate.clients]:
            each.shutdown()
        served.gate._tell(time.monotonic() + 1)
        for each in (reader, other):
            told = await asyncio.wait_for(each.read(), 30)
            assert told.startswith(b"HTTP/1.1 503")
            assert b"connection: close" in told
        for each in (writer, other_writer):
            each.close()


async def test_nobody_is_held_for_good_when_the_server_ends():
    """He is told, and asks another one."""
    async with unsure() as (served, client):
        asking = asyncio.create_task(post(client, served, HELLO))
        await held(served, 1)
        served.gate.close()
        assert (await asking).status_code == 503
        served.gate.open()


async def test_a_loop_that_is_held_up_lets_in_fewer(lines: Callable[[], list[dict[str, Any]]]):
    """And the log says how many were not, once in a while."""
    async with serving(Bearable(requests=20, lag=60)) as served, httpx.AsyncClient() as client:
        asking = [
            asyncio.create_task(post(client, served, {"query": "{ held }"})) for _ in "x" * 19
        ]
        for _ in asking:
            await asyncio.wait_for(seen.begun.acquire(), 30)
        served.gate._bearable = Bearable(requests=20, lag=0.01)  # once all are there
        refused = None
        # Where the machine is slow, as many as before may be let in by the time the request comes.
        while refused is None or refused.status_code != 503:
            while served.gate.has_room(19):
                time.sleep(0.3)  # noqa: ASYNC251 (it is what is tried)
                await asyncio.sleep(0)
            refused = await post(client, served, HELLO)
        seen.gate.set()
        await asyncio.gather(*asking)
    (line,) = [each for each in lines() if each["event"] == "overloaded"]
    assert line["refused"] >= 1


async def test_none_that_was_refused_is_forgotten_at_the_end(
    lines: Callable[[], list[dict[str, Any]]], measured: Measures
):
    """The first is told of at once; who came since then, when the server stops."""
    async with serving(Bearable(requests=1)) as served, httpx.AsyncClient() as client:
        asking = asyncio.create_task(post(client, served, {"query": "{ held }"}))
        await asyncio.wait_for(seen.begun.acquire(), 30)
        refused = [await post(client, served, HELLO) for _ in range(3)]
        seen.gate.set()
        await asking
    assert [each.status_code for each in refused] == [503] * 3
    told = [line["refused"] for line in lines() if line["event"] == "overloaded"]
    assert sum(told) == 3
    assert measured.errors["SERVER_OVERLOADED"] == 3


# --- What is no request ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status", "code", "limit"),
    [
        (b"\x16\x03\x01 who speaks TLS\r\n\r\n", 400, "BAD_REQUEST", None),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n", 400, "BAD_REQUEST", None),
        (b"GET / HTTP/1.1\r\nx: ".ljust(2_000_001, b"x"), 431, "HEAD_TOO_LARGE", 2_000_000),
    ],
    ids=["another protocol", "a broken head", "a head without end"],
)
async def test_what_is_no_request_does_not_fill_the_log(lines, measured, sent, status, code, limit):
    """All are told so, and counted; of all together there is a line, once in a while."""
    number, began = 40, time.monotonic()
    async with serving(Bearable()) as served:
        for _ in range(number):
            reader, writer = await asyncio.open_connection(*served.address)
            writer.write(sent)
            told = await asyncio.wait_for(reader.read(), 30)
            writer.close()
            assert told.startswith(b"HTTP/1.1 %d" % status)
            extensions = json.loads(told.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"]
            assert (extensions["code"], extensions.get("limit")) == (code, limit)
    least = [line for line in lines() if line["level"] != "info"]
    assert {line["event"] for line in least} == {"requests_not_read"}
    assert {line["last_client"] for line in least} == {"127.0.0.1"}
    assert sum(line["codes"][code] for line in least) == measured.errors[code] == number
    assert measured.limits.get(code) == (number if limit else None)
    assert len(least) <= 2 + (time.monotonic() - began) / 5


async def test_one_head_that_does_not_come_is_counted(lines, measured):
    """It has no line of its own, as a body has that does not come: there is no request as yet."""
    async with serving(Bearable(patience=10)) as served:
        for sent in (b"GET / HTTP/1.1\r\n", request(b"{", length=500)):
            reader, writer = await connected(served, sent)
            await served.later(11)
            await asyncio.wait_for(reader.read(), 30)
            writer.close()
    told = [line for line in lines() if line["event"] in {"request", "requests_not_read"}]
    assert sorted(line["event"] for line in told) == ["request", "requests_not_read"]
    assert measured.errors["REQUEST_TIMEOUT"] == 2


# --- Slow clients ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", [b"POST /graphql HTTP/1.1\r\nhost: x\r\n", b"P", request(b'{"query": ', length=500)]
)
async def test_a_head_or_a_body_that_does_not_come_is_not_waited_for(sent: bytes):
    """408, and the connection ends; not before the time is up."""
    async with serving(Bearable(patience=10)) as served:
        reader, writer = await connected(served, sent)
        await served.later(9)
        assert not reader.at_eof()
        await served.later(11)
        told = await asyncio.wait_for(reader.read(), 30)
        writer.close()
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head
    extensions = json.loads(body)["errors"][0]["extensions"]
    assert (extensions["code"], extensions["limit"]) == ("REQUEST_TIMEOUT", 10)


async def test_what_a_slow_body_comes_to_is_logged(lines: Callable[[], list[dict[str, Any]]]):
    """As what it was."""
    async with serving(Bearable(patience=10)) as served:
        reader, writer = await connected(served, request(b"{", length=500))
        await served.later(11)
        await asyncio.wait_for(reader.read(), 30)
        writer.close()
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["status"], line["errors"]) == (408, ["REQUEST_TIMEOUT"])


async def test_who_says_nothing_at_all_is_not_kept():
    """The connection ends without a word."""
    async with serving(Bearable(patience=10)) as served:
        reader, writer = await connected(served, b"")
        await served.later(11)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


async def test_who_asks_no_more_is_let_go():
    """After the time for that, which begins anew with each answer."""
    async with serving(Bearable(keep_alive=60)) as served:
        reader, writer = await connected(served, b"")
        for passed in (50, 50, 70):
            writer.write(request(json.dumps(HELLO).encode()))
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            assert json.loads(await reader.readexactly(length)) == ANSWER
            assert b"connection: close" not in head
            await served.later(passed)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


def test_while_the_loop_is_held_up_no_client_is_slow():
    """What he has sent meanwhile has not been read: a look that comes late is as if it did not."""
    looks: list[float] = []

    class Waiting:
        def look(self, now: float, patience: float) -> None:
            assert patience
            looks.append(now)

        def tell_refused(self, asked: Any) -> None:
            pass

    gate = Gate()
    gate.clients = [Waiting()]
    gate.open = lambda: None  # there is no loop, which calls it late: we do
    for late in (0, 60, 0):
        gate._due, gate._swept = time.monotonic() - late, 0
        gate._look()
    assert len(looks) == 3
    assert looks[-1] - looks[0] < -50  # no time has passed but in what is said to be due


async def test_files_may_take_as_long_as_they_are_large():
    """So much a second, beyond the usual."""
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n"
    async with serving(Bearable(patience=10)) as served:
        sent = head + b"content-length: 5000000\r\n\r\n--b"
        reader, writer = await connected(served, sent)
        (client,) = served.gate.clients
        client._what_is_awaited()
        await served.later(100)
        assert not reader.at_eof()
        writer.close()


async def test_who_is_worked_for_is_not_slow():
    """However long that takes; nor who asks again by the same connection."""
    async with serving(Bearable(patience=10)) as served, httpx.AsyncClient() as client:
        for _ in range(2):
            seen.gate.clear()
            asking = asyncio.create_task(post(client, served, {"query": "{ held }"}))
            await asyncio.wait_for(seen.begun.acquire(), 30)
            await served.later(1000)
            seen.gate.set()
            assert (await asking).json() == {"data": {"held": 1}}


async def test_who_does_not_take_the_answer_is_let_go():
    """Its bytes are not kept for good."""
    async with serving(Bearable(patience=10)) as served:
        _, writer = await connected(served, request(b'{"query": "{ long }"}'))
        (client,) = served.gate.clients
        async with asyncio.timeout(30):
            while not client.transport.get_write_buffer_size():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await served.later(9)
        assert served.gate.clients
        await served.later(11)
        async with asyncio.timeout(30):
            while served.gate.clients:  # noqa: ASYNC110 (it cannot tell)
                await asyncio.sleep(0.01)
        writer.close()


# --- The end --------------------------------------------------------------------------------------


async def test_a_server_that_stops_says_so_and_answers_on():
    """It is not ready, and each connection ends with the next answer by it."""
    async with serving(Bearable(), delay=1000) as served, httpx.AsyncClient() as client:
        assert "connection" not in (await post(client, served, HELLO)).headers
        assert (await client.get(f"{served.url}/health/ready")).json()["status"] == "ready"
        served.stop.ask()
        not_ready = await client.get(f"{served.url}/health/ready")
        assert (not_ready.status_code, not_ready.json()) == (503, {"status": "stopping"})
        for _ in range(3):
            response = await post(client, served, HELLO)
            assert (response.json(), response.headers["connection"]) == (ANSWER, "close")
        served.stop.ask()  # a second signal ends it at once
        assert served.stop._server.should_exit


async def test_who_does_not_take_the_answer_holds_up_no_end(caplog: pytest.LogCaptureFixture):
    """And what is cut off then leaves no traceback in the log."""
    async with serving(Bearable()) as served:
        _, writer = await connected(served, request(b'{"query": "{ long }"}') * 2)
    writer.close()
    assert not [record for record in caplog.records if record.exc_info]
