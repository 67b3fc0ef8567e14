"""A write with an idempotency key is made once, and whoever asks again is told the first answer."""

import asyncio
import json
import uuid
from dataclasses import replace

import pytest
from keyed import PEOPLE, asking, is_repeated
from shop import ANN, Shop

VISITS = "{ customer(id: 1) { visits } }"
STOCK = '{ product(code: "p") { stock } }'
GROW = """mutation { updateCustomer(id: 1, increment: {visits: 1}) {
  ... on CustomerWritten { affected customer { id visits orders { nodes { product { title } } } } }
  ... on WriteRefused { errors { code } } } }"""
STOCKED = """mutation { updateProduct(code: "p", increment: {stock: 1}) {
  ... on ProductWritten { affected product { code stock size { width } } } } }"""
EITHER = pytest.mark.parametrize(("grow", "look"), [(GROW, VISITS), (STOCKED, STOCK)])


def new() -> str:
    """A key that nobody has used."""
    return str(uuid.uuid4())


async def number(shop: Shop, look: str) -> int:
    """The one number that is asked for."""
    ((_, row),) = (await shop.ask(look))["data"].items()
    ((_, value),) = row.items()
    return value


@EITHER
async def test_a_retry_gets_the_first_answer(shop: Shop, grow: str, look: str):
    """Also when rows have changed since; only the header tells that it is not the first."""
    before, key = await number(shop, look), new()
    async with asking(shop) as client:
        first = await client.ask(grow, key)
        await client.ask(grow, new())
        again = [await client.ask(grow, key) for _ in range(3)]
    assert first.status_code == 200
    assert not is_repeated(first)
    assert "errors" not in first.json()
    assert all(map(is_repeated, again))
    assert {each.content for each in again} == {first.content}
    assert await number(shop, look) == before + 2


@EITHER
async def test_retries_at_the_same_time_write_once(shop: Shop, grow: str, look: str):
    """Whoever is not told the answer may ask again: 409, and when."""
    before, key = await number(shop, look), new()
    async with asking(shop) as client:
        answers = await asyncio.gather(*(client.ask(grow, key) for _ in range(8)))
        busy = [answer for answer in answers if answer.status_code == 409]
        told = {(await client.ask(grow, key)).content}
    assert all(answer.headers["retry-after"] == "1" for answer in busy)
    assert {answer.content for answer in answers if answer not in busy} == told
    assert await number(shop, look) == before + 1


@EITHER
async def test_it_is_written_once_however_it_is_answered(shop: Shop, grow: str, look: str):
    """By events as well; what each was told is the same."""
    before, key = await number(shop, look), new()
    asked = {"authorization": b"ann", "idempotency-key": key.encode()}
    events = asked | {"accept": b"text/event-stream"}
    async with asking(shop) as client:
        body = json.dumps({"query": grow})
        streamed = [(await client.send(body, events)).text for _ in range(2)]
        plain = (await client.send(body, asked)).text
    assert streamed == [f":\n\nevent: next\ndata: {plain}\n\nevent: complete\ndata:\n\n"] * 2
    assert await number(shop, look) == before + 1


async def test_quotes_are_of_the_header_and_not_of_the_key(shop: Shop):
    """As the IETF's draft has it, or as nearly everybody sends it."""
    async with asking(shop) as client:
        assert not is_repeated(await client.ask(GROW, '"a \\"b"'))
        assert is_repeated(await client.ask(GROW, '"a \\"b"'))
        key = new()
        assert not is_repeated(await client.ask(GROW, key))
        assert is_repeated(await client.ask(GROW, f'"{key}"'))


@pytest.mark.parametrize(
    "key", ["", '""', "a b", "a,b", '"a', 'a"', "a;b=1", "k" * 256, f'"{"k" * 256}"', "ä"]
)
async def test_a_key_that_is_none_is_refused(key: str):
    """Before anything is done."""
    shop = Shop()
    async with asking(shop) as client:
        assert await client.code(GROW, key) == (
            400,
            "IDEMPOTENCY_KEY_INVALID",
        )
        assert (await client.ask(GROW, "k" * 255)).status_code == 200
    assert await number(shop, VISITS) == 4


async def test_a_key_is_for_one_request(shop: Shop):
    """Another document, other variables, or another operation: 422, and nothing is written."""
    key, variable = new(), GROW.replace("mutation", "mutation ($more: Int)").replace("1}", "$more}")
    async with asking(shop) as client:
        await client.ask(variable, key, more=1)
        assert await client.code(GROW, key) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert (await client.ask(variable, key, more=2)).status_code == 422
        assert is_repeated(await client.ask(variable, key, more=1))
    assert await number(shop, VISITS) == 4


async def test_a_key_is_somebodys(shop: Shop):
    """Another's equal key is another; so is that of whoever has not signed in."""
    visit = 'mutation { createVisit(input: {note: "n"}) { __typename } }'
    key = new()
    async with asking(shop) as client:
        answers = [await client.ask(visit, key, by) for by in (None, "ann", "bob", None, "bob")]
    assert [is_repeated(each) for each in answers] == [False, False, False, True, True]
    assert len((await shop.ask("{ visits { nodes { id } } }"))["data"]["visits"]["nodes"]) == 3


async def test_an_answer_is_for_the_rights_that_it_was_told_to(shop: Shop):
    """Who asks by a token for less is told nothing of it, and writes nothing either."""
    scoped = replace(ANN, scopes=frozenset({"secrets"}))
    key = new()
    async with asking(shop, {**PEOPLE, "scoped": scoped}) as client:
        assert (await client.ask(GROW, key, "scoped")).status_code == 200
        assert await client.code(GROW, key) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await number(shop, VISITS) == 4


async def test_what_wrote_nothing_leaves_the_key_free(shop: Shop):
    """The same is judged anew, and a request that is mended may have the same key."""
    order = """mutation { a: updateCustomer(id: 1, increment: {visits: 1}) { __typename }
      b: createOrder(input: {customerId: 1, number: %d, code: "p"}) {
        __typename ... on WriteRefused { errors { code } } } }"""
    key = new()
    async with asking(shop) as client:
        for _ in range(2):
            refused = await client.ask(order % 1, key)
            assert not is_repeated(refused)
            assert refused.json()["data"]["b"]["errors"] == [{"code": "UNIQUE_VIOLATION"}]
        assert await number(shop, VISITS) == 3
        mended = await client.ask(order % 2, key)
        assert mended.json()["data"]["b"] == {"__typename": "OrderWritten"}
        assert await client.code(order % 3, key) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await number(shop, VISITS) == 4


async def test_a_write_that_changed_no_row_is_answered_once_as_well(shop: Shop):
    """It was committed."""
    none = 'mutation { updateCustomers(where: {name: {eq: "%s"}}, increment: {visits: 1}) {'
    none += " ... on CustomerListWritten { affected } } }"
    key = new()
    async with asking(shop) as client:
        first, again = [await client.ask(none % "Nobody", key) for _ in range(2)]
    assert first.json()["data"]["updateCustomers"] == {"affected": 0}
    assert is_repeated(again)


async def test_after_a_while_it_counts_no_more(shop: Shop):
    """`IDEMPOTENCY_TTL` says when."""
    key = new()
    async with asking(shop, idempotency_ttl=0) as client:
        assert not is_repeated(await client.ask(GROW, key))
        assert not is_repeated(await client.ask(GROW, key))
    async with asking(shop) as client:
        assert not is_repeated(await client.ask(GROW, key))
        assert is_repeated(await client.ask(GROW, key))
    assert await number(shop, VISITS) == 6


async def test_queries_may_have_a_key_which_means_nothing(shop: Shop):
    """Clients that give all requests one are answered; so is what is not valid, as without."""
    key = new()
    async with asking(shop) as client:
        for visits in (3, 4):
            answer = await client.ask(VISITS, key)
            assert answer.json() == {"data": {"customer": {"visits": visits}}}
            assert not is_repeated(answer)
            await client.ask(GROW, new())
        for text in ("mutation {", "mutation { nothing }", "mutation { ...Nowhere }"):
            assert (await client.ask(text, key)).json()["errors"]
        skipped = "mutation { __typename updateCustomer(id: 1) @skip(if: true) { __typename } }"
        assert (await client.ask(skipped, key)).json() == {"data": {"__typename": "Mutation"}}


async def test_variables_that_are_nested_too_deeply_are_told_so():
    """They cannot be compared with another's."""
    nested = "[" * 1000 + "]" * 1000
    query = "mutation ($x: [Int]) { __typename }"
    async with asking(Shop()) as client:
        body = f'{{"query": "{query}", "variables": {{"x": {nested}}}}}'
        answer = await client.send(body, {"idempotency-key": b"deep"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_long_chain_of_fragments_is_told_as_without_a_key():
    """However long, it is looked through for fields of one's own."""
    chain = " ".join(f"fragment a{n} on Mutation {{ ...a{n + 1} }}" for n in range(1200))
    query = f"mutation {{ ...a0 }} {chain}"
    async with asking(Shop()) as client:
        told = [(await client.ask(query, key)).json() for key in (None, new())]
    assert told[0] == told[1]
    assert told[0]["errors"]
