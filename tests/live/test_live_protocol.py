"""The rules of graphql-transport-ws, and the code by which who breaks one is told."""

from __future__ import annotations

import asyncio
import json

import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from edge.live.messages import ClosingError, said_in
from edge.live.rules import LiveRules
from tests.library.library import Library
from tests.live.talking import MESSAGE, PROTOCOL, Talk, serving, talking

HELLO = "{ openingHours }"
BOOKS = "query ($n: Int) { books(first: $n) { nodes { id } } }"
ANSWER = {"data": {"openingHours": "9 to 5"}}


async def test_a_query_is_answered_once(address):
    """By `next`, which has the answer as by HTTP, and `complete`."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", HELLO)
        assert await talk.heard(2) == [
            {"id": "1", "type": "next", "payload": ANSWER},
            {"id": "1", "type": "complete"},
        ]


async def test_an_id_may_be_used_again_once_its_operation_is_over(address):
    """Any text is one."""
    async with talking(address, init={}) as talk:
        for id_ in ("1", "1", 'a "quoted" ü \n one'):
            await talk.ask(id_, HELLO)
            answer, last = await talk.heard(2)
            assert (answer["id"], last["id"], answer["payload"]) == (id_, id_, ANSWER)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{" + "a{" * 50}, "GRAPHQL_PARSE_FAILED"),
        (
            {"query": "query A { openingHours }", "operationName": "B"},
            "OPERATION_RESOLUTION_FAILURE",
        ),
        ({"query": "query ($n: Int!) { books(first: $n) { nodes { id } } }"}, "BAD_USER_INPUT"),
        ({"query": "subscription { nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ " + " ".join(f"a{n}: openingHours" for n in range(300)) + " }"}, None),
    ],
)
async def test_what_is_not_executed_is_told_by_an_error(address, payload, code):
    """And by nothing else; the connection goes on."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", **payload)
        message = await talk.hear()
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == (code or "ALIASES_EXCEEDED")
        await talk.ask("1", HELLO)
        assert (await talk.hear())["payload"] == ANSWER


async def test_what_goes_wrong_while_it_is_executed_is_part_of_the_answer(address):
    """Masked as by HTTP."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", "{ broken openingHours }")
        answer, _ = await talk.heard(2)
        (error,) = answer["payload"]["errors"]
        assert answer["payload"]["data"] == {"broken": None, "openingHours": "9 to 5"}
        assert (error["message"], error["extensions"]["code"]) == (
            "Internal error.",
            "INTERNAL_ERROR",
        )


async def test_pings_are_answered_at_any_time(address):
    """With what they hold, and pongs are no answer to anything."""
    async with talking(address) as talk:
        await talk.say("ping")
        assert await talk.hear() == {"type": "pong"}
        await talk.say("pong")
        await talk.init({})
        await talk.say("ping", payload={"at": [1, None]})
        assert await talk.hear() == {"type": "pong", "payload": {"at": [1, None]}}


async def test_what_ends_unheard_is_no_trouble(address):
    """Neither of an operation that there is not, nor of one that is over."""
    async with talking(address, init={}) as talk:
        await talk.say("complete", "none")
        await talk.ask("1", HELLO)
        await talk.heard(2)
        await talk.say("complete", "1")
        await talk.say("ping")
        assert await talk.hear() == {"type": "pong"}


INVALID = [
    "", "{", "5", "null", "[]", "true", '"x"', "{}", '{"type": 5}', '{"type": "next", "id": "1"}',
    '{"type": "connection_ack"}', '{"type": "start", "id": "1", "payload": {"query": "{ x }"}}',
    '{"type": "ping", "payload": 5}', '{"type": "pong", "payload": []}', '{"type": "complete"}',
    '{"type": "complete", "id": 5}', '{"type": "connection_init", "payload": "x"}',
    '{"type": "subscribe", "payload": {"query": "{ x }"}}', '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ x }"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ x }", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ x }", "operationName": 1}}',
    "[" * 10_000, '{"type": "\\ud800"}', b"", b'{"type": "ping"}',
]  # fmt: skip


@pytest.mark.parametrize("content", INVALID)
async def test_what_is_no_message_closes_the_connection(address, content):
    """4400, and the reason."""
    async with talking(address) as talk:
        await talk.socket.send(content)
        code, reason = await talk.closed()
        assert code == 4400
        assert reason.startswith("Invalid message: ")


NAMES = st.sampled_from(["type", "id", "payload", "query"]) | st.text()
LEAVES = st.none() | st.integers() | st.text() | st.sampled_from(["subscribe", "ping", "pong"])


@given(st.text() | st.dictionaries(NAMES, st.recursive(LEAVES, st.lists)).map(json.dumps))
def test_no_message_is_more_than_refused(content: str):
    """Whatever it holds; and the reason fits into a frame."""
    try:
        said_in(content)
    except ClosingError as closing:
        status, reason = closing.status, closing.reason
    else:
        return
    assert status == 4400
    assert len(reason.encode()) <= 123


async def test_nobody_is_answered_before_being_let_in(address):
    """4401."""
    async with talking(address) as talk:
        await talk.ask("1", HELLO)
        assert await talk.closed() == (4401, "Unauthorized")


async def test_who_is_let_in_may_not_ask_for_it_again(address):
    """4429."""
    async with talking(address, init={}) as talk:
        await talk.say("connection_init")
        assert await talk.closed() == (4429, "Too many initialisation requests")


async def test_an_id_names_one_operation_at_a_time(address):
    """4409; and the operation that had it ends."""
    async with talking(address, init={}) as talk:
        await talk.ask("one", '{ forever(name: "taken") }')
        await talk.ask("one", HELLO)
        assert await talk.closed() == (4409, "Subscriber for one already exists")


async def test_one_operation_too_many_is_refused(address):
    """By an error of its own, and the others go on."""
    async with talking(address, init={}) as talk:
        for number in "123":
            await talk.ask(number, '{ forever(name: "many") }')
        await talk.ask("4", HELLO)
        message = await talk.hear()
        assert (message["id"], message["type"]) == ("4", "error")
        told = {"code": "TOO_MANY_OPERATIONS", "measured": 4, "limit": 3}
        assert message["payload"][0]["extensions"] == told


@pytest.mark.parametrize("offered", [["graphql-ws"], ["soap", "graphql-ws"]])
async def test_another_protocol_is_refused_by_a_code(address, offered):
    """4406, as a page is told that offers no other."""
    async with talking(address, *offered) as talk:
        assert talk.socket.subprotocol == offered[0]
        assert await talk.closed() == (4406, f"Subprotocol not acceptable: it is to be {PROTOCOL}")


async def test_no_protocol_is_refused_as_well(address):
    """4406."""
    async with websockets.connect(f"ws://{address}/graphql") as socket:
        code, _ = await Talk(socket).closed()
        assert code == 4406


async def test_of_several_protocols_ours_is_chosen(address):
    """Wherever it stands."""
    async with talking(address, "graphql-ws", PROTOCOL, init={}) as talk:
        assert talk.socket.subprotocol == PROTOCOL


async def test_a_message_that_is_too_long_closes_the_connection(address):
    """1009, as WebSockets have it."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", HELLO + " " * MESSAGE)
        code, _ = await talk.closed()
        assert code == 1009


async def test_who_does_not_say_who_it_is_is_not_waited_for():
    """4408; pings are no reason to wait longer."""
    live = LiveRules(init_seconds=0.3)
    async with serving(Library().graph, live=live) as (address, _), talking(address) as talk:
        await talk.say("ping")
        assert await talk.hear() == {"type": "pong"}
        assert await talk.closed() == (4408, "Connection initialisation timeout")


async def test_other_addresses_have_no_sockets(address):
    """403, as those of HTTP have 404."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"ws://{address}/other", subprotocols=[PROTOCOL])
    assert refused.value.response.status_code == 403


async def test_many_connections_and_operations_at_once(address):
    """Each hears its own answers."""

    async def one(number: int) -> None:
        async with talking(address, init={}) as talk:
            for id_ in ("a", "b", "c"):
                await talk.ask(
                    id_,
                    "query ($n: Int) { books(first: $n) { nodes { id } } }",
                    variables={"n": number},
                )
            heard = [m for m in await talk.heard(6) if m["type"] == "next"]
            assert {m["id"] for m in heard} == {"a", "b", "c"}
            assert all(len(m["payload"]["data"]["books"]["nodes"]) == number for m in heard)

    await asyncio.gather(*(one(number % 3 + 1) for number in range(20)))
