"""What cannot be written is refused with a code and the path of its argument."""

from typing import Any

import pytest
from shop import ADMIN, REFUSED, Shop

CUSTOMER = {"email": "z@x", "name": "Zoe", "owner": "ann"}
PRODUCT = {"code": "z", "title": "Zest", "owner": "ann"}
ALL = """{ customers(orderBy: [{id: ASC}]) {
    nodes { id email name owner tier credit visits tags extra orders { nodes { number } } } }
  orders { nodes { customerId number code total paid } }
  products(orderBy: [{code: ASC}]) { nodes { code title stock labels size { width } rating } } }"""

MUTATION = {
    "customer": ("createCustomer(input: $input)", "CustomerCreate!"),
    "customers": ("createCustomers(input: $input)", "[CustomerCreate!]!"),
    "change": ("updateCustomer(id: 1, input: $input)", "CustomerUpdate"),
    "changes": ("updateCustomers(where: {}, input: $input)", "CustomerUpdate"),
    "grow": ("updateCustomer(id: 1, increment: $input)", "CustomerIncrement"),
    "order": ("createOrder(input: $input)", "OrderCreate!"),
    "orderChange": ("updateOrder(customerId: 1, number: 1, input: $input)", "OrderUpdate"),
    "product": ("createProduct(input: $input)", "ProductCreate!"),
    "productChange": ('updateProduct(code: "p", input: $input)', "ProductUpdate"),
    "productGrow": ('updateProduct(code: "p", increment: $input)', "ProductIncrement"),
    "upsert": ("upsertCustomer(input: $input, conflict: {target: id})", "CustomerCreate!"),
}

INVALID, UNIQUE = "VALUE_INVALID", "UNIQUE_VIOLATION"
REFUSALS: list[tuple[str, Any, list[tuple[str, str]]]] = [
    # What the models' validators say
    ("customer", CUSTOMER | {"email": "none"}, [(INVALID, "input.email")]),
    ("customer", CUSTOMER | {"name": "n" * 21}, [(INVALID, "input.name")]),
    ("customer", CUSTOMER | {"credit": "-1"}, [(INVALID, "input.credit")]),
    ("customer", CUSTOMER | {"visits": -1}, [(INVALID, "input.visits")]),
    (
        "customer",
        CUSTOMER | {"email": "", "name": "n" * 30},
        [(INVALID, "input.email"), (INVALID, "input.name")],
    ),
    (
        "customers",
        [CUSTOMER, CUSTOMER | {"email": "no"}, CUSTOMER | {"visits": -2}],
        [(INVALID, "input.1.email"), (INVALID, "input.2.visits")],
    ),
    ("change", {"name": "n" * 21}, [(INVALID, "input.name")]),
    ("changes", {"visits": -1}, [(INVALID, "input.visits")]),
    ("product", PRODUCT | {"code": ""}, [(INVALID, "input.code")]),
    ("product", PRODUCT | {"title": "t" * 21}, [(INVALID, "input.title")]),
    ("product", PRODUCT | {"stock": -1}, [(INVALID, "input.stock")]),
    ("product", PRODUCT | {"size": {"width": -1}}, [(INVALID, "input.size.width")]),
    ("productChange", {"size": {"set": {"width": -1}}}, [(INVALID, "input.size.width")]),
    ("productChange", {"size": {"merge": {"width": -1}}}, [(INVALID, "input.size.width")]),
    ("productGrow", {"stock": -6}, [(INVALID, "increment.stock")]),
    ("productGrow", {"size": {"width": -9}}, [(INVALID, "increment.size.width")]),
    ("grow", {"visits": -4}, [(INVALID, "increment.visits")]),
    # Validators of whole rows
    (
        "order",
        {"customerId": 1, "number": 2, "code": "p", "paid": True},
        [(INVALID, "input")],
    ),
    ("orderChange", {"total": "0"}, [(INVALID, "")]),
    # Keys
    ("customer", CUSTOMER | {"email": "A@X"}, [(UNIQUE, "input.email")]),
    ("customer", CUSTOMER | {"id": 1}, [(UNIQUE, "input.id")]),
    ("change", {"email": "b@x"}, [(UNIQUE, "input.email")]),
    ("order", {"customerId": 1, "number": 1, "code": "p"}, [(UNIQUE, "input.customerId")]),
    ("product", PRODUCT | {"code": "q"}, [(UNIQUE, "input.code")]),
    ("product", PRODUCT | {"title": "Pen"}, [(UNIQUE, "input.title")]),
    ("productChange", {"title": "Quill"}, [(UNIQUE, "input.title")]),
    # Null, and numbers that are too large
    ("customer", CUSTOMER | {"visits": None}, [("NOT_NULL_VIOLATION", "input.visits")]),
    ("product", PRODUCT | {"labels": None}, [("NOT_NULL_VIOLATION", "input.labels")]),
    ("productChange", {"labels": None}, [("NOT_NULL_VIOLATION", "input.labels")]),
    ("change", {"owner": None}, [("NOT_NULL_VIOLATION", "input.owner")]),
    ("productChange", {"owner": None}, [("NOT_NULL_VIOLATION", "input.owner")]),
    ("grow", {"visits": 2**31 - 1}, [("VALUE_OUT_OF_RANGE", "increment.visits")]),
    ("grow", {"visits": None}, [(INVALID, "increment.visits")]),
]


@pytest.mark.parametrize(("name", "given", "refused"), REFUSALS)
async def test_refused(shop: Shop, name: str, given: Any, refused: list[tuple[str, str]]):
    """Typed, with the argument's path; the stores are as they were."""
    before = await shop.ask(ALL, ADMIN)
    field, kind = MUTATION[name]
    assert await shop.codes(field, ADMIN, kind, input=given) == refused
    assert await shop.ask(ALL, ADMIN) == before


async def test_two_new_rows_with_one_key_are_refused(shop: Shop):
    """Which of the rows it is, not every store tells."""
    kind = "[CustomerCreate!]!"
    given = [CUSTOMER, CUSTOMER]
    ((code, path),) = await shop.codes("createCustomers(input: $input)", ADMIN, kind, input=given)
    assert code == UNIQUE
    assert path.endswith("email")


MISTAKES = [
    # Wrong types, unknown fields, what must be given, null where none may be
    ("customer", CUSTOMER | {"visits": "many"}),
    ("customer", CUSTOMER | {"visits": 2**31}),
    ("customer", CUSTOMER | {"visits": 1.5}),
    ("customer", CUSTOMER | {"hidden": "yes"}),
    ("customer", CUSTOMER | {"tier": "SILVER"}),
    ("customer", CUSTOMER | {"credit": "much"}),
    ("customer", CUSTOMER | {"joined": "yesterday"}),
    ("customer", CUSTOMER | {"age": 5}),
    ("customer", {"name": "Zoe"}),
    ("customer", CUSTOMER | {"email": None}),
    ("customers", [None]),
    ("customers", None),
    ("change", {"id": 5}),
    ("grow", {"name": 1}),
    ("product", PRODUCT | {"labels": [1]}),
    ("product", PRODUCT | {"labels": [None]}),
    ("product", PRODUCT | {"size": {}}),
    ("product", PRODUCT | {"size": {"width": 1, "depth": 2}}),
    ("product", PRODUCT | {"cover": {"photo": {"pixels": 1}, "quote": {"text": ""}}}),
    ("product", PRODUCT | {"cover": {}}),
    ("product", PRODUCT | {"offers": [{}]}),
    ("productChange", {"size": {"width": 1}}),
    ("productChange", {"size": {"set": {"width": 1}, "merge": {}}}),
    ("productChange", {"madeOn": "2024-01-01"}),
]


@pytest.mark.parametrize(("name", "given"), MISTAKES)
async def test_mistakes(shop: Shop, name: str, given: Any):
    """What does not fit the schema is `BAD_USER_INPUT`, before anything runs."""
    before = await shop.ask(ALL, ADMIN)
    field, kind = MUTATION[name]
    mutation = f"mutation ($input: {kind}) {{ {field} {{ {REFUSED} }} }}"
    answer = await shop.ask(mutation, ADMIN, input=given)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
    assert await shop.ask(ALL, ADMIN) == before


@pytest.mark.parametrize("given", ['joined: "yesterday"', 'credit: "much"'])
async def test_a_literal_that_no_scalar_reads_is_told_where_it_stands(given: str):
    """As those of GraphQL's own scalars are."""
    mutation = f"mutation {{ updateCustomer(id: 1, input: {{{given}}}) {{ __typename }} }}"
    (error,) = (await Shop().ask(mutation, ADMIN))["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error["locations"] == [{"line": 1, "column": mutation.index('"') + 1}]


@pytest.mark.parametrize(
    "field",
    [
        "updateCustomer(id: 1)",
        "updateCustomer(id: 1, input: {})",
        "updateCustomer(id: 1, input: {visits: 1}, increment: {visits: 1})",
        'updateProduct(code: "p", input: {labels: []}, push: {labels: ["x"]})',
        'updateProduct(code: "p", input: {size: {set: {width: 1}}}, increment: {size: {width: 1}})',
        'updateCustomers(where: {id: null}, input: {name: "X"})',
        'upsertCustomer(input: {email: "z@x", name: "Z", owner: "ann"}, conflict: {target: id})',
        """upsertCustomer(input: {email: "a@x", name: "Z", owner: "ann"},
             conflict: {target: email, update: [visits]})""",
    ],
)
async def test_what_means_nothing(shop: Shop, field: str):
    """Arguments that contradict each other, or ask for nothing, are mistakes of the client."""
    before = await shop.ask(ALL, ADMIN)
    answer = await shop.ask(f"mutation {{ {field} {{ {REFUSED} }} }}", ADMIN)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert await shop.ask(ALL, ADMIN) == before
