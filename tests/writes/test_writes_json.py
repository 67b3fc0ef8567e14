"""Documents and lists in JSON columns are written as those of MongoDB are."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from shop import ANN, BOB, Shop
from shop_stores import Stores

CARD = "card { city stamps saved marks until tier street { name number } }"
READ = f"{{ ... on CustomerWritten {{ customer {{ {CARD} wishes }} }} ... on WriteRefused {{ errors {{ code path }} }} }}"  # noqa: E501

WHOLE = (
    '{city: "oslo", saved: "1.50", marks: ["a", "b", "a"], until: "2025-01-31", tier: GOLD, '
    'street: {name: "S", number: 3}}'
)


async def _card(shop: Shop, edit: str) -> Any:
    """What is on the card after an edit of a whole one."""
    await shop.write(f"{{ updateCustomer(id: 1, input: {{card: {{set: {WHOLE}}}}}) {READ} }}")
    value = await shop.write(f"{{ updateCustomer(id: 1, {edit}) {READ} }}")
    return value["customer"]["card"] if "customer" in value else value["errors"]


async def test_a_document_is_given_whole_and_as_its_validators_have_it(shop: Shop) -> None:
    """In a new row, which has the model's own value of what is left out."""
    given = f'{{email: "n@x", name: "Nan", owner: "ann", card: {WHOLE}}}'
    value = await shop.write(f"{{ createCustomer(input: {given}) {READ} }}")
    assert value["customer"] == {
        "card": {
            "city": "Oslo", "stamps": 0, "saved": "1.50", "marks": ["a", "b", "a"],
            "until": "2025-01-31", "tier": "GOLD", "street": {"name": "S", "number": 3},
        },
        "wishes": [],
    }  # fmt: skip


async def test_what_is_merged_changes_and_the_rest_stays(shop: Shop) -> None:
    """Null is a value; what is left out is not."""
    card = await _card(
        shop, "input: {card: {merge: {tier: null, until: null, street: {merge: {number: 4}}}}}"
    )
    assert (card["tier"], card["until"], card["saved"]) == (None, None, "1.50")
    assert card["street"] == {"name": "S", "number": 4}


async def test_numbers_grow_and_lists_get_and_lose(shop: Shop) -> None:
    """All of it in one change."""
    card = await _card(
        shop,
        'increment: {card: {stamps: 2, saved: "0.25", street: {number: 1}}}, '
        'push: {wishes: ["x"]}, pull: {card: {marks: ["a"]}}',
    )
    assert (card["stamps"], card["saved"], card["marks"]) == (2, "1.75", ["b"])
    assert card["street"]["number"] == 4


async def test_null_stays_null_when_it_is_added_to(shop: Shop) -> None:
    """And becomes a list when something is pushed to it, or a document when something is set."""
    sums = 'increment: {card: {stamps: 2}}, pull: {card: {marks: ["a"]}}'
    value = await shop.write(f"{{ updateCustomer(id: 2, {sums}) {READ} }}", by=BOB)
    assert value["customer"]["card"] is None
    more = 'input: {card: {merge: {city: "bergen"}}}, push: {card: {marks: ["m"]}}'
    value = await shop.write(f"{{ updateCustomer(id: 2, {more}) {READ} }}", by=BOB)
    assert (value["customer"]["card"]["city"], value["customer"]["card"]["marks"]) == (
        "bergen", ["m"],
    )  # fmt: skip


async def test_what_is_amiss_inside_is_told_at_its_place(shop: Shop) -> None:
    """Of what is given, and of what comes of edits; then nothing is written."""
    bad = '{set: {city: "far too long a name", street: {name: "S", number: -1}}}'
    value = await shop.write(f"{{ updateCustomer(id: 1, input: {{card: {bad}}}) {READ} }}")
    places = [each["path"][-2:] for each in value["errors"]]
    assert places == [["card", "city"], ["street", "number"]]
    errors = await _card(shop, "increment: {card: {street: {number: -9}}}")
    assert errors == [{"code": "VALUE_INVALID", "path": ["increment", "card", "street", "number"]}]
    errors = await _card(shop, "increment: {card: {street: {number: 2147483647}}}")
    assert errors == [
        {"code": "VALUE_OUT_OF_RANGE", "path": ["increment", "card", "street", "number"]}
    ]


async def test_old_values_inside_decide_whether_a_row_changes(shop: Shop) -> None:
    """Also in a filter of many, which are one statement."""
    await _card(shop, "increment: {visits: 1}")
    old = "ifMatch: {card: {street: {number: {eq: 4}}}}"
    errors = await _card(shop, f"increment: {{card: {{stamps: 1}}}}, {old}")
    assert errors == [{"code": "CONFLICT", "path": ["ifMatch"]}]
    found = '{card: {marks: {some: {eq: "b"}}, tier: {eq: GOLD}, until: {gt: "2025-01-01"}}}'
    many = f"updateCustomers(where: {found}, increment: {{card: {{stamps: 5}}}})"
    told = "{ ... on CustomerListWritten { affected customers { id card { stamps } } } }"
    value = await shop.write(f"{{ {many} {told} }}")
    assert value == {"affected": 1, "customers": [{"id": 1, "card": {"stamps": 5}}]}


async def test_an_upsert_replaces_what_it_says(shop: Shop) -> None:
    """A document is replaced whole."""
    given = '{email: "a@x", name: "Ada", owner: "ann", card: {city: "rome"}, wishes: ["w"]}'
    how = "conflict: {target: email, update: [card, wishes]}"
    value = await shop.write(f"{{ upsertCustomer(input: {given}, {how}) {READ} }}")
    assert (value["customer"]["card"]["city"], value["customer"]["wishes"]) == ("Rome", ["w"])


ODD = """{"city": "Oslo", "stamps": "many", "saved": 2.5, "marks": ["a", 1], "until": "2025-02-30",
          "tier": "?", "way": {"name": "S", "no": 3.0}}"""


async def test_what_is_stored_otherwise_is_amiss_at_its_place_alone(
    stocked: tuple[Stores, Shop],
) -> None:
    """In both ways of completing an answer; filters do not find it, and do not fail."""
    stores, shop = stocked
    stores.reset()
    stores.run(f"UPDATE customer SET card = '{ODD}', wishes = '3' WHERE id = 1")
    query = f"{{ customer(id: 1) {{ {CARD} }} }}"
    answer = await shop.ask(query)
    assert answer["data"]["customer"]["card"] == {
        "city": "Oslo", "stamps": None, "saved": "2.5", "marks": None, "until": None, "tier": None,
        "street": {"name": "S", "number": 3},
    }  # fmt: skip
    operation = shop.graph.operations.find(query, None)
    assert operation is not None
    direct = await operation.run(shop.graph.context(ANN), {})
    assert direct is not None
    assert direct.data is not None
    assert orjson.loads(direct.data) == answer["data"]
    assert len(direct.errors) == len(answer["errors"]) == 4
    for odd in ("stamps: {gt: 0}", "tier: {eq: GOLD}", 'marks: {every: {eq: "a"}}'):
        found = await shop.ask(f"{{ customers(where: {{card: {{{odd}}}}}) {{ totalCount }} }}")
        assert found["data"]["customers"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("field", "stored", "filters"),
    [
        ("until", '"2023-02-30"', ['gt: "2023-01-01"', 'lt: "2024-01-01"', 'ne: "2023-02-28"']),
        ("until", '"0000-01-01"', ['lte: "9999-12-31"', 'in: ["0001-01-01"]']),
        ("stamps", "1e30", ["gt: 0", "lt: 0", "ne: 1", "notIn: [1]"]),
        ("stamps", "-1e400", ["lt: 0"]),
        ("saved", '"1e99999"', ['gt: "0"', 'eq: "1"']),
    ],
)
async def test_what_no_column_could_hold_is_null_for_filters_orders_and_sums(
    stocked: tuple[Stores, Shop], field: str, stored: str, filters: list[str]
) -> None:
    """The 30th of February, or a number without end: neither they nor others' rows fail for it."""
    stores, shop = stocked
    stores.reset()
    stores.run(
        f"""UPDATE customer SET card = '{{"city": "Oslo", "{field}": {stored}}}' WHERE id = 1"""
    )
    for each in filters:
        found = await shop.ask(
            f"{{ customers(where: {{card: {{{field}: {{{each}}}}}}}) {{ totalCount }} }}"
        )
        assert found == {"data": {"customers": {"totalCount": 0}}}, each
    null = f"customers(where: {{card: {{{field}: {{isNull: true}}}}}}) {{ totalCount }}"
    order = f"sorted: customers(orderBy: [{{card: {{{field}: ASC}}}}]) {{ nodes {{ id }} }}"
    least = f"least: customers {{ aggregate {{ min {{ card {{ {field} }} }} }} }}"
    answer = await shop.ask(f"{{ {null} {order} {least} }}")
    assert answer == {
        "data": {
            "customers": {"totalCount": 2},
            "sorted": {"nodes": [{"id": 1}, {"id": 2}]},
            "least": {"aggregate": {"min": {"card": {field: None}}}},
        }
    }


async def test_lists_are_read_in_order_of_what_lies_inside(shop: Shop) -> None:
    """Also page by page, and in groups."""
    await _card(shop, "increment: {card: {stamps: 2}}")
    order = "orderBy: [{card: {street: {number: DESC}}}, {id: ASC}], first: 1"
    page = await shop.ask(f"{{ customers({order}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}")
    assert page["data"]["customers"]["nodes"] == [{"id": 1}]
    after = page["data"]["customers"]["pageInfo"]["endCursor"]
    page = await shop.ask(f'{{ customers({order}, after: "{after}") {{ nodes {{ id }} }} }}')
    assert page["data"]["customers"]["nodes"] == [{"id": 2}]
    summed = "{ customers { aggregate { sum { card { stamps } } } } }"
    sums = await shop.ask(summed)
    assert sums["data"]["customers"]["aggregate"]["sum"] == {"card": {"stamps": "2"}}
