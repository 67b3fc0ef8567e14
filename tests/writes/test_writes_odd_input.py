"""Input that is JSON, and GraphQL, and odd: it is written as it is, or refused with a code."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from club import Club
from keyed import asking
from shop import Shop
from shop_stores import Stores

REFUSED = "__typename ... on WriteRefused { errors { code path } }"
FIELDS = {
    "customer": ("CustomerUpdate", "updateCustomer(id: 1, input: $i)"),
    "product": ("ProductUpdate", 'updateProduct(code: "p", input: $i)'),
    "add": ("CustomerIncrement", "updateCustomer(id: 1, increment: $i)"),
    "customers": ("[CustomerCreate!]!", "createCustomers(input: $i)"),
    "products": ("[ProductCreate!]!", "createProducts(input: $i)"),
    "upsert": ("[CustomerCreate!]!", "upsertCustomers(input: $i, conflict: {target: email})"),
    "upsert by id": ("[CustomerCreate!]!", "upsertCustomers(input: $i)"),
    "task": ("TaskUpdate", "updateTask(id: 1, input: $i)"),
    "team": ("TeamUpdate", "updateTeam(id: 1, input: $i)"),
    "card": ("CardUpdate", 'updateCard(code: "1", input: $i)'),
    "badge": ("BadgeUpdate", 'updateBadge(code: "A", input: $i)'),
}
STATE = """{ customers(orderBy: [{id: ASC}]) { nodes {
    id email name tags wishes extra credit joined visits tier card { city saved marks until } } }
  products(orderBy: [{code: ASC}]) { nodes { code title labels rating offers { price } } } }"""
NEW = '"name": "N", "owner": "ann"'


async def sent(shop: Shop | Club, what: str, given: str) -> httpx.Response:
    """The answer to a mutation whose input is this text of JSON, whatever it says."""
    kind, field = FIELDS[what]
    query = f"mutation ($i: {kind}) {{ it: {field} {{ {REFUSED} }} }}"
    async with asking(shop) as client:
        body = f'{{"query": {json.dumps(query)}, "variables": {{"i": {given}}}}}'
        return await client.send(body, {"authorization": b"admin"})


def nested(levels: int) -> str:
    """JSON so many levels deep."""
    return "[" * levels + "]" * levels


NUL, TOO_DEEP, UNIQUE = "\\u0000", f'{{"extra": {{"a": {nested(90)}}}}}', "UNIQUE_VIOLATION"
REFUSALS = [
    ("customer", TOO_DEEP, "VALUE_INVALID", "extra"),
    ("customer", f'{{"extra": {{"a": {nested(900)}}}}}', "VALUE_INVALID", "extra"),
    ("customer", '{"extra": [1]}', "VALUE_INVALID", "extra"),
    ("customer", '{"credit": "NaN"}', "VALUE_INVALID", "credit"),
    ("customer", '{"credit": "sNaN"}', "VALUE_INVALID", "credit"),
    ("customer", '{"credit": "-Infinity"}', "VALUE_INVALID", "credit"),
    ("customer", '{"credit": "1e9999"}', "VALUE_INVALID", "credit"),
    ("customer", '{"card": {"merge": {"saved": "NaN"}}}', "VALUE_INVALID", "card.merge.saved"),
    ("add", '{"card": {"saved": "Infinity"}}', "VALUE_INVALID", "card.saved"),
    ("product", '{"offers": [{"price": "NaN"}]}', "VALUE_INVALID", "offers.0.price"),
    ("customer", '{"joined": "9999-12-31T23:59:59-05:00"}', "VALUE_INVALID", "joined"),
    ("customer", '{"joined": "0001-01-01T00:00:00+05:00"}', "VALUE_INVALID", "joined"),
    ("customer", '{"tags": [null]}', "NOT_NULL_VIOLATION", "tags.0"),
    ("upsert", f'[{{"email": "z@x", {NEW}}}, {{"email": "Z@X", {NEW}}}]', UNIQUE, "1.email"),
]


@pytest.mark.parametrize(("what", "given", "code", "path"), REFUSALS)
async def test_what_no_field_holds_is_refused(
    shop: Shop, what: str, given: str, code: str, path: str
) -> None:
    """With its place, and nothing is written."""
    before = await shop.ask(STATE)
    answer = await sent(shop, what, given)
    place = "increment" if what == "add" else "input"
    (told,) = answer.json()["data"]["it"]["errors"]
    assert (told["code"], ".".join(told["path"])) == (code, f"{place}.{path}")
    assert await shop.ask(STATE) == before


ONLY_POSTGRES = [
    ("customer", f'{{"name": "a{NUL}"}}', "VALUE_INVALID", "input.name"),
    ("customer", f'{{"tags": ["{NUL}"]}}', "VALUE_INVALID", "input.tags"),
    ("customer", f'{{"wishes": ["{NUL}"]}}', "VALUE_INVALID", "input.wishes"),
    ("customer", f'{{"card": {{"set": {{"city": "{NUL}"}}}}}}', "VALUE_INVALID", "input.card.city"),
    (
        "upsert by id",
        f'[{{"id": 1, "email": "b@x", {NEW}}}, {{"id": 9, "email": "a@x", {NEW}}}]',
        UNIQUE,
        "input.email",
    ),
    (
        "customers",
        f'[{{"email": "{"".join(map(str, range(40000)))}@x", {NEW}}}]',
        "VALUE_TOO_LONG",
        "input.0",
    ),
]


@pytest.mark.parametrize(("what", "given", "code", "path"), ONLY_POSTGRES)
async def test_what_postgres_holds_nowhere_is_refused(
    stocked: tuple[Stores, Shop], what: str, given: str, code: str, path: str
) -> None:
    """NUL, and what is too long for an index."""
    stores, shop = stocked
    stores.reset()
    before = await shop.ask(STATE)
    (told,) = (await sent(shop, what, given)).json()["data"]["it"]["errors"]
    assert (told["code"], ".".join(told["path"])) == (code, path)
    assert await shop.ask(STATE) == before


MISTAKES = [
    ("customer", "null"),
    ("customer", '{"card": {"merge": {}}}'),
    ("customer", '{"card": {}}'),
    ("customer", '{"card": {"set": {}}}'),
    ("customer", '{"card": {"set": {"city": "a"}, "merge": {"city": "b"}}}'),
    ("customer", '{"card": {"merge": {"until": "0000-01-01"}}}'),
    ("customer", '{"card": {"merge": {"until": "10000-01-01"}}}'),
    ("customer", '{"card": {"merge": {"until": "2023-02-30"}}}'),
    ("customer", '{"joined": "2016-12-31T23:59:60Z"}'),
    ("customer", '{"tier": "gold"}'),
    ("customer", '{"tier": "g"}'),
    ("customer", '{"wishes": [null]}'),
    ("customer", '{"id": 7}'),
    ("customer", '{"visits": 1e30}'),
    ("product", '{"madeOn": "2024-01-01"}'),
    ("product", '{"offers": [null]}'),
]
NO_JSON = [
    ("customer", '{"name": "\\ud800"}'),
    ("product", '{"labels": ["\\udfff"]}'),
    ("customer", '{"extra": {"a": 1e400}}'),
    ("customer", f'{{"visits": {"9" * 5000}}}'),
    ("product", f'{{"rating": {"9" * 400}}}'),
    ("customer", f'{{"extra": {{"a": {nested(100_000)}}}}}'),
]


@pytest.mark.parametrize(
    ("what", "given", "status", "code"),
    [
        *((*each, 200, "BAD_USER_INPUT") for each in MISTAKES),
        *((*each, 400, "BAD_REQUEST") for each in NO_JSON),
    ],
)
async def test_what_is_no_such_value_is_a_mistake(
    what: str, given: str, status: int, code: str
) -> None:
    """Of the request, before any store is asked."""
    shop = Shop()
    before = await shop.ask(STATE)
    answer = await sent(shop, what, given)
    assert answer.status_code == status
    assert [each["extensions"]["code"] for each in answer.json()["errors"]] == [code]
    assert await shop.ask(STATE) == before


DEEP = json.loads(nested(89))
WRITTEN: list[tuple[str, str, str, Any]] = [
    ("customer", f'{{"extra": {{"a": {nested(89)}}}}}', "extra", {"a": DEEP}),
    ("customer", '{"extra": {"a.b": 1, "$c": 2, "": {"_id": 3}}}', "extra", None),
    ("customer", f'{{"credit": "{"9" * 200}"}}', "credit", "9" * 200),
    ("customer", f'{{"credit": "0.{"9" * 200}"}}', "credit", f"0.{'9' * 200}"),
    ("customer", '{"joined": "0001-01-01T00:00:00Z"}', "joined", "0001-01-01T00:00:00+00:00"),
    ("customer", '{"joined": "2024-01-01T00:00:00+23:59"}', "joined", "2023-12-31T00:01:00+00:00"),
    ("customer", f'{{"name": "{chr(0x1F600) * 20}"}}', "name", chr(0x1F600) * 20),
    ("customer", '{"name": "e\\u0301"}', "name", "e\u0301"),
    ("product", '{"labels": "x"}', "labels", ["x"]),
    ("product", '{"labels": ["$x.y", "\\u0000"]}', "labels", ["$x.y", "\0"]),
    ("product", '{"rating": -0.0}', "rating", 0.0),
]


@pytest.mark.parametrize(("what", "given", "name", "value"), WRITTEN)
async def test_what_is_odd_and_right_is_written_as_it_is(
    shop: Shop, what: str, given: str, name: str, value: Any
) -> None:
    """And read so."""
    answer = await sent(shop, what, given)
    assert answer.json()["data"]["it"]["__typename"].endswith("Written"), answer.text
    data = (await shop.ask(STATE))["data"][f"{what}s"]["nodes"][0]
    assert data[name] == (json.loads(given)[name] if value is None else value)


@pytest.mark.parametrize("what", ["customers", "products", "upsert"])
async def test_nothing_is_written_of_no_rows(shop: Shop, what: str) -> None:
    """And that is no mistake."""
    before = await shop.ask(STATE)
    answer = await sent(shop, what, "[]")
    assert answer.json()["data"]["it"]["__typename"].endswith("ListWritten")
    assert await shop.ask(STATE) == before


RELATED = [
    ("team", '{"members": {"set": [{"id": 1}, {"email": "a@x"}]}}', "VALUE_INVALID"),
    ("team", '{"members": {"connect": [{"id": 3}], "disconnect": [{"id": 3}]}}', "NOT_FOUND"),
    ("team", '{"boards": {"delete": [{"code": "b"}, {"code": "b"}]}}', None),
    ("task", '{"whole": {"connect": {"id": 1}}}', None),
    ("card", '{"whole": {"connect": {"code": "1"}}}', None),
    ("badge", '{"member": {"connect": {"id": "1"}}}', "BAD_USER_INPUT"),
    ("card", '{"board": {"connect": {"code": 5}}}', "BAD_USER_INPUT"),
    ("card", '{"board": {"connect": {"code": "\\u0000"}}}', "NOT_FOUND"),
]


@pytest.mark.parametrize(("what", "given", "code"), RELATED)
async def test_rows_may_be_related_to_themselves_and_not_twice(
    club: Club, what: str, given: str, code: str | None
) -> None:
    """What is refused leaves both stores as they were."""
    before = await club.held()
    told = (await sent(club, what, given)).json()
    value = (told.get("data") or {}).get("it")
    codes = [each["extensions"]["code"] for each in told.get("errors", ())]
    codes += [each["code"] for each in (value or {}).get("errors", ())]
    assert codes == ([code] if code else []), told
    assert code is None or await club.held() == before


STORED = {
    "extra": [f'{{"a": {nested(3000)}}}', f'{{"a": {"9" * 5000}}}'],
    "card": [f'{{"city": "x", "marks": {nested(3000)}}}', f'{{"city": {"9" * 5000}}}'],
}


@pytest.mark.parametrize(("column", "stored"), [(c, s) for c, each in STORED.items() for s in each])
async def test_json_that_nobody_can_serve_is_amiss_at_its_place(
    stocked: tuple[Stores, Shop], column: str, stored: str
) -> None:
    """Thousands of levels, or of digits, that somebody else stored; other rows are read."""
    stores, shop = stocked
    stores.reset()
    stores.run(f"UPDATE customer SET {column} = '{stored}' WHERE id = 1".replace(":", r"\:"))
    what = "extra" if column == "extra" else "card { city marks }"
    answer = await shop.ask(f"{{ customers(orderBy: [{{id: ASC}}]) {{ nodes {{ id {what} }} }} }}")
    assert answer["data"]["customers"]["nodes"] == [{"id": n, column: None} for n in (1, 2)]
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "STORED_VALUE_INVALID"
    assert error["path"] == ["customers", "nodes", 0, column]
