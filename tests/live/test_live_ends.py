"""Who may connect, for how long, and what becomes of connections when the server stops."""

from __future__ import annotations

import asyncio
import socket

import pytest
import websockets

from edge.gate import Bearable
from edge.graph import Graph
from edge.live.rules import LiveRules
from edge.rules import HttpRules
from tests.library.library import Library
from tests.live.fields import Doing, Slow, Telling, events, taken
from tests.live.talking import PATIENCE, PROTOCOL, Talk, believing, serving, talking

WHO = "{ who }"


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The library's."""
    return Library(Slow, Doing, Telling).graph


async def ended(name: str) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(events[name].wait(), PATIENCE)


# --- Tokens ---------------------------------------------------------------------------------------


async def test_who_connects_is_known_by_a_token_until_that_expires(graph):
    """In any spelling, in the payload or the handshake; then 4403, and what it was told of ends."""
    async with believing(graph) as (ruled, issuer, clock), serving(ruled) as (address, _):
        now = int(clock.now)
        bearer = f"Bearer {issuer.token(iat=now, exp=now + 300)}"
        for payload in (
            {"Authorization": bearer},
            {"authorization": bearer},
            {"headers": {"AUTHORIZATION": bearer}},
        ):
            async with talking(address, init=payload) as talk:
                await talk.ask("1", WHO)
                assert (await talk.hear())["payload"] == {"data": {"who": "ada"}}
        by_handshake = {"additional_headers": {"authorization": bearer}}
        async with talking(address, init={}, **by_handshake) as talk:
            await talk.ask("1", 'subscription { asking(name: "expired") }')
            assert (await talk.hear())["payload"] == {"data": {"asking": "ada"}}
            clock.now += 400
            code, reason = await talk.closed()
            assert (code, reason) == (4403, "Forbidden: the credentials are good no longer")
            await ended("expired ended")
        async with talking(address) as talk:
            await talk.say("connection_init", payload={"Authorization": bearer})
            code, reason = await talk.closed()
            assert code == 4403
            assert reason.startswith("UNAUTHENTICATED: ")


async def test_who_asks_is_nobody_unless_it_is_said(graph):
    """And whoever says it where nobody is believed is refused."""
    async with serving(graph) as (address, _):
        async with talking(address, init={}) as talk:
            await talk.ask("1", WHO)
            assert (await talk.hear())["payload"] == {"data": {"who": None}}
        async with talking(address) as talk:
            await talk.say("connection_init", payload={"Authorization": "Bearer x"})
            assert (await talk.closed())[0] == 4403


async def test_a_principal_has_so_many_connections(graph):
    """1013 for one more, which clients try again; others are let in."""
    live = LiveRules(connections=2)
    async with (
        believing(graph) as (ruled, issuer, clock),
        serving(ruled, live=live) as (address, _),
    ):
        now = int(clock.now)
        bearers = [f"Bearer {issuer.token(iat=now, exp=now + 300, sub=sub)}" for sub in ("a", "b")]
        payloads = [{"Authorization": bearer} for bearer in bearers]
        async with (
            talking(address, init=payloads[0]),
            talking(address, init=payloads[0]),
            talking(address) as third,
            talking(address, init=payloads[1]),
        ):
            await third.say("connection_init", payload=payloads[0])
            code, reason = await third.closed()
            assert code == 1013
            assert reason.startswith("TOO_MANY_CONNECTIONS: ")


async def test_an_address_has_so_many_connections(graph):
    """429 for the handshake of one more, until another has gone."""
    live = LiveRules(connections_of_address=1)
    async with serving(graph, live=live) as (address, _):
        async with talking(address, init={}):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL])
        response = refused.value.response
        assert (response.status_code, response.headers["retry-after"]) == (429, "5")
        assert b"TOO_MANY_CONNECTIONS" in (response.body or b"")
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    async with talking(address, init={}):
                        break
                except websockets.InvalidStatus:
                    await asyncio.sleep(0.05)


# --- Origins --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "origins", "allowed"),
    [
        (None, (), True),
        ("http://{address}", (), True),
        ("https://app.example", ("https://app.example",), True),
        ("https://app.example", ("*",), True),
        ("https://app.example", (), False),
        ("https://app.example", ("https://other.example",), False),
        ("http://{address}0", (), False),
        ("null", (), False),
        ("x", (), False),
    ],
)
async def test_pages_of_other_origins_open_no_sockets(graph, origin, origins, allowed):
    """Unless they are named, as for CORS."""
    async with serving(graph, rules=HttpRules(origins=origins)) as (address, _):
        said = origin and origin.format(address=address)
        headers = {"additional_headers": {"origin": said}} if said else {}
        if allowed:
            async with talking(address, init={}, **headers) as talk:
                await talk.say("ping")
                assert await talk.hear() == {"type": "pong"}
            return
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL], **headers)
        assert refused.value.response.status_code == 403
        assert b"CROSS_SITE_REQUEST" in (refused.value.response.body or b"")


# --- Clients that do not read ---------------------------------------------------------------------


async def test_who_takes_nothing_slows_the_source_down_and_is_dropped(graph):
    """Before, no more is made than fits between."""
    async with serving(graph, patience=1, bearable=Bearable(patience=2.0)) as (address, _):
        host, port = address.split(":")
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.setblocking(False)
        await asyncio.get_running_loop().sock_connect(small, (host, int(port)))
        socket_ = await websockets.connect(
            f"ws://{address}/graphql", sock=small, subprotocols=[PROTOCOL], max_queue=1
        )
        talk = await Talk(socket_).init({})
        await talk.ask("1", 'subscription { flood(name: "slow") }')
        await ended("slow ended")
        socket_.transport.abort()
    assert taken["slow"] < 2_000


# --- The end of the server ------------------------------------------------------------------------


async def test_all_are_told_that_the_server_stops(graph):
    """1012; queries and mutations under way are answered first, subscriptions end."""
    async with (
        serving(graph) as (address, stop),
        talking(address, init={}) as talk,
        talking(address) as silent,
    ):
        await talk.ask("1", 'mutation { done(name: "stopping") }')
        await talk.ask("2", 'subscription { silence(name: "stopping too") }')
        await talk.hear()
        await ended("stopping begun")
        await ended("stopping too begun")
        stop.ask()
        assert (await silent.closed())[0] == 1012
        await ended("stopping too ended")
        events["stopping go"].set()
        answer, last = await talk.heard(2)
        assert (answer["payload"], last["type"]) == ({"data": {"done": 1}}, "complete")
        assert (await talk.closed())[0] == 1012


async def test_who_does_not_end_is_not_waited_for_long(graph):
    """Nobody hangs longer than the server's patience."""
    async with serving(graph, patience=1) as (address, stop), talking(address, init={}) as talk:
        await talk.ask("1", '{ forever(name: "hanging") }')
        await ended("hanging begun")
        stop.ask()
        assert (await talk.closed())[0] in (1006, 1012)
    await ended("hanging ended")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_fields_have_noted_is_one_tests_own(turn):
    """Another waited for nothing, since a test before it had let things of the same name go on."""
    assert not events["in both turns"].is_set(), turn
    events["in both turns"].set()


# --- Time -----------------------------------------------------------------------------------------


async def test_an_operation_takes_no_longer_than_a_request_may(graph):
    """Then it is an error, and the connection goes on."""
    async with (
        serving(graph, rules=HttpRules(seconds=0.3)) as (address, _),
        talking(address, init={}) as talk,
    ):
        await talk.ask("1", '{ forever(name: "late") }')
        message = await talk.hear()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
        await talk.ask("2", WHO)
        assert (await talk.hear())["payload"] == {"data": {"who": None}}
        await talk.ask("3", 'subscription { silence(name: "lasting") }')
        await talk.heard(2)
        await ended("lasting begun")
        await asyncio.sleep(0.6)
        assert not events["lasting ended"].is_set()
