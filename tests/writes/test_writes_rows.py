"""Rows are created, changed and deleted, one by one and several at a time, in both stores."""

from shop import ADMIN, Shop

CUSTOMERS = "{ customers(orderBy: [{id: ASC}]) { nodes { id email visits } } }"


async def test_what_is_created_is_told_with_what_the_store_gave(shop: Shop):
    """The key, the model's defaults, and what validators made of the values."""
    written = await shop.write(
        """{ createCustomer(input: {email: "C@X", name: "Cid", owner: "ann"}) {
             ... on CustomerWritten {
               affected customer { id email tier credit visits hidden } } } }"""
    )
    assert written == {
        "affected": 1,
        "customer": {
            "id": 4, "email": "c@x", "tier": "BASIC", "credit": "0", "visits": 0, "hidden": False,
        },
    }  # fmt: skip


async def test_documents_are_created_with_what_is_inside_of_them(shop: Shop):
    """Nested documents, lists of them, unions and enums."""
    written = await shop.write(
        """{ createProduct(input: {
               code: "r", title: "Ruler", owner: "ann", size: {width: 300}, tier: GOLD
               offers: [{price: "1.50", tier: BASIC}], cover: {photo: {pixels: 9}}}) {
             ... on ProductWritten { product {
               code stock labels size { width height unit } tier offers { price tier }
               cover { __typename ... on Photo { kind pixels } } } } } }"""
    )
    assert written["product"] == {
        "code": "r", "stock": 0, "labels": [], "size": {"width": 300, "height": None, "unit": "mm"},
        "tier": "GOLD", "offers": [{"price": "1.50", "tier": "BASIC"}],
        "cover": {"__typename": "Photo", "kind": "photo", "pixels": 9},
    }  # fmt: skip


async def test_absent_leaves_alone_and_null_is_a_value(shop: Shop):
    """Of a change only what is given becomes anything."""
    change = """($input: CustomerUpdate) { updateCustomer(id: 2, input: $input) {
      ... on CustomerWritten { customer { name tags tier } } } }"""
    first = await shop.write(change, ADMIN, input={"name": "Bo", "tier": "GOLD"})
    assert first["customer"] == {"name": "Bo", "tags": ["new"], "tier": "GOLD"}
    second = await shop.write(change, ADMIN, input={"tags": None})
    assert second["customer"] == {"name": "Bo", "tags": None, "tier": "GOLD"}
    refused = await shop.codes("updateCustomer(id: 2, input: {name: null})", ADMIN)
    assert refused == [("NOT_NULL_VIOLATION", "input.name")]


async def test_numbers_grow_and_lists_get_and_lose(shop: Shop):
    """Edits that begin from what is stored, also inside of documents."""
    written = await shop.write(
        """{ updateProduct(code: "p", input: {size: {merge: {unit: "cm"}}}
               increment: {stock: 2, size: {width: 4}}, push: {labels: ["red", "ink"]}) {
             ... on ProductWritten { product { stock labels size { width height unit } } } } }"""
    )
    assert written["product"] == {
        "stock": 7, "labels": ["ink", "red", "ink"],
        "size": {"width": 7, "height": 140, "unit": "cm"},
    }  # fmt: skip
    lost = await shop.write(
        """{ updateProduct(code: "p", pull: {labels: ["ink"]}, input: {size: {set: {width: 1}}}) {
             ... on ProductWritten { product { labels size { width height unit } } } } }"""
    )
    size = {"width": 1, "height": None, "unit": "mm"}
    assert lost["product"] == {"labels": ["red"], "size": size}


async def test_rows_are_changed_by_a_unique_key_and_by_a_filter(shop: Shop):
    """By what identifies one, and by `where` all that the viewer sees and may change."""
    one = await shop.write(
        """{ updateCustomerByEmail(email: "a@x", increment: {visits: 1}) {
             ... on CustomerWritten { customer { id visits } } } }"""
    )
    assert one["customer"] == {"id": 1, "visits": 4}
    several = await shop.write(
        """{ updateCustomers(where: {visits: {lt: 10}}, increment: {visits: 10}) {
             ... on CustomerListWritten { affected customers { id visits } } } }""",
        ADMIN,
    )
    assert several["affected"] == 3
    assert sorted(row["visits"] for row in several["customers"]) == [10, 10, 14]


async def test_what_is_deleted_is_told_as_it_was(shop: Shop):
    """With what it was related to."""
    written = await shop.write(
        """{ deleteOrder(customerId: 1, number: 1) {
             ... on OrderWritten { affected order { number product { title } } } } }"""
    )
    assert written == {"affected": 1, "order": {"number": 1, "product": {"title": "Pen"}}}
    assert (await shop.ask("{ orders { totalCount } }"))["data"] == {"orders": {"totalCount": 0}}


async def test_upserts_make_rows_or_change_them(shop: Shop):
    """By the key that is said; what becomes as given is what is given, or what is said."""
    written = await shop.write(
        """{ upsertCustomers(conflict: {target: email}, input: [
               {email: "a@x", name: "Anna", owner: "ann"},
               {email: "n@x", name: "New", owner: "ann"}]) {
             ... on CustomerListWritten { affected customers { name visits } } } }"""
    )
    assert written["customers"] == [
        {"name": "Anna", "visits": 3},
        {"name": "New", "visits": 0},
    ]
    kept = await shop.write(
        """{ upsertProduct(conflict: {target: code, update: [stock]}, input: {
               code: "p", title: "Other", owner: "ann", stock: 9}) {
             ... on ProductWritten { product { title stock } } } }"""
    )
    assert kept["product"] == {"title": "Pen", "stock": 9}


async def test_bulk_writes_are_told_in_their_order(shop: Shop):
    """Rows of a bulk come back in the order of the input; unless asked for they are not read."""
    written = await shop.write(
        """($input: [OrderCreate!]!) { createOrders(input: $input) {
             ... on OrderListWritten { affected orders { number customer { name } } } } }""",
        input=[
            {"customerId": 1, "number": number, "code": "q", "total": "1"} for number in (9, 5, 7)
        ],
    )
    assert [row["number"] for row in written["orders"]] == [9, 5, 7]
    assert written["orders"][0]["customer"] == {"name": "Ada"}


async def test_fields_of_an_operation_see_those_before_them(shop: Shop):
    """In order, as one transaction."""
    answer = await shop.ask(
        """mutation {
          a: updateCustomer(id: 1, increment: {visits: 1}) { ...seen }
          b: updateCustomer(id: 1, increment: {visits: 1}) { ...seen }
          c: deleteCustomer(id: 2) { ... on WriteRefused { errors { code } } ...seen }
        }
        fragment seen on CustomerPayload { ... on CustomerWritten { customer { visits } } }""",
        ADMIN,
    )
    assert answer["data"] == {
        "a": {"customer": {"visits": 4}},
        "b": {"customer": {"visits": 5}},
        "c": {"customer": {"visits": 0}},
    }
