"""Subscriptions: fields of the user's whose answers come over time."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import strawberry

from catalog.errors import ModelError
from schema import build_schema, extends
from tests.library.library import catalog
from tests.live.fields import events
from tests.live.talking import PATIENCE, talking

COUNT = "subscription Counting($to: Int!) { count(to: $to) }"


async def ended(name: str) -> None:
    """Waits for what must come."""
    await asyncio.wait_for(events[name].wait(), PATIENCE)


async def test_answers_come_until_there_are_no_more(address):
    """`next` for each event, then `complete`."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", COUNT, variables={"to": 3})
        *heard, last = await talk.heard(4)
        assert [each["payload"] for each in heard] == [{"data": {"count": n}} for n in (1, 2, 3)]
        assert last == {"id": "1", "type": "complete"}


async def test_each_event_is_executed_for_itself(address):
    """Its fields are resolved, along relations into the other store as well."""
    book = "id title shelf { code } reviews { totalCount nodes { id } }"
    book = "id title shelf { code } reviews { totalCount nodes { id } }"
    titles = '["Ashes", "birds"]'
    fragment = f"fragment B on Book {{ {book} }}"
    query = f"subscription {{ told: books(titles: {titles}) {{ ...B }} }} {fragment}"
    where = f"where: {{ title: {{ in: {titles} }} }}, orderBy: [{{ id: ASC }}]"
    asked = f"{{ books({where}) {{ nodes {{ {book} }} }} }}"
    async with talking(address, init={}) as talk:
        await talk.ask("1", query)
        *heard, _ = await talk.heard(3)
        await talk.ask("2", asked)
        answer, _ = await talk.heard(2)
    nodes = answer["payload"]["data"]["books"]["nodes"]
    assert [each["payload"]["data"]["told"] for each in heard] == nodes


async def test_who_wants_no_more_hears_no_more(address):
    """The source ends at once, whatever it waits for, and the id is free."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", 'subscription { silence(name: "stopped") }')
        await talk.hear()
        await ended("stopped begun")
        await talk.say("complete", "1")
        await ended("stopped ended")
        await talk.ask("1", COUNT, variables={"to": 1})
        assert (await talk.hear())["payload"] == {"data": {"count": 1}}


async def test_who_goes_away_is_not_told_any_more(address):
    """Neither of subscriptions nor of queries."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", 'subscription { silence(name: "left") }')
        await talk.ask("2", '{ forever(name: "left too") }')
        await ended("left begun")
        await ended("left too begun")
        talk.socket.transport.abort()
    await ended("left ended")
    await ended("left too ended")


async def test_a_mutation_comes_to_its_end_whoever_waits(address):
    """It may do what no transaction undoes."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", 'mutation { done(name: "kept") }')
        await ended("kept begun")
        await talk.say("complete", "1")
        await talk.say("ping")
        assert await talk.hear() == {"type": "pong"}
    events["kept go"].set()
    await ended("kept done")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("subscription { nope }", ["GRAPHQL_VALIDATION_FAILED"]),
        ("subscription { count(to: 1) other: count(to: 2) }", ["GRAPHQL_VALIDATION_FAILED"]),
        (COUNT, ["BAD_USER_INPUT"]),
        ("subscription A { count(to: 1) } subscription B { count(to: 1) }", None),
        ('subscription { failing(how: "at once") }', ["INTERNAL_ERROR"]),
        ("subscription { guarded }", ["UNAUTHORIZED_FIELD_OR_TYPE"]),
    ],
)
async def test_what_cannot_be_subscribed_to_is_told_by_an_error(address, query, codes):
    """And nothing else."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", query)
        message = await talk.hear()
        assert message["type"] == "error"
        found = [error["extensions"]["code"] for error in message["payload"]]
        assert found == (codes or ["OPERATION_RESOLUTION_FAILURE"])
        assert "secret" not in str(message)
    assert "guarded begun" not in events


@pytest.mark.parametrize(("how", "code"), [("told", "RESOLVER_FAILED"), ("", "INTERNAL_ERROR")])
async def test_a_source_that_fails_ends_the_subscription(address, how, code):
    """By an error at the field's place, masked unless it was meant for clients."""
    async with talking(address, init={}) as talk:
        await talk.ask("1", f'subscription {{ told: failing(how: "{how}") }}')
        first, last = await talk.heard(2)
        assert first["payload"] == {"data": {"told": 1}}
        (error,) = last["payload"]
        assert (last["type"], error["path"], error["extensions"]["code"]) == (
            "error",
            ["told"],
            code,
        )
        assert "secret" not in str(error)


async def test_by_http_alone_there_is_one_answer(address):
    """406, and where there are more."""
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.post("/graphql", json={"query": "subscription { count(to: 1) }"})
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")
        assert "text/event-stream" in error["extensions"]["hint"]
        headers = {"graphql-preflight": "1"}
        answer = await client.get(
            "/graphql", params={"query": "subscription { count(to: 1) }"}, headers=headers
        )
        assert answer.status_code == 405


def test_only_subscriptions_are_fields_of_subscription():
    """Else it is told at the start."""

    @extends("Subscription")
    class Wrong:
        @strawberry.field
        def once(self) -> int:
            return 1

    @extends("Query")
    class WrongToo:
        @strawberry.subscription
        async def often(self) -> strawberry.scalars.JSON:
            yield 1

    for extension, said in ((Wrong, "is no subscription"), (WrongToo, "is a subscription")):
        with pytest.raises(ModelError, match=said):
            build_schema(catalog(), [extension])
