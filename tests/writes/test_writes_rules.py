"""Rules hold on rows as they were and as they become; nothing is written where they do not."""

import re

import pytest
from shop import ADMIN, ANN, BOB, Shop, shop_schema

from auth import ANONYMOUS
from resolvers.documents.info import core_of

NAMES = "{ customers(orderBy: [{id: ASC}]) { nodes { name owner } } }"
UNAUTHORIZED = "UNAUTHORIZED_FIELD_OR_TYPE"


async def code_of(shop: Shop, mutation: str, by=ANN) -> tuple[str, list]:
    """The code and the path of the one error of an operation that wrote nothing."""
    before = (await shop.ask(NAMES, ADMIN))["data"]
    answer = await shop.ask(mutation, by)
    (error,) = answer["errors"]
    assert (await shop.ask(NAMES, ADMIN))["data"] == before
    return error["extensions"]["code"], error["path"]


async def test_a_new_row_must_be_one_that_the_viewer_may_make(shop: Shop):
    """As it becomes; the whole operation is undone."""
    made = """mutation { createCustomer(input: {email: "z@x", name: "Zoe", owner: "ann"}) {
      __typename } }"""
    assert await code_of(shop, made, BOB) == (UNAUTHORIZED, ["createCustomer"])
    assert (await shop.ask(made, ANN))["data"]["createCustomer"] == {
        "__typename": "CustomerWritten"
    }


async def test_what_can_only_be_made_is_made(shop: Shop):
    """By whoever may, though nobody may change it."""
    made = '{ createVisit(input: {note: "Hi"}) { ... on VisitWritten { visit { note } } } }'
    assert await shop.write(made, ANONYMOUS) == {"visit": {"note": "Hi"}}
    fields = core_of(shop_schema()).type_map["Mutation"].fields
    assert {name for name in fields if "Visit" in name} == {"createVisit", "createVisits"}


async def test_who_may_do_something_to_no_row_is_told_so(shop: Shop):
    """By the rule alone, before anything is looked at."""
    made = 'mutation { createOrder(input: {customerId: 1, number: 7, code: "p"}) { __typename } }'
    assert await code_of(shop, made, ANONYMOUS) == (UNAUTHORIZED, ["createOrder"])
    gone = "{ deleteCustomers(where: {}) { ... on CustomerListWritten { affected } } }"
    assert await shop.write(gone, ANONYMOUS) == {"affected": 0}


async def test_a_row_that_may_not_be_touched_is_as_if_it_were_not_there(shop: Shop):
    """By key it is not found, by a filter it is left alone."""
    changed = await shop.codes('updateCustomer(id: 2, input: {name: "My"})')
    assert changed == await shop.codes("deleteCustomer(id: 2)") == [("NOT_FOUND", "id")]
    several = await shop.write(
        """{ updateCustomers(where: {}, input: {name: "My"}) {
             ... on CustomerListWritten { affected customers { id } } } }"""
    )
    assert several == {"affected": 1, "customers": [{"id": 1}]}
    gone = await shop.write(
        "{ deleteProducts(where: {}) { ... on ProductListWritten { affected products { code } } } }"
    )
    assert gone == {"affected": 1, "products": [{"code": "p"}]}


async def test_a_row_must_not_become_one_that_may_not_be(shop: Shop):
    """Whoever gives a row away does what the rule forbids."""
    given = """mutation { updateCustomer(id: 1, input: {owner: "bob"}) { __typename } }"""
    assert await code_of(shop, given) == (UNAUTHORIZED, ["updateCustomer"])
    assert "errors" not in await shop.ask(given, ADMIN)


@pytest.mark.parametrize(
    "written",
    [
        'createCustomer(input: {email: "b@x", name: "B", owner: "bob"})',
        'createCustomers(input: [{email: "b@x", name: "B", owner: "bob"}])',
        """upsertCustomer(conflict: {target: email},
             input: {email: "b@x", name: "B", owner: "bob"})""",
        'updateCustomer(id: 1, input: {email: "b@x", owner: "bob"})',
        'createProduct(input: {code: "q", title: "Q", owner: "bob"})',
        'updateProduct(code: "p", input: {title: "Quill", owner: "bob"})',
    ],
)
async def test_keys_that_are_taken_are_not_told_to_whom_such_rows_are_forbidden(
    shop: Shop, written: str
):
    """Or anybody could ask which rows there are."""
    assert await code_of(shop, f"mutation {{ {written} {{ __typename }} }}") == (
        UNAUTHORIZED,
        [written.partition("(")[0]],
    )


async def test_an_upsert_touches_only_what_may_be_touched(shop: Shop):
    """Another's row is in the way, as it is for a row that is created."""
    taken = """upsertCustomer(conflict: {target: email}, input: {
      email: "b@x", name: "Mine", owner: "ann"})"""
    assert await shop.codes(taken) == [("UNIQUE_VIOLATION", "input.email")]
    assert await code_of(
        shop,
        """mutation { upsertCustomer(conflict: {target: email}, input: {
             email: "a@x", name: "Mine", owner: "bob"}) { __typename } }""",
    ) == (UNAUTHORIZED, ["upsertCustomer"])


async def test_rows_are_not_found_by_a_key_that_may_not_be_read(shop: Shop):
    """Which of them has it would be told by what becomes of it."""
    await shop.write("{ updateCustomer(id: 1, input: {karma: 7}) { __typename } }", ADMIN)
    found = """mutation { upsertCustomer(conflict: {target: karma, update: [name]}, input: {
      karma: 7, email: "z@x", name: "Found", owner: "ann"}) { __typename } }"""
    assert await code_of(shop, found) == (UNAUTHORIZED, ["upsertCustomer"])
    found = (
        """mutation { updateCustomerByKarma(karma: 7, input: {name: "Found"}) { __typename } }"""
    )
    assert await code_of(shop, found) == (UNAUTHORIZED, ["updateCustomerByKarma"])


async def test_filters_of_writes_find_only_what_may_be_read(shop: Shop):
    """A field that may not be read finds no rows, and a row that is not seen is not found."""
    looked = """mutation { deleteCustomers(where: {secret: {eq: "s"}}) { __typename } }"""
    assert await code_of(shop, looked) == (UNAUTHORIZED, ["deleteCustomers"])
    matched = """mutation { updateCustomer(id: 1, input: {name: "X"}
      ifMatch: {secret: {isNull: true}}) { __typename } }"""
    assert await code_of(shop, matched) == (UNAUTHORIZED, ["updateCustomer"])
    unseen = await shop.write(
        """{ updateCustomers(where: {id: {eq: 3}}, input: {name: "X"}) {
             ... on CustomerListWritten { affected } } }"""
    )
    assert unseen == {"affected": 0}


@pytest.mark.parametrize("visits", [1, 2**31 - 1])
async def test_who_may_not_read_a_value_cannot_build_upon_it(shop: Shop, visits: int):
    """Whether the sum is too large, or what a validator says of it, would tell what it was."""
    unseen = await shop.codes(f"updateCustomer(id: 3, increment: {{visits: {visits}}})")
    masked = await shop.codes(f"updateCustomer(id: 1, increment: {{points: {visits}}})")
    assert unseen == masked == [("NOT_FOUND", "id")]
    hidden = (
        f"mutation {{ updateCustomer(id: 1, increment: {{karma: {visits}}}) {{ __typename }} }}"
    )
    assert await code_of(shop, hidden) == (UNAUTHORIZED, ["updateCustomer"])


async def test_a_value_that_is_read_in_some_rows_is_built_upon_in_those(shop: Shop):
    """And set in all."""
    first = "updateCustomer(id: 1, input: {points: 5, tier: GOLD}) { __typename }"
    grown = "updateCustomers(where: {}, increment: {points: 2}) { ... on CustomerListWritten {"
    answer = await shop.ask(f"mutation {{ {first} {grown} affected customers {{ points }} }} }} }}")
    told = {"affected": 1, "customers": [{"points": 7}]}
    assert answer["data"]["updateCustomers"] == told


async def test_the_answer_shows_only_what_may_be_read(shop: Shop):
    """A field may be written by whom it is not shown; a row that is not seen is null."""
    assert await shop.write(
        """{ updateCustomer(id: 1, input: {secret: "s"}) {
             ... on CustomerWritten { affected customer { name } } } }"""
    ) == {"affected": 1, "customer": {"name": "Ada"}}
    assert await shop.write(
        """{ updateCustomer(id: 3, input: {name: "Hi"}) {
             ... on CustomerWritten { affected customer { name } } } }"""
    ) == {"affected": 1, "customer": None}


async def test_an_answer_that_may_not_be_read_is_refused_before_anything_is_written(shop: Shop):
    """So nobody takes for undone what is done."""
    asked = """mutation { updateCustomer(id: 1, input: {name: "X"}) {
      ... on CustomerWritten { customer { secret } } } }"""
    assert await code_of(shop, asked) == (UNAUTHORIZED, ["updateCustomer"])


async def test_rules_of_writes_hold_where_rules_are_only_tried():
    """What everybody could write while rules are tried could not be unwritten."""
    shop = Shop(access_dry_run=True)
    given = """mutation { updateCustomer(id: 1, input: {owner: "bob"}) { __typename } }"""
    assert await code_of(shop, given) == (UNAUTHORIZED, ["updateCustomer"])


def test_the_schema_has_what_somebody_may_write():
    """And no more: nobody may write a supplier; no key and nothing frozen changes."""
    sdl = shop_schema().as_str()
    assert not re.search(r"Supplier(Create|Update|Payload|Written)", sdl)
    fields = core_of(shop_schema()).type_map
    assert "code" not in fields["ProductUpdate"].fields
    assert "madeOn" not in fields["ProductUpdate"].fields
    assert "madeOn" in fields["ProductCreate"].fields
    assert set(fields["OrderIncrement"].fields) == {"total"}
    assert str(fields["CustomerCreate"].fields["email"].type) == "String!"
    assert str(fields["CustomerCreate"].fields["credit"].type) == "Decimal"
